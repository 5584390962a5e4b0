"""Roots and proofs are those of RFC 6962, and whoever checks them finds out what was changed."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.seals.tree import (
    Growing,
    Subtree,
    consistency,
    empty_root,
    hash_of,
    inclusion,
    leaf_hash,
    stretch,
)
from tests.domain.seals.checking import included_root, is_consistent

LEAVES = [sha256(str(number).encode()).digest() for number in range(70)]


def plain_root(leaves: list[bytes]) -> bytes:
    """As the definition says it."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + plain_root(leaves[:half]) + plain_root(leaves[half:])).digest()


def grown(size: int) -> tuple[Growing, dict[Subtree, bytes]]:
    tree, known = Growing(), dict[Subtree, bytes]()
    for leaf in LEAVES[:size]:
        known.update(tree.add(leaf))
    return tree, known


SIZES = st.integers(1, len(LEAVES))


@pytest.mark.parametrize("size", range(len(LEAVES) + 1))
def test_a_root_is_what_the_definition_says(size: int) -> None:
    tree, known = grown(size)
    assert tree.root == plain_root(LEAVES[:size]) == hash_of(stretch(0, size), known)
    assert len(tree.frontier) == size.bit_count()


def test_without_leaves_it_is_that_of_nothing() -> None:
    assert Growing().root == empty_root() == plain_root([])


@given(size=SIZES, data=st.data())
def test_a_tree_grows_on_from_its_frontier(size: int, data: st.DataObject) -> None:
    former = data.draw(st.integers(0, size))
    tree = Growing(former, grown(former)[0].frontier)
    for leaf in LEAVES[former:size]:
        tree.add(leaf)
    assert tree.root == plain_root(LEAVES[:size])


def test_a_frontier_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="3"):
        Growing(3, [LEAVES[0]])


@given(size=SIZES, data=st.data())
def test_a_leaf_is_proved_to_be_where_it_is_and_nowhere_else(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    tree, known = grown(size)
    path = [hash_of(part, known) for part in inclusion(index, size)]
    leaf = leaf_hash(LEAVES[index])
    assert included_root(index, size, leaf, path) == tree.root
    other = data.draw(st.integers(0, size - 1).filter(lambda one: one != index) if size > 1 else st.just(1))
    assert included_root(other, size, leaf, path) != tree.root
    assert included_root(index, size, leaf_hash(b"another"), path) != tree.root
    assert included_root(index, size, leaf, [*path, LEAVES[0]]) != tree.root
    if path:
        assert included_root(index, size, leaf, path[:-1]) != tree.root


@given(size=SIZES, data=st.data())
def test_what_a_log_grew_from_is_proved_and_nothing_else_is(size: int, data: st.DataObject) -> None:
    former = data.draw(st.integers(1, size))
    tree, known = grown(size)
    before = plain_root(LEAVES[:former])
    proof = [hash_of(part, known) for part in consistency(former, size)]
    assert is_consistent(former, size, (before, tree.root), proof)
    assert not is_consistent(former, size, (leaf_hash(before), tree.root), proof)
    assert not is_consistent(former, size, (before, leaf_hash(tree.root)), proof)
    assert not is_consistent(former, size, (before, tree.root), [*proof, LEAVES[0]])
    if proof:
        assert not is_consistent(former, size, (before, tree.root), proof[:-1])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_nothing_proves_what_is_not_in_the_tree(index: int, size: int) -> None:
    with pytest.raises(IndexError):
        inclusion(index, size)
    assert included_root(index, size, LEAVES[0], []) is None


@pytest.mark.parametrize(("former", "size"), [(0, 3), (4, 3)])
def test_nothing_grew_from_nothing_or_from_more(former: int, size: int) -> None:
    with pytest.raises(IndexError):
        consistency(former, size)
    assert not is_consistent(former, size, (b"", b""), [])
