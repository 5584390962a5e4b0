"""The one calculator: published cases, an independent oracle, and what holds for every basket."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from typing import Literal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.money import AmountNotValid, AmountTooLarge, NumberNotValid, QuantityNotValid, RoundingMode
from domain.pricing import (
    Discount,
    DiscountExceedsValue,
    DiscountNotValid,
    Item,
    PricedBasket,
    Rules,
    TaxRate,
    TaxRateNotValid,
    discount_shares,
    price,
)

VARIANT = UUID(int=1)
Level = Literal["line", "order"]


def tax(rate: str, *, inclusive: bool = False) -> TaxRate:
    return TaxRate(
        id=UUID(int=scaled_id(rate) * 2 + inclusive),
        name=f"{rate} %",
        rate=Decimal(rate),
        inclusive=inclusive,
    )


def scaled_id(rate: str) -> int:
    return int(Decimal(rate) * 100_000)


def item(
    unit_price: int, quantity: str = "1", *, taxes: Sequence[TaxRate] = (), discounts: Sequence[Discount] = ()
) -> Item:
    return Item(
        variant_id=VARIANT,
        quantity=Decimal(quantity),
        unit_price=unit_price,
        tax_rates=tuple(taxes),
        discounts=tuple(discounts),
    )


def percent(value: str) -> Discount:
    return Discount(type="percent", value=Decimal(value))


def amount(value: int | str) -> Discount:
    return Discount(type="amount", value=Decimal(value))


def rules(level: Level = "line", mode: RoundingMode = "half_up") -> Rules:
    return Rules(currency="EUR", rounding_level=level, rounding_mode=mode)


class TestPublishedCases:
    @pytest.mark.parametrize(
        ("prices", "rate", "level", "mode", "expected"),
        [
            pytest.param((592, 152, 154, 39), "21", "line", "half_up", 196, id="odoo-6224-line"),
            pytest.param((592, 152, 154, 39), "21", "order", "half_up", 197, id="odoo-6224-order"),
            pytest.param((1500, 800, 695, 695), "8.875", "order", "half_even", 327, id="half-even-order"),
            pytest.param((1500, 800, 695, 695), "8.875", "line", "half_even", 328, id="half-even-line"),
            pytest.param((600,), "9.75", "line", "half_even", 58, id="tie-half-even"),
            pytest.param((600,), "9.75", "line", "half_up", 59, id="tie-half-up"),
            pytest.param((600,), "9.75", "order", "half_even", 58, id="tie-half-even-order"),
            pytest.param((600,), "9.75", "order", "half_up", 59, id="tie-half-up-order"),
        ],
    )
    def test_tax_is_rounded_once_at_the_declared_level(
        self, prices: tuple[int, ...], rate: str, level: Level, mode: RoundingMode, expected: int
    ) -> None:
        basket = price([item(each, taxes=[tax(rate)]) for each in prices], [], rules(level, mode))
        assert basket.tax_total == expected
        assert basket.total == sum(prices) + expected

    @pytest.mark.parametrize("level", ["line", "order"])
    @pytest.mark.parametrize("field", ["line discount", "order discount"])
    def test_odoo_37896_tax_is_due_on_the_unrounded_discounted_value(self, level: Level, field: str) -> None:
        on_line = [percent("4")] if field == "line discount" else []
        on_order = [] if on_line else [percent("4")]
        basket = price([item(34835, "16", taxes=[tax("22")], discounts=on_line)], on_order, rules(level))
        assert (basket.subtotal, basket.discount_total) == (557_360, 22_294)
        assert (basket.net_sales, basket.tax_total, basket.total) == (535_066, 117_714, 652_780)

    @pytest.mark.parametrize("level", ["line", "order"])
    def test_odoo_230726_inclusive_prices_total_what_they_say(self, level: Level) -> None:
        basket = price(
            [item(2890, taxes=[tax("22", inclusive=True)]), item(125, taxes=[tax("10", inclusive=True)])],
            [],
            rules(level),
        )
        assert basket.total == basket.subtotal == 3015
        assert [each.amount for each in basket.taxes] == [521, 11]
        assert basket.net_sales == basket.gross_sales == 3015 - 521 - 11

    def test_an_apportioned_discount_raises_no_line(self) -> None:
        basket = price([item(100)] * 9 + [item(1)], [amount(5)], rules())
        assert [line.total for line in basket.lines] == [99] * 5 + [100] * 4 + [1]


class TestTaxes:
    def test_inclusive_rates_leave_the_price_together_and_exclusive_ones_are_due_on_the_rest(self) -> None:
        rates = [tax("10", inclusive=True), tax("15", inclusive=True), tax("8")]
        (line,) = price([item(1250, taxes=rates)], [], rules()).lines
        assert [(each.taxable, each.amount) for each in line.taxes] == [(1000, 100), (1000, 150), (1000, 80)]
        assert (line.net_sales, line.tax_total, line.total) == (1000, 330, 1330)

    def test_the_gross_sales_of_an_inclusive_price_leave_its_tax_out(self) -> None:
        (line,) = price(
            [item(1250, taxes=[tax("25", inclusive=True)], discounts=[percent("10")])], [], rules()
        ).lines
        assert (line.gross_total, line.gross_sales, line.net_sales) == (1250, 1000, 900)

    def test_the_same_rate_on_two_lines_is_one_tax_of_the_order(self) -> None:
        basket = price([item(100, taxes=[tax("5")]), item(300, taxes=[tax("5")])], [], rules())
        assert [(each.taxable, each.amount) for each in basket.taxes] == [(400, 20)]


class TestDiscounts:
    def test_come_in_order_each_off_what_is_left(self) -> None:
        (line,) = price(
            [item(1000, discounts=[percent("10"), amount(100), percent("50")])], [], rules()
        ).lines
        assert (line.discount_total, line.total) == (600, 400)

    def test_all_of_a_line_may_go(self) -> None:
        basket = price([item(333, "0.5", taxes=[tax("20")], discounts=[percent("100")])], [], rules("order"))
        assert (basket.discount_total, basket.tax_total, basket.total) == (167, 0, 0)

    def test_never_come_to_more_than_the_rounded_lines(self) -> None:
        basket = price([item(14, "0.1")] * 10, [percent("99")], rules())
        assert (basket.subtotal, basket.discount_total, basket.total) == (10, 10, 0)

    def test_never_make_tax_negative(self) -> None:
        discounts = [percent("19.6"), percent("24.3"), amount(2)]
        (line,) = price([item(5, "0.5", taxes=[tax("150")], discounts=discounts)], [], rules()).lines
        assert (line.discount_total, line.tax_total, line.total) == (2, 0, 1)

    @pytest.mark.parametrize("others", [[], [item(100, discounts=[amount(1)])]], ids=["alone", "beside"])
    def test_too_small_to_show_are_no_negative_discount(self, others: list[Item]) -> None:
        small = item(3, taxes=[tax("22", inclusive=True)], discounts=[percent("10")])
        line = price([small, *others], [], rules()).lines[0]
        assert (line.discount_total, line.tax_total) == (0, 0)
        assert line.gross_sales == line.net_sales == 3

    @pytest.mark.parametrize(
        ("line_discounts", "order_discounts"),
        [([amount(101)], []), ([], [amount(101)]), ([amount(60)] * 2, [])],
    )
    def test_more_than_what_is_left_is_refused(
        self, line_discounts: list[Discount], order_discounts: list[Discount]
    ) -> None:
        with pytest.raises(DiscountExceedsValue):
            price([item(100, discounts=line_discounts)], order_discounts, rules())

    def test_the_refusal_names_the_place(self) -> None:
        with pytest.raises(DiscountExceedsValue) as refusal:
            price([item(100), item(100, discounts=[percent("5"), amount(96)])], [], rules())
        assert refusal.value.code == "discount_exceeds_value"
        assert refusal.value.details[0]["field"] == "lines.1.discounts.1"

    @pytest.mark.parametrize("wrong", [percent("100.1"), percent("-1"), amount("0.5"), amount(-1)])
    def test_what_is_no_discount_is_refused(self, wrong: Discount) -> None:
        with pytest.raises(DiscountNotValid):
            price([item(100)], [wrong], rules())


class TestLimits:
    def test_an_empty_basket_costs_nothing(self) -> None:
        basket = price([], [percent("10")], rules("order"))
        assert (basket.total, basket.taxes, basket.lines) == (0, (), ())

    def test_no_units_cost_nothing(self) -> None:
        basket = price([item(999, "0", taxes=[tax("20", inclusive=True)])], [percent("10")], rules("order"))
        assert (basket.subtotal, basket.tax_total, basket.total) == (0, 0, 0)

    @pytest.mark.parametrize("count", range(9, 30))
    def test_no_line_contains_more_tax_than_it_costs(self, count: int) -> None:
        taxes = [tax("19", inclusive=True), tax("7", inclusive=True)]
        basket = price([item(1, taxes=taxes)] * count, [], rules("order"))
        assert {line.net_sales for line in basket.lines} <= {0, 1}
        exact = [Fraction(count * rate, 126) for rate in (19, 7)]
        assert [each.amount for each in basket.taxes] == [int(due + Fraction(1, 2)) for due in exact]

    @pytest.mark.parametrize("level", ["line", "order"])
    def test_a_line_without_a_discount_shows_none_beside_one_that_has(self, level: Level) -> None:
        contained = [tax("19", inclusive=True)]
        items = [item(102, taxes=contained), item(106, taxes=contained, discounts=[percent("10")])]
        for each in (items, items[::-1], [*items, item(103, taxes=contained)]):
            for line in price(each, [], rules(level)).lines:
                if not line.discount_total:
                    assert line.gross_sales == line.net_sales

    def test_what_is_too_small_to_be_charged_bears_no_tax(self) -> None:
        basket = price([item(4, "0.1", taxes=[tax("22", inclusive=True)])] * 10, [], rules("order"))
        assert (basket.tax_total, basket.total, basket.net_sales) == (0, 0, 0)

    @pytest.mark.parametrize(
        ("wrong", "refusal"),
        [
            (item(2**53 + 1), AmountTooLarge),
            (item(2**52, "3"), AmountTooLarge),
            (item(2**53, taxes=[tax("1")]), AmountTooLarge),
            (item(1, "1E+30"), AmountTooLarge),
            (item(2**52, "3", discounts=[percent("100")]), AmountTooLarge),
            (item(-1), AmountNotValid),
            (item(1, "-1"), QuantityNotValid),
            (item(1, "0.000001"), NumberNotValid),
            (
                item(1, taxes=[TaxRate(id=VARIANT, name="", rate=Decimal(-1), inclusive=False)]),
                TaxRateNotValid,
            ),
        ],
    )
    def test_absurd_baskets_are_refused(self, wrong: Item, refusal: type[Refusal]) -> None:
        with pytest.raises(refusal):
            price([wrong], [], rules())

    def test_many_large_lines_are_refused_together(self) -> None:
        with pytest.raises(AmountTooLarge):
            price([item(2**52)] * 3, [], rules())


# What follows prices a basket again, with fractions and in the plainest way, to be compared.


def rounded(value: Fraction, mode: RoundingMode) -> int:
    with localcontext() as context:
        context.prec = 200
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        # A hundred and more places keep a half recognisable: denominators here have few factors.
        halves = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}
        return int(exact.quantize(Decimal(1), rounding=halves[mode]))


def shared(total: int, weights: list[int] | list[Fraction]) -> list[int]:
    if total == 0:
        return [0 for _ in weights]
    exact = [Fraction(total) * weight / sum(weights) for weight in weights]
    shares = [each.numerator // each.denominator for each in exact]
    while sum(shares) < total:
        owed = [each - share for each, share in zip(exact, shares, strict=True)]
        shares[owed.index(max(owed))] += 1
    return shares


@dataclass
class PlainLine:
    item: Item
    gross: int
    exact_gross: Fraction
    remaining: int
    exact: Fraction
    amounts: dict[TaxRate, int] = field(default_factory=dict)
    in_discounts: int = 0


def plain_discount(lines: list[PlainLine], discount: Discount, mode: RoundingMode) -> None:
    value, remaining = Fraction(discount.value), sum(line.remaining for line in lines)
    if discount.type == "amount":
        off = int(value)
    elif value == 100:
        off = remaining
    else:
        off = min(remaining, rounded(sum((line.exact for line in lines), Fraction(0)) * value / 100, mode))
    for line, share in zip(lines, shared(off, [line.remaining for line in lines]), strict=True):
        line.remaining -= share
        line.exact = (
            max(Fraction(0), line.exact - share)
            if discount.type == "amount"
            else line.exact * (1 - value / 100)
        )
        if line.remaining == 0:
            line.exact = Fraction(0)


def plain_tax(line: PlainLine, rate: TaxRate, value: Fraction) -> Fraction:
    contained = sum((Fraction(each.rate) for each in line.item.tax_rates if each.inclusive), Fraction(0))
    return value / (1 + contained / 100) * Fraction(rate.rate) / 100


def plain_contained_in_discounts(group: list[PlainLine], rate: TaxRate, mode: RoundingMode) -> None:
    """Share what the group contains less of a tax over the lines by what their discounts took."""
    before = [plain_tax(line, rate, line.exact_gross if line.gross else Fraction(0)) for line in group]
    less = rounded(sum(before, Fraction(0)), mode) - sum(line.amounts[rate] for line in group)
    contained = [b - plain_tax(line, rate, line.exact) for line, b in zip(group, before, strict=True)]
    rooms = [
        line.gross - line.remaining - line.in_discounts if off else 0
        for line, off in zip(group, contained, strict=True)
    ]
    less = min(less, sum(rooms))
    shares = shared(less, contained)
    while over := [at for at, room in enumerate(rooms) if shares[at] > room]:
        free = [at for at, room in enumerate(rooms) if shares[at] < room]
        shares[over[0]] -= 1
        shares[min(free, key=lambda at: shares[at] - less * contained[at] / sum(contained))] += 1
    for line, share in zip(group, shares, strict=True):
        line.in_discounts += share


def plain_price(items: Sequence[Item], discounts: Sequence[Discount], how: Rules) -> list[PlainLine]:
    mode, lines = how.rounding_mode, []
    for each in items:
        exact = Fraction(each.quantity) * each.unit_price
        gross = rounded(exact, mode)
        exact = exact if gross else Fraction(0)
        line = PlainLine(item=each, gross=gross, exact_gross=exact, remaining=gross, exact=exact)
        for discount in each.discounts:
            plain_discount([line], discount, mode)
        lines.append(line)
    for discount in discounts:
        plain_discount(lines, discount, mode)
    for rate in {rate: None for line in lines for rate in line.item.tax_rates}:
        bearing = [line for line in lines if rate in line.item.tax_rates]
        for group in [bearing] if how.rounding_level == "order" else [[line] for line in bearing]:
            charged = [plain_tax(line, rate, line.exact) for line in group]
            shares = shared(rounded(sum(charged, Fraction(0)), mode), charged)
            for line, share in zip(group, shares, strict=True):
                line.amounts[rate] = share
            if rate.inclusive:
                plain_contained_in_discounts(group, rate, mode)
    return lines


RATES = [
    tax("21"),
    tax("8.875"),
    tax("0"),
    tax("22", inclusive=True),
    tax("5.5", inclusive=True),
    tax("7.12345", inclusive=True),
]
percentages = st.sampled_from(["0", "4", "10", "12.5", "33.33333", "100"]).map(percent)
any_discounts = st.lists(percentages | st.integers(0, 300).map(amount), max_size=2)
quantities = st.integers(0, 9).map(Decimal) | st.integers(0, 300_000).map(lambda n: Decimal(n) / 100_000)
items_of_any_kind = st.builds(
    Item,
    variant_id=st.just(VARIANT),
    quantity=quantities,
    unit_price=st.integers(0, 9) | st.integers(0, 5000),
    discounts=st.just(()) | any_discounts.map(tuple),
    tax_rates=st.lists(st.sampled_from(RATES), max_size=3, unique=True).map(tuple),
)
baskets = st.lists(items_of_any_kind, max_size=6)
# Such taxes are contained that a few minor units have no room for all that rounding makes of them.
baskets_of_any_tax = st.lists(
    st.builds(
        Item,
        variant_id=st.just(VARIANT),
        quantity=quantities,
        unit_price=st.integers(0, 9) | st.integers(0, 5000),
        discounts=st.just(()) | any_discounts.map(tuple),
        tax_rates=st.lists(
            st.sampled_from([*RATES, tax("100", inclusive=True), tax("99", inclusive=True), tax("900")]),
            max_size=4,
            unique=True,
        ).map(tuple),
    ),
    max_size=8,
)
any_rules = st.builds(
    Rules,
    currency=st.just("EUR"),
    rounding_level=st.sampled_from(["line", "order"]),
    rounding_mode=st.sampled_from(["half_up", "half_even"]),
)


def priced_if_possible(items: Sequence[Item], discounts: Sequence[Discount], how: Rules) -> PricedBasket:
    """Price a generated basket, without the discounts when they are more than it is worth."""
    try:
        return price(items, discounts, how)
    except DiscountExceedsValue:
        bare = [item(each.unit_price, str(each.quantity), taxes=each.tax_rates) for each in items]
        return price(bare, [], how)


class TestEveryBasket:
    @settings(max_examples=250, deadline=None)
    @given(baskets, any_discounts, any_rules)
    def test_is_priced_as_the_plain_calculation_does(
        self, items: list[Item], discounts: list[Discount], how: Rules
    ) -> None:
        try:
            basket = price(items, discounts, how)
        except DiscountExceedsValue:
            return
        plain_lines = plain_price(items, discounts, how)
        for line, plain in zip(basket.lines, plain_lines, strict=True):
            contained = sum(due for rate, due in plain.amounts.items() if rate.inclusive)
            net = plain.remaining - contained
            assert [each.amount for each in line.taxes] == [plain.amounts[r] for r in plain.item.tax_rates]
            assert line.net_sales == net
            assert line.total == net + sum(plain.amounts.values())
            assert (line.gross_total, line.discount_total) == (plain.gross, plain.gross - plain.remaining)
            assert line.gross_sales == net + line.discount_total - plain.in_discounts

    @settings(max_examples=150, deadline=None)
    @given(baskets, any_discounts, any_rules)
    def test_has_lines_that_add_up_to_the_order(
        self, items: list[Item], discounts: list[Discount], how: Rules
    ) -> None:
        basket = priced_if_possible(items, discounts, how)
        for name in ("discount_total", "tax_total", "total", "gross_sales", "net_sales"):
            assert getattr(basket, name) == sum(getattr(line, name) for line in basket.lines)
        assert basket.subtotal == sum(line.gross_total for line in basket.lines)
        sums: dict[UUID, list[int]] = defaultdict(lambda: [0, 0])
        for each in (each for line in basket.lines for each in line.taxes):
            sums[each.tax_rate_id][0] += each.taxable
            sums[each.tax_rate_id][1] += each.amount
        assert {each.tax_rate_id: [each.taxable, each.amount] for each in basket.taxes} == sums

    @settings(max_examples=150, deadline=None)
    @given(baskets, any_discounts, any_rules)
    def test_has_lines_that_add_up_in_themselves(
        self, items: list[Item], discounts: list[Discount], how: Rules
    ) -> None:
        for line in priced_if_possible(items, discounts, how).lines:
            added = sum(each.amount for each in line.taxes if not each.inclusive)
            assert line.total == line.gross_total - line.discount_total + added
            assert line.tax_total == sum(each.amount for each in line.taxes)
            assert line.net_sales == line.total - line.tax_total
            assert all(each.taxable == line.net_sales for each in line.taxes)

    @settings(max_examples=150, deadline=None)
    @given(baskets, any_discounts, any_rules)
    def test_has_no_line_raised_by_a_discount(
        self, items: list[Item], discounts: list[Discount], how: Rules
    ) -> None:
        for line in priced_if_possible(items, discounts, how).lines:
            assert 0 <= line.discount_total <= line.gross_total
            assert 0 <= line.net_sales <= line.gross_sales

    @settings(max_examples=300, deadline=None)
    @given(baskets_of_any_tax, any_discounts, any_rules)
    def test_has_nothing_larger_than_what_it_belongs_to(
        self, items: list[Item], discounts: list[Discount], how: Rules
    ) -> None:
        for line in priced_if_possible(items, discounts, how).lines:
            assert 0 <= line.discount_total <= line.gross_total
            assert 0 <= line.gross_sales - line.net_sales <= line.discount_total
            assert 0 <= line.net_sales <= line.gross_sales <= line.gross_total
            assert all(0 <= each.amount <= line.tax_total for each in line.taxes)
            assert 0 <= line.tax_total <= line.total

    @settings(max_examples=100, deadline=None)
    @given(baskets, any_rules)
    def test_has_nothing_off_without_discounts(self, items: list[Item], how: Rules) -> None:
        bare = [item(each.unit_price, str(each.quantity), taxes=each.tax_rates) for each in items]
        for line in price(bare, [], how).lines:
            assert line.discount_total == 0
            assert line.gross_sales == line.net_sales

    @settings(max_examples=100, deadline=None)
    @given(baskets, any_rules)
    def test_is_free_with_all_of_it_off(self, items: list[Item], how: Rules) -> None:
        basket = price(
            [item(i.unit_price, str(i.quantity), taxes=i.tax_rates) for i in items], [percent("100")], how
        )
        assert (basket.total, basket.tax_total, basket.net_sales) == (0, 0, 0)
        assert basket.discount_total == basket.subtotal

    @settings(max_examples=100, deadline=None)
    @given(baskets, any_discounts, any_rules)
    def test_is_lowered_by_each_discount_by_its_shares(
        self, items: list[Item], discounts: list[Discount], how: Rules
    ) -> None:
        try:
            taken = [
                [line.discount_total for line in price(items, discounts[:count], how).lines]
                for count in range(len(discounts) + 1)
            ]
        except DiscountExceedsValue:
            return
        for at, shares in enumerate(discount_shares(items, discounts, how.rounding_mode)):
            own = len(items[at].discounts)
            assert sum(shares[:own]) == taken[0][at]
            assert [*shares[own:]] == [after[at] - before[at] for before, after in pairwise(taken)]
