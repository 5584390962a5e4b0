"""Checks that a log has only grown, as the RFC says, by no code that makes such proofs."""

from collections.abc import Sequence

from domain.seals.tree import node_hash


def is_consistent(former: int, size: int, roots: tuple[bytes, bytes], proof: Sequence[bytes]) -> bool:
    """Whether a proof leads from the one root to the other (RFC 9162, 2.1.4.2)."""
    if not 0 < former <= size:
        return False
    if former == size:
        return not proof and roots[0] == roots[1]
    steps = iter(proof)
    place, last = former - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = roots[0] if place == 0 else next(steps, None)
    if first is None:
        return False
    then = first
    for one in steps:
        if last == 0:
            return False
        if place & 1 or place == last:
            first, then = node_hash(one, first), node_hash(one, then)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            then = node_hash(then, one)
        place, last = place >> 1, last >> 1
    return last == 0 and (first, then) == roots
