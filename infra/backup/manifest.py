"""What a backup says of itself: what it holds, of which positions of which logs, and each file's hash."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal
from uuid import UUID

import msgspec

from infra.backup.errors import FileDamaged, NewerBackup, NotABackup

FILE_NAME = "manifest.json"
#: Of how the files are written; raised when an earlier version could not read them.
FORMAT = 1

Form = Literal["logical", "physical"]
Kind = Literal["full", "incremental"]


class Stretch(msgspec.Struct, frozen=True):
    """A company's log in a backup: positions after one up to another, and the hash of its last event."""

    after: int
    upto: int
    hash: str


class File(msgspec.Struct, frozen=True):
    """A file of a backup: its length in bytes, and the SHA-256 of them."""

    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A backup. It holds no secret: of the data key only what names it.

    `base` is the backup that an incremental one goes on from. `same` names small tables that are as they
    were, with the backup whose file has them.
    """

    format: int = FORMAT
    software: str
    name: str
    form: Form
    kind: Kind
    base: str | None = None
    began_at: datetime
    finished_at: datetime
    schema: str
    log_epoch: int
    data_key: str
    server: int
    migrations: list[str]
    companies: dict[UUID, Stretch] = {}
    columns: dict[str, list[str]] = {}
    contents: dict[str, str] = {}
    same: dict[str, str] = {}
    files: dict[str, File] = {}
    #: How large files are of which a list of their own has the hashes.
    copied_bytes: int = 0
    #: A keyed hash of all this: whoever has no data key cannot alter a backup unnoticed.
    mac: str = ""

    @property
    def moment(self) -> datetime:
        """About when the shop was as this has it: files are copied up to their end, a log from one moment."""
        return self.began_at if self.form == "logical" else self.finished_at

    @property
    def events(self) -> int:
        """How many events it has."""
        return sum(one.upto - one.after for one in self.companies.values())

    @property
    def size(self) -> int:
        """How large its files are together, in bytes."""
        return self.copied_bytes or sum(one.bytes for one in self.files.values())

    def signed(self, key: bytes) -> "Manifest":
        """This, with its keyed hash."""
        return msgspec.structs.replace(self, mac=self._mac(key))

    def is_signed(self, key: bytes) -> bool:
        """Whether it is what whoever had this key wrote."""
        return hmac.compare_digest(self.mac, self._mac(key))

    def _mac(self, key: bytes) -> str:
        text = msgspec.json.encode(msgspec.structs.replace(self, mac=""))
        return hmac.new(key, text, sha256).hexdigest()

    def encode(self) -> bytes:
        """It as the text of its file."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"


class _Version(msgspec.Struct):
    """What every manifest has, of whatever format."""

    format: int
    software: str


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup's folder. Raises NotABackup, NewerBackup, FileDamaged."""
    file = folder / FILE_NAME
    try:
        text = file.read_bytes()
    except OSError:
        raise NotABackup(folder=folder) from None
    try:
        version = msgspec.json.decode(text, type=_Version)
        if version.format > FORMAT:
            raise NewerBackup(backup=folder, version=version.software)
        return msgspec.json.decode(text, type=Manifest)
    except msgspec.DecodeError as error:
        raise FileDamaged(file=file, reason=str(error).rstrip(".")) from None


def check_software(manifest: Manifest, known: Mapping[str, object]) -> None:
    """Raise NewerBackup where the backup's database knew migrations that this version does not."""
    if set(manifest.migrations) - known.keys():
        raise NewerBackup(backup=manifest.name, version=manifest.software)
