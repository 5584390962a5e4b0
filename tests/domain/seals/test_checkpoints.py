"""A checkpoint is read only if it is written exactly as it must be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.seals.checkpoints import Checkpoint, NotACheckpoint, read_note
from tests.domain.seals.test_vector import CHECKPOINT, ORIGIN, PUBLIC


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n7\n", "\n07\n"),
        ("\n7\n", "\n+7\n"),
        ("\n7\n", "\n-7\n"),
        ("\n7\n", "\n\u0667\n"),
        ("\n7\n", "\n\n"),
        ("\n7\n", "\n" + "9" * 5000 + "\n"),
        ("vf8=\n", "vf8\n"),
        ("vf8=\n", "vf9=\n"),
        ("vf8=\n", "vf8=\nmore\n"),
        ("\n\n", "\n"),
        ("— ", "- "),
        ("QM=\n", "QM="),
        ("QM=\n", "QM=\n\n"),
        (f"{ORIGIN}\n7", "\n7"),
        (f"— {ORIGIN} ", "— "),
    ],
)
def test_whatever_is_written_otherwise_is_refused(old: str, new: str) -> None:
    with pytest.raises(NotACheckpoint):
        read_note(CHECKPOINT.replace(old, new, 1))


@given(st.text(alphabet="a7—+/= \n", max_size=60))
def test_no_other_text_is_taken_for_one(text: str) -> None:
    with pytest.raises(NotACheckpoint):
        read_note(text)


@given(size=st.integers(0, 2**63 - 1), root=st.binary(min_size=32, max_size=32))
def test_what_was_written_is_read(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(origin=ORIGIN, size=size, root=root)
    note = read_note(checkpoint.signed(PUBLIC, bytes(64)))
    assert note.checkpoint == checkpoint
    assert note.signature_of(PUBLIC) == bytes(64)
