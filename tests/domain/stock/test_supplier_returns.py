"""Sending goods back: at the average cost, whatever is credited, and no more than came."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from domain.costing import Balance
from domain.stock.goods import BaseQuantity
from domain.stock.levels import Level
from domain.stock.movements import InsufficientStock, StockMovement
from domain.stock.receipts import Delivered, receive_lines
from domain.stock.supplier_returns import ReturnExceedsReceived, SupplierReturn, check_received, send_back

SALT, PEPPER, ONE = UUID(int=1), UUID(int=2), UUID(int=3)


def back(quantity: int, unit_credit: int = 0, variant_id: UUID = SALT, *, factor: int = 1) -> SupplierReturn:
    base = BaseQuantity(quantity=Decimal(quantity * factor), factor=Fraction(factor))
    return SupplierReturn(
        id=ONE, variant_id=variant_id, quantity=Decimal(quantity), base=base, unit_credit=unit_credit
    )


def level(quantity: int, value: int, *, reserved: int = 0) -> Level:
    balance = Balance(quantity=Decimal(quantity), value=value, last_unit_cost=0)
    return Level(balance=balance, reserved=Decimal(reserved))


def lines_of(returns: list[SupplierReturn], stock: Level) -> Any:
    """The lines of a return of salt."""
    return send_back(returns, {SALT: stock})


class TestSendBack:
    def test_s9_supplier_return(self) -> None:
        (line,) = lines_of([back(2, 240)], level(6, 1500))
        assert (line.quantity, line.value_change, line.credit) == (-2, -500, 480)
        assert (line.balance_quantity, line.balance_value) == (4, 1000)
        assert line.credit + line.value_change == -20

    def test_by_the_case_credits_the_case(self) -> None:
        (line,) = lines_of([back(2, 1399, factor=12)], level(30, 3000))
        assert (line.quantity, line.value_change, line.credit) == (-24, -2400, 2798)
        assert (line.entered_quantity, line.factor, line.unit_credit) == (2, 12, 1399)

    def test_takes_what_is_promised_to_others(self) -> None:
        (line,) = lines_of([back(6)], level(6, 1500, reserved=3))
        assert (line.balance_quantity, line.balance_value) == (0, 0)

    def test_never_goes_below_zero(self) -> None:
        with pytest.raises(InsufficientStock) as refused:
            send_back([back(4), back(4)], {SALT: level(6, 1500)})
        assert [detail["field"] for detail in refused.value.details] == ["lines.1.quantity"]


class TestOfADelivery:
    def receipt(self) -> StockMovement:
        """Six of salt, in two lines."""
        delivered = [Delivered.entered(ONE, SALT, Decimal(quantity), 100) for quantity in (4, 2)]
        return StockMovement.begin(
            StockMovement.Received,
            ONE,
            storage_id=ONE,
            occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
            lines=receive_lines(delivered, {}),
        )

    def test_all_of_it_may_go_back(self) -> None:
        check_received([back(5), back(1)], self.receipt(), {})

    @pytest.mark.parametrize(
        ("returns", "returned", "named"),
        [
            ([back(7)], 0, {"lines.0.quantity"}),
            ([back(4), back(3)], 0, {"lines.1.quantity"}),
            ([back(2)], 5, {"lines.0.quantity"}),
            ([back(1), back(1, variant_id=PEPPER)], 0, {"lines.1.quantity"}),
            ([back(1, factor=12)], 0, {"lines.0.quantity"}),
        ],
    )
    def test_but_no_more_than_came(
        self, returns: list[SupplierReturn], returned: int, named: set[str]
    ) -> None:
        with pytest.raises(ReturnExceedsReceived) as refused:
            check_received(returns, self.receipt(), {SALT: Decimal(returned)})
        assert {detail["field"] for detail in refused.value.details} == named
