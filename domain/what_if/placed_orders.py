"""An order of the back office both ways: priced as it was placed, sold as its goods were handed over."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.orders.order import Order
from domain.orders.portions import resize_line
from domain.pricing import Discount, LineTax, PricedLine, Rules
from domain.what_if.changes import Changes
from domain.what_if.replaying import replay, rules_of

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """What belongs to some units of a line, in minor currency units."""

    gross_sales: int
    net_sales: int
    tax_total: int
    taxes: tuple[LineTax, ...]


class PlacedOrder:
    """Follows the events of one order, oldest first.

    Lines are priced together as they were: all of them until goods are handed over or cancelled, from then on
    only those that an amendment adds, without the order's discounts. `is_capped` says that a discount found
    less than it would take.
    """

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._rules = Rules(currency="")
        self._is_begun = False
        self._line_ids: frozenset[UUID] = frozenset()
        self._priced: dict[UUID, PricedLine] = {}
        self._handed_over: dict[UUID, Decimal] = {}
        self.is_capped = False

    def follow(self, event: type[Any], data: Any) -> list[Portion]:
        """Take an event over, or what is read of it; what goods that it hands over would have come to.

        Raises AmountTooLarge.
        """
        if event is Order.Placed:
            self._rules = rules_of(data)
            self._price(data.lines, data.discounts)
        elif event is Order.Amended and self._is_begun:
            self._price([line for line in data.lines if line.id not in self._line_ids], ())
        elif event is Order.Amended:
            self._price(data.lines, data.discounts)
        elif event in (Order.Fulfilled, Order.Cancelled):
            self._is_begun = True
        if event in (Order.Placed, Order.Amended):
            self._line_ids = frozenset(line.id for line in data.lines)
        elif event is Order.Cancelled:
            self._line_ids = frozenset(line.id for line in data.kept)
        return [self._hand_over(line.line_id, line.quantity) for line in _handed_over(event, data)]

    def _price(self, lines: Sequence[Any], discounts: Sequence[Discount]) -> None:
        replayed = replay(lines, discounts, self._rules, self._changes)
        priced = list(map(_as_priced, lines)) if replayed is None else replayed.lines
        self.is_capped |= replayed is not None and replayed.is_capped
        self._priced |= {line.id: one for line, one in zip(lines, priced, strict=True)}

    def _hand_over(self, line_id: UUID, quantity: Decimal) -> Portion:
        """What goes with the next units: what belongs to all up to them, less what went before."""
        before = self._handed_over.get(line_id, _NOTHING)
        mode = self._changes.rules(self._rules).rounding_mode
        self._handed_over[line_id] = before + quantity
        was, now = (resize_line(self._priced[line_id], units, mode) for units in (before, before + quantity))
        net_sales = now.net_sales - was.net_sales
        return Portion(
            gross_sales=now.gross_sales - was.gross_sales,
            net_sales=net_sales,
            tax_total=now.tax_total - was.tax_total,
            taxes=tuple(
                replace(tax, taxable=net_sales, amount=tax.amount - earlier.amount)
                for tax, earlier in zip(now.taxes, was.taxes, strict=True)
            ),
        )


def _handed_over(event: type[Any], data: Any) -> Sequence[Any]:
    return data.lines if event is Order.Fulfilled else ()


def _as_priced(line: Any) -> PricedLine:
    """A line as it was priced when it was placed: what is read of it has the same fields."""
    amounts = {field: getattr(line, field) for field in _AMOUNTS}
    taxes = tuple(LineTax(**{field: getattr(tax, field) for field in _OF_TAX}) for tax in line.taxes)
    return PricedLine(**amounts, taxes=taxes)


_AMOUNTS = tuple(field.name for field in fields(PricedLine) if field.name != "taxes")
_OF_TAX = tuple(field.name for field in fields(LineTax))
