"""An order's statuses and sums follow from what was agreed, paid, handed over and brought back."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from domain.orders import Order, SaleLine, sell
from domain.payments import Tender, settle
from domain.pricing import Item, Rules, TaxRate, price
from domain.tills import Till

RULES = Rules(currency="CHF", cash_rounding=5)
VAT = TaxRate(id=UUID(int=1), name="VAT", rate=Decimal("8.1"), inclusive=True, jurisdiction="CH")
COFFEE, TEA = UUID(int=10), UUID(int=11)


def line(variant_id: UUID, quantity: str, cost_total: int) -> tuple[Item, SaleLine]:
    """A line of a basket, and the same as it is sold at 3.33."""
    item = Item(variant_id=variant_id, quantity=Decimal(quantity), unit_price=333, tax_rates=(VAT,))
    [priced] = price([item], (), RULES).lines
    return item, SaleLine(
        id=UUID(int=variant_id.int + 100),
        product_id=variant_id,
        variant_id=variant_id,
        sku=str(variant_id.int),
        name="Drink",
        variant_name="",
        category_id=None,
        brand_id=None,
        quantity=priced.quantity,
        unit_price=priced.unit_price,
        list_price=priced.unit_price,
        gross_total=priced.gross_total,
        discount_total=priced.discount_total,
        taxes=priced.taxes,
        tax_total=priced.tax_total,
        total=priced.total,
        gross_sales=priced.gross_sales,
        net_sales=priced.net_sales,
        cost_total=cost_total,
    )


@pytest.fixture
def order() -> Order:
    """Three coffees and a tea, paid in cash with a tip."""
    (coffee, coffee_line), (tea, tea_line) = line(COFFEE, "3", 250), line(TEA, "1", 0)
    basket = price((coffee, tea), (), RULES)
    tender = Tender(method="cash", amount=1330, tendered=2000, tip=100)
    return sell(
        UUID(int=7),
        till=Till(
            channel="pos",
            store_id=UUID(int=2),
            register_id=None,
            cashier_id=None,
            series_id=UUID(int=3),
            series_number=1,
            number="MAIN-000001",
        ),
        customer_id=None,
        storage_id=None,
        business_date=date(2026, 2, 1),
        hour=9,
        occurred_at=datetime(2026, 2, 1, 8, tzinfo=UTC),
        rules=RULES,
        lines=(coffee_line, tea_line),
        basket=basket,
        discounts=(),
        settlement=settle(basket.total, [tender], RULES.cash_rounding),
        note=None,
    )


class TestASale:
    def test_is_paid_and_handed_over_at_once(self, order: Order) -> None:
        assert (order.status, order.payment_status, order.fulfilment_status) == (
            "completed",
            "paid",
            "fulfilled",
        )
        assert (order.due_total, order.refunded) == (0, 0)
        assert order.paid.paid_total == order.terms.totals.total + order.paid.rounding + 100
        assert order.paid.rounding == -2

    def test_freezes_whom_its_taxes_are_due_to(self, order: Order) -> None:
        assert {tax.jurisdiction for line in order.terms.lines for tax in line.taxes} == {"CH"}
        assert [tax.jurisdiction for tax in order.terms.taxes] == ["CH"]

    def test_of_which_nothing_came_back_says_so_line_by_line(self, order: Order) -> None:
        assert [order.returned_quantity(line.id) for line in order.terms.lines] == [Decimal(0), Decimal(0)]

    def test_costs_a_unit_what_the_line_cost_rounded(self, order: Order) -> None:
        assert [line.unit_cost for line in order.terms.lines] == [83, 0]


class TestASaleOfWhichSomethingCameBack:
    def test_says_how_much_of_a_line_came_back(self, order: Order) -> None:
        first = order.terms.lines[0]
        order.returned = {first.id: Decimal(2)}
        assert order.returned_quantity(first.id) == Decimal(2)
