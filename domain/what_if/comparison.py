"""Sales of a range beside what they would have come to, order by order, added up."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from domain.pricing import LineTax
from domain.what_if.changes import Changes
from domain.what_if.figures import Amounts, Compared, ComparedTax, Figures, TaxKey
from domain.what_if.replaying import replay, rounding_of, rules_of


class Part(Amounts, Protocol):
    """What was sold of one line."""

    @property
    def taxes(self) -> Sequence[LineTax]:
        """Its taxes."""


class Pair(NamedTuple):
    """One order both ways."""

    as_sold: Figures
    what_if: Figures

    @property
    def differs(self) -> bool:
        """Whether anything of it would be otherwise."""
        return self.as_sold != self.what_if


class Comparison:
    """Adds orders up: in all, by store and by tax.

    `capped` counts those in which a discount of an amount finds less than it would take, and takes that.
    """

    def __init__(self, changes: Changes) -> None:
        self.changes = changes
        self.all = Compared()
        self.stores: defaultdict[UUID, Compared] = defaultdict(Compared)
        self.taxes: defaultdict[TaxKey, ComparedTax] = defaultdict(ComparedTax)
        self.capped = 0

    def add_sale(self, sale: Any) -> Pair:
        """Add a sale at a till (`Order.Sold`, or what is read of it). Raises AmountTooLarge."""
        replayed = replay(sale.lines, sale.discounts, rules_of(sale), self.changes)
        lines = sale.lines if replayed is None else replayed.lines
        self.capped += replayed is not None and replayed.is_capped
        cost, was = sale.totals.cost_total, sale.totals.rounding
        pair = Pair(
            Figures.of((sale.totals,), rounding=was, cost_of_goods=cost),
            Figures.of(lines, cost_of_goods=cost),
        )
        pair.what_if.rounding = self._rounding(sale, pair.what_if.total)
        return self.add(sale.store_id, pair, sale.lines, lines)

    def add(self, store_id: UUID, pair: Pair, as_sold: Iterable[Part], what_if: Iterable[Part]) -> Pair:
        """Add an order of these parts, each beside what it would have been."""
        self.all.add(*pair)
        self.stores[store_id].add(*pair)
        for was, would_be in zip(as_sold, what_if, strict=True):
            self._add_taxes(was, would_be)
        return pair

    def _rounding(self, sale: Any, total: int) -> int:
        """What cash rounding would be. Sales that do not say how cash was rounded then keep what it was."""
        changed = self.changes.cash_rounding
        unchanged = changed is None or changed == sale.cash_rounding
        step = sale.cash_rounding if changed is None else changed
        if step is None or (unchanged and total == sale.totals.total):
            return int(sale.totals.rounding)
        return rounding_of(total, sale.payments, step)

    def _add_taxes(self, was: Part, would_be: Part) -> None:
        if not was.taxes:
            untaxed = self.taxes[TaxKey()]
            untaxed.as_sold.add(was.net_sales, 0)
            untaxed.what_if.add(would_be.net_sales, 0)
        for tax, other in zip(was.taxes, would_be.taxes, strict=True):
            compared = self.taxes[TaxKey.of(tax)]
            compared.as_sold.add(tax.taxable, tax.amount)
            compared.what_if.add(other.taxable, other.amount)
