"""Late facts: what became known of a shift after its close. Amounts are minor currency units."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from domain.payments import CASH


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFact:
    """What it changed in the drawer (`cash`), what it came to, and what it adds to the perpetual totals.

    These only grow: a void of what may be in an earlier report is a return.
    """

    order_id: UUID
    cash: int
    total: int
    sales: int = 0
    returns: int = 0
    receipts: int = 0

    @classmethod
    def of_sale(cls, order_id: UUID, payments: Iterable[Any], total: int) -> Self:
        """A sale of this total, tax included."""
        cash, paid = _paid(payments)
        return cls(order_id=order_id, cash=cash, total=paid, sales=total, receipts=1)

    @classmethod
    def of_return(cls, fact_id: UUID, payments: Iterable[Any], total: int) -> Self:
        """A refund or a void that gives back this total, tax included, by these payments."""
        cash, paid = _paid(payments)
        return cls(order_id=fact_id, cash=-cash, total=-paid, returns=total)


def _paid(payments: Iterable[Any]) -> tuple[int, int]:
    """What was paid in cash, and by all methods, tips included."""
    sums = [(one.method == CASH, one.amount + one.tip) for one in payments]
    return sum(amount for is_cash, amount in sums if is_cash), sum(amount for _, amount in sums)
