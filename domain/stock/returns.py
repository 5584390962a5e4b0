"""Goods that customers bring back: booked at the cost they left with, line by line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from domain.costing import Balance, give_back
from domain.stock.levels import NOTHING, Level
from domain.stock.movements import MovementLine, line_after


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedGoods:
    """Units of a variant that come back, and what they cost together when they left, in minor units."""

    variant_id: UUID
    quantity: Decimal
    cost_total: int


def give_back_lines(goods: Iterable[ReturnedGoods], levels: Mapping[UUID, Level]) -> tuple[MovementLine, ...]:
    """The lines of their movement. Raises QuantityNotValid, AmountNotValid and AmountTooLarge."""
    balances = {variant_id: level.balance for variant_id, level in levels.items()}
    lines = []
    for one in goods:
        before = balances.get(one.variant_id, NOTHING.balance)
        receipt = give_back(before, one.quantity, one.cost_total)
        balances[one.variant_id] = receipt.balance
        lines.append(
            MovementLine(
                **line_after(receipt.balance, one.variant_id, one.quantity, receipt.value_change),
                settlement=receipt.settlement,
            )
        )
    return tuple(lines)


def levels_after(
    lines: Iterable[MovementLine], levels: Mapping[UUID, Level], moment: datetime
) -> Mapping[UUID, Level]:
    """What is there once these lines came back at that moment; what was counted since was there already."""
    after = dict(levels)
    for line in lines:
        level = after.get(line.variant_id, NOTHING)
        if not level.is_counted_since(moment):
            balance = Balance(
                quantity=line.balance_quantity, value=line.balance_value, last_unit_cost=line.last_unit_cost
            )
            after[line.variant_id] = replace(level, balance=balance)
    return after
