"""The Merkle tree over the hashes of a log (RFC 6962, section 2.1): roots, and proofs against them.

A leaf is the chain hash of an event; leaf 0 is the event at position 1. Everything is made of complete
subtrees, named by their height and by their place among those of that height, so that a store that keeps some
of them answers every question from few.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from hashlib import sha256
from typing import NamedTuple

_LEAF, _NODE = b"\x00", b"\x01"


class Subtree(NamedTuple):
    """The complete subtree of 2 ** height leaves that begins at leaf number * 2 ** height."""

    height: int
    number: int


#: A stretch of leaves as complete subtrees, from left to right; its hash folds them from the right.
Stretch = tuple[Subtree, ...]
#: What is known of subtrees.
Hashes = Mapping[Subtree, bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of what lies above two subtrees."""
    return sha256(_NODE + left + right).digest()


def empty_root() -> bytes:
    """The root of a tree without leaves."""
    return sha256().digest()


def stretch(begin: int, end: int) -> Stretch:
    """The complete subtrees of the leaves from `begin` to before `end`.

    `begin` must be a multiple of the largest power of two in it, as it is wherever a tree is divided.
    """
    subtrees = []
    while begin < end:
        height = (end - begin).bit_length() - 1
        subtrees.append(Subtree(height, begin >> height))
        begin += 1 << height
    return tuple(subtrees)


def hash_of(part: Stretch, known: Hashes) -> bytes:
    """The hash of a stretch, from those of its subtrees."""
    hashes = [known[subtree] for subtree in part]
    return reduce(lambda right, left: node_hash(left, right), reversed(hashes)) if hashes else empty_root()


def inclusion(index: int, size: int) -> list[Stretch]:
    """What proves that a leaf is in the tree of the first `size` leaves, from the leaf up.

    Raises IndexError unless it is one of them.
    """
    if not 0 <= index < size:
        raise IndexError(index)
    path, begin, end = [], 0, size
    while end - begin > 1:
        middle = begin + _left_half(end - begin)
        if index < middle:
            path.append(stretch(middle, end))
            end = middle
        else:
            path.append(stretch(begin, middle))
            begin = middle
    return path[::-1]


def consistency(former: int, size: int) -> list[Stretch]:
    """What proves that the tree of the first `former` leaves is the beginning of that of `size`.

    Raises IndexError unless there are at least as many, and some at first.
    """
    if not 0 < former <= size:
        raise IndexError(former)
    return _consistency(former, 0, size, is_former=True)


def _consistency(former: int, begin: int, end: int, *, is_former: bool) -> list[Stretch]:
    if former == end - begin:
        # The root of the former tree is known to whoever asks.
        return [] if is_former else [stretch(begin, end)]
    half = _left_half(end - begin)
    middle = begin + half
    if former <= half:
        return [*_consistency(former, begin, middle, is_former=is_former), stretch(middle, end)]
    return [*_consistency(former - half, middle, end, is_former=False), stretch(begin, middle)]


def _left_half(leaves: int) -> int:
    """How many of several leaves lie on the left: the largest power of two that leaves some for the right."""
    return 1 << (leaves - 1).bit_length() - 1


class Growing:
    """A tree that leaves are added to: it holds the subtrees that its root follows from, and no more."""

    def __init__(self, size: int = 0, frontier: Sequence[bytes] = ()) -> None:
        """The tree of `size` leaves; `frontier` has the hashes of its complete subtrees, from left to right.

        Raises ValueError if these are not as many as there are.
        """
        if len(frontier) != size.bit_count():
            raise ValueError(size)
        self.size = size
        self._frontier = list(frontier)

    @property
    def frontier(self) -> tuple[bytes, ...]:
        """The hashes of its complete subtrees, from left to right."""
        return tuple(self._frontier)

    @property
    def root(self) -> bytes:
        """The root of all leaves so far."""
        return hash_of(stretch(0, self.size), dict(zip(stretch(0, self.size), self._frontier, strict=True)))

    @classmethod
    def over(cls, nodes: Iterable[bytes]) -> "Growing":
        """The tree over subtrees of one size, by their hashes."""
        tree = cls()
        for node in nodes:
            tree.join(node)
        return tree

    def add(self, data: bytes) -> Sequence[tuple[Subtree, bytes]]:
        """Add a leaf. Returns every subtree that is complete with it, the leaf first."""
        return self.join(leaf_hash(data))

    def join(self, whole: bytes) -> Sequence[tuple[Subtree, bytes]]:
        """The same of a leaf's hash, or of that of a subtree where all are of one size."""
        index = self.size
        made = [(Subtree(0, index), whole)]
        while index & 1:
            whole, index = node_hash(self._frontier.pop(), whole), index >> 1
            made.append((Subtree(len(made), index), whole))
        self._frontier.append(whole)
        self.size += 1
        return made
