"""The facts of a shift by kind, as its report adds them up. Amounts are minor currency units."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Self
from uuid import UUID

from domain.aggregate import Aggregate
from domain.orders import Offline, Order
from domain.shifts.entries import entry_of
from domain.shifts.shift import Shift
from domain.unlinked_returns import UnlinkedReturn


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftFact:
    """An event of a shift, and all that it says."""

    event: type[Aggregate.Event]
    stream_id: UUID
    data: Any


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What happened in a shift, in the order of the log; `sales` are those that were not voided."""

    every: tuple[ShiftFact, ...]
    sales: tuple[Any, ...]
    voids: tuple[Any, ...]
    refunds: tuple[Any, ...]
    unlinked_returns: tuple[Any, ...]
    reprints: int

    @classmethod
    def of(cls, facts: Iterable[ShiftFact]) -> Self:
        """These facts, sorted out."""
        every = tuple(facts)
        voided = {fact.stream_id for fact in every if fact.event is Order.Voided}
        return cls(
            every=every,
            sales=tuple(
                fact.data for fact in every if fact.event is Order.Sold and fact.stream_id not in voided
            ),
            voids=_all(every, Order.Voided),
            refunds=_all(every, Order.Refunded),
            unlinked_returns=_all(every, UnlinkedReturn.Taken),
            reprints=len(_all(every, Order.ReceiptPrinted)),
        )

    @cached_property
    def returns(self) -> tuple[Any, ...]:
        """Refunds, whether their sale is known or not."""
        return self.refunds + self.unlinked_returns

    @cached_property
    def offline(self) -> tuple[Offline, ...]:
        """What a till told of the facts that it did alone."""
        told = (getattr(fact.data, "offline", None) for fact in self.every)
        return tuple(one for one in told if one is not None)

    @property
    def expected_cash(self) -> int:
        """What should be in the drawer: its opening float and all that came and went since."""
        entries = (entry_of(fact.event, fact.stream_id, fact.data) for fact in self.every)
        return sum(entry.cash for entry in entries if entry.kind != "closing_drop")

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers of its sales by when they were made, not arrived; voided ones keep theirs."""
        sales = _all(self.every, Order.Sold)
        return tuple(sale.number for sale in sorted(sales, key=lambda sale: (sale.occurred_at, sale.number)))

    @property
    def business_dates(self) -> tuple[date, ...]:
        """The days that it belongs to."""
        return tuple(
            sorted({fact.data.business_date for fact in self.every if hasattr(fact.data, "business_date")})
        )

    def movements(self, event: type[Shift.CashMoved]) -> tuple[Any, ...]:
        """The movements of cash of one kind, but for what the close brought to the safe."""
        return tuple(one for one in _all(self.every, event) if not one.at_close)


def net_of_return(one: Any) -> int:
    """What a refund gave back without tax, goodwill included."""
    return sum(part.net_sales for part in _parts(one))


def tax_of_return(one: Any) -> int:
    """The tax in what a refund gave back."""
    return sum(part.tax_total for part in _parts(one))


def _parts(one: Any) -> tuple[Any, ...]:
    # Goodwill is given on lines of a sale; a return without one has none.
    return (*one.lines, *getattr(one, "goodwill", ()))


def _all(facts: Iterable[ShiftFact], event: type[Aggregate.Event]) -> tuple[Any, ...]:
    return tuple(fact.data for fact in facts if fact.event is event)
