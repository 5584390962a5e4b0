"""Tiles: stretches of a log's tree under addresses that never change their content (C2SP tlog-tiles).

A tile of a level has the hashes of 256 complete subtrees of 256 ** level leaves each, and a partial one the
first of them: as many as there are at a size of the log.
"""

import re
from dataclasses import dataclass

#: How many hashes a tile has that is not partial.
WIDTH = 256
#: Positions are signed numbers of eight bytes, so that no level is higher.
_HIGHEST = 63
# Three digits an element, all but the last behind an x, the first of several not zero.
_PATH = re.compile(r"(?P<number>(?:x\d{3}/)*\d{3})(?:\.p/(?P<width>[1-9]\d{0,2}))?", re.ASCII)
_LEVEL = re.compile(r"0|[1-9]\d?", re.ASCII)


class NotATile(ValueError):
    """The address is none of a tile."""


@dataclass(frozen=True, kw_only=True)
class Tile:
    """The first `width` hashes of the tile of this number at a level."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def first(self) -> int:
        """The number of its first subtree among those of its level."""
        return self.number * WIDTH

    @property
    def size(self) -> int:
        """From which size of the log on it is there."""
        return (self.first + self.width) << 8 * self.level

    @property
    def path(self) -> str:
        """Its address, below that of its level."""
        digits = str(self.number)
        digits = digits.zfill((len(digits) + 2) // 3 * 3)
        parts = [digits[i : i + 3] for i in range(0, len(digits), 3)]
        suffix = "" if self.width == WIDTH else f".p/{self.width}"
        return "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]]) + suffix


def read_tile(level: str, path: str) -> Tile:
    """The tile of an address, which is written in one way. Raises NotATile."""
    found = _PATH.fullmatch(path)
    if found is None or not _LEVEL.fullmatch(level) or int(level) > _HIGHEST:
        raise NotATile(path)
    number = int(found["number"].replace("x", "").replace("/", ""))
    tile = Tile(level=int(level), number=number, width=int(found["width"] or WIDTH))
    if tile.path != path or tile.width > WIDTH:
        raise NotATile(path)
    return tile


def entry_bundle(entries: list[bytes]) -> bytes:
    """Entries of a log, each behind its length."""
    return b"".join(len(entry).to_bytes(2) + entry for entry in entries)
