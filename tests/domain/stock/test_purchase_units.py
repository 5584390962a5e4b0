"""What so much of something costs by the unit that it was bought in last."""

from decimal import Decimal
from uuid import uuid4

import pytest

from domain.stock.purchase_units import PurchaseUnit, price

CASE = PurchaseUnit(unit_id=uuid4(), factor=Decimal(24), unit_cost=5800)
COST = Decimal("241.66667")


def test_whole_units_cost_what_they_cost_last() -> None:
    priced = price(Decimal(48), CASE, COST)
    assert (priced.unit_id, priced.quantity, priced.unit_cost) == (CASE.unit_id, Decimal(2), 5800)
    assert (priced.total, priced.cost_of_one) == (11600, 242)


@pytest.mark.parametrize(
    ("quantity", "last"),
    [
        (Decimal(25), CASE),
        (Decimal(24), None),
        (Decimal(24), PurchaseUnit(unit_id=None, factor=Decimal(1), unit_cost=240)),
        (Decimal(24), PurchaseUnit(unit_id=CASE.unit_id, factor=Decimal(24), unit_cost=None)),
        (Decimal(24), PurchaseUnit(unit_id=CASE.unit_id, factor=Decimal(24), unit_cost=0)),
    ],
)
def test_all_else_costs_what_one_cost_last(quantity: Decimal, last: PurchaseUnit | None) -> None:
    priced = price(quantity, last, COST)
    assert (priced.unit_id, priced.quantity, priced.unit_cost) == (None, quantity, 242)
    assert priced.total == 242 * quantity
