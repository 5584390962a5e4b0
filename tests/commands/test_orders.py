"""Decisions at the till: what a basket costs, and selling it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from commands.companies import ReviseCompany
from commands.moments import TooFarBack
from commands.orders.baskets import (
    BasketLine,
    DiscountNotAllowed,
    PriceOverrideNotAllowed,
    QuoteBasket,
    TotalChanged,
)
from commands.ports import DuplicateId
from domain.catalog.products import NotForSale, Product, Status
from domain.companies import Company
from domain.discounts import DiscountAboveCeiling
from domain.errors import Invalid
from domain.money import AmountTooLarge
from domain.orders import Order
from domain.packages import Limits, PlanLimitReached
from domain.payments import PaymentExceedsTotal, PaymentInsufficient, Tender
from domain.pricing import Discount
from domain.settings import OtherStore
from domain.shifts import NoOpenShift, ShiftNotOpen
from domain.stock.movements import InsufficientStock, StockMovement
from domain.stores import StoreClosed
from tests.commands.samples import (
    COMPANY,
    CUSTOMER,
    NOTHING,
    NOW,
    ORDER,
    OTHER,
    PRODUCT,
    REGISTER,
    SHIFT,
    STORAGE,
    STORE,
    TAX,
    UNIT,
    VARIANT,
    approval,
    caller,
    company,
    customer,
    delivery,
    id_of,
    line,
    method,
    package,
    product,
    register,
    sale,
    shift,
    storage,
    store,
    subscribed,
    tax,
    unit,
    variant,
)
from tests.commands.scenario import Outcome, Scenario, fact

TEN_PERCENT = Discount(type="percent", value=Decimal(10))
HALF = Discount(type="percent", value=Decimal(50))
SECOND = id_of("second variant")
CASHIER = caller("Cashier")


@pytest.fixture
def shop(scenario: Scenario) -> Scenario:
    """Ten SALT in the cellar of one store with one till."""
    return scenario.given(store(), storage(), register(), product(), delivery("10"))


@pytest.fixture
def strict(shop: Scenario) -> Scenario:
    """The same shop, which sells within shifts alone."""
    shop.when(ReviseCompany(id=COMPANY, changes={"shift_required": True})).then(fact(Company.ShiftsRegulated))
    return shop


def sold(outcome: Outcome) -> Any:
    """The sale that was recorded."""
    event, _, data = outcome.recorded[0]
    assert event is Order.Sold
    return data


def refusing(name: str, status: Status = "active", **values: Any) -> Product:
    """Another product, with one variant of the id of its name."""
    return product(variant(id_of(name), name.upper()), one=id_of(f"{name} product"), status=status, **values)


class TestPlaceSale:
    def test_records_the_sale_and_what_it_took(self, shop: Scenario) -> None:
        outcome = shop.when(sale(line("2"), paid=498)).then(
            fact(Order.Sold, ORDER, store_id=STORE, storage_id=STORAGE, currency="EUR", channel="pos"),
            fact(StockMovement.Issued, storage_id=STORAGE, order_id=ORDER, occurred_at=NOW),
        )
        totals = sold(outcome).totals
        assert (totals.total, totals.paid_total, totals.cost_total) == (498, 498, 180)
        (_, _, issued) = outcome.recorded[1]
        assert [(one.quantity, one.balance_quantity) for one in issued.lines] == [(-2, 8)]

    def test_freezes_what_was_sold(self, shop: Scenario) -> None:
        (frozen,) = sold(shop.when(sale())).lines
        assert (frozen.sku, frozen.name, frozen.list_price, frozen.unit_price) == (
            "SALT",
            "Sea salt",
            249,
            249,
        )

    def test_is_made_by_whoever_asks_under_an_id_of_its_own(self, shop: Scenario) -> None:
        outcome = shop.by(replace(CASHIER, user_id=OTHER)).when(sale(id=None))
        assert sold(outcome).cashier_id == OTHER

    def test_numbers_the_sales_of_a_till_without_a_gap(self, shop: Scenario) -> None:
        numbers = [sold(shop.when(sale(id=None, register_id=REGISTER))).number for _ in range(3)]
        assert numbers == ["M-1-000001", "M-1-000002", "M-1-000003"]

    def test_numbers_those_without_a_till_by_the_store(self, shop: Scenario) -> None:
        shop.when(sale(id=None, register_id=REGISTER))
        assert sold(shop.when(sale())).number == "M-000001"

    def test_uses_no_number_for_a_sale_that_is_refused(self, shop: Scenario) -> None:
        shop.when(sale(line("11"), paid=2739, id=OTHER)).then_refused(InsufficientStock, "lines.0.quantity")
        assert sold(shop.when(sale())).series_number == 1

    def test_belongs_to_the_day_of_the_stores_clock(self, scenario: Scenario) -> None:
        scenario.given(store(day_cut="15:00", timezone="Asia/Tokyo"), storage(), product(), delivery())
        # It is nine in the evening in Tokyo, six hours into the day that began at three.
        assert sold(scenario.when(sale())).business_date == date(2026, 6, 15)
        earlier = sold(scenario.when(sale(id=OTHER, occurred_at=NOW - timedelta(hours=7))))
        assert (earlier.business_date, earlier.hour) == (date(2026, 6, 14), 14)

    def test_answers_a_repetition_with_the_sale_it_made(self, shop: Scenario) -> None:
        shop.when(sale(), saying="this")
        assert shop.when(sale(), saying="this").then_repeated().answer.id == ORDER

    def test_answers_it_though_the_till_is_gone_by_now(self, shop: Scenario) -> None:
        command = sale(register_id=REGISTER)
        till = register()
        till.new_events()
        till.archive()
        shop.when(command, saying="this")
        shop.given(till).when(command, saying="this").then_repeated()

    def test_refuses_its_id_for_other_content(self, shop: Scenario) -> None:
        shop.when(sale(), saying="this")
        shop.when(sale(), saying="that").then_refused(DuplicateId, "id")

    def test_refuses_the_id_of_something_else(self, shop: Scenario) -> None:
        shop.when(sale(id=PRODUCT)).then_refused(DuplicateId, "id")

    def test_refuses_a_repetition_of_a_sale_in_another_store(self, shop: Scenario) -> None:
        shop.given(store(OTHER, "Nord", "N")).when(sale())
        shop.by(caller("Cashier", OTHER)).when(sale(store_id=OTHER)).then_refused(DuplicateId, "id")

    def test_rounds_what_is_paid_in_cash(self, blank: Scenario) -> None:
        founded = company()
        founded.revise({"cash_rounding": 5})
        scenario = blank.given(founded, store(), storage(), product(), delivery())
        totals = sold(scenario.when(sale(paid=250))).totals
        assert (totals.total, totals.rounding, totals.paid_total) == (249, 1, 250)

    def test_keeps_a_note_and_a_customer(self, shop: Scenario) -> None:
        recorded = sold(shop.given(customer()).when(sale(customer_id=CUSTOMER, note="Gift")))
        assert (recorded.customer_id, recorded.note) == (CUSTOMER, "Gift")

    def test_refuses_more_sales_in_a_month_than_the_package_allows(self, blank: Scenario) -> None:
        limits = Limits(orders_per_month=1)
        scenario = blank.given(package(limits=limits), subscribed(limits))
        scenario.given(store(), storage(), product(), delivery()).when(sale())
        scenario.when(sale(id=OTHER)).then_refused(PlanLimitReached, "limits.orders_per_month")

    def test_counts_them_by_the_calendar_of_the_company(self, blank: Scenario) -> None:
        limits = Limits(orders_per_month=1)
        scenario = blank.given(package(limits=limits), subscribed(limits))
        scenario.given(store(), storage(), product(), delivery()).when(sale())
        # 23:00 on the last of June in UTC is July already in Berlin.
        scenario.at(NOW.replace(day=30, hour=23)).when(sale(id=OTHER)).then(
            fact(Order.Sold, OTHER), fact(StockMovement.Issued)
        )

    def test_counts_a_sale_in_the_month_in_which_it_was_recorded(self, blank: Scenario) -> None:
        limits = Limits(orders_per_month=1)
        scenario = blank.given(package(limits=limits), subscribed(limits))
        scenario.given(store(), storage(), product(), delivery())
        scenario.when(sale(occurred_at=NOW - timedelta(days=20)))
        command = sale(id=OTHER, occurred_at=NOW - timedelta(days=20))
        scenario.when(command).then_refused(PlanLimitReached, "limits.orders_per_month")

    def test_may_lie_back_as_far_as_the_company_allows(self, shop: Scenario) -> None:
        command = sale(occurred_at=NOW - timedelta(days=31))
        shop.by(CASHIER).when(command).then_refused(TooFarBack, "occurred_at")


class TestWhereItIsSold:
    def test_takes_the_only_store_there_is(self, shop: Scenario) -> None:
        assert sold(shop.when(sale(store_id=None))).store_id == STORE

    def test_takes_the_only_store_that_the_caller_works_in(self, shop: Scenario) -> None:
        shop.given(store(OTHER, "Nord", "N")).by(caller("Cashier", STORE))
        assert sold(shop.when(sale(store_id=None))).store_id == STORE

    def test_takes_the_store_of_the_register(self, shop: Scenario) -> None:
        shop.given(store(OTHER, "Nord", "N"))
        assert sold(shop.when(sale(store_id=None, register_id=REGISTER))).store_id == STORE

    def test_asks_for_the_register_where_there_are_several_stores(self, shop: Scenario) -> None:
        shop.given(store(OTHER, "Nord", "N"))
        shop.when(sale(store_id=None)).then_refused(Invalid, "register_id:required")

    def test_asks_for_it_even_when_nothing_is_counted(self, scenario: Scenario) -> None:
        scenario.given(product(track_stock=False))
        scenario.when(sale(store_id=None)).then_refused(Invalid, "register_id:required")

    def test_names_what_is_not_there(self, shop: Scenario) -> None:
        command = sale(store_id=NOTHING, customer_id=NOTHING)
        shop.when(command).then_refused(Invalid, "customer_id:not_found", "store_id:not_found")

    def test_names_a_register_that_is_not_there(self, shop: Scenario) -> None:
        shop.when(sale(store_id=None, register_id=NOTHING)).then_refused(Invalid, "register_id:not_found")

    def test_names_a_register_of_another_store(self, shop: Scenario) -> None:
        shop.given(store(OTHER, "Nord", "N"))
        shop.when(sale(store_id=OTHER, register_id=REGISTER)).then_refused(Invalid, "store_id:not_found")

    def test_refuses_a_store_of_others(self, shop: Scenario) -> None:
        shop.given(store(OTHER, "Nord", "N")).by(caller("Cashier", OTHER))
        shop.when(sale()).then_refused(OtherStore)

    def test_refuses_a_closed_store(self, scenario: Scenario) -> None:
        closed = store()
        closed.switch(is_active=False)
        scenario.given(closed, storage(), product(), delivery()).when(sale()).then_refused(StoreClosed)

    def test_refuses_a_company_that_is_not_there(self, blank: Scenario) -> None:
        blank.when(sale()).then_refused(Invalid, "company_id:not_found")

    def test_refuses_a_store_without_a_storage(self, scenario: Scenario) -> None:
        scenario.given(store(), product()).when(sale()).then_refused(Invalid, "store_id:no_storage")

    def test_takes_from_the_storage_that_the_store_names(self, scenario: Scenario) -> None:
        scenario.given(store(default_storage_id=OTHER), storage(), storage(OTHER, "Attic", "A"))
        scenario.given(product(), delivery(storage_id=OTHER))
        assert sold(scenario.when(sale())).storage_id == OTHER


class TestWhatIsSold:
    @pytest.mark.parametrize("status", ["draft", "coming_soon", "archived"])
    def test_refuses_what_is_not_for_sale(self, shop: Scenario, status: Status) -> None:
        command = sale(line(), line(variant_id=id_of("rare")))
        shop.given(refusing("rare", status)).when(command).then_refused(
            NotForSale, "lines.1.variant_id:not_for_sale"
        )

    def test_names_each_variant_that_is_not_there(self, shop: Scenario) -> None:
        command = sale(line(variant_id=NOTHING), line(), line(variant_id=OTHER))
        shop.when(command).then_refused(Invalid, "lines.0.variant_id", "lines.2.variant_id")

    def test_names_each_quantity_finer_than_its_unit(self, shop: Scenario) -> None:
        shop.given(unit(precision=1), refusing("flour", unit_id=UNIT))
        command = sale(line("0.25", id_of("flour")), line("0.5", id_of("flour")))
        shop.when(command).then_refused(Invalid, "lines.0.quantity:too_precise")

    def test_takes_fractions_of_what_has_no_unit(self, shop: Scenario) -> None:
        assert sold(shop.when(sale(line("0.5"), paid=125))).lines[0].quantity == Decimal("0.5")

    def test_refuses_more_than_there_is(self, shop: Scenario) -> None:
        shop.when(sale(line("11"), paid=2739)).then_refused(
            InsufficientStock, "lines.0.quantity:insufficient_stock"
        )

    def test_medusa_16502_counts_the_lines_of_a_variant_together(self, shop: Scenario) -> None:
        command = sale(line("6"), line("5"), paid=2739)
        shop.when(command).then_refused(InsufficientStock, "lines.0.quantity", "lines.1.quantity")

    def test_goes_below_zero_where_the_storage_may(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(allow_negative=True), product())
        outcome = scenario.when(sale())
        (_, _, issued) = outcome.recorded[1]
        assert issued.lines[0].balance_quantity == -1
        # What nobody delivered yet costs what the catalog assumes.
        assert sold(outcome).totals.cost_total == 90

    def test_never_does_so_with_what_is_discontinued(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(allow_negative=True), product(status="discontinued"))
        scenario.when(sale()).then_refused(InsufficientStock, "lines.0.quantity")

    def test_takes_no_stock_of_what_is_not_counted(self, scenario: Scenario) -> None:
        scenario.given(store(), product(track_stock=False))
        outcome = scenario.when(sale(line("0.333"), paid=83))
        outcome.then(fact(Order.Sold, ORDER, storage_id=None))
        assert sold(outcome).totals.cost_total == 30

    def test_refuses_a_cost_that_cannot_be_counted(self, scenario: Scenario) -> None:
        dear = variant(price=0, cost=10**15)
        scenario.given(store(), product(dear, track_stock=False))
        scenario.when(sale(line("100000"), paid=0)).then_refused(AmountTooLarge)

    def test_charges_the_taxes_of_the_product_else_the_stores(self, scenario: Scenario) -> None:
        scenario.given(
            tax(),
            tax(id_of("reduced"), "7", name="Reduced"),
            store(tax_rate_ids=(id_of("reduced"),)),
            storage(),
        )
        taxed = variant(SECOND, "PEPPER")
        scenario.given(
            product(track_stock=False), product(taxed, one=OTHER, tax_rate_ids=(TAX,), track_stock=False)
        )
        lines = sold(scenario.when(sale(line(), line(variant_id=SECOND), paid=498))).lines
        assert [one.taxes[0].rate for one in lines] == [7, 19]


class TestPrices:
    def test_sells_at_the_stores_own_price(self, scenario: Scenario) -> None:
        priced = product()
        priced.price_in_store(VARIANT, STORE, 199)
        scenario.given(store(), storage(), priced, delivery())
        assert sold(scenario.when(sale(paid=199))).totals.total == 199

    def test_lets_a_manager_sell_at_another_price(self, shop: Scenario) -> None:
        recorded = sold(shop.by(caller("Manager")).when(sale(line(unit_price=100), paid=100)))
        assert (recorded.lines[0].unit_price, recorded.lines[0].list_price) == (100, 249)

    def test_refuses_another_price_to_whoever_may_not(self, shop: Scenario) -> None:
        shop.by(CASHIER).when(sale(line(unit_price=100), paid=100)).then_refused(
            PriceOverrideNotAllowed, "pos.price_override:not_held"
        )

    def test_lets_whoever_was_approved_sell_at_another_price(self, shop: Scenario) -> None:
        approved = CASHIER.under(approval("pos.price_override"))
        recorded = sold(shop.by(approved).when(sale(line(unit_price=100), paid=100)))
        assert (recorded.lines[0].unit_price, recorded.approved_by) == (100, OTHER)

    def test_lets_anybody_name_the_price_it_has(self, shop: Scenario) -> None:
        assert sold(shop.by(CASHIER).when(sale(line(unit_price=249)))).totals.total == 249

    @pytest.mark.parametrize("where", ["basket", "line"])
    def test_refuses_a_discount_to_whoever_may_give_none(self, shop: Scenario, where: str) -> None:
        shop.by(caller("Cashier", without=["pos.discount"]))
        shop.when(discounted(TEN_PERCENT, where)).then_refused(DiscountNotAllowed, "pos.discount:not_held")

    def test_takes_a_discount_of_nothing_for_none(self, shop: Scenario) -> None:
        nothing = Discount(type="percent", value=Decimal(0))
        shop.by(caller("Cashier", without=["pos.discount"]))
        assert sold(shop.when(discounted(nothing, "basket", paid=249))).totals.discount_total == 0

    @pytest.mark.parametrize(("where", "field"), [("basket", "discounts"), ("line", "lines.0.discounts")])
    def test_refuses_more_than_the_ceiling_of_the_role(self, shop: Scenario, where: str, field: str) -> None:
        # What the basket's discounts come to is above the ceiling on its only line as well.
        fields = {field, "lines.0.discounts"}
        shop.by(CASHIER).when(discounted(HALF, where)).then_refused(DiscountAboveCeiling, *fields)

    @pytest.mark.parametrize(("approver", "own"), [("Manager", "Cashier"), ("Cashier", "Manager")])
    def test_gives_what_caller_or_approver_may_give(self, shop: Scenario, approver: str, own: str) -> None:
        approved = replace(CASHIER, role=own).under(approval("pos.discount", approver))
        totals = sold(shop.by(approved).when(discounted(HALF, "basket", paid=124))).totals
        assert (totals.discount_total, totals.total) == (125, 124)

    def test_gives_no_more_for_what_else_was_approved(self, shop: Scenario) -> None:
        approved = CASHIER.under(approval("pos.price_override"))
        shop.by(approved).when(discounted(HALF, "line")).then_refused(
            DiscountAboveCeiling, "lines.0.discounts"
        )

    def test_gives_what_is_within_the_ceiling(self, shop: Scenario) -> None:
        totals = sold(shop.by(CASHIER).when(discounted(TEN_PERCENT, "basket", paid=224))).totals
        assert (totals.discount_total, totals.total) == (25, 224)

    def test_gives_nothing_away_for_a_role_without_a_ceiling(self, shop: Scenario) -> None:
        clerk = replace(CASHIER, role="Inventory Clerk")
        shop.by(clerk).when(discounted(TEN_PERCENT, "line")).then_refused(
            DiscountAboveCeiling, "lines.0.discounts"
        )


def discounted(discount: Discount, where: str, paid: int = 1) -> Any:
    """A sale with a discount on the basket or on its line."""
    if where == "basket":
        return sale(discounts=(discount,), paid=paid)
    return sale(line(discounts=(discount,)), paid=paid)


class TestPayments:
    def pay(self, *tenders: Tender) -> Any:
        return sale(tenders=tenders)

    def test_gives_change_on_cash(self, shop: Scenario) -> None:
        (payment,) = sold(shop.when(self.pay(Tender(method="cash", amount=249, tendered=500)))).payments
        assert (payment.amount, payment.change) == (249, 251)

    def test_takes_several_kinds_together(self, shop: Scenario) -> None:
        recorded = sold(
            shop.when(self.pay(Tender(method="card", amount=200), Tender(method="cash", amount=49)))
        )
        assert [payment.method for payment in recorded.payments] == ["card", "cash"]

    def test_refuses_too_little(self, shop: Scenario) -> None:
        shop.when(self.pay(Tender(method="card", amount=248))).then_refused(PaymentInsufficient, "payments")

    def test_refuses_too_much_that_is_no_cash(self, shop: Scenario) -> None:
        shop.when(self.pay(Tender(method="card", amount=250))).then_refused(PaymentExceedsTotal, "payments")

    def test_records_a_method_of_the_company_under_its_code(self, shop: Scenario) -> None:
        recorded = sold(shop.given(method("Twint")).when(self.pay(Tender(method="TWINT", amount=249))))
        assert recorded.payments[0].method == "Twint"

    def test_names_each_method_that_is_none(self, shop: Scenario) -> None:
        tenders = (Tender(method="shells", amount=200), Tender(method="cash", amount=49))
        shop.when(self.pay(*tenders)).then_refused(Invalid, "payments.0.method:not_found")

    def test_asks_for_the_reference_that_a_method_requires(self, shop: Scenario) -> None:
        shop.given(method(requires_reference=True))
        shop.when(self.pay(Tender(method="twint", amount=249))).then_refused(
            Invalid, "payments.0.reference:required"
        )
        paid = self.pay(Tender(method="twint", amount=249, reference="A7"))
        assert sold(shop.when(paid)).payments[0].reference == "A7"


class TestShifts:
    def test_sells_into_the_open_shift_of_the_register(self, shop: Scenario) -> None:
        shop.given(shift())
        assert sold(shop.when(sale(register_id=REGISTER))).shift_id == SHIFT

    def test_sells_without_a_shift_where_none_is_open(self, shop: Scenario) -> None:
        assert sold(shop.when(sale(register_id=REGISTER))).shift_id is None

    def test_knows_no_shift_of_another_register(self, shop: Scenario) -> None:
        shop.given(register(OTHER, "2"), shift(register_id=OTHER))
        assert sold(shop.when(sale(register_id=REGISTER))).shift_id is None

    def test_refuses_another_shift_than_the_open_one(self, shop: Scenario) -> None:
        shop.given(shift())
        outcome = shop.when(sale(register_id=REGISTER, shift_id=OTHER))
        outcome.then_refused(ShiftNotOpen)

    def test_refuses_a_sale_without_a_shift_where_one_is_required(self, strict: Scenario) -> None:
        strict.when(sale(register_id=REGISTER)).then_refused(NoOpenShift)

    def test_asks_for_the_register_where_a_shift_is_required(self, strict: Scenario) -> None:
        strict.when(sale()).then_refused(Invalid, "register_id:required")


class TestWhatTheTillExpects:
    def test_sells_at_the_total_that_it_expects(self, shop: Scenario) -> None:
        assert sold(shop.when(sale(expected_total=249))).totals.total == 249

    def test_refuses_any_other_total_with_what_it_comes_to(self, shop: Scenario) -> None:
        outcome = shop.when(sale(expected_total=248))
        outcome.then_refused(TotalChanged, "expected_total")
        assert outcome.refusal.quote.basket.total == 249  # type: ignore[union-attr]  # it is TotalChanged

    def test_takes_the_ids_of_lines_from_the_till(self, shop: Scenario) -> None:
        outcome = shop.when(sale(replace(line(), id=OTHER)))
        assert [one.id for one in sold(outcome).lines] == [OTHER]

    def test_refuses_the_same_id_for_two_lines(self, shop: Scenario) -> None:
        same = replace(line(), id=OTHER)
        shop.when(sale(same, same)).then_refused(Invalid, "lines.1.id:duplicate")


class TestQuoteBasket:
    def quote(self, *lines: BasketLine, **values: Any) -> QuoteBasket:
        return QuoteBasket(lines=lines or (line(),), **{"store_id": STORE, **values})

    def test_prices_a_basket_and_records_nothing(self, shop: Scenario) -> None:
        outcome = shop.when(self.quote(line("2")))
        assert outcome.then_nothing().answer.basket.total == 498

    def test_prices_more_than_there_is(self, shop: Scenario) -> None:
        assert shop.when(self.quote(line("11"))).then_nothing().answer.basket.total == 2739

    def test_prices_without_knowing_the_store(self, shop: Scenario) -> None:
        shop.given(store(OTHER, "Nord", "N"))
        assert shop.when(self.quote(store_id=None)).then_nothing().answer.context.store is None

    def test_refuses_what_is_not_for_sale(self, shop: Scenario) -> None:
        shop.given(refusing("rare", "draft"))
        shop.when(self.quote(line(variant_id=id_of("rare")))).then_refused(NotForSale, "lines.0.variant_id")

    def test_refuses_a_discount_above_the_ceiling(self, shop: Scenario) -> None:
        command = self.quote(line(discounts=(HALF,)))
        shop.by(CASHIER).when(command).then_refused(DiscountAboveCeiling, "lines.0.discounts")
