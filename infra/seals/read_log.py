"""Reads a file of a log (`log_files.py`) once it was verified: its head, its events, and what was signed.

Whether it is what it says is for `verify_log.py`; what stands here trusts that it was asked first.
"""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, cast
from uuid import UUID

from infra.eventstore.chain import ChainedEvent

_GZIP = b"\x1f\x8b"
_LONGEST_LINE = 65_536
_WITHHELD = b"-"


class Withheld(ValueError):
    """Something of the event at position {position} is withheld: a log is brought in whole, or not at all."""

    def __init__(self, position: int) -> None:
        super().__init__((type(self).__doc__ or "").format(position=position))


@dataclass(frozen=True, kw_only=True)
class LogHead:
    """What a file says of its log: whose it is, under which key and name, from which position to which."""

    company_id: UUID
    origin: str
    vkey: str
    first: int
    last: int
    made: datetime

    @property
    def life(self) -> int:
        """The number of the life of the log, as its name says; 0 if it does not."""
        number = self.origin.rpartition("/")[2]
        return int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0  # noqa: PLR2004


@contextmanager
def opened_log(path: Path) -> Iterator[IO[bytes]]:
    """The file, unpacked if it is packed with gzip."""
    with path.open("rb") as plain:
        is_packed = plain.read(2) == _GZIP
    with path.open("rb") as plain:
        yield cast("IO[bytes]", gzip.GzipFile(fileobj=plain)) if is_packed else plain


def read_head(file: IO[bytes]) -> LogHead:
    """The head, up to the empty line after it. Raises ValueError, KeyError."""
    lines = iter(lambda: file.readline(_LONGEST_LINE).decode().rstrip("\n"), "")
    said = dict(line.split(" ", 1) for line in lines)
    first, last = said["events"].split(" ")
    return LogHead(
        company_id=UUID(said["company"]),
        origin=said["origin"],
        vkey=said["vkey"],
        first=int(first),
        last=int(last),
        made=datetime.fromisoformat(said["made"]),
    )


def read_entries(file: IO[bytes]) -> Iterator[ChainedEvent | str]:
    """What follows the head: events, and checkpoints as texts. Raises ValueError."""
    while True:
        kind, _, rest = file.readline(_LONGEST_LINE).rstrip(b"\n").partition(b" ")
        if kind == b"event":
            yield _read_event(file, rest.decode().split(" "))
        elif kind == b"checkpoint":
            yield file.read(int(rest)).decode()
        else:
            return


def _read_event(file: IO[bytes], fields: list[str]) -> ChainedEvent:
    position, stream_id, version, recorded_at, kind, digest, *lengths = fields
    state, metadata = (_read_text(file, length, int(position)) for length in lengths)
    return ChainedEvent(
        int(position),
        UUID(stream_id),
        int(version),
        kind,
        state,
        metadata,
        int(recorded_at),
        bytes.fromhex(digest),
    )


def _read_text(file: IO[bytes], length: str, position: int) -> str:
    if length.encode().startswith(_WITHHELD):
        raise Withheld(position)
    return file.read(int(length) + 1)[:-1].decode()
