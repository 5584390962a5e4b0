"""The small things a shop sets up once: brands, units, tax rates, stores … share one life.

A new kind is a declaration of its events; storing, listing, editing and archiving it are already there.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from uuid import UUID

from domain.aggregate import Aggregate, events_of
from domain.entities import AlreadyArchived, Entity
from domain.errors import Conflict, NotAllowed
from domain.folding import fold


class DuplicateName(Conflict):
    """Another one already has this name."""

    code = "duplicate_name"
    remedy = "Choose another name, or use the one that has it; `details` name it."


class DuplicateCode(Conflict):
    """Another one already has this code."""

    code = "duplicate_code"
    remedy = "Choose another code, or use what has it; `details` name it."


class InUse(Conflict):
    """It is still in use."""

    code = "in_use"
    remedy = "Change or archive first what still uses it; the message or `details` say what."


#: What may refer to a setting, or lie in one.
Use = Literal["settings", "products", "stock", "transfers", "counts", "shifts", "users", "customers"]
#: Each in a sentence, as whoever archives the setting reads it.
USES: Mapping[Use, str] = MappingProxyType(
    {
        "settings": "Other settings name it, as registers and storages name their store.",
        "products": "Products have it.",
        "stock": "Stock lies there, is promised there, or is on its way.",
        "transfers": "A transfer from there has not all arrived.",
        "counts": "A count there is not completed.",
        "shifts": "A shift there is not closed.",
        "users": "Users are bound to it.",
        "customers": "Customers belong to it.",
    }
)


class OtherStore(NotAllowed):
    """You do not work in this store."""


@dataclass(frozen=True)
class Reference:
    """A field that names another entity of the company, or several of a kind."""

    field: str
    kind: str


class Setting(Entity):
    """A named entity that other decisions refer to."""

    #: The name of its collection in paths and read models, such as `brands`.
    kind: ClassVar[str]
    #: What one of them is called in a sentence, such as `brand`.
    noun: ClassVar[str]
    #: Names are unique among those with the same value of this field; None: in the whole company.
    scope: ClassVar[str | None] = None
    #: The field that names the entity it belongs to, by which lists are filtered.
    parent: ClassVar[str | None] = None
    #: How many levels a tree of them has at most; None: they make no tree, or one of any depth.
    deepest: ClassVar[int | None] = None
    references: ClassVar[tuple[Reference, ...]] = ()
    #: The field that names its store, by which users are bound; `id` for stores themselves, None for what
    #: belongs to the whole company.
    store_field: ClassVar[str | None] = None
    #: What a new one takes from its company unless it says otherwise …
    inherited: ClassVar[tuple[str, ...]] = ()
    #: … and what of that must be the same as the company's.
    common: ClassVar[tuple[str, ...]] = ()

    class Registered(Entity.Registered):
        """It exists from now on, and is in use."""

        def apply(self, aggregate: "Setting") -> None:  # type: ignore[override]  # of its own kind only
            """Take over every field."""
            super().apply(aggregate)
            aggregate.is_active = True

    class Switched(Aggregate.Event):
        """What the events share by which it goes out of use for a time and comes back."""

        shared: ClassVar[bool] = True
        #: Whether it is in use after this event.
        is_active: ClassVar[bool]

        def apply(self, aggregate: "Setting") -> None:
            """Switch it."""
            aggregate.is_active = self.is_active

    if TYPE_CHECKING:
        is_active: bool

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> None:
        """Raise a refusal for values that do not go together; every field is given."""

    @classmethod
    def switches(cls) -> Mapping[bool, type["Setting.Switched"]]:
        """The events by which it goes out of use (False) and comes back (True); empty if it cannot."""
        events = (event for _, event in events_of(cls) if issubclass(event, Setting.Switched))
        return {event.is_active: event for event in events}

    def switch(self, *, is_active: bool) -> None:
        """Put it out of use for a time, or back to it; what is so already records nothing.

        Raises AlreadyArchived.
        """
        if self.is_archived:
            raise AlreadyArchived
        if is_active != self.is_active:
            self.trigger_event(self.switches()[is_active])

    def is_within(self, store_ids: Collection[UUID]) -> bool:
        """Whether it is there for somebody who works in these stores; without stores, everything is."""
        return not store_ids or self.store_field is None or self._store_id() in store_ids

    def is_visible(self, store_ids: Collection[UUID]) -> bool:
        """Whether somebody who works in these stores may look at it: also at what lies in none of any."""
        return self.is_within(store_ids) or self._store_id() is None

    def _store_id(self) -> UUID | None:
        store_id: UUID | None = self.id if self.store_field == "id" else self.values[self.store_field or ""]
        return store_id


def name_key(name: str) -> str:
    """The form in which two names are the same.

    Runs of white space do not count, nor whatever nobody can see (`fold`).
    """
    return " ".join(fold(name).split())
