"""Bringing a backup back: into a data folder that is not there yet, or into an empty database."""

import fcntl
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import LiteralString
from uuid import UUID

import psycopg
from rich.console import Console

from infra.backup import physical
from infra.backup.errors import (
    DatabaseTaken,
    FolderUnusable,
    LogNotReadable,
    OtherForm,
    TargetTaken,
    TargetWithin,
)
from infra.backup.manifest import Manifest
from infra.backup.restoring import Restoring
from infra.backup.vault import Vault, find
from infra.eventstore.data_keys import DataKeys, id_of
from infra.eventstore.tombstones import Tombstone, add_tombstones, read_tombstones
from infra.postgres.embedded import EmbeddedServer
from infra.process.progress import progress_bar
from infra.process.sharing import USUAL_PROCESSES
from infra.projections.rebuild_all import heads_of
from infra.projections.verify_all import VerifyOutcome, verify_all
from infra.runtime.databases import (
    Addresses,
    addresses_of,
    check_data_keys,
    create_database,
    forget_again,
    prepare,
)
from infra.runtime.directory_key import read_directory_key
from infra.runtime.log_epochs import Lives, Seam
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.settings import Settings, SettingsError, secret_file
from infra.seals.key import SealKey
from infra.seals.published import FOLDER, companies_in, file_of
from infra.upgrades.migrations import FUNCTIONS, MIGRATIONS, REHASH, migrate
from infra.upgrades.upgrade import CannotBuild

#: With less free than a file of the server's log the disk is as good as full, in bytes.
FULL_BYTES = 32 << 20
DATA_KEY, SECRET_KEY, SEAL_KEY = "data_key", "secret_key", "seal_key"

_HAS_LOG: LiteralString = "SELECT to_regclass('company_head') IS NOT NULL"
_COMPANIES: LiteralString = "SELECT count(*) FROM company_head"

console = Console(stderr=True)


@dataclass(frozen=True)
class Keys:
    """The keys at hand: data keys that open backups, and, if there are any, what signs tokens and logs."""

    data: tuple[str, ...]
    secret: str | None
    seal: str | None

    def data_key_of(self, manifest: Manifest) -> str | None:
        """The data key that a backup was sealed under, if it is here."""
        named = {id_of(sha256(text.encode()).digest()).hex(): text for text in self.data}
        return named.get(manifest.data_key)


@dataclass(frozen=True, kw_only=True)
class LaterKnowledge:
    """What no backup knows: who was forgotten since, and the folder of what was published of the logs."""

    tombstones: list[Tombstone]
    published: Path


@dataclass(frozen=True)
class Restored:
    """What came of it: which backup it was, the epoch of its log, and what the check of read models found."""

    backup: Manifest
    epoch: int
    events: int
    companies: int
    has_secret_key: bool
    outcome: VerifyOutcome | None
    #: Logs of which something is gone that was signed, and companies that were founded after the backup.
    losses: Sequence[Seam] = ()
    missing: Sequence[UUID] = ()

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong, as far as was looked."""
        return self.outcome is None or not (self.outcome.false or self.outcome.gaps)


def keys_at_hand(settings: Settings, folder: Path | None) -> Keys:
    """The keys in a folder, else those of the settings, else those of the data folder they name.

    None is made. Raises SettingsError where the folder has no data key.
    """
    if folder is not None:
        data_key = _text_in(folder / DATA_KEY)
        if data_key is None:
            raise SettingsError([f"There is no {DATA_KEY} in {folder} that can be read."])
        secret, seal = (_text_in(folder / name) for name in (SECRET_KEY, SEAL_KEY))
        return Keys((data_key, *settings.former_data_keys), secret, seal)
    own = settings.data_key or _text_in(settings.data_dir / DATA_KEY)
    secret = settings.secret_key or _text_in(settings.data_dir / SECRET_KEY)
    seal = settings.seal_key or _text_in(settings.data_dir / SEAL_KEY)
    return Keys((*([own] if own else []), *settings.former_data_keys), secret, seal)


def _text_in(file: Path) -> str | None:
    with suppress(OSError):
        return file.read_text(encoding="utf-8").strip() or None
    return None


def restore_to_folder(
    settings: Settings,
    folder: Path,
    target: Path,
    keys: Keys,
    *,
    published: Path | None = None,
    check: bool = True,
) -> Restored:
    """Make a data folder from a backup, for `mipos up` to run; while that lasts it has another name.

    `published` has the checkpoints that were published of its logs; else the data folder of the settings is
    looked at. Raises BackupError, and whatever a start of the database raises; then there is nothing at
    `target`.
    """
    vault, name = find(folder)
    series = vault.series(name)
    _check_target(settings, vault, target)
    opened = _check_whole(vault, series, keys)
    unfinished = target.with_name(f".{target.name}.restoring")
    known = _known(settings, vault, published)
    try:
        _clear(unfinished)
        unfinished.mkdir(mode=0o700, parents=True)
        restored = _fill_folder(settings, opened, unfinished, keys, known, check=check)
        unfinished.rename(target)
    except (OSError, psycopg.OperationalError) as error:
        reason = _reason_of(error, unfinished)
        shutil.rmtree(unfinished, ignore_errors=True)
        raise FolderUnusable(folder=target, reason=reason) from error
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    vault.note_restore(name, restored.epoch, datetime.now(UTC))
    return restored


def _reason_of(error: Exception, folder: Path) -> str:
    """Why it went wrong; a server whose disk is full just ends."""
    with suppress(OSError):
        if shutil.disk_usage(folder).free < FULL_BYTES:
            return "no space is left on its disk"
    return getattr(error, "strerror", None) or str(error).strip().splitlines()[0].rstrip(".")


def restore_to_database(
    settings: Settings, folder: Path, keys: Keys, *, published: Path | None = None, check: bool = True
) -> Restored:
    """Fill the empty database that `DATABASE_URL` names. Raises BackupError, DatabaseUnfit."""
    vault, name = find(folder)
    series = vault.series(name)
    if settings.database_url is None:
        raise SettingsError(["DATABASE_URL is required: it names the owner of an empty database."])
    if series[-1].form != "logical":
        reason = "only a data folder can be made from it (--to)"
        raise OtherForm(backup=name, form=series[-1].form, reason=reason)
    addresses = addresses_of(settings)
    _check_empty(str(addresses.owner))
    opened = _check_whole(vault, series, keys)
    known = _known(settings, vault, published)
    add_tombstones(settings.tombstones, known.tombstones)
    _carry(known.published, settings.data_dir / FOLDER)
    restored = _fill_database(settings, addresses, opened, keys, known, check=check)
    vault.note_restore(name, restored.epoch, datetime.now(UTC))
    return restored


def _check_target(settings: Settings, vault: Vault, target: Path) -> None:
    """Raise TargetTaken or TargetWithin unless a new folder may be made there."""
    try:
        is_taken = target.is_symlink() or (target.exists() and not _is_empty_folder(target))
    except OSError:
        is_taken = True
    if is_taken:
        raise TargetTaken(target=target)
    for folder in (vault.folder, settings.data_dir):
        if target.resolve().is_relative_to(folder.resolve()):
            raise TargetWithin(target=target, folder=folder)


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _check_empty(owner: str) -> None:
    """Raise DatabaseTaken where there is a log already."""
    with psycopg.connect(owner, autocommit=True) as connection:
        is_migrated = connection.execute(_HAS_LOG).fetchall() == [(True,)]
        if is_migrated and connection.execute(_COMPANIES).fetchall() != [(0,)]:
            raise DatabaseTaken


def _check_whole(vault: Vault, series: list[Manifest], keys: Keys) -> Restoring:
    """See that every file is what was written. Raises BackupError."""
    data_keys = DataKeys()
    if keys.data:
        data_keys.load(keys.data_key_of(series[-1]) or keys.data[0], keys.data)
    opened = Restoring(vault, series, data_keys)
    check = opened.check if series[-1].form == "logical" else _check_physical(opened)
    with _bar("Comparing files with their hashes", "bytes") as progress:
        check({*MIGRATIONS, REHASH, *FUNCTIONS}, progress)
    return opened


def _check_physical(opened: Restoring) -> Callable[[set[str], Callable[[int, int], None]], None]:
    def check(known: set[str], progress: Callable[[int, int], None]) -> None:
        opened.check_signatures(known)
        progress(0, len(opened.series))

    return check


def _known(settings: Settings, vault: Vault, published: Path | None) -> LaterKnowledge:
    """What is known here of whom the backups or the installation forgot, and of what it published."""
    forgotten = {(one.company_id, one.subject_id): one for one in read_tombstones(vault.tombstones)}
    with suppress(PermissionError):
        forgotten |= {(one.company_id, one.subject_id): one for one in read_tombstones(settings.tombstones)}
    return LaterKnowledge(
        tombstones=sorted(forgotten.values()), published=published or settings.data_dir / FOLDER
    )


def _clear(unfinished: Path) -> None:
    """Remove what a restore left that was killed. Raises TargetTaken while one is at work."""
    if not unfinished.exists():
        return
    with (unfinished / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TargetTaken(target=unfinished) from None
        shutil.rmtree(unfinished)


def _fill_folder(
    settings: Settings,
    opened: Restoring,
    folder: Path,
    keys: Keys,
    known: LaterKnowledge,
    *,
    check: bool,
) -> Restored:
    data_key = keys.data_key_of(opened.newest)
    if data_key is not None:
        secret_file(folder, DATA_KEY, lambda: data_key)
    if (secret := keys.secret) is not None:
        secret_file(folder, SECRET_KEY, lambda: secret)
    if (seal := keys.seal) is not None:
        secret_file(folder, SEAL_KEY, lambda: seal)
    _carry(known.published, folder / FOLDER)
    add_tombstones(folder / settings.tombstones.name, known.tombstones)
    own = replace(
        settings,
        data_dir=folder,
        data_key=data_key,
        secret_key=secret,
        database_url=None,
        app_database_url=None,
        worker_database_url=None,
        schema=opened.newest.schema,
    )
    if opened.newest.form == "physical":
        physical.unpack(opened.vault, opened.series, folder, settings.postgres_bin)
    with EmbeddedServer(folder, settings.postgres_bin) as server:
        create_database(server.conninfo("postgres", "postgres"))
        addresses = addresses_of(own, server)
        return _fill_database(own, addresses, opened, keys, known, check=check)


def _carry(published: Path, folder: Path) -> None:
    """Take along what was published of logs: it is all that knows of what the backup has not."""
    if published.is_dir() and not (folder.exists() and folder.samefile(published)):
        for company_id in companies_in(published):
            if not (file := file_of(folder, company_id)).exists():
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                shutil.copyfile(file_of(published, company_id), file)


def _fill_database(
    settings: Settings,
    addresses: Addresses,
    opened: Restoring,
    keys: Keys,
    known: LaterKnowledge,
    *,
    check: bool,
) -> Restored:
    owner = str(addresses.owner)
    EVENT_TYPES.data_keys.load(keys.data_key_of(opened.newest) or settings.sealing_key(), keys.data)
    if opened.newest.form == "logical":
        migrate(owner, (), addresses.installation)
        with psycopg.connect(owner, autocommit=True) as connection:
            forgotten = {(str(one.company_id), str(one.subject_id)) for one in known.tombstones}
            with _bar("Filling the log", "events") as progress:
                opened.fill(connection, forgotten, progress)
    read_directory_key(owner, EVENT_TYPES.data_keys)
    try:
        prepare(addresses, is_restored=True)
    except CannotBuild as error:
        raise LogNotReadable(reason=str(error).partition(". The version of before")[0]) from error
    check_data_keys(addresses.app)
    key = SealKey(keys.seal, settings.log_origin) if keys.seal else None
    lives = Lives(published=known.published, key=key, now=datetime.now(UTC))
    epoch = max(opened.next_epoch, lives.least_number())
    seams = lives.begin_everywhere(addresses.worker, epoch)
    forget_again(addresses.app, settings)
    heads = heads_of(addresses.worker)
    return Restored(
        backup=opened.newest,
        epoch=epoch,
        events=sum(heads.values()),
        companies=len(heads),
        has_secret_key=keys.secret is not None,
        outcome=_verify(addresses.worker) if check else None,
        losses=[seam for seam in seams if seam.lost],
        missing=_missing(companies_in(known.published), heads),
    )


def _missing(published: Sequence[UUID], heads: Mapping[UUID, int]) -> list[UUID]:
    """Companies that the backup does not know, if what was published is of the same installation."""
    missing = [one for one in published if one not in heads]
    return missing if len(missing) < len(published) else []


def _verify(worker: str) -> VerifyOutcome:
    heads = heads_of(worker)
    with progress_bar(console) as bar:
        task = bar.add_task("Checking read models", total=None)
        return verify_all(
            worker,
            EVENT_TYPES,
            PROJECTIONS,
            heads,
            lambda done, total: bar.update(task, completed=done, total=total),
            processes=USUAL_PROCESSES,
        )


@contextmanager
def _bar(what: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    with progress_bar(console, unit) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
