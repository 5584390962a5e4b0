"""Sales decided again by the same calculator: nothing is otherwise but what is changed."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.orders import Order, SaleLine
from domain.pricing import Discount, DiscountExceedsValue, Item, Rules, TaxRate, price
from domain.what_if.changes import Changes, Promotion
from domain.what_if.comparison import Comparison, Pair
from domain.what_if.figures import Figures, TaxKey
from domain.what_if.replaying import rules_of
from tests.domain.what_if.sold import amount, item, percent, sold, tax

RATES = (
    tax("19", 1, inclusive=True),
    tax("7", 2, inclusive=True),
    tax("8.875", 3),
    tax("0", 4),
)
VARIANTS = 5
discounts = st.lists(
    st.sampled_from(["4", "12.5", "33.33333", "100"]).map(percent) | st.integers(0, 300).map(amount),
    max_size=2,
)
items = st.builds(
    Item,
    variant_id=st.integers(1, VARIANTS).map(lambda number: UUID(int=number)),
    quantity=st.integers(1, 9).map(Decimal) | st.integers(1, 3_000).map(lambda grams: Decimal(grams) / 1000),
    unit_price=st.integers(0, 9) | st.integers(0, 5_000),
    discounts=st.just(()) | discounts.map(tuple),
    tax_rates=st.lists(st.sampled_from(RATES), max_size=2, unique=True).map(tuple),
)
rules = st.builds(
    Rules,
    currency=st.just("CHF"),
    rounding_level=st.sampled_from(["line", "order"]),
    rounding_mode=st.sampled_from(["half_up", "half_even"]),
    cash_rounding=st.sampled_from([0, 5, 10]),
)


@st.composite
def sales(draw: st.DrawFn) -> Order.Sold:
    """A sale of anything, discounted anyhow, some prices set by somebody, paid by card, in cash or both."""
    basket, off, how = draw(st.lists(items, min_size=1, max_size=6)), draw(discounts), draw(rules)
    try:
        total = price(basket, off, how).total
    except DiscountExceedsValue:
        assume(False)
    overridden = draw(st.sets(st.integers(0, 5)))
    return sold(basket, off, how, card=draw(st.integers(0, total)), overridden=sorted(overridden))


def compare(sale: Order.Sold, changes: Changes) -> Pair:
    return Comparison(changes).add_sale(sale)


def prices_as_sold(sale: Order.Sold) -> dict[UUID, int]:
    return {line.variant_id: line.unit_price for line in sale.lines}


class TestWhatIsNotOtherwise:
    @settings(max_examples=300, deadline=None)
    @given(sales())
    def test_a_sale_is_priced_from_what_is_frozen_of_it_to_the_minor_unit(self, sale: Order.Sold) -> None:
        basket = price([Changes().item(line) for line in sale.lines], sale.discounts, rules_of(sale))
        for line, frozen in zip(basket.lines, sale.lines, strict=True):
            assert line.taxes == frozen.taxes
            assert (line.gross_total, line.discount_total) == (frozen.gross_total, frozen.discount_total)
            assert (line.gross_sales, line.net_sales) == (frozen.gross_sales, frozen.net_sales)
            assert (line.tax_total, line.total) == (frozen.tax_total, frozen.total)
        assert basket.taxes == sale.taxes

    @settings(max_examples=150, deadline=None)
    @given(sales())
    def test_changes_to_what_it_was_make_no_difference(self, sale: Order.Sold) -> None:
        as_it_was = Changes(
            tax_rates={one.id: one.rate for one in RATES},
            percents={UUID(int=100 + number): Decimal(0) for number in range(1, VARIANTS + 1)},
            promotions=(
                Promotion(discount=percent("0")),
                Promotion(discount=amount(0), variant_id=UUID(int=1)),
            ),
            rounding_level=rules_of(sale).rounding_level,
            rounding_mode=rules_of(sale).rounding_mode,
            cash_rounding=sale.cash_rounding,
        )
        pair = compare(sale, as_it_was)
        assert not pair.differs
        assert pair.as_sold.total == sale.totals.total
        assert pair.as_sold.rounding == sale.totals.rounding
        assert pair.as_sold.gross_profit == sale.totals.net_sales - sale.totals.cost_total

    @settings(max_examples=150, deadline=None)
    @given(sales(), st.sampled_from(["0", "16", "20.5"]), st.integers(0, 4_000), rules)
    def test_what_would_be_otherwise_is_what_the_till_would_have_sold(
        self, sale: Order.Sold, rate: str, unit_price: int, how: Rules
    ) -> None:
        changes = Changes(
            tax_rates={UUID(int=1): Decimal(rate)},
            prices={UUID(int=2): unit_price},
            rounding_level=how.rounding_level,
            rounding_mode=how.rounding_mode,
        )
        again = [_sold_by(changes, line) for line in sale.lines]
        try:
            basket = price(again, sale.discounts, how)
        except DiscountExceedsValue:
            return
        what_if = compare(sale, changes).what_if
        assert (what_if.gross_sales, what_if.net_sales) == (basket.gross_sales, basket.net_sales)
        assert (what_if.tax, what_if.total) == (basket.tax_total, basket.total)
        assert what_if.cost_of_goods == sale.totals.cost_total

    @settings(max_examples=100, deadline=None)
    @given(sales(), discounts)
    def test_nothing_falls_below_zero_whatever_is_given(self, sale: Order.Sold, more: list[Discount]) -> None:
        changes = Changes(
            prices={UUID(int=number): 3 for number in range(1, VARIANTS + 1)},
            promotions=tuple(Promotion(discount=one) for one in more)
            + tuple(Promotion(discount=one, variant_id=UUID(int=2)) for one in more),
        )
        what_if = compare(sale, changes).what_if
        assert 0 <= what_if.net_sales <= what_if.gross_sales
        assert what_if.tax >= 0


def _sold_by(changes: Changes, line: SaleLine) -> Item:
    """The item as a till would have had it: written out, not by what is tried."""
    is_kept = line.price_overridden or line.variant_id not in changes.prices
    return Item(
        variant_id=line.variant_id,
        quantity=line.quantity,
        unit_price=line.unit_price if is_kept else changes.prices[line.variant_id],
        discounts=line.discounts,
        tax_rates=tuple(
            TaxRate(
                id=one.tax_rate_id,
                name=one.name,
                rate=changes.tax_rates.get(one.tax_rate_id, one.rate),
                inclusive=one.inclusive,
            )
            for one in line.taxes
        ),
    )


class TestTaxes:
    def test_a_higher_tax_in_the_price_lowers_net_sales_and_not_what_customers_pay(self) -> None:
        pair = compare(sold([item(11_900, "1", RATES[0])]), Changes(tax_rates={UUID(int=1): Decimal(20)}))
        assert (pair.as_sold.net_sales, pair.as_sold.tax, pair.as_sold.total) == (10_000, 1_900, 11_900)
        # 11,900 / 1.2 leaves 9,916.67, and of what is contained the tax is rounded.
        assert (pair.what_if.net_sales, pair.what_if.tax, pair.what_if.total) == (9_917, 1_983, 11_900)
        assert pair.what_if.gross_profit == 9_917 - 10

    def test_one_on_top_of_the_price_raises_what_customers_pay(self) -> None:
        pair = compare(sold([item(1_000, "1", tax("10", 3))]), Changes(tax_rates={UUID(int=3): Decimal(12)}))
        assert (pair.what_if.net_sales, pair.what_if.tax, pair.what_if.total) == (1_000, 120, 1_120)

    def test_each_tax_as_it_was_charged_stands_beside_what_it_would_come_to(self) -> None:
        comparison = Comparison(Changes(tax_rates={UUID(int=3): Decimal(20)}))
        comparison.add_sale(sold([item(1_000, "1", tax("10", 3)), item(500)]))
        comparison.add_sale(sold([item(1_000, "1", tax("16", 3))]))
        keys = {
            rate: TaxKey.of(sold([item(1, "1", tax(rate, 3))]).lines[0].taxes[0]) for rate in ("10", "16")
        }
        found = {key: (one.as_sold.tax, one.what_if.tax) for key, one in comparison.taxes.items()}
        assert found == {keys["10"]: (100, 200), keys["16"]: (160, 200), TaxKey(): (0, 0)}
        assert comparison.taxes[TaxKey()].what_if.taxable == 500

    @settings(max_examples=50, deadline=None)
    @given(st.lists(sales(), max_size=4))
    def test_taxes_and_stores_add_up_to_the_whole(self, several: Sequence[Order.Sold]) -> None:
        comparison = Comparison(Changes(tax_rates={UUID(int=1): Decimal(20)}, rounding_level="order"))
        for number, sale in enumerate(several):
            sale.__dict__["store_id"] = UUID(int=number % 2)
            comparison.add_sale(sale)
        for side in ("as_sold", "what_if"):
            whole, stores = getattr(comparison.all, side), Figures()
            for one in comparison.stores.values():
                stores.add(getattr(one, side))
            assert stores == whole
            assert sum(getattr(one, side).tax for one in comparison.taxes.values()) == whole.tax
        assert comparison.all.orders == len(several)


class TestOrders:
    def test_that_would_differ_are_counted(self) -> None:
        comparison = Comparison(Changes(prices={UUID(int=2): 1}))
        for variant in (1, 2, 1):
            comparison.add_sale(sold([item(1_000, variant=variant)]))
        assert (comparison.all.orders, comparison.all.differing) == (3, 1)


class TestPrices:
    def test_a_variant_is_sold_at_the_other_price(self) -> None:
        pair = compare(sold([item(1_000, "3"), item(200, variant=2)]), Changes(prices={UUID(int=1): 900}))
        assert (pair.what_if.gross_sales, pair.what_if.total) == (2_900, 2_900)

    def test_a_percentage_is_of_the_price_it_was_sold_at_rounded_half_up_once(self) -> None:
        changes = Changes(percents={UUID(int=101): Decimal("-2.5")})
        assert compare(sold([item(1_020, "3")]), changes).what_if.total == 995 * 3
        assert compare(sold([item(980, "3")]), changes).what_if.total == 956 * 3

    def test_the_price_of_a_variant_goes_before_that_of_its_category(self) -> None:
        changes = Changes(prices={UUID(int=1): 900}, percents={UUID(int=101): Decimal(50)})
        assert compare(sold([item(1_000)]), changes).what_if.total == 900

    def test_what_somebody_set_at_the_sale_stays(self) -> None:
        sale = sold([item(1_000), item(1_000)], overridden=[1])
        assert compare(sale, Changes(prices={UUID(int=1): 900})).what_if.total == 1_900
        assert compare(sale, Changes(percents={UUID(int=101): Decimal(10)})).what_if.total == 2_100

    def test_a_discount_of_an_amount_takes_no_more_than_would_be_left(self) -> None:
        comparison = Comparison(Changes(prices={UUID(int=1): 150}))
        own = comparison.add_sale(sold([item(1_000, discounts=[amount(200)]), item(500, variant=2)]))
        assert own.what_if.total == 500
        of_all = comparison.add_sale(sold([item(1_000), item(100, variant=2)], [percent("50"), amount(300)]))
        assert of_all.what_if.total == 0
        assert comparison.capped == 2


class TestRounding:
    def test_of_tax_at_another_level(self) -> None:
        sale = sold([item(each, "1", tax("21", 3)) for each in (592, 152, 154, 39)])
        pair = compare(sale, Changes(rounding_level="order"))
        assert (pair.as_sold.tax, pair.what_if.tax) == (196, 197)

    def test_of_cash_only_as_far_as_cash_paid(self) -> None:
        changes = Changes(cash_rounding=10)
        assert compare(sold([item(1_003)]), changes).what_if.rounding == -3
        assert compare(sold([item(1_003)], card=1_003), changes).what_if.rounding == 0
        assert compare(sold([item(1_003)], card=998), changes).what_if.rounding == 5

    def test_of_cash_follows_what_would_be_left_to_pay(self) -> None:
        sale = sold([item(1_003)], rules=Rules(currency="CHF", cash_rounding=5), card=500)
        assert compare(sale, Changes(prices={UUID(int=1): 1_001})).what_if.rounding == -1
        assert compare(sale, Changes(prices={UUID(int=1): 499})).what_if.rounding == 0

    def test_of_cash_stays_where_a_sale_does_not_say_it(self) -> None:
        sale = sold([item(1_003)], rules=Rules(currency="CHF", cash_rounding=5))
        sale.__dict__["cash_rounding"] = None
        assert compare(sale, Changes(prices={UUID(int=1): 1_000})).what_if.rounding == 2


class TestPromotions:
    @pytest.mark.parametrize(
        ("promotion", "total"),
        [
            (Promotion(discount=percent("10")), 2_700),
            (Promotion(discount=amount(700)), 2_300),
            (Promotion(discount=amount(7_000)), 0),
            (Promotion(discount=percent("10"), min_subtotal=3_000), 2_700),
            (Promotion(discount=percent("10"), min_subtotal=3_001), 3_000),
            (Promotion(discount=percent("10"), variant_id=UUID(int=1)), 2_800),
            (Promotion(discount=percent("10"), variant_id=UUID(int=1), min_quantity=Decimal(2)), 2_800),
            (Promotion(discount=percent("10"), variant_id=UUID(int=1), min_quantity=Decimal(3)), 3_000),
            (Promotion(discount=amount(150), category_ids=frozenset([UUID(int=101), UUID(int=102)])), 2_700),
            (Promotion(discount=amount(1_500), category_ids=frozenset([UUID(int=102)])), 2_000),
        ],
    )
    def test_take_orders_or_lines(self, promotion: Promotion, total: int) -> None:
        sale = sold([item(1_000, "2"), item(1_000, variant=2)])
        assert compare(sale, Changes(promotions=(promotion,))).what_if.total == total

    def test_come_after_what_was_given_one_after_the_other(self) -> None:
        sale = sold([item(1_000, discounts=[percent("50")])], [amount(100)])
        several = (
            Promotion(discount=percent("10")),
            Promotion(discount=percent("20"), variant_id=UUID(int=1)),
        )
        # 500, less 20 % of the line is 400, less what was given on the order is 300, less 10 % is 270.
        assert compare(sale, Changes(promotions=several)).what_if.total == 270

    def test_come_after_what_was_given_on_the_line(self) -> None:
        sale = sold([item(1_000, discounts=[amount(100)])])
        half = Promotion(discount=percent("50"), variant_id=UUID(int=1))
        assert compare(sale, Changes(promotions=(half,))).what_if.total == 450
