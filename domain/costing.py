"""What stock cost: a moving average kept as quantity and total value, never as a rounded average."""

from dataclasses import dataclass
from decimal import Decimal

from domain.money import MAX_AMOUNT, SCALE, AmountTooLarge, checked, round_ratio, scaled_quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """One variant in one storage: units, what they cost together, and the last cost of one (minor units).

    The value is 0 whenever the quantity is. Below zero both are negative: units sold before they came,
    at the cost they were then believed to have. A last cost of 0 says that none is known.
    """

    quantity: Decimal
    value: int
    last_unit_cost: int | Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Stock taken in: its own value, and what corrects the cost of units issued before they came.

    The balance's value rises by value_change + settlement; a settlement below zero is cost still to bear.
    """

    value_change: int
    settlement: int
    balance: Balance


def unit_cost(value: int, quantity: Decimal) -> int:
    """Return what one unit is worth where a quantity is worth so much, rounded for display; 0 of nothing."""
    if not quantity:
        return 0
    units, parts = quantity.as_integer_ratio()
    return round_ratio(value * parts if units > 0 else -value * parts, abs(units))


def issue(balance: Balance, quantity: Decimal, assumed_cost: int = 0) -> tuple[int, Balance]:
    """Return what an issue costs, and the balance after it.

    An issue of q takes round(value * q / quantity), the last unit all that is left, and whatever goes
    below zero the last known cost: what the catalog assumes one to cost as long as no delivery has said.
    Raises QuantityNotValid and AmountTooLarge.
    """
    held, units = _signed(balance.quantity), scaled_quantity(quantity)
    covered = min(units, max(held, 0))
    cost = round_ratio(balance.value * covered, held) if covered else 0
    if units > covered:
        cost += _worth(units - covered, balance.last_unit_cost or assumed_cost)
    return cost, _moved(balance, held - units, balance.value - cost)


def worth(quantity: Decimal, unit_cost: int | Decimal) -> int:
    """Return what a quantity is worth at a cost of one in minor units: their product, rounded half up.

    Raises QuantityNotValid and AmountTooLarge.
    """
    return _worth(scaled_quantity(quantity), unit_cost)


def receive(balance: Balance, quantity: Decimal, value: int) -> Receipt:
    """Take stock in at what it is worth together, in minor units, first settling what was issued below zero.

    The value is the authority: the last cost becomes value / quantity, half up to five places. Raises
    QuantityNotValid, AmountNotValid and AmountTooLarge.
    """
    units, receipt = scaled_quantity(quantity), gain(balance, quantity, value)
    after = receipt.balance
    last = Decimal(round_ratio(value * SCALE * SCALE, units)) / SCALE if units else balance.last_unit_cost
    priced = Balance(quantity=after.quantity, value=after.value, last_unit_cost=last)
    return Receipt(value_change=receipt.value_change, settlement=receipt.settlement, balance=priced)


def gain(balance: Balance, quantity: Decimal, value: int) -> Receipt:
    """Take in what nobody bought, such as goods that were found: as a receipt, but the last cost stays.

    Raises QuantityNotValid, AmountNotValid and AmountTooLarge.
    """
    return _take_in(balance, scaled_quantity(quantity), checked(value), 1)


def take_back(balance: Balance, quantity: Decimal, cost: int) -> tuple[int, Balance]:
    """Take out what came in before at the value that it came in with, as far as the rest allows it.

    What is left must keep a value, and nothing that is left must keep none; else it goes out at the average.
    Answers the value that really went out. Raises QuantityNotValid and AmountTooLarge.
    """
    left, value = _signed(balance.quantity) - scaled_quantity(quantity), balance.value - cost
    if (left > 0 and (value > 0 or cost == 0)) or left == value == 0:
        return cost, _moved(balance, left, value)
    return issue(balance, quantity)


def give_back(balance: Balance, quantity: Decimal, cost: int) -> Receipt:
    """Take returned units in at the cost, in minor units, they went out with; the last cost stays as it is.

    A sale that comes back leaves no trace, even through zero and in parts; only a balance that would have
    quantity and value on different sides of zero is settled. Raises QuantityNotValid, AmountNotValid and
    AmountTooLarge.
    """
    units = scaled_quantity(quantity)
    held, value = _signed(balance.quantity) + units, balance.value + checked(cost)
    # Units still owed may be worth nothing: what came back first was all that rounding had left.
    if held * value > 0 or (held < 0 and value == 0):
        return Receipt(value_change=cost, settlement=0, balance=_moved(balance, held, value))
    return _take_in(balance, units, cost, 1)


def _take_in(balance: Balance, units: int, above: int, below: int) -> Receipt:
    """Take units in at an exact value above / below."""
    held = _signed(balance.quantity)
    value_change = checked(round_ratio(above, below))
    settlement = 0
    if held < 0 < units:
        on_hand = max(units + held, 0)
        # What is still owed keeps its share of the value; what comes to lie on the shelf, its own cost.
        owed = round_ratio(balance.value * max(-held - units, 0), -held)
        target = owed + round_ratio(above * on_hand, below * units)
        settlement = target - balance.value - value_change
    value = balance.value + value_change + settlement
    return Receipt(
        value_change=value_change, settlement=settlement, balance=_moved(balance, held + units, value)
    )


def _moved(balance: Balance, held: int, value: int) -> Balance:
    """The balance at another quantity and value. Raises AmountTooLarge if that is worth too much to count."""
    if abs(value) > max(MAX_AMOUNT, abs(balance.value)):
        raise AmountTooLarge("The stock would be worth more than can be counted.")
    quantity = Decimal(held) / SCALE
    return Balance(quantity=quantity, value=value, last_unit_cost=balance.last_unit_cost)


def _signed(quantity: Decimal) -> int:
    return scaled_quantity(quantity) if quantity >= 0 else -scaled_quantity(-quantity)


def _worth(units: int, unit_cost: int | Decimal) -> int:
    above, below = unit_cost.as_integer_ratio()
    return checked(round_ratio(units * above, SCALE * below))
