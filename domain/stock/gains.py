"""What goods without a price are worth: as those that are there, else the last or the catalog's cost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from domain.costing import Balance, gain, worth
from domain.money import round_ratio, scaled
from domain.stock.levels import NOTHING, Level
from domain.stock.movements import MovementLine, line_after


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpricedGoods:
    """What comes in without anybody knowing what it cost; the catalog assumes so much, in minor units."""

    variant_id: UUID
    quantity: Decimal
    catalog_cost: int


def assumed_worth(balance: Balance, quantity: Decimal, catalog_cost: int) -> int:
    """What a gain onto a balance is worth, in minor units. Raises QuantityNotValid, AmountTooLarge."""
    if balance.quantity > 0:
        return round_ratio(balance.value * scaled(quantity), scaled(balance.quantity))
    return worth(quantity, balance.last_unit_cost or catalog_cost)


def gain_lines(goods: Iterable[UnpricedGoods], levels: Mapping[UUID, Level]) -> tuple[MovementLine, ...]:
    """The lines of their movement. Raises QuantityNotValid and AmountTooLarge."""
    balances = {variant_id: level.balance for variant_id, level in levels.items()}
    lines = []
    for one in goods:
        before = balances.get(one.variant_id, NOTHING.balance)
        value = assumed_worth(before, one.quantity, one.catalog_cost)
        receipt = gain(before, one.quantity, value)
        balances[one.variant_id] = receipt.balance
        moved = line_after(receipt.balance, one.variant_id, one.quantity, receipt.value_change)
        lines.append(MovementLine(**moved, settlement=receipt.settlement))
    return tuple(lines)
