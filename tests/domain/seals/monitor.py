"""A monitor of logs as C2SP has them: it knows a log by its checkpoint and its tiles alone."""

from collections.abc import Callable
from hashlib import sha256

_WIDTH, _HASH = 256, 32


class Monitor:
    """Reads a log by its addresses; what it was given once it does not fetch again."""

    def __init__(self, fetch: Callable[[str], bytes]) -> None:
        self._fetch = fetch
        self._known: dict[str, bytes] = {}

    def root(self, size: int) -> bytes:
        """The root of the first `size` leaves: the last subtrees of each level, folded from the right."""
        right: bytes | None = None
        for level in range((size.bit_length() + 7) // 8):
            number, width = divmod(size >> 8 * level, _WIDTH)
            hashes = self.tile(level, number, width) if width else []
            for node in _complete(hashes):
                right = node if right is None else _node(node, right)
        return right if right is not None else sha256().digest()

    def check_tiles(self, size: int) -> None:
        """See that each hash is that of a full tile of the level below, and each leaf that of its entry."""
        for number, width in _tiles(size):
            entries = self.entries(number, width)
            assert [sha256(b"\x00" + entry).digest() for entry in entries] == self.tile(0, number, width)
        level = 1
        while size >> 8 * level:
            for number, width in _tiles(size >> 8 * level):
                for place, one in enumerate(self.tile(level, number, width)):
                    [whole] = _complete(self.tile(level - 1, number * _WIDTH + place, _WIDTH))
                    assert one == whole
            level += 1

    def tile(self, level: int, number: int, width: int) -> list[bytes]:
        """The first `width` hashes of a tile."""
        data = self._get(f"tile/{level}/{_path(number, width)}")
        assert len(data) == width * _HASH
        return [data[i : i + _HASH] for i in range(0, len(data), _HASH)]

    def entries(self, number: int, width: int) -> list[bytes]:
        """What the leaves of a tile are made of."""
        data, found = self._get(f"tile/entries/{_path(number, width)}"), list[bytes]()
        while data:
            length = int.from_bytes(data[:2])
            found.append(data[2 : 2 + length])
            data = data[2 + length :]
        assert len(found) == width
        return found

    def _get(self, path: str) -> bytes:
        if path not in self._known:
            self._known[path] = self._fetch(path)
        return self._known[path]


def _tiles(many: int) -> list[tuple[int, int]]:
    """The tiles of a level that has so many hashes, each with its width."""
    full, rest = divmod(many, _WIDTH)
    return [*((number, _WIDTH) for number in range(full)), *([(full, rest)] if rest else [])]


def _complete(hashes: list[bytes]) -> list[bytes]:
    """The complete subtrees over these, from right to left."""
    subtrees, end = [], len(hashes)
    while end:
        many = end & -end
        level = hashes[end - many : end]
        while len(level) > 1:
            level = [_node(*level[i : i + 2]) for i in range(0, len(level), 2)]
        subtrees += level
        end -= many
    return subtrees


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _path(number: int, width: int) -> str:
    digits = f"{number:03}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    *first, last = (digits[i : i + 3] for i in range(0, len(digits), 3))
    return "/".join([*(f"x{one}" for one in first), last]) + ("" if width == _WIDTH else f".p/{width}")
