"""Receiving stock: what was paid is the authority, in whatever unit it came."""

from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from domain.costing import Balance, issue
from domain.stock.goods import BaseQuantity
from domain.stock.levels import Level
from domain.stock.receipts import Delivered, receive_lines

SALT, LINE, CASE = UUID(int=1), UUID(int=2), UUID(int=3)


def receive_cases(cases: int, pieces: int, price: int, before: Balance | None = None) -> Any:
    """So many cases of so many pieces at a price for each case."""
    base = BaseQuantity(quantity=Decimal(cases * pieces), factor=Fraction(pieces))
    delivered = Delivered.entered(LINE, SALT, Decimal(cases), price, base=base, unit_id=CASE)
    (line,) = receive_lines([delivered], {SALT: Level(balance=before)} if before else {})
    return line


class TestReceiveLines:
    def test_s3_below_zero_then_a_case(self) -> None:
        cost, below = issue(Balance(quantity=Decimal(2), value=500, last_unit_cost=250), Decimal(5))
        assert (cost, below) == (1250, Balance(quantity=Decimal(-3), value=-750, last_unit_cost=250))
        line = receive_cases(1, 24, 5800, below)
        assert (line.value_change, line.settlement) == (5800, 25)
        assert (line.balance_quantity, line.balance_value) == (21, 5075)
        assert line.last_unit_cost == Decimal("241.66667")

    def test_s4_by_the_case(self) -> None:
        """grocy#2196: two cases of twelve at 13.99 cost 27.98, also when they are sold one by one."""
        line = receive_cases(2, 12, 1399)
        assert (line.quantity, line.value_change, line.balance_value) == (24, 2798, 2798)
        balance = Balance(
            quantity=line.balance_quantity, value=line.balance_value, last_unit_cost=line.last_unit_cost
        )
        costs = []
        for _ in range(24):
            cost, balance = issue(balance, Decimal(1))
            costs.append(cost)
        assert costs[:8] == [117, 117, 117, 117, 117, 116, 117, 116]
        assert sum(costs) == 2798
        assert (balance.quantity, balance.value) == (Decimal(0), 0)

    def test_keeps_how_it_was_entered(self) -> None:
        line = receive_cases(2, 12, 1399)
        assert (line.entered_quantity, line.entered_cost, line.factor, line.unit_id) == (2, 1399, 12, CASE)
