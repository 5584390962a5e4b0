"""Lots: what entries brought to an account and others have not taken yet."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from domain.accounts.entries import Allocation


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """What is left of an entry, in minor currency units.

    `ends_on` is the last day of it: to spend credit, or to pay dues in time.
    """

    id: UUID
    remaining: int
    business_date: date
    ends_on: date | None = None
    order_id: UUID | None = None
    store_id: UUID | None = None

    def has_ended(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.ends_on is not None and self.ends_on < today


@dataclass(slots=True)
class Lots:
    """The lots of an account; together they are its balance."""

    lots: list[Lot]

    @property
    def balance(self) -> int:
        """What all of them come to."""
        return sum(lot.remaining for lot in self.lots)

    def add(self, lot: Lot) -> None:
        """Bring one."""
        self.lots.append(lot)

    def of_orders(self, order_ids: Collection[UUID]) -> list[Lot]:
        """Those of these orders."""
        return [lot for lot in self.lots if lot.order_id in order_ids]

    def usable(self, today: date) -> list[Lot]:
        """Those whose last day is not over."""
        return [lot for lot in self.lots if not lot.has_ended(today)]

    def ended(self, today: date) -> list[Lot]:
        """Those whose last day is over."""
        return [lot for lot in self.lots if lot.has_ended(today)]

    def take(
        self, amount: int, of: Collection[Lot], first: Callable[[Lot], bool] = lambda _: False
    ) -> tuple[Allocation, ...]:
        """Take an amount of some of them, whose last day comes first; before all of those that are `first`.

        They come to as much at least; what is taken whole is a lot no more.
        """
        allocations = []
        for lot in sorted(of, key=lambda one: (not first(one), *_order(one))):
            part = min(lot.remaining, amount)
            if part:
                allocations.append(Allocation(lot_id=lot.id, amount=part, order_id=lot.order_id))
                self._reduce(lot, part)
                amount -= part
        assert amount == 0  # noqa: S101 whoever takes has looked how much there is
        return tuple(allocations)

    def _reduce(self, lot: Lot, part: int) -> None:
        at = self.lots.index(lot)
        left = replace(lot, remaining=lot.remaining - part)
        self.lots[at : at + 1] = [left] if left.remaining else []


def _order(lot: Lot) -> tuple[date, date, UUID]:
    return lot.ends_on or date.max, lot.business_date, lot.id
