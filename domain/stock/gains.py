"""What goods without a price are worth: as those that are there, else the last or the catalog's cost."""

from decimal import Decimal

from domain.costing import Balance, worth
from domain.money import round_ratio, scaled


def assumed_worth(balance: Balance, quantity: Decimal, catalog_cost: int) -> int:
    """What a gain onto a balance is worth, in minor units. Raises QuantityNotValid, AmountTooLarge."""
    if balance.quantity > 0:
        return round_ratio(balance.value * scaled(quantity), scaled(balance.quantity))
    return worth(quantity, balance.last_unit_cost or catalog_cost)
