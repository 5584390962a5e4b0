"""What a report counts because somebody looks at it: voids, overrides, openings of the drawer and so on."""

from collections.abc import Iterable
from typing import Any

from domain.money import round_ratio
from domain.shifts.facts import Facts
from domain.shifts.figures import Occurrences, ReasonFigures
from domain.shifts.shift import Shift


def occurrences_of(facts: Facts) -> tuple[Occurrences, ...]:
    """How often each happened, and what it came to in minor currency units; each is always named."""
    lines = [line for sale in facts.sales for line in sale.lines]
    amounts = {
        "voids": [void.totals.total for void in facts.voids],
        "refunds": [refund.total for refund in facts.refunds],
        "unlinked_returns": [one.total for one in facts.unlinked_returns],
        "exchanges": [sale.totals.total for sale in facts.sales if sale.exchange_refund_id],
        "price_overrides": [_override(line) for line in lines if line.unit_price != line.list_price],
        "discounts": [line.discount_total for line in lines if line.discount_total],
        "no_sale": [0 for _ in facts.movements(Shift.DrawerOpened)],
        "reprints": [0] * facts.reprints,
        "approvals": [_total(fact.data) for fact in facts.every if getattr(fact.data, "approved_by", None)],
    }
    return tuple(Occurrences(kind=kind, count=len(all_), total=sum(all_)) for kind, all_ in amounts.items())


def reasons_of(movements: Iterable[Any]) -> tuple[ReasonFigures, ...]:
    """What moved for each reason, by the reason's name."""
    amounts: dict[str, list[int]] = {}
    for movement in movements:
        amounts.setdefault(movement.reason, []).append(movement.amount)
    return tuple(
        ReasonFigures(reason=reason, count=len(all_), total=sum(all_))
        for reason, all_ in sorted(amounts.items())
    )


def _override(line: Any) -> int:
    """What a line costs more than the catalog says, or less (below zero)."""
    numerator, denominator = line.quantity.as_integer_ratio()
    return int(line.gross_total) - round_ratio(numerator * line.list_price, denominator, "half_up")


def _total(data: Any) -> int:
    totals = getattr(data, "totals", data)
    return int(totals.total)
