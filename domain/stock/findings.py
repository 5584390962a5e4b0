"""What a count found, against what should have been there at the moment it was counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from domain.costing import Balance, gain, issue
from domain.stock.gains import assumed_worth
from domain.stock.levels import NOTHING, Level
from domain.stock.movements import CountedLine, MovementLine, line_after


class CountedArea(NamedTuple):
    """Where a variant lies in a count: it is counted area by area, which add up."""

    variant_id: UUID
    area: str


class Moved(NamedTuple):
    """A variant and a moment that its movements are compared with."""

    variant_id: UUID
    moment: datetime


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How many lines a count has, and how many are counted: variants, however many areas they have."""

    lines_total: int
    counted: int

    @property
    def uncounted(self) -> int:
        """How many nobody has counted."""
        return self.lines_total - self.counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A variant as it was counted, all areas together.

    `expected_quantity` is what was there at `counted_at`, as far as that was known when it was counted;
    `late_quantity` is what became known since of movements before then. `assumed_cost` is what the catalog
    takes one to cost, in minor units.
    """

    variant_id: UUID
    counted_quantity: Decimal
    counted_at: datetime
    expected_quantity: Decimal
    late_quantity: Decimal = Decimal(0)
    assumed_cost: int = 0

    @property
    def difference(self) -> Decimal:
        """What was found too much, or (below zero) too little."""
        return self.counted_quantity - self.expected_quantity - self.late_quantity


def post_findings(findings: Iterable[Finding], levels: Mapping[UUID, Level]) -> tuple[CountedLine, ...]:
    """The lines that move each variant by its difference, whatever is there by now.

    What is missing goes out as a sale does, even below zero; what was found costs what found goods cost. A
    line without a difference says that the variant was counted. Raises AmountTooLarge.
    """
    return tuple(_line(finding, levels.get(finding.variant_id, NOTHING).balance) for finding in findings)


def _line(finding: Finding, balance: Balance) -> CountedLine:
    difference, settlement = finding.difference, 0
    if difference < 0:
        cost, after = issue(balance, -difference, finding.assumed_cost)
        change = -cost
    elif difference > 0:
        receipt = gain(balance, difference, assumed_worth(balance, difference, finding.assumed_cost))
        change, settlement, after = receipt.value_change, receipt.settlement, receipt.balance
    else:
        change, after = 0, balance
    return CountedLine(
        **line_after(after, finding.variant_id, difference, change),
        settlement=settlement,
        counted_quantity=finding.counted_quantity,
        expected_quantity=finding.expected_quantity,
        late_quantity=finding.late_quantity,
        counted_at=finding.counted_at,
    )


def put_back(lines: Iterable[MovementLine]) -> tuple[MovementLine, ...]:
    """The lines that undo, one by one, what a sale took or a return brought of goods that were counted since.

    Those lines stand in the order in which they moved; afterwards each balance is what it was before them.
    """
    lines, balances, corrections = tuple(lines), dict[UUID, Balance](), []
    for line in lines:
        balances[line.variant_id] = Balance(
            quantity=line.balance_quantity, value=line.balance_value, last_unit_cost=line.last_unit_cost
        )
    for line in lines:
        before = balances[line.variant_id]
        after = Balance(
            quantity=before.quantity - line.quantity,
            value=before.value - line.value_change - line.settlement,
            last_unit_cost=before.last_unit_cost,
        )
        balances[line.variant_id] = after
        corrections.append(
            MovementLine(
                **line_after(after, line.variant_id, -line.quantity, -line.value_change),
                settlement=-line.settlement,
            )
        )
    return tuple(corrections)
