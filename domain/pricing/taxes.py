"""Taxes of priced lines, each rounded once: by itself, or for the whole order."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from domain.money import SCALE, apportion, apportion_within, round_ratio
from domain.pricing.lines import FULL, Line, common
from domain.pricing.records import LineTax, OrderTax, Rules


def tax_amounts(lines: list[Line], rules: Rules) -> list[list[int]]:
    """Return each line's tax amounts in the order of its rates.

    The contained ones are together no more than what is left to pay of the line.
    """
    mode = rules.rounding_mode
    amounts = [[0] * len(line.rates) for line in lines]
    rooms = [line.remaining for line in lines]
    for places in _places_of_each_rate(lines, rules):
        if len(places) == 1:
            [(at, slot)] = places
            line = lines[at]
            tax = round_ratio(line.numerator * line.rates[slot], line.denominator * line.tax_divisor, mode)
            if line.item.tax_rates[slot].inclusive:
                tax = min(tax, rooms[at])
                rooms[at] -= tax
            amounts[at][slot] = tax
            continue
        weights, denominator = common(
            (lines[at].numerator * lines[at].rates[slot], lines[at].denominator * lines[at].tax_divisor)
            for at, slot in places
        )
        total = round_ratio(sum(weights), denominator, mode)
        if _is_contained(lines, places):
            shares = _within(total, weights, places, rooms)
        else:
            shares = apportion(total, weights)
        for (at, slot), share in zip(places, shares, strict=True):
            amounts[at][slot] = share
    return amounts


def tax_contained_in_discounts(lines: list[Line], taxes: list[list[int]], rules: Rules) -> list[int]:
    """Return how much less tax is contained in each line because of its discounts.

    For each tax that is what it would be without any discount, rounded by the same rules, less what it is;
    it is shared out by what the discounts took, so that a line without one has none of it.
    """
    mode = rules.rounding_mode
    contained = [0] * len(lines)
    if all(line.tax_divisor == FULL or line.remaining == line.gross_total for line in lines):
        return contained
    rooms = [line.gross_total - line.remaining for line in lines]
    for places in _places_of_each_rate(lines, rules):
        if not _is_contained(lines, places):
            continue
        before, denominator = common(
            (lines[at].gross_numerator * lines[at].rates[slot], SCALE * lines[at].tax_divisor)
            for at, slot in places
        )
        weights, _ = common(
            (
                lines[at].reduction() * lines[at].rates[slot],
                lines[at].denominator * lines[at].tax_divisor,
            )
            for at, slot in places
        )
        charged = sum(taxes[at][slot] for at, slot in places)
        less = max(0, round_ratio(sum(before), denominator, mode) - charged)
        for (at, _), share in zip(places, _within(less, weights, places, rooms), strict=True):
            contained[at] += share
    return contained


def _within(total: int, weights: list[int], places: list[tuple[int, int]], rooms: list[int]) -> list[int]:
    """Share a total over lines as far as they have room for it; what each gets takes from its room."""
    if len(places) == 1:
        share = min(total, rooms[places[0][0]])
        rooms[places[0][0]] -= share
        return [share]
    own = [rooms[at] if weight else 0 for (at, _), weight in zip(places, weights, strict=True)]
    shares = apportion_within(min(total, sum(own)), weights, own)
    for (at, _), share in zip(places, shares, strict=True):
        rooms[at] -= share
    return shares


def _is_contained(lines: list[Line], places: list[tuple[int, int]]) -> bool:
    at, slot = places[0]
    return lines[at].item.tax_rates[slot].inclusive


def _places_of_each_rate(lines: list[Line], rules: Rules) -> Iterable[list[tuple[int, int]]]:
    """Group the places (line, slot) whose tax is rounded together: each alone, or an order's of one rate."""
    if rules.rounding_level == "line":
        return [[(at, slot)] for at, line in enumerate(lines) for slot in range(len(line.rates))]
    groups: dict[tuple[UUID, Decimal, bool], list[tuple[int, int]]] = {}
    for at, line in enumerate(lines):
        for slot, rate in enumerate(line.item.tax_rates):
            groups.setdefault((rate.id, rate.rate, rate.inclusive), []).append((at, slot))
    return groups.values()


class Taxed(Protocol):
    """What bears taxes: a line, or a part of one."""

    @property
    def taxes(self) -> tuple[LineTax, ...]:
        """Its taxes."""


def order_taxes(lines: Iterable[Taxed]) -> tuple[OrderTax, ...]:
    """Each tax over all of these lines."""
    groups: dict[tuple[UUID, Decimal, bool], list[LineTax]] = {}
    for line in lines:
        for tax in line.taxes:
            groups.setdefault((tax.tax_rate_id, tax.rate, tax.inclusive), []).append(tax)
    return tuple(
        OrderTax(
            tax_rate_id=taxes[0].tax_rate_id,
            name=taxes[0].name,
            rate=taxes[0].rate,
            inclusive=taxes[0].inclusive,
            taxable=sum(tax.taxable for tax in taxes),
            amount=sum(tax.amount for tax in taxes),
            jurisdiction=taxes[0].jurisdiction,
        )
        for taxes in groups.values()
    )
