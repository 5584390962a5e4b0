"""Where an order stands: three statuses that never stand for one another, and what is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.errors import Conflict

#: Where an order stands, whether it is paid, and whether the goods are with the customer.
OrderStatus = Literal["open", "completed", "cancelled", "voided"]
PaymentStatus = Literal["unpaid", "partially_paid", "paid", "partially_refunded", "refunded"]
FulfilmentStatus = Literal[
    "unfulfilled", "partially_fulfilled", "fulfilled", "partially_returned", "returned"
]


class InvalidTransition(Conflict):
    """What has become of the order does not allow that."""

    code = "invalid_transition"
    remedy = (
        "Read the order: its `status`, `payment_status` and `fulfilment_status` say what can still be done."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an order is after an event, for whoever does not know what it was before; money is minor units."""

    status: str
    payment_status: str
    fulfilment_status: str
    total: int
    due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the statuses of a placed order follow from; money is minor currency units.

    `ordered` is what is still ordered of each line: what was cancelled is ordered no more. `given_back` is
    exact: what cash was rounded by when it was given back is not in it. `charged` is what is owed
    on account, so it is paid there.
    """

    total: int
    rounding: int = 0
    tip_total: int = 0
    paid_total: int = 0
    given_back: int = 0
    ordered: Mapping[UUID, Decimal]
    fulfilled: Mapping[UUID, Decimal]
    on_account: bool
    charged: int = 0

    @property
    def payable(self) -> int:
        """What of it is not owed on account yet; below zero, what was paid beyond what remains."""
        return self.due - self.charged

    @property
    def due(self) -> int:
        """What is still to be paid, what is owed on account included; nobody keeps a tip for nothing."""
        tips = 0 if self.is_cancelled else self.tip_total
        return self.total + self.rounding + tips - self.paid_total + self.given_back

    @property
    def is_cancelled(self) -> bool:
        """Whether nothing of it is left, and nothing was handed over."""
        return not self.ordered

    @property
    def is_complete(self) -> bool:
        """Whether all that is left of it was handed over, and is paid or owed by agreement."""
        is_settled = self.on_account or self.due <= 0
        return not self.is_cancelled and self.fulfilment_status == "fulfilled" and is_settled

    @property
    def payment_status(self) -> PaymentStatus:
        """Whether it is paid, before anything of it is refunded."""
        if self.is_cancelled:
            return "refunded" if self.given_back else "unpaid"
        if self.due <= 0:
            return "paid"
        return "partially_paid" if self.paid_total > self.given_back else "unpaid"

    @property
    def fulfilment_status(self) -> FulfilmentStatus:
        """Whether the goods are with the customer, before any came back."""
        if not any(self.fulfilled.values()):
            return "unfulfilled"
        return "fulfilled" if self.fulfilled == self.ordered else "partially_fulfilled"

    @property
    def standing(self) -> Standing:
        """What the order is, as long as it is not completed."""
        return Standing(
            status="cancelled" if self.is_cancelled else "open",
            payment_status=self.payment_status,
            fulfilment_status=self.fulfilment_status,
            total=self.total,
            due=self.due,
        )
