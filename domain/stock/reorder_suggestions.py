"""What to order: how fast a variant sells while there is any, and how much of it is enough until it comes."""

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from domain.money import shortest

Confidence = Literal["normal", "low"]

_NONE = Decimal(0)
_CENT = Decimal("0.01")
#: With stock on fewer days than these, nobody knows how fast it sells.
ENOUGH_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Sales:
    """What was sold within a time, less what came back, and for how many days of it there was any.

    More may come back than is sold, of what was sold before. The days have two places.
    """

    sold: Decimal
    days_in_stock: Decimal

    @property
    def rate(self) -> Decimal:
        """How much is sold on a day with stock, to two places.

        What was there for less than a day sells as if that was a day: nobody sells through a night.
        """
        if self.sold <= 0:
            return _NONE
        return (self.sold / max(self.days_in_stock, Decimal(1))).quantize(_CENT, ROUND_HALF_UP)

    @property
    def confidence(self) -> Confidence:
        """Whether there was stock for long enough to say so."""
        return "low" if self.days_in_stock < ENOUGH_DAYS else "normal"

    def cover(self, available: Decimal) -> Decimal | None:
        """For how many days that lasts, to two places; None if nothing is sold."""
        if not self.rate:
            return None
        return (max(available, _NONE) / self.rate).quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is expected of a variant in a storage; quantities are in its product's unit.

    It comes `lead_days` after it is ordered, and should then last for `cover_days`. `safety` is what there
    should always be, its reorder level; `reorder_quantity` the least to order, `max_level` the most to have;
    `pack_quantity` how many come in one of the units it is bought in.
    """

    rate: Decimal
    lead_days: int
    cover_days: int
    safety: Decimal
    available: Decimal
    incoming: Decimal
    reorder_quantity: Decimal | None = None
    pack_quantity: Decimal = Decimal(1)
    max_level: Decimal | None = None

    @property
    def have(self) -> Decimal:
        """What is available, and what is on order and on the way."""
        return shortest(self.available + self.incoming)

    @property
    def point(self) -> Decimal:
        """At how much, or less, to order: what is sold until it comes, and what should always be there."""
        return shortest(self.rate * self.lead_days + self.safety)

    @property
    def needed(self) -> Decimal:
        """How much to order, before it is raised to whole packs; nothing while there is enough.

        What was ordered lifts the stock above the point, so that nothing is suggested a second time.
        """
        if self.have > self.point:
            return _NONE
        least = self.reorder_quantity or _NONE
        sold = (self.rate * (self.lead_days + self.cover_days)).to_integral_value(ROUND_CEILING)
        missing = sold + self.safety - self.have
        needed = max(missing, least)
        return shortest(needed + least if self.have + needed <= self.point else needed)

    def in_packs(self, quantity: Decimal) -> "Demand":
        """The same, bought by so many."""
        return replace(self, pack_quantity=quantity)

    @property
    def suggested(self) -> Decimal:
        """How much to order, in whole packs, not beyond the most to have unless it must be.

        It must be when no whole packs between the two bring it above `safety`; with fewer the next run would
        suggest the rest.
        """
        packs = -self._packs(-self.needed)
        if self.max_level is not None:
            fitting, least = self._packs(self.max_level - self.have), self._packs(self.safety - self.have) + 1
            packs = min(packs, max(fitting, least, 0))
        return shortest(packs * self.pack_quantity)

    def _packs(self, quantity: Decimal) -> int:
        """How many whole packs that has."""
        return int(Fraction(quantity) // Fraction(self.pack_quantity))
