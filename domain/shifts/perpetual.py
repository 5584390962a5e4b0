"""Perpetual totals: what a register took since it began. Amounts are minor currency units, tax included."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

from domain.aggregate import Aggregate
from domain.orders import Order
from domain.unlinked_returns import UnlinkedReturn


@dataclass(frozen=True, slots=True, kw_only=True)
class Perpetual:
    """What a register took; it only grows."""

    sales: int = 0
    returns: int = 0
    receipts: int = 0
    z_count: int = 0

    @property
    def net(self) -> int:
        """Sales without what was returned."""
        return self.sales - self.returns

    def grown_by(self, other: Self) -> Self:
        """Both together."""
        return type(self)(
            sales=self.sales + other.sales,
            returns=self.returns + other.returns,
            receipts=self.receipts + other.receipts,
            z_count=self.z_count + other.z_count,
        )


def taken_without_shift(event: type[Aggregate.Event], data: Any) -> Perpetual | None:
    """What a fact at a register adds where no shift was; None for a fact of a shift, or of no register.

    A shift's own facts are added by its close. A void is a return here, as a report in between may have told
    the sale already.
    """
    if data.register_id is None or data.shift_id is not None:
        return None
    return _GROWTH[event](data)


_GROWTH: Mapping[type[Aggregate.Event], Callable[[Any], Perpetual]] = MappingProxyType(
    {
        Order.Sold: lambda sale: Perpetual(sales=sale.totals.total, receipts=1),
        Order.Voided: lambda void: Perpetual(returns=void.totals.total),
        Order.Refunded: lambda refund: Perpetual(returns=refund.total),
        UnlinkedReturn.Taken: lambda back: Perpetual(returns=back.total),
    }
)
#: The events that may add to them without a shift.
TAKING_EVENTS = tuple(_GROWTH)
