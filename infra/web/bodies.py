"""Bodies of requests: taken in as they arrive, kept in memory as long as they are small."""

import re
from collections.abc import Callable
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO

from infra.web.heads import Malformed

#: How many bytes of a body are taken in before anybody is asked about the request, and kept in memory.
SMALL, _IN_MEMORY = 65_536, 16_384
#: The longest line that says how long a chunk is, and the most bytes of trailers.
_LONGEST_LINE, _MOST_TRAILERS = 256, 8_192
#: What chunks may be wrapped in beyond half of what they hold: tiny ones cost us more than the client.
_MOST_WRAPPING = 65_536
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(;[\t -~\x80-\xff]*)?\Z")
_CRLF = b"\r\n"


class Body:
    """The bytes of one body, of a length that was declared or, None, in chunks.

    No more are taken in than are `wanted`: of a body that says it is large none at first.
    """

    def __init__(self, length: int | None) -> None:
        self.length = length
        self.requested = 0 if (length or 0) > SMALL else SMALL + 1
        self.received = 0
        self.is_whole = length == 0
        self._remaining = length or 0
        self._is_chunked = length is None
        # A function, as a method of its own would make the body wait for the collector of cycles.
        self._read: Callable[[Body, bytearray], bool] = (
            Body._read_size if length is None else Body._read_content
        )
        self._wrapping = 0
        self._memory: bytearray = bytearray()
        self._file: IO[bytes] | None = None

    @property
    def has_enough(self) -> bool:
        """Whether nothing more is to be waited for."""
        return self.is_whole or self.received >= self.requested

    def feed(self, arrived: bytearray) -> None:
        """Take off the beginning of what has arrived what belongs to the body. Raises Malformed."""
        while arrived and not self.has_enough:
            if not self._read(self, arrived):
                return

    def open(self) -> IO[bytes]:
        """What was taken in so far, to be read from its beginning."""
        if self._file is None:
            return BytesIO(self._memory)
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Let go of it."""
        if self._file is not None:
            self._file.close()

    def _read_content(self, arrived: bytearray) -> bool:
        content = arrived if len(arrived) <= self._remaining else arrived[: self._remaining]
        self._keep(content)
        self._remaining -= len(content)
        del arrived[: len(content)]
        if not self._remaining:
            if self._is_chunked:
                self._read = Body._read_end
            else:
                self.is_whole = True
        return True

    def _read_size(self, arrived: bytearray) -> bool:
        line = self._line(arrived, _LONGEST_LINE)
        if line is None:
            return False
        size = _SIZE.match(line)
        if size is None:
            raise Malformed
        self._wrap(len(line) + 4)
        self._remaining = int(size[1], 16)
        self._read = Body._read_content if self._remaining else Body._read_trailer
        return True

    def _read_end(self, arrived: bytearray) -> bool:
        if len(arrived) < len(_CRLF):
            return False
        if not arrived.startswith(_CRLF):
            raise Malformed
        del arrived[: len(_CRLF)]
        self._read = Body._read_size
        return True

    def _read_trailer(self, arrived: bytearray) -> bool:
        """Nothing we do depends on a trailer."""
        line = self._line(arrived, _MOST_TRAILERS)
        if line is None:
            return False
        self._wrap(len(line) + 4)
        self.is_whole = not line
        return True

    @staticmethod
    def _line(arrived: bytearray, longest: int) -> bytes | None:
        end = arrived.find(_CRLF, 0, longest + len(_CRLF))
        line = bytes(arrived[: end if end >= 0 else longest])
        if b"\n" in line or (end < 0 and len(arrived) > longest):
            raise Malformed
        if end < 0:
            return None
        del arrived[: end + len(_CRLF)]
        return line

    def _wrap(self, size: int) -> None:
        self._wrapping += size
        if self._wrapping > _MOST_WRAPPING + self.received // 2:
            raise Malformed

    def _keep(self, data: bytes | bytearray) -> None:
        self.received += len(data)
        if self._file is None and self.received <= _IN_MEMORY:
            self._memory += data
            return
        if self._file is None:
            self._file = TemporaryFile(prefix="mipos-body-")  # noqa: SIM115 closed with the body
            self._file.write(self._memory)
            self._memory = bytearray()
        else:
            self._file.seek(0, 2)
        self._file.write(data)
