"""Checks proofs as the RFC says, by no code that makes them."""

from collections.abc import Sequence

from domain.seals.checking import is_consistent
from domain.seals.tree import node_hash

__all__ = ["included_root", "is_consistent"]


def included_root(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes | None:
    """The root that a proof of inclusion leads to (RFC 9162, 2.1.3.2); None of one that cannot be any."""
    if not 0 <= index < size:
        return None
    root, last = leaf, size - 1
    for one in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            root = node_hash(one, root)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            root = node_hash(root, one)
        index, last = index >> 1, last >> 1
    return root if last == 0 else None
