"""Entries of customers' accounts: every change is one journal entry, which is never changed."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from domain.aggregate import Aggregate
from domain.entities import fields_of

#: The two accounts of a customer: what they have to their credit, and what they owe.
STORE_CREDIT, DUE = "store_credit", "due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """What an entry takes of a lot, which an earlier entry brought, for an order if for one."""

    lot_id: UUID
    amount: int
    order_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """What an entry is recorded for: when it happened, and where, if at a store."""

    occurred_at: datetime
    business_date: date
    store_id: UUID | None = None
    order_id: UUID | None = None
    refund_id: UUID | None = None


class AccountEntry(Aggregate):
    """A journal entry of one account of a customer: a single event."""

    class Recorded(Aggregate.Created):
        """An account changed by `amount`, which leaves `balance`; both in minor currency units.

        An entry that brings something is a lot, until others have taken all of it: their `allocations` say
        what of which. `from_customer_id` is whose it was, where customers turned out to be one.
        """

        shared: ClassVar[bool] = True
        #: Which account it is of, and what its ledger calls it.
        account: ClassVar[str]
        kind: ClassVar[str]
        private: ClassVar[Mapping[str, Any]] = MappingProxyType({"reason": None})
        subject: ClassVar[str] = "customer_id"

        customer_id: UUID
        amount: int
        balance: int
        occurred_at: datetime
        business_date: date
        _: KW_ONLY
        store_id: UUID | None = None
        order_id: UUID | None = None
        refund_id: UUID | None = None
        reason: str | None = None
        from_customer_id: UUID | None = None
        allocations: tuple[Allocation, ...] = ()

        def apply(self, aggregate: "AccountEntry") -> None:
            """Keep the entry."""
            aggregate.kind = self.kind
            for name in fields_of(type(self)):
                setattr(aggregate, name, getattr(self, name))

    if TYPE_CHECKING:
        kind: str
        customer_id: UUID
        amount: int
        balance: int
        occurred_at: datetime
        business_date: date
        store_id: UUID | None
        order_id: UUID | None
        refund_id: UUID | None
        reason: str | None
        allocations: tuple[Allocation, ...]


class StoreCredit(AccountEntry):
    """An entry of what a customer has to their credit in the company's stores."""

    type_name = "customers.StoreCredit"

    class Entered(AccountEntry.Recorded):
        """The credit changed. `expires_on` is the last day on which what came can be spent; None: any."""

        shared: ClassVar[bool] = True
        account = STORE_CREDIT

        _: KW_ONLY
        expires_on: date | None = None

    class Issued(Entered):
        """A refund or a payment became credit."""

        kind = "issued"

    class Spent(Entered):
        """Something was paid with it."""

        kind = "spent"

    class Returned(Entered):
        """What was paid with it was taken back, and so the credit is there again."""

        kind = "returned"

    class Expired(Entered):
        """Its time was over."""

        kind = "expired"

    class Adjusted(Entered):
        """Somebody gave or took credit, for a reason."""

        kind = "adjusted"

    class Moved(Entered):
        """It went over to the customer that this one turned out to be."""

        kind = "moved"

    if TYPE_CHECKING:
        expires_on: date | None


class Account(AccountEntry):
    """An entry of what a customer owes."""

    type_name = "customers.Account"

    class Entered(AccountEntry.Recorded):
        """The dues changed. `due_on` is the last day on which what was charged is paid in time."""

        shared: ClassVar[bool] = True
        account = DUE

        _: KW_ONLY
        due_on: date | None = None

    class Charged(Entered):
        """Something was sold on account."""

        kind = "charge"

    class Settled(Entered):
        """The customer paid of what they owed, by a method of payment."""

        kind = "payment"
        private: ClassVar[Mapping[str, Any]] = MappingProxyType({"reason": None, "reference": None})

        method: str
        reference: str | None = None

    class Credited(Entered):
        """What was sold on account came back, or the sale was taken back."""

        kind = "refund"

    class WrittenOff(Entered):
        """Nobody expects it to be paid any more."""

        kind = "write_off"

    class Moved(Entered):
        """It went over to the customer that this one turned out to be."""

        kind = "moved"

    if TYPE_CHECKING:
        due_on: date | None
        method: str
        reference: str | None
