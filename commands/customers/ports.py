"""What is decided with about customers, and what is answered of one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from commands.ports import UnitOfWork
from domain.customers import Customer, Standing
from domain.errors import Detail
from domain.pending import Pending


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer, and how they stand."""

    customer: Customer
    standing: Standing


class CustomersPort(Protocol):
    """The customers of the company."""

    def hold(self, *customer_ids: UUID) -> None:
        """Hold customers from the next round trip on, and whom they absorbed.

        Until the end nothing is sold to them, and nobody else changes their accounts.
        """

    def namesakes(self, customer_id: UUID, *, phone: str | None, email: str | None) -> Pending[list[Detail]]:
        """Ask who else has this telephone number or e-mail address, each by the field and `customer_id`."""

    def missing_groups(self, group_ids: Collection[UUID]) -> Pending[Mapping[UUID, Detail]]:
        """Ask which of these groups are not there; the others are held until the end.

        Each detail names the field as `group_ids.0`, by its place in the collection.
        """

    def standing(self, customer_id: UUID, store_ids: tuple[UUID, ...]) -> Pending[Standing]:
        """Ask how they stand; what they bought counts in these stores, without any in all."""

    def engagements(self, customer_id: UUID) -> Pending[list[str]]:
        """Ask what is open with them: `customer_owes`, `customer_has_credit`, `open_orders`."""


class CustomersWork(UnitOfWork, Protocol):
    """What customers are decided with."""

    @property
    def customers(self) -> CustomersPort:
        """Customers."""


def in_order(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values with each group once, in the order of their ids."""
    ordered = dict(values)
    if "group_ids" in values:
        ordered["group_ids"] = tuple(sorted(set(values["group_ids"])))
    return ordered


def latest_birthday(now: datetime) -> date:
    """The last day on which somebody can have been born: somewhere it is tomorrow already."""
    return (now + timedelta(days=1)).date()
