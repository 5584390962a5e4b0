"""What each kind of discount took of a sale, before tax: together the sale's discounts, to the minor unit."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, cast
from uuid import UUID

from domain.money import RoundingMode, apportion
from domain.pricing import Discount, Item, discount_shares
from projections.reports.sales.readings import HandedOverLine, LineDiscount, Sale, SoldLine

#: Stands for discounts whose kind the event does not say: of placed orders as they are handed over.
OTHER = "other"


class DiscountRow(NamedTuple):
    """What one kind of discount did to a sale.

    `uses` is how many discounts there were, `lines` how many lines had a share of them, be it one that leaves
    the amount before tax as it is; `gross_before` and `cost_of_goods` are those of these lines.
    """

    kind: str
    uses: int
    lines: int
    amount: int
    gross_before: int
    cost_of_goods: int


class Share(NamedTuple):
    """What a kind of discount took of a line before tax, and what of the price as it is priced."""

    line: HandedOverLine
    taken: int
    of_price: int


def discounts_of_sale(sale: Sale) -> Sequence[DiscountRow]:
    """A row for each kind of discount that the sale had."""
    every = [*sale.discounts, *(one for line in sale.lines for one in line.discounts)]
    if not every and sale.totals.gross_sales == sale.totals.net_sales:
        return ()
    kinds = sorted({one.type for one in every})
    if len(kinds) <= 1:
        kind = kinds[0] if kinds else OTHER
        shared = [Share(line, _taken(line), line.discount_total) for line in sale.lines]
        return [_row(kind, len(every), shared)]
    shares = _shares(sale, kinds)
    return [
        _row(kind, sum(one.type == kind for one in every), own)
        for kind, own in zip(kinds, zip(*shares, strict=True), strict=True)
    ]


def discounts_of_handover(lines: Iterable[HandedOverLine]) -> Sequence[DiscountRow]:
    """One row, of no kind."""
    row = _row(OTHER, 1, [Share(line, _taken(line), _taken(line)) for line in lines])
    return [row] if row.lines else ()


def _row(kind: str, uses: int, shares: Iterable[Share]) -> DiscountRow:
    some = [share for share in shares if share.taken or share.of_price]
    return DiscountRow(
        kind,
        uses,
        len(some),
        sum(share.taken for share in some),
        sum(share.line.gross_sales for share in some),
        sum(share.line.cost_total for share in some),
    )


def _taken(line: HandedOverLine) -> int:
    return line.gross_sales - line.net_sales


def _shares(sale: Sale, kinds: Sequence[str]) -> list[list[Share]]:
    """What each kind took of each line before tax, in proportion to what it took of the price."""
    items = [
        Item(
            variant_id=_NO_ID,
            quantity=line.quantity,
            unit_price=line.unit_price,
            discounts=tuple(map(_discount, line.discounts)),
        )
        for line in sale.lines
    ]
    mode = cast("RoundingMode", sale.rounding_mode)
    priced = discount_shares(items, list(map(_discount, sale.discounts)), mode)
    return [
        _by_kind(line, sale.discounts, shares, kinds) for line, shares in zip(sale.lines, priced, strict=True)
    ]


def _by_kind(
    line: SoldLine, of_all: Sequence[LineDiscount], shares: Sequence[int], kinds: Sequence[str]
) -> list[Share]:
    types: list[Any] = [one.type for one in (*line.discounts, *of_all)]
    weights = [
        sum(share for kind, share in zip(types, shares, strict=True) if kind == wanted) for wanted in kinds
    ]
    taken = apportion(_taken(line), weights if any(weights) else [1, *weights[1:]])
    return [Share(line, part, weight) for part, weight in zip(taken, weights, strict=True)]


def _discount(one: LineDiscount) -> Discount:
    return Discount(type=one.type, value=one.value)


_NO_ID = UUID(int=0)
