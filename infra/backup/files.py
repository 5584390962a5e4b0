"""Files of a backup: packed, hashed as they are written, and sealed where they tell about persons."""

import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from hashlib import file_digest, sha256
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.backup.errors import FileDamaged, FileMissing
from infra.backup.manifest import File

#: What is read, and what is sealed, at a time, in bytes.
PART = 1 << 20
#: Twice as fast as the default and a tenth larger.
_LEVEL = 3
_GZIP, _NONCE, _LENGTH = 31, 12, 4


class Seal:
    """Seals the parts of one file under a key, each with its number, so that none is cut off or moved."""

    def __init__(self, key: bytes, about: str) -> None:
        self._cipher = AESGCM(key)
        self._about = about.encode()
        self._number = 0

    def close(self, part: bytes, *, is_last: bool) -> bytes:
        """A part as the file keeps it."""
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, part, self._associated(is_last=is_last))
        return len(sealed).to_bytes(_LENGTH) + sealed

    def open(self, sealed: bytes, *, is_last: bool) -> bytes:
        """A part from what the file keeps. Raises InvalidTag."""
        associated = self._associated(is_last=is_last)
        return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], associated)

    def _associated(self, *, is_last: bool) -> bytes:
        self._number += 1
        return b"%b %d %d" % (self._about, self._number, is_last)


class Writer:
    """Writes one file, packed, and knows its length and hash when it is closed."""

    def __init__(self, path: Path, seal: Seal | None = None) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file: BinaryIO = path.open("xb")
        path.chmod(0o600)
        self._packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
        self._seal = seal
        self._waiting = bytearray()
        self._hash, self._bytes = sha256(), 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._take(self._packer.flush(), is_last=True)
                self._file.flush()
                os.fsync(self._file.fileno())
        finally:
            self._file.close()

    def write(self, content: bytes | bytearray | memoryview) -> None:
        """Add some bytes."""
        self._take(self._packer.compress(content), is_last=False)

    @property
    def facts(self) -> File:
        """What the manifest says of the file, once it is closed."""
        return File(self._bytes, self._hash.hexdigest())

    def _take(self, packed: bytes, *, is_last: bool) -> None:
        if self._seal is None:
            self._put(packed)
            return
        self._waiting += packed
        while len(self._waiting) > PART:
            self._put(self._seal.close(bytes(self._waiting[:PART]), is_last=False))
            del self._waiting[:PART]
        if is_last:
            self._put(self._seal.close(bytes(self._waiting), is_last=True))

    def _put(self, content: bytes) -> None:
        self._file.write(content)
        self._hash.update(content)
        self._bytes += len(content)


def facts_of(path: Path) -> File:
    """Length and hash of a file that somebody else wrote."""
    with path.open("rb") as file:
        digest = file_digest(file, "sha256")
        return File(file.tell(), digest.hexdigest())


def check_file(path: Path, facts: File, progress: Callable[[int], None]) -> None:
    """See that a file is what was written; `progress` is told how many more bytes were read.

    Raises FileMissing, FileDamaged.
    """
    digest = sha256()
    try:
        size = path.stat().st_size
        if size != facts.bytes:
            raise FileDamaged(file=path, reason=f"it has {size:,} of {facts.bytes:,} bytes")
        with path.open("rb") as file:
            while part := file.read(PART):
                digest.update(part)
                progress(len(part))
    except FileNotFoundError:
        raise FileMissing(file=path) from None
    if digest.hexdigest() != facts.sha256:
        raise FileDamaged(file=path, reason="its hash is another one")


def read_file(path: Path, seal: Seal | None = None) -> Iterator[bytes]:
    """What a file holds, unpacked, part by part. Raises FileMissing, FileDamaged."""
    unpacker = zlib.decompressobj(_GZIP)
    try:
        with path.open("rb") as file:
            for packed in _opened(file, seal) if seal else _parts(file):
                yield unpacker.decompress(packed)
        yield unpacker.flush()
    except FileNotFoundError:
        raise FileMissing(file=path) from None
    except (zlib.error, InvalidTag):
        raise FileDamaged(file=path, reason="it cannot be read with the keys there are") from None
    if not unpacker.eof:
        raise FileDamaged(file=path, reason="its end is missing")


def _parts(file: BinaryIO) -> Iterator[bytes]:
    while part := file.read(PART):
        yield part


def _opened(file: BinaryIO, seal: Seal) -> Iterator[bytes]:
    length = file.read(_LENGTH)
    while length:
        sealed = file.read(int.from_bytes(length))
        length = file.read(_LENGTH)
        yield seal.open(sealed, is_last=not length)


def lines_of(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of what is read part by part, each with its end."""
    rest = b""
    for part in parts:
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            yield line + b"\n"
    if rest:
        yield rest
