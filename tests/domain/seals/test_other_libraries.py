"""Trees and proofs are those of a library that knows nothing of ours; skipped where pymerkle is missing."""

from hashlib import sha256
from typing import Any

import pytest

from domain.seals.tree import Growing, Subtree, hash_of, inclusion, leaf_hash

SIZES = range(1, 34)


@pytest.fixture(scope="module")
def pymerkle() -> Any:
    return pytest.importorskip("pymerkle")


def test_roots_and_proofs_are_the_same(pymerkle: Any) -> None:
    theirs, ours = pymerkle.InmemoryTree(algorithm="sha256"), Growing()
    known, roots, leaves = dict[Subtree, bytes](), dict[int, bytes](), list[bytes]()
    for size in SIZES:
        leaves.append(sha256(b"%d" % size).digest())
        theirs.append_entry(leaves[-1])
        known.update(ours.add(leaves[-1]))
        roots[size] = ours.root
        for index, leaf in enumerate(leaves):
            proof = theirs.prove_inclusion(index + 1, size)
            pymerkle.verify_inclusion(leaf_hash(leaf), roots[size], proof)
            assert proof.path[1:] == [hash_of(part, known) for part in inclusion(index, size)]
        for former in range(1, size + 1):
            proof = theirs.prove_consistency(former, size)
            pymerkle.verify_consistency(roots[former], roots[size], proof)
