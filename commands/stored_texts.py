"""What is kept beside the log and tells about persons: it goes when they are forgotten."""

from collections.abc import Collection, Mapping
from typing import Protocol
from uuid import UUID

from domain.pending import Pending


class StoredTextsPort(Protocol):
    """Stored answers, and operations of tills that wait."""

    def purge(self, subject_ids: Collection[UUID]) -> Pending[Mapping[str, int]]:
        """Remove what is kept about these persons; the answer is how many rows of each table.

        An operation that waits stays and loses its free texts. Whoever forgets them destroys their keys
        first: a decision that just tells about them is waited for by that.
        """
