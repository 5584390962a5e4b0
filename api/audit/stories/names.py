"""What things are called that events name by their ids."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID


class Names(Protocol):
    """Knows names by ids."""

    def name_of(self, thing_id: UUID) -> str | None:
        """What this is called; None where nobody knows."""


class KnownNames:
    """Names that were looked up."""

    def __init__(self, names: Mapping[UUID, str]) -> None:
        self._names = names

    def name_of(self, thing_id: UUID) -> str | None:
        """What this is called; None where nobody knows."""
        return self._names.get(thing_id)


class WantedNames:
    """Notes which names sentences take, so that all of a page are looked up at once."""

    def __init__(self) -> None:
        self.ids: set[UUID] = set()

    def name_of(self, thing_id: UUID) -> str | None:
        """Note it. The sentence that takes it is made again once it is known."""
        self.ids.add(thing_id)
        return "?"
