"""Customers: people and households who buy, and what a shop may know of them as long as they wish."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import UUID

from domain.entities import AlreadyArchived, Entity
from domain.errors import READ_AGAIN, Conflict, Detail, Invalid
from domain.private import ERASED_REASON, texts

#: What a customer is called whose data was erased.
ERASED_NAME: Final = "Erased customer"
#: Of what an address consists; `country` is a code of two letters (ISO 3166).
ADDRESS_FIELDS: Final = ("line1", "line2", "city", "region", "postal_code", "country")
Address = dict[str, str | None]
#: What a customer can agree to.
PURPOSES: Final = ("marketing_email", "marketing_sms", "profiling")


class PossibleDuplicate(Conflict):
    """Another customer has this telephone number or e-mail address."""

    code = "possible_duplicate"
    remedy = "Use the customer that `details` name, or send `force: true` if it is another person."


class NotArchived(Conflict):
    """It is not archived."""

    code = "invalid_transition"
    remedy = READ_AGAIN


class Gone(Conflict):
    """The customer was erased, or turned out to be another one."""

    code = "invalid_transition"
    remedy = "Use the customer that this one was merged into; an erased one does not come back."


@dataclass(frozen=True)
class Consent:
    """What a customer agreed to or refused, when, and by which means they said so."""

    purpose: str
    granted: bool
    source: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What a customer bought, in minor currency units: `spent` is without what was given back, `returned`."""

    visits: int = 0
    spent: int = 0
    returned: int = 0
    last_visit: date | None = None

    @property
    def average_order(self) -> int | None:
        """What a visit came to before anything was given back, half units rounded up; None without visits."""
        bought = self.spent + self.returned
        return (2 * bought + self.visits) // (2 * self.visits) if self.visits > 0 else None

    def plus(self, other: "Totals") -> "Totals":
        """What both bought, as that of one."""
        return Totals(
            visits=self.visits + other.visits,
            spent=self.spent + other.spent,
            returned=self.returned + other.returned,
            last_visit=max(filter(None, (self.last_visit, other.last_visit)), default=None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a customer stands beyond what they are."""

    totals: Totals = field(default_factory=Totals)
    #: What they owe and what they have to their credit, in minor currency units.
    due: int = 0
    store_credit: int = 0
    erased_at: datetime | None = None
    merged_into: UUID | None = None


class Customer(Entity):
    """A person or a household that buys. What tells who they are is sealed with a key of their own."""

    type_name = "customers.Customer"
    kind = "customers"
    noun = "customer"

    class Registered(Entity.Registered):
        """A customer became known. `reference` is the number under which other systems know them.

        `credit_limit` is in minor currency units, None: they buy nothing on account; `terms_days` is how many
        days what they owe may wait. `store_id` is where they were met first.
        """

        name: str
        reference: str | None = None
        phone: str | None = None
        email: str | None = None
        address: Address | None = None
        tax_number: str | None = None
        birthday: date | None = None
        note: str | None = None
        group_ids: tuple[UUID, ...] = ()
        credit_limit: int | None = None
        terms_days: int | None = None
        consents: tuple[Consent, ...] = ()
        store_id: UUID | None = None

        class_version = 2
        private: ClassVar[Mapping[str, Any]] = texts(
            *("reference", "phone", "email", "address", "tax_number", "birthday", "note"),
            **{"name": ERASED_NAME, "consents.source": ERASED_REASON},
        )

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """At first a customer was a name, a reference, a phone and an e-mail address, in clear."""
            state.update(group_ids=[], consents=[])

        def apply(self, aggregate: "Customer") -> None:  # type: ignore[override]  # of its own kind only
            """Take over every field."""
            super().apply(aggregate)
            aggregate.absorbed_ids = ()
            aggregate.merged_into = None
            aggregate.is_erased = False

    class Renamed(Entity.Revised):
        """The customer goes by another name."""

        name: str

        private: ClassVar[Mapping[str, Any]] = texts(name=ERASED_NAME)

    class Relocated(Entity.Revised):
        """The customer is called, written to or lives elsewhere."""

        phone: str | None
        email: str | None
        address: Address | None

        private: ClassVar[Mapping[str, Any]] = texts("phone", "email", "address")

    class Identified(Entity.Revised):
        """The customer is known under other numbers, or was born on another day."""

        tax_number: str | None
        reference: str | None
        birthday: date | None

        private: ClassVar[Mapping[str, Any]] = texts("tax_number", "reference", "birthday")

    class Annotated(Entity.Revised):
        """The note about the customer was rewritten."""

        note: str | None

        private: ClassVar[Mapping[str, Any]] = texts("note")

    class Grouped(Entity.Revised):
        """The customer belongs to other groups."""

        group_ids: tuple[UUID, ...]

    class CreditAgreed(Entity.Revised):
        """The customer may owe another amount, or for another number of days."""

        credit_limit: int | None
        terms_days: int | None

    class Consented(Entity.Event):
        """The customer agreed to something or refused it; what they said last of a purpose counts."""

        consent: Consent

        private: ClassVar[Mapping[str, Any]] = texts(**{"consent.source": ERASED_REASON})

        def apply(self, aggregate: "Customer") -> None:
            """Put it in place of what they said before of that purpose."""
            others = (one for one in aggregate.values["consents"] if one.purpose != self.consent.purpose)
            aggregate.values["consents"] = (*others, self.consent)

    class Restored(Entity.Event):
        """The customer is one again after they were archived."""

        def apply(self, aggregate: "Customer") -> None:
            """Open it."""
            aggregate.is_archived = False

    class Absorbed(Entity.Event):
        """Other customers turned out to be this one. `kept` says from which of them a field was taken."""

        customer_ids: tuple[UUID, ...]
        kept: dict[str, UUID]

        def apply(self, aggregate: "Customer") -> None:
            """Remember whom."""
            aggregate.absorbed_ids = (*aggregate.absorbed_ids, *self.customer_ids)

    class Merged(Entity.Event):
        """The customer turned out to be another one, who has all of theirs from now on."""

        into: UUID

        def apply(self, aggregate: "Customer") -> None:
            """Close it, and lead on."""
            aggregate.merged_into = self.into
            aggregate.is_archived = True

    class Erased(Entity.Event):
        """Whatever told who the customer is was forgotten, with `keys` keys, of those absorbed too.

        `requested_at` is when they asked for it. `purged` counts the rows that went beside the log, by table.
        """

        reason: str
        requested_at: datetime | None
        customer_ids: tuple[UUID, ...]
        keys: int
        purged: dict[str, int] = field(default_factory=dict)

        def apply(self, aggregate: "Customer") -> None:
            """Forget what this object still knows, and close it."""
            aggregate.values.update(_FORGOTTEN)
            aggregate.values["consents"] = tuple(
                replace(one, source=ERASED_REASON) for one in aggregate.values["consents"]
            )
            aggregate.is_erased = aggregate.is_archived = True
            aggregate.destroyed_keys, aggregate.purged = self.keys, self.purged

    def restore(self) -> None:
        """Have them back after they were archived. Raises NotArchived, Gone."""
        if self.is_erased or self.merged_into:
            raise Gone
        if not self.is_archived:
            raise NotArchived
        self.trigger_event(Customer.Restored)

    def consent(self, consent: Consent) -> None:
        """Record what they agreed to or refused. Raises AlreadyArchived."""
        if self.is_archived:
            raise AlreadyArchived
        self.trigger_event(Customer.Consented, consent=consent)

    def check_open(self) -> None:
        """Raise Gone or AlreadyArchived unless they are dealt with."""
        self.check_present()
        if self.is_archived:
            raise AlreadyArchived

    def check_present(self) -> None:
        """Raise Gone for who was erased, or turned out to be another one."""
        if self.is_erased or self.merged_into:
            raise Gone

    if TYPE_CHECKING:
        absorbed_ids: tuple[UUID, ...]
        merged_into: UUID | None
        is_erased: bool
        destroyed_keys: int
        purged: dict[str, int]


#: What the fields of a customer read once they are forgotten.
_FORGOTTEN: Final = {name: reads for name, reads in Customer.Registered.private.items() if "." not in name}


def check_birthday(birthday: date | None, today: date) -> None:
    """Raise Invalid for somebody who is not born yet, or was born before the year 1900."""
    if birthday is not None and not date(1900, 1, 1) <= birthday <= today:
        message = "Must lie between the year 1900 and today."
        raise Invalid(details=[Detail("birthday", "invalid", message)])
