"""A folder of backups: full ones, incremental ones that rest on them, and what was noted beside them."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from infra.backup.errors import (
    BackupRunning,
    FileDamaged,
    FileMissing,
    FolderTaken,
    FolderUnusable,
    NotABackup,
)
from infra.backup.manifest import FILE_NAME, Form, Manifest, read_manifest
from infra.eventstore.tombstones import FILE_NAME as TOMBSTONES

#: How many days a backup is kept: as long as an erased person is told that backups know them.
KEEP_DAYS = 30
_LOCK, _RESTORES = ".lock", "restores.txt"
_UNFINISHED = ".part"
_NAME = "%Y-%m-%dT%H-%M-%SZ"
#: What may lie beside backups.
_BESIDE = {_LOCK, _RESTORES, TOMBSTONES, "lost+found"}


class Vault:
    """A folder that holds backups and nothing else; only its owner may look into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def tombstones(self) -> Path:
        """The newest list there is of who was forgotten, kept beside the backups."""
        return self.folder / TOMBSTONES

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Make the folder if need be, and be the only one that writes a backup to it.

        What a backup left that was broken off is removed. Raises FolderUnusable, FolderTaken, BackupRunning.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            strange = [one.name for one in self.folder.iterdir() if not self._is_ours(one)]
            lock = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600) if not strange else -1
        except OSError as error:
            raise FolderUnusable(folder=self.folder, reason=error.strerror) from None
        if strange:
            raise FolderTaken(folder=self.folder)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for unfinished in self.folder.glob(f".*{_UNFINISHED}"):
                shutil.rmtree(unfinished)
            yield
        except BlockingIOError:
            raise BackupRunning(folder=self.folder) from None
        finally:
            os.close(lock)

    def _is_ours(self, path: Path) -> bool:
        is_unfinished = path.name.startswith(".") and path.name.endswith(_UNFINISHED)
        return path.name in _BESIDE or is_unfinished or (path / FILE_NAME).exists()

    def new_name(self, form: Form, kind: str, now: datetime) -> str:
        """What a backup that begins now is called; names are in the order of time."""
        name = f"{now.astimezone(UTC):{_NAME}}-{form}-{kind}"
        return name if not (self.folder / name).exists() else self.new_name(form, kind, now + _SECOND)

    @contextmanager
    def unfinished(self, name: str) -> Iterator[Path]:
        """A folder that gets this name once it holds all of the backup, and is gone if it never does.

        Raises FolderUnusable where the disk is full or closed.
        """
        folder = self.folder / f".{name}{_UNFINISHED}"
        try:
            folder.mkdir(mode=0o700)
            yield folder
            _sync(folder)
            folder.rename(self.folder / name)
            _sync(self.folder)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise FolderUnusable(folder=self.folder, reason=error.strerror or error) from error
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def names(self) -> list[str]:
        """The backups that were finished, the earliest first."""
        if not self.folder.is_dir():
            return []
        return sorted(one.parent.name for one in self.folder.glob(f"[0-9]*/{FILE_NAME}"))

    def has(self, name: str) -> bool:
        """Whether that backup is there, as far as this process may see."""
        try:
            return name in self.names()
        except OSError:
            return False

    def manifest(self, name: str) -> Manifest:
        """What a backup says of itself. Raises NotABackup, NewerBackup, FileDamaged."""
        return read_manifest(self.folder / name)

    def newest(self, form: Form) -> Manifest | None:
        """The newest backup of a form that can be read."""
        for name in reversed(self.names()):
            with contextlib.suppress(FileDamaged):
                if (manifest := self.manifest(name)).form == form:
                    return manifest
        return None

    def series(self, name: str) -> list[Manifest]:
        """A backup and those it rests on, the full one first. Raises FileMissing where one is gone."""
        series = [self.manifest(name)]
        while (base := series[0].base) is not None:
            if not (self.folder / base).is_dir():
                raise FileMissing(file=self.folder / base)
            series.insert(0, self.manifest(base))
        return series

    def expire(self, days: int, now: datetime) -> list[str]:
        """Remove what began more than so many days ago, with all that rests on it. Returns the names.

        The newest full backup of each form stays, with what rests on it.
        """
        manifests = [one for name in self.names() if (one := self._readable(name))]
        newest = {one.form: one.name for one in manifests if one.kind == "full"}
        bases = {one.name: one.base for one in manifests}
        gone = []
        for one in manifests:
            first = one.name
            while (base := bases.get(first)) is not None:
                first = base
            begun = next((other.began_at for other in manifests if other.name == first), one.began_at)
            if first not in newest.values() and now - begun > timedelta(days=days):
                shutil.rmtree(self.folder / one.name)
                gone.append(one.name)
        return gone

    def _readable(self, name: str) -> Manifest | None:
        try:
            return self.manifest(name)
        except (FileDamaged, NotABackup):
            return None

    def note_restore(self, name: str, epoch: int, now: datetime) -> None:
        """Note that a backup was restored, and which epoch its log has there; no matter where we may not."""
        with contextlib.suppress(OSError), self._notes.open("a", encoding="ascii") as file:
            file.write(f"{now.astimezone(UTC).isoformat(timespec='seconds')} {name} {epoch}\n")

    def restores(self) -> list[tuple[datetime, str, int]]:
        """When which backup was restored, and with which epoch."""
        notes = []
        with contextlib.suppress(OSError):
            for line in self._notes.read_text(encoding="ascii", errors="replace").splitlines():
                with contextlib.suppress(ValueError):
                    at, name, epoch = line.split()
                    notes.append((datetime.fromisoformat(at), name, int(epoch)))
        return notes

    @property
    def _notes(self) -> Path:
        return self.folder / _RESTORES


_SECOND = timedelta(seconds=1)


def find(folder: Path) -> tuple[Vault, str]:
    """The backup that a folder is, or the newest of those it holds. Raises NotABackup."""
    folder = folder.absolute()
    if (folder / FILE_NAME).is_file():
        return Vault(folder.parent), folder.name
    vault = Vault(folder)
    if names := vault.names():
        return vault, names[-1]
    raise NotABackup(folder=folder)


def _sync(folder: Path) -> None:
    """Have the disk know what the folder holds."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
