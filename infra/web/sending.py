"""An answer on its way to its client, who takes it as slowly as it likes, within bounds."""

import socket
import time
from tempfile import TemporaryFile
from typing import IO

from infra.web.bounds import Bounds
from infra.web.room import Room

_READ_AT_ONCE = 65_536
#: How much is written before others have their turn.
_WRITTEN_AT_ONCE = 1_048_576


class Sending:
    """Bytes to send: some that lie in memory, then so many of a file."""

    def __init__(self, data: bytes, file: IO[bytes] | None = None, size: int = 0) -> None:
        self._data = memoryview(data)
        self._file = file
        self._remaining = size if file is not None else 0
        self._started_at = time.monotonic()
        self._sent = 0
        self._held = 0
        self._room: Room | None = None
        #: Whether the file ended before its time, which only hanging up can tell the client.
        self.is_cut = False

    def write(self, client: socket.socket) -> bool:
        """Send what the client takes at once; whether that was all. Raises OSError when it has gone."""
        most = self._sent + _WRITTEN_AT_ONCE
        while self._refill():
            if self._sent >= most:
                return False
            try:
                sent = client.send(self._data)
            except BlockingIOError:
                return False
            self._data = self._data[sent:]
            self._sent += sent
        return True

    def deadline(self, bounds: Bounds) -> float:
        """Until when the client must have taken some more."""
        slowest = 2 * bounds.answer_seconds + self._sent / bounds.least_rate
        return min(time.monotonic() + bounds.answer_seconds, self._started_at + slowest)

    def set_aside(self, room: Room) -> None:
        """Keep what the client did not take at once in memory if there is room for it, else on the disk."""
        size = len(self._data)
        if self._file is not None or self._held or size <= _READ_AT_ONCE:
            return
        if room.take(size):
            self._held, self._room = size, room
            return
        self._file, self._remaining = TemporaryFile(prefix="mipos-answer-"), size  # noqa: SIM115 closed when sent
        self._file.write(self._data)
        self._file.seek(0)
        self._data = memoryview(b"")

    def close(self) -> None:
        """Let go of what is left."""
        if self._file is not None:
            self._file.close()
        if self._room is not None:
            self._room.give_back(self._held)
            self._room = None

    def _refill(self) -> bool:
        """Whether there is something to send, if need be from the file."""
        if not self._data and self._remaining and self._file is not None:
            data = self._file.read(min(_READ_AT_ONCE, self._remaining))
            self._remaining -= len(data)
            if not data:
                self.is_cut, self._remaining = True, 0
            self._data = memoryview(data)
        return bool(self._data)
