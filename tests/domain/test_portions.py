"""Partial returns: what each gives back, and that all of them together give back what was paid."""

from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.money import AmountNotValid, QuantityNotValid, RoundingMode
from domain.orders.portions import RefundExceedsPaid, ReturnExceedsSold, check_refund, portion, refund_line
from domain.pricing import Discount, Item, LineTax, PricedLine, Rules, TaxRate, price

FIELDS = ("quantity", "gross_total", "discount_total", "tax_total", "total", "gross_sales", "net_sales")


def rate(percent: str, number: int, *, inclusive: bool) -> TaxRate:
    return TaxRate(id=UUID(int=number), name=percent, rate=Decimal(percent), inclusive=inclusive)


def sold(unit_price: int, quantity: str, discount: str, rates: tuple[TaxRate, ...], how: Rules) -> PricedLine:
    discounts = (Discount(type="percent", value=Decimal(discount)),)
    line = Item(
        variant_id=UUID(int=1),
        quantity=Decimal(quantity),
        unit_price=unit_price,
        discounts=discounts,
        tax_rates=rates,
    )
    return price([line], [], how).lines[0]


# Three of 6.95 with 10 % off, 8.875 % added for the whole order.
ORDER_TAXED = PricedLine(
    quantity=Decimal(3),
    unit_price=695,
    gross_total=2085,
    discount_total=209,
    taxes=(
        LineTax(
            tax_rate_id=UUID(int=1),
            name="8.875",
            rate=Decimal("8.875"),
            inclusive=False,
            taxable=1876,
            amount=166,
        ),
    ),
    tax_total=166,
    total=2042,
    gross_sales=2085,
    net_sales=1876,
)


class TestPortion:
    def test_ten_over_three_units_gives_333_334_333(self) -> None:
        three = Decimal(3)
        assert [portion(1000, three, Decimal(k), Decimal(1)) for k in range(3)] == [333, 334, 333]

    def test_takes_fractional_units(self) -> None:
        assert portion(1000, Decimal("0.375"), Decimal("0.125"), Decimal("0.25")) == 667

    def test_follows_the_order_s_rounding_mode(self) -> None:
        assert portion(5, Decimal(2), Decimal(0), Decimal(1), "half_even") == 2
        assert portion(5, Decimal(2), Decimal(0), Decimal(1), "half_up") == 3

    def test_nothing_returned_gives_nothing(self) -> None:
        assert portion(0, Decimal(0), Decimal(0), Decimal(0)) == 0

    @given(
        st.integers(0, 10**6),
        st.lists(st.integers(0, 50), min_size=1, max_size=8),
        st.sampled_from([1, 1000]),
    )
    def test_any_sequence_adds_up(self, total: int, steps: list[int], per_unit: int) -> None:
        units = [Decimal(step) / per_unit for step in steps]
        whole = sum(units, Decimal(0))
        marks = [sum(units[:count], Decimal(0)) for count in range(len(units) + 1)]
        parts = [portion(total, whole, before, after - before) for before, after in pairwise(marks)]
        assert sum(parts) == (total if whole else 0)
        assert all(part >= 0 for part in parts)


class TestRefundLine:
    def test_every_unit_of_a_taxed_discounted_line(self) -> None:
        line = sold(1099, "3", "10", (rate("21", 1, inclusive=False),), Rules(currency="EUR"))
        parts = [refund_line(line, Decimal(k), Decimal(1)) for k in range(3)]
        assert [part.total for part in parts] == [1197, 1196, 1197]
        assert sum(part.total for part in parts) == line.total

    def test_erpnext_24259_refuses_a_third_return_of_a_sale_of_two(self) -> None:
        line = sold(1000, "2", "0", (), Rules(currency="EUR"))
        with pytest.raises(ReturnExceedsSold) as refusal:
            refund_line(line, Decimal(2), Decimal(1))
        assert refusal.value.code == "return_exceeds_sold"

    def test_refuses_to_return_less_than_nothing(self) -> None:
        line = sold(1000, "2", "0", (), Rules(currency="EUR"))
        with pytest.raises(QuantityNotValid):
            refund_line(line, Decimal(1), Decimal(-1))

    def test_a_tiny_part_has_no_more_tax_than_it_pays(self) -> None:
        line = sold(1, "4", "0", (rate("33", 1, inclusive=True),), Rules(currency="EUR"))
        assert (line.total, line.tax_total) == (4, 1)
        parts = [refund_line(line, Decimal(k) / 100, Decimal("0.01")) for k in range(400)]
        assert sum(part.tax_total for part in parts) == 1
        assert all(part.tax_total <= part.total for part in parts)

    def test_taxes_go_with_the_money(self) -> None:
        parts = [refund_line(ORDER_TAXED, Decimal(k), Decimal(1)) for k in range(3)]
        assert [(part.total, part.tax_total, part.discount_total) for part in parts] == [
            *((681, 55, 70), (680, 56, 69), (681, 55, 70)),
        ]

    @settings(max_examples=250, deadline=None)
    @given(
        st.lists(st.integers(1, 4000) | st.integers(1, 9), min_size=1, max_size=8),
        st.integers(0, 3000) | st.integers(0, 5),
        st.sampled_from(["0", "4", "33.3", "100"]),
        st.lists(
            st.sampled_from(
                [
                    rate("21", 1, inclusive=False),
                    rate("5.5", 2, inclusive=True),
                    rate("100", 3, inclusive=True),
                    rate("300", 4, inclusive=False),
                ]
            ),
            unique=True,
        ).map(tuple),
        st.sampled_from(["half_up", "half_even"]),
    )
    def test_any_sequence_of_returns_adds_up_in_every_field(
        self, steps: list[int], unit_price: int, discount: str, rates: tuple[TaxRate, ...], mode: RoundingMode
    ) -> None:
        units = [Decimal(step) / 1000 for step in steps]
        whole = sum(units, Decimal(0))
        line = sold(unit_price, str(whole), discount, rates, Rules(currency="EUR", rounding_mode=mode))
        marks = [sum(units[:count], Decimal(0)) for count in range(len(units) + 1)]
        parts = [refund_line(line, before, after - before, mode) for before, after in pairwise(marks)]
        for name in FIELDS:
            assert sum(getattr(part, name) for part in parts) == getattr(line, name)
        for slot, tax in enumerate(line.taxes):
            assert sum(part.taxes[slot].amount for part in parts) == tax.amount
            assert sum(part.taxes[slot].taxable for part in parts) == tax.taxable
        for part in parts:
            added = sum(tax.amount for tax in part.taxes if not tax.inclusive)
            assert part.total == part.gross_total - part.discount_total + added
            assert part.net_sales == part.total - part.tax_total
            assert 0 <= part.tax_total <= part.total
            assert all(0 <= tax.amount <= part.tax_total for tax in part.taxes)
            assert 0 <= part.discount_total <= part.gross_total
            assert 0 <= part.gross_sales - part.net_sales <= part.discount_total
            assert 0 <= part.net_sales <= part.gross_sales <= part.gross_total


class TestCheckRefund:
    def test_lets_the_last_minor_unit_go(self) -> None:
        check_refund(1000, 999, 1)

    def test_woocommerce_64668_knows_no_phantom_unit(self) -> None:
        with pytest.raises(RefundExceedsPaid) as refusal:
            check_refund(1000, 999, 2)
        assert refusal.value.code == "refund_exceeds_paid"

    def test_refuses_a_refund_below_zero(self) -> None:
        with pytest.raises(AmountNotValid):
            check_refund(1000, 0, -1)
