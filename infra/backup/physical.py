"""Copies of the embedded server's files as they lie on the disk: all, or what changed since the last one.

They carry the read models and the server's log, and so names in clear: they are kept for 30 days at most.
"""

import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from infra.backup.errors import FileDamaged, NothingToGoOnFrom, OtherForm, ProgramFailed, ProgramMissing
from infra.backup.files import check_file, facts_of
from infra.backup.manifest import Manifest, Stretch
from infra.backup.taking import SIGNING, note, write_manifest
from infra.backup.vault import Vault
from infra.eventstore.data_keys import DataKeys
from infra.postgres.embedded.account import server_account
from infra.postgres.embedded.binaries import find_binaries
from infra.postgres.embedded.cluster import server_environment, tail

#: Where the server's files are in a backup, and the list of them that its own program wrote.
DATA = "data"
LIST = f"{DATA}/backup_manifest"
#: Before this version a server knows no incremental backups.
INCREMENTAL = 170_000

_STATE: LiteralString = "SELECT log_epoch, current_schema() FROM installation"
_HEADS: LiteralString = "SELECT company_id, position, hash FROM company_head"
# From its first full backup on the server notes what changes, so that others need not read everything.
_NOTE_CHANGES: tuple[LiteralString, ...] = (
    "ALTER SYSTEM SET summarize_wal = on",
    "SELECT pg_reload_conf()",
)
_MIGRATIONS: LiteralString = "SELECT name FROM schema_migrations ORDER BY name"


def take(
    connection: psycopg.Connection[Any],
    server: str,
    binaries: Path | None,
    vault: Vault,
    data_keys: DataKeys,
    *,
    incremental: bool,
) -> Manifest:
    """Copy the files of the server at this address, and note in the database that they were copied.

    `connection` is a worker's. Raises BackupError.
    """
    began_at = datetime.now(UTC)
    with vault.writing():
        base = vault.newest("physical") if incremental else None
        if incremental and base is None:
            raise NothingToGoOnFrom(folder=vault.folder, form="physical")
        if connection.info.server_version >= INCREMENTAL:
            with psycopg.connect(server, autocommit=True) as owner:
                for statement in _NOTE_CHANGES:
                    owner.execute(statement)
        [(log_epoch, schema)] = connection.execute(_STATE).fetchall()
        heads = connection.execute(_HEADS).fetchall()
        migrations = [name for (name,) in connection.execute(_MIGRATIONS).fetchall()]
        kind = "incremental" if base else "full"
        name = vault.new_name("physical", kind, began_at)
        with vault.unfinished(name) as folder:
            arguments = ["--checkpoint=fast", "--wal-method=stream", "--manifest-checksums=SHA256"]
            if base:
                arguments.append(f"--incremental={vault.folder / base.name / LIST}")
            _run(binaries, "pg_basebackup", "-d", server, "-D", folder / DATA, *arguments)
            manifest = Manifest(
                software=version("mipos"),
                name=name,
                form="physical",
                kind="incremental" if base else "full",
                base=base.name if base else None,
                began_at=began_at,
                finished_at=datetime.now(UTC),
                schema=schema,
                log_epoch=log_epoch,
                data_key=data_keys.current_id.hex(),
                server=connection.info.server_version,
                migrations=migrations,
                companies={company: Stretch(0, place, h.hex()) for company, place, h in heads},
                files={LIST: facts_of(folder / LIST)},
                copied_bytes=sum(one.stat().st_size for one in folder.rglob("*") if one.is_file()),
            ).signed(data_keys.derived(SIGNING))
            write_manifest(folder, manifest)
    note(connection, vault, manifest)
    return manifest


def unpack(vault: Vault, series: Sequence[Manifest], folder: Path, setting: Path | None) -> None:
    """Put the server's files, from a full backup and those that rest on it, into a data folder.

    Each is compared with its list of hashes first. Raises BackupError.
    """
    parts = [vault.folder / one.name / DATA for one in series]
    for manifest, part in zip(series, parts, strict=True):
        check_file(part / "backup_manifest", manifest.files[LIST], lambda _: None)
        try:
            _run(setting, "pg_verifybackup", "--quiet", part)
        except ProgramFailed as error:
            raise FileDamaged(file=part, reason=str(error).rstrip(".")) from None
    data = folder / DATA
    account = server_account(data)
    if series[-1].server < INCREMENTAL:
        if len(parts) > 1:
            raise OtherForm(backup=series[-1].name, form="incremental", reason="its server knows no such")
        _run(None, "/bin/cp", "-a", parts[0], data)
    else:
        _run(setting, "pg_combinebackup", "-o", data, *parts)
    data.chmod(0o700)
    for path in (data, *data.rglob("*")):
        account.own(path)


def _run(setting: Path | None, program: str, *arguments: str | Path) -> None:
    """Run one of the server's programs. Raises ProgramMissing, ProgramFailed."""
    path = Path(program) if program.startswith("/") else find_binaries(setting).folder / program
    try:
        done = subprocess.run(  # noqa: S603 the server's own program, with arguments of ours
            [path, *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=server_environment(),
        )
    except FileNotFoundError:
        raise ProgramMissing(program=path.name, folder=path.parent) from None
    if done.returncode != 0:
        raise ProgramFailed(program=path.name, output=tail(done.stdout).rstrip("."))
