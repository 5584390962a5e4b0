"""A parked sale: parked at a till, taken up again at one, and sold, discarded or expired in the end."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from uuid import UUID, uuid5

from domain.aggregate import Aggregate
from domain.errors import Conflict
from domain.held_sales.lines import HeldLine
from domain.pricing import Discount
from domain.private import CUSTOMER, OF_BASKETS, texts

Status = Literal["held", "resumed", "sold", "discarded", "expired"]
_RESERVATION = UUID("5f0c6d1e-2f3b-4b0a-8a55-4f1d8e0b7c21")


class HeldSaleEnded(Conflict):
    """This parked sale was sold, discarded, or has expired."""

    code = "invalid_transition"
    remedy = "List the parked sales again; begin a new one if it is gone."


class HeldElsewhere(Conflict):
    """This parked sale was taken up elsewhere."""

    code = "held_elsewhere"
    remedy = "Let the other till sell or park it, then resume it here."
    facts: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "held_by": "Who took it up, at which register and when.",
        }
    )


def reservation_of(held_id: UUID) -> UUID:
    """The id of the reservation of a parked sale, so that both can be asked for at once."""
    return uuid5(_RESERVATION, str(held_id))


class HeldSale(Aggregate):
    """A basket that waits in a store. It has no number, no shift, and takes nothing from stock."""

    type_name = "orders.HeldSale"

    class Parked(Aggregate.Created):
        """A basket was put aside. `value` is what it came to then, in minor currency units."""

        store_id: UUID
        register_id: UUID | None
        cashier_id: UUID | None
        customer_id: UUID | None
        label: str | None
        note: str | None
        currency: str
        lines: tuple[HeldLine, ...]
        discounts: tuple[Discount, ...]
        value: int
        held_at: datetime
        expires_at: datetime
        #: What is promised of the stock until then, if anything is.
        reservation_id: UUID | None = None

        subject = CUSTOMER
        private: ClassVar[Mapping[str, Any]] = texts("label", "note", *OF_BASKETS)

        def apply(self, aggregate: "HeldSale") -> None:
            """Keep the basket."""
            aggregate.terms = self
            aggregate.status = "held"
            aggregate.expires_at = self.expires_at
            aggregate.resumption = None
            aggregate.order_id = None

    class Resumed(Aggregate.Event):
        """Somebody took it up at a till, from which alone it is sold; its time begins anew."""

        register_id: UUID | None
        cashier_id: UUID | None
        resumed_at: datetime
        expires_at: datetime

        def apply(self, aggregate: "HeldSale") -> None:
            """Note who has it."""
            aggregate.status = "resumed"
            aggregate.resumption = self
            aggregate.expires_at = self.expires_at

    class Sold(Aggregate.Event):
        """It became this order."""

        order_id: UUID

        def apply(self, aggregate: "HeldSale") -> None:
            """It waits no more."""
            aggregate.status = "sold"
            aggregate.order_id = self.order_id

    class Discarded(Aggregate.Event):
        """Nobody wants it any more, or it was parked again, as another."""

        parked_again_id: UUID | None = None

        def apply(self, aggregate: "HeldSale") -> None:
            """It waits no more."""
            aggregate.status = "discarded"

    class Expired(Aggregate.Event):
        """Its customer did not come back in time."""

        def apply(self, aggregate: "HeldSale") -> None:
            """It waits no more."""
            aggregate.status = "expired"

    if TYPE_CHECKING:
        terms: Parked
        status: Status
        expires_at: datetime
        #: Who has taken it up, last.
        resumption: Resumed | None
        order_id: UUID | None

    @property
    def is_open(self) -> bool:
        """Whether it can still be sold."""
        return self.status in ("held", "resumed")

    @property
    def stocked(self) -> dict[UUID, Decimal]:
        """What it needs of each variant whose stock is counted."""
        sums: dict[UUID, Decimal] = {}
        for line in self.terms.lines:
            if line.is_stocked:
                sums[line.variant_id] = sums.get(line.variant_id, Decimal(0)) + line.quantity
        return sums

    def is_within(self, store_ids: Collection[UUID]) -> bool:
        """Whether it waits in one of these stores; no stores are no bounds."""
        return not store_ids or self.terms.store_id in store_ids

    def check_open(self) -> None:
        """Raise HeldSaleEnded unless it can still be sold."""
        if not self.is_open:
            raise HeldSaleEnded

    def is_due(self, now: datetime) -> bool:
        """Whether its time is over, and nobody has said so yet."""
        return self.is_open and self.expires_at <= now

    def is_elsewhere(self, register_id: UUID | None, cashier_id: UUID | None) -> bool:
        """Whether another till has it than this or, as it was taken up at none, somebody else."""
        held = self.resumption
        if held is None or self.status != "resumed":
            return False
        if held.register_id:
            return held.register_id != register_id
        return held.cashier_id != cashier_id

    def resume(
        self,
        register_id: UUID | None,
        cashier_id: UUID | None,
        *,
        resumed_at: datetime,
        expires_at: datetime,
    ) -> None:
        """Take it up; where it is taken up already nothing is recorded. Raises HeldSaleEnded."""
        self.check_open()
        if not self._is_at(register_id) or self.is_elsewhere(register_id, cashier_id):
            self.trigger_event(
                HeldSale.Resumed,
                register_id=register_id,
                cashier_id=cashier_id,
                resumed_at=resumed_at,
                expires_at=expires_at,
            )

    def _is_at(self, register_id: UUID | None) -> bool:
        """Whether it was taken up at this till, or at none where none is named."""
        held = self.resumption
        return held is not None and self.status == "resumed" and held.register_id == register_id

    def sell(self, order_id: UUID) -> None:
        """Note what it became. Raises HeldSaleEnded."""
        self.check_open()
        self.trigger_event(HeldSale.Sold, order_id=order_id)

    def discard(self, parked_again_id: UUID | None = None) -> None:
        """Give it up. Raises HeldSaleEnded."""
        self.check_open()
        self.trigger_event(HeldSale.Discarded, parked_again_id=parked_again_id)

    def expire(self) -> None:
        """Give it up as its time is over. Raises HeldSaleEnded."""
        self.check_open()
        self.trigger_event(HeldSale.Expired)
