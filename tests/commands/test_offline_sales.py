"""Decisions about sales that a till made without a connection: what is recorded, and with which flags."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from commands.catalog.products import ReviseVariant
from commands.companies import ReviseCompany
from commands.orders.baskets import BasketLine
from commands.orders.offline_sales import TakeOverSale
from commands.ports import DuplicateId
from commands.settings import ArchiveSetting, ReviseSetting, SwitchSetting
from commands.shifts.closing import CloseShift
from commands.sync.delivery import Delivery, NotArrived
from domain.companies import Company
from domain.discounts import DiscountAboveCeiling
from domain.errors import Invalid
from domain.orders import Order
from domain.packages import Limits
from domain.payments import PaymentExceedsTotal, PaymentInsufficient, Tender
from domain.pricing import Discount
from domain.registers import Register
from domain.settings import OtherStore
from domain.shifts import Shift
from domain.stock.movements import StockMovement
from domain.stores import Store
from domain.tills import REACH
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
    STORE,
    TAX,
    VARIANT,
    caller,
    counted,
    customer,
    delivery,
    id_of,
    line,
    package,
    product,
    register,
    sale,
    shift,
    storage,
    store,
    subscribed,
    tax,
    variant,
)
from tests.commands.scenario import Outcome, Scenario, fact

DEVICE = id_of("device")
CASHIER = caller("Cashier")
MORNING = NOW - timedelta(hours=4)
NUMBER = "M-1-X1-000001"
HALF = Discount(type="percent", value=Decimal(50))


@pytest.fixture
def shop(scenario: Scenario) -> Scenario:
    """Ten SALT in the cellar of one store; its till has a shift, and sold without a connection."""
    return scenario.given(store(), storage(), register(), product(), delivery("10"), shift()).by(CASHIER)


def taken(*lines: BasketLine, paid: int | None = None, **values: Any) -> TakeOverSale:
    """A sale in the morning: the first of the device, in the shift, at the price it names."""
    known = {
        name: values.pop(name)
        for name in ("seq", "told_at", "number", "catalog_position", "flags")
        if name in values
    }
    defaults = {"register_id": REGISTER, "store_id": None, "shift_id": SHIFT}
    made = Delivery(
        device_id=DEVICE,
        device_code="X1",
        register_id=REGISTER,
        **{"seq": 1, "told_at": MORNING, "number": NUMBER, **known},
    )
    return TakeOverSale(
        sale=sale(*(lines or (line(unit_price=249),)), paid=paid, **{**defaults, **values}), delivery=made
    )


def sold(outcome: Outcome) -> Any:
    """The sale that was recorded."""
    if outcome.refusal is not None:
        raise outcome.refusal
    return next(data for event, _, data in outcome.recorded if event is Order.Sold)


def flags(outcome: Outcome) -> tuple[str, ...]:
    """What is to be said of the sale."""
    recorded: tuple[str, ...] = sold(outcome).offline.flags
    return recorded


def without_till(shop: Scenario) -> Scenario:
    """The shift is closed, and its register is gone."""
    shop.by(caller()).when(CloseShift(id=SHIFT, counted_cash=0)).then(fact(Shift.Closed))
    shop.when(ArchiveSetting(kind=Register, id=REGISTER)).then(fact(Register.Archived))
    return shop.by(CASHIER)


class TestTakeOverSale:
    def test_records_it_as_it_was(self, shop: Scenario) -> None:
        outcome = shop.when(taken()).then(
            fact(Order.Sold, ORDER, number=NUMBER, series_number=1, shift_id=SHIFT, occurred_at=MORNING),
            fact(StockMovement.Issued, order_id=ORDER, occurred_at=MORNING),
        )
        offline = sold(outcome).offline
        assert (offline.device_id, offline.seq, offline.told_at, offline.flags) == (DEVICE, 1, MORNING, ())
        assert offline.received_at == NOW

    def test_is_the_cashiers_whoever_sends_it(self, shop: Scenario) -> None:
        outcome = shop.by(replace(CASHIER, sent_for=OTHER)).when(taken())
        assert sold(outcome).cashier_id == OTHER

    def test_is_recorded_once(self, shop: Scenario) -> None:
        shop.when(taken(), saying="this")
        shop.when(taken(seq=7, told_at=NOW), saying="this").then_repeated()

    def test_finds_the_sale_that_was_made_online(self, shop: Scenario) -> None:
        shop.when(sale(register_id=REGISTER, store_id=None), saying="this")
        shop.when(taken(), saying="this").then_repeated()

    def test_refuses_another_sale_of_the_same_id(self, shop: Scenario) -> None:
        shop.when(taken(), saying="this")
        shop.when(taken(), saying="that").then_refused(DuplicateId, "id")

    def test_stays_within_the_stores_of_who_sends_it(self, shop: Scenario) -> None:
        shop.by(caller("Cashier", OTHER)).when(taken()).then_refused(OtherStore)

    def test_leaves_to_the_inbox_what_nobody_could_have_sold(self, shop: Scenario) -> None:
        shop.when(taken(line(variant_id=NOTHING))).then_refused(Invalid, "lines.0.variant_id:not_found")
        shop.when(taken(register_id=NOTHING)).then_refused(Invalid, "register_id:not_found")

    def test_knows_a_sale_that_was_made_before_its_till_was_gone(self, shop: Scenario) -> None:
        shop.when(taken(), saying="this")
        without_till(shop).when(taken(), saying="this").then_repeated()


class TestStock:
    def test_goes_below_zero(self, shop: Scenario) -> None:
        outcome = shop.when(taken(line("12", unit_price=249), paid=2988))
        assert flags(outcome) == ("stock_negative",)
        (_, _, issued) = outcome.recorded[1]
        assert [(one.balance_quantity, one.balance_value) for one in issued.lines] == [(-2, -180)]

    def test_says_nothing_where_it_may_go_below_zero(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(allow_negative=True), register(), product(), shift())
        assert flags(scenario.when(taken())) == ()

    def test_makes_the_balance_of_what_never_came_in(self, shop: Scenario) -> None:
        other = id_of("pepper")
        shop.given(product(variant(other, "PEPPER"), one=id_of("pepper product")))
        assert flags(shop.when(taken(line(variant_id=other)))) == ("stock_negative",)

    def test_takes_nothing_that_was_counted_since(self, shop: Scenario) -> None:
        shop.given(*counted(NOW - timedelta(hours=1), "10", 900))
        outcome = shop.when(taken()).then(
            fact(Order.Sold), fact(StockMovement.Issued), fact(StockMovement.CountCorrected)
        )
        assert flags(outcome) == ("count_correction",)


class TestPrices:
    @pytest.fixture
    def dearer(self, shop: Scenario) -> Scenario:
        """SALT was 2.49, and is 3.00 since an hour ago, which is the last thing that the log says."""
        revised = ReviseVariant(product_id=PRODUCT, variant_id=VARIANT, changes={"price": 300})
        shop.by(caller()).at(NOW - timedelta(hours=1)).when(revised)
        return shop.by(CASHIER).at(NOW)

    def test_are_those_that_the_till_knew(self, dearer: Scenario) -> None:
        outcome = dearer.when(taken(line(), catalog_position=len(dearer.facts()) - 1))
        (one,) = sold(outcome).lines
        assert (one.unit_price, one.list_price, flags(outcome)) == (249, 249, ())

    def test_are_those_of_the_moment_where_no_position_is_told(self, dearer: Scenario) -> None:
        outcome = dearer.when(taken(line()))
        assert (sold(outcome).lines[0].unit_price, flags(outcome)) == (249, ())

    def test_are_no_others_if_they_came_to_the_till_after_the_position(self, dearer: Scenario) -> None:
        late = {"catalog_position": len(dearer.facts()) - 1, "told_at": NOW}
        outcome = dearer.when(taken(line(unit_price=300), paid=300, **late))
        (one,) = sold(outcome).lines
        assert (one.unit_price, one.list_price, flags(outcome)) == (300, 300, ())

    def test_stand_where_they_are_the_tills_own(self, dearer: Scenario) -> None:
        outcome = dearer.when(taken(line(unit_price=200), paid=200))
        (one,) = sold(outcome).lines
        assert (one.unit_price, one.list_price, flags(outcome)) == (200, 249, ("price_differs",))

    def test_may_be_others_for_who_overrides_prices(self, dearer: Scenario) -> None:
        outcome = dearer.by(caller("Manager")).when(taken(line(unit_price=200), paid=200))
        assert flags(outcome) == ()

    def test_are_taxed_as_they_were(self, scenario: Scenario) -> None:
        shop = scenario.given(
            tax(), store(), storage(), register(), product(tax_rate_ids=(TAX,)), delivery("10"), shift()
        )
        known = len(shop.facts())
        shop.when(ReviseSetting(kind=type(tax()), id=TAX, changes={"rate": Decimal(7)}))
        (one,) = sold(shop.when(taken(catalog_position=known))).lines
        assert [(due.rate, due.amount) for due in one.taxes] == [(19, 40)]


class TestPayments:
    def test_t6_offline_total(self, shop: Scenario) -> None:
        lines = [line(unit_price=price) for price in (411, 412, 412)]
        outcome = shop.when(taken(*lines, paid=1234))
        totals = sold(outcome).totals
        assert (totals.total, totals.rounding, totals.paid_total) == (1235, -1, 1234)
        assert flags(outcome) == ("price_differs", "total_differs")
        refused = taken(*lines, paid=1231, id=OTHER, number=None)
        shop.when(refused).then_refused(PaymentInsufficient, "payments")

    def test_may_be_a_little_more_than_was_due(self, shop: Scenario) -> None:
        outcome = shop.when(taken(paid=250))
        (payment,) = sold(outcome).payments
        assert (payment.amount, payment.change, sold(outcome).totals.rounding) == (250, 0, 1)
        shop.when(taken(paid=251, id=OTHER)).then_refused(PaymentExceedsTotal, "payments")

    def test_are_named_where_too_little_was_handed_over(self, shop: Scenario) -> None:
        short = (Tender(method="card", amount=150), Tender(method="cash", amount=100, tendered=99))
        shop.when(taken(tenders=short)).then_refused(PaymentInsufficient, "payments.1.tendered")

    def test_are_rounded_as_online(self, shop: Scenario) -> None:
        shop.by(caller()).when(ReviseCompany(id=COMPANY, changes={"cash_rounding": 5}))
        outcome = shop.by(CASHIER).when(taken(paid=250))
        assert (sold(outcome).totals.rounding, flags(outcome)) == (1, ())

    def test_have_their_change(self, shop: Scenario) -> None:
        tenders = (Tender(method="cash", amount=248, tendered=500),)
        (payment,) = sold(shop.when(taken(tenders=tenders))).payments
        assert (payment.amount, payment.tendered, payment.change) == (248, 500, 252)


class TestWhatIsClosed:
    def test_sells_what_is_archived_by_now(self, shop: Scenario) -> None:
        gone = product(variant(id_of("gone"), "GONE"), one=id_of("gone product"), status="archived")
        shop.given(gone)
        outcome = shop.when(taken(line(variant_id=id_of("gone"))))
        assert flags(outcome) == ("stock_negative", "not_for_sale")

    def test_sells_in_a_store_that_is_closed_by_now(self, shop: Scenario) -> None:
        shop.by(caller()).when(SwitchSetting(kind=Store, id=STORE, is_active=False))
        assert flags(shop.by(CASHIER).when(taken())) == ("store_closed",)

    def test_sells_at_a_register_that_is_gone(self, shop: Scenario) -> None:
        outcome = without_till(shop).when(taken())
        assert flags(outcome) == ("store_closed", "late")

    def test_sells_more_than_the_package_allows(self, blank: Scenario) -> None:
        shop = blank.given(package(limits=Limits(orders_per_month=0)))
        shop.given(subscribed(Limits(orders_per_month=0)), store(), storage(), register(), product())
        shop.given(delivery("10"), shift())
        assert flags(shop.when(taken())) == ("over_plan",)

    def test_drops_a_customer_who_is_none_any_more(self, shop: Scenario) -> None:
        ada = customer()
        ada.archive()
        outcome = shop.given(ada).when(taken(customer_id=CUSTOMER))
        assert (sold(outcome).customer_id, flags(outcome)) == (None, ("customer_unknown",))

    def test_waits_for_a_customer_who_has_not_arrived(self, shop: Scenario) -> None:
        shop.when(taken(customer_id=CUSTOMER)).then_refused(NotArrived)


class TestRights:
    def test_asks_whether_a_discount_was_within_the_ceiling(self, shop: Scenario) -> None:
        half = taken(line("2", unit_price=249, discounts=(HALF,)), paid=249)
        shop.when(half).then_refused(DiscountAboveCeiling, "lines.0.discounts")

    def test_gives_what_could_not_be_given(self, shop: Scenario) -> None:
        half = taken(
            line("2", unit_price=249, discounts=(HALF,)), paid=249, flags=frozenset({"not_permitted"})
        )
        assert flags(shop.when(half)) == ("not_permitted",)


class TestShifts:
    @pytest.fixture
    def closed(self, shop: Scenario) -> Scenario:
        """The shift of the morning is closed."""
        shop.by(caller()).when(CloseShift(id=SHIFT, counted_cash=0)).then(fact(Shift.Closed, SHIFT))
        return shop.by(CASHIER)

    def test_takes_it_into_its_own_shift_while_that_is_counted(self, shop: Scenario) -> None:
        own = shift()
        own.new_events()
        own.trigger_event(Shift.Ended, register_id=REGISTER, occurred_at=NOW)
        outcome = shop.given(own).when(taken())
        assert (sold(outcome).shift_id, flags(outcome)) == (SHIFT, ())

    def test_tells_a_closed_shift_of_it(self, closed: Scenario) -> None:
        outcome = closed.when(taken()).then(
            fact(Shift.LateSaleNoted, SHIFT, order_id=ORDER, cash=249, total=249),
            fact(Order.Sold, ORDER, shift_id=SHIFT, business_date=MORNING.date()),
            fact(StockMovement.Issued, order_id=ORDER),
        )
        assert flags(outcome) == ("late",)

    def test_needs_none(self, closed: Scenario) -> None:
        outcome = closed.when(taken(shift_id=None))
        assert (sold(outcome).shift_id, flags(outcome)) == (None, ("no_shift",))

    def test_takes_the_open_one_where_none_is_named(self, shop: Scenario) -> None:
        outcome = shop.when(taken(shift_id=None, told_at=NOW))
        assert (sold(outcome).shift_id, flags(outcome)) == (SHIFT, ())

    def test_takes_none_that_was_opened_later(self, shop: Scenario) -> None:
        outcome = shop.when(taken(shift_id=None, told_at=MORNING))
        assert (sold(outcome).shift_id, flags(outcome)) == (None, ("no_shift",))

    def test_waits_for_its_shift(self, shop: Scenario) -> None:
        shop.when(taken(shift_id=NOTHING)).then_refused(NotArrived)

    def test_refuses_the_shift_of_another_register(self, shop: Scenario) -> None:
        shop.given(register(id_of("till 2"), "2"), shift(OTHER, id_of("till 2")))
        shop.when(taken(shift_id=OTHER)).then_refused(Invalid, "shift_id:not_found")


class TestNumbers:
    def test_of_another_sale_have_no_place(self, shop: Scenario) -> None:
        shop.when(taken())
        outcome = shop.when(taken(id=OTHER, seq=2))
        made = sold(outcome)
        assert (made.number, made.series_number, flags(outcome)) == (NUMBER, 0, ("number_conflict",))

    @pytest.mark.parametrize("number", ["M-1-000001", "M-1-X2-000001", "M-1-X1-000000", "M-1-X1-1a"])
    def test_that_are_none_of_the_device_have_no_place(self, shop: Scenario, number: str) -> None:
        outcome = shop.when(taken(number=number))
        made = sold(outcome)
        assert (made.number, made.series_number, flags(outcome)) == (number, 0, ("number_conflict",))

    def test_far_beyond_the_last_have_no_place(self, shop: Scenario) -> None:
        outcome = shop.when(taken(number=f"M-1-X1-{REACH + 1}"))
        assert (sold(outcome).series_number, flags(outcome)) == (0, ("number_conflict",))
        furthest = shop.when(taken(id=OTHER, seq=2, number=f"M-1-X1-{REACH}"))
        assert (sold(furthest).series_number, flags(furthest)) == (REACH, ())
        beyond = shop.when(taken(id=id_of("beyond"), seq=3, number=f"M-1-X1-{REACH + 1}"))
        assert (sold(beyond).series_number, flags(beyond)) == (REACH + 1, ())

    def test_are_the_tills_where_none_was_printed(self, shop: Scenario) -> None:
        shop.when(taken())
        assert sold(shop.when(taken(id=OTHER, number=None))).number == "M-1-000001"

    def test_of_the_till_go_on_beside_those_of_the_device(self, shop: Scenario) -> None:
        shop.when(taken(number="M-1-X1-000007"))
        online = shop.when(sale(id=OTHER, register_id=REGISTER, store_id=None))
        assert sold(online).number == "M-1-000001"


class TestClocks:
    def test_may_be_a_little_ahead(self, shop: Scenario) -> None:
        outcome = shop.when(taken(told_at=NOW + timedelta(minutes=9)))
        assert (sold(outcome).occurred_at, flags(outcome)) == (NOW + timedelta(minutes=9), ())

    def test_that_are_ahead_are_told_beside_the_arrival(self, shop: Scenario) -> None:
        outcome = shop.when(taken(told_at=NOW + timedelta(hours=1)))
        made = sold(outcome)
        assert (made.occurred_at, made.offline.told_at) == (NOW, NOW + timedelta(hours=1))
        assert flags(outcome) == ("clock_ahead",)

    def test_may_show_the_last_second_that_there_is(self, shop: Scenario) -> None:
        outcome = shop.when(taken(told_at=datetime.max.replace(tzinfo=UTC)))
        assert (sold(outcome).occurred_at, flags(outcome)) == (NOW, ("clock_ahead",))

    def test_tell_of_what_is_very_late(self, shop: Scenario) -> None:
        outcome = shop.when(taken(told_at=NOW - timedelta(days=31)))
        assert (sold(outcome).occurred_at, flags(outcome)) == (NOW, ("very_late",))

    def test_need_no_right_to_go_back(self, shop: Scenario) -> None:
        outcome = shop.when(taken(told_at=NOW - timedelta(days=29)))
        assert (sold(outcome).occurred_at, flags(outcome)) == (NOW - timedelta(days=29), ())

    def test_tell_of_a_day_whose_books_are_closed(self, shop: Scenario) -> None:
        closed = ReviseCompany(id=COMPANY, changes={"books_closed_until": date(2026, 6, 15)})
        shop.by(caller()).when(closed).then(fact(Company.BooksClosed))
        outcome = shop.by(CASHIER).when(taken())
        assert (sold(outcome).occurred_at, flags(outcome)) == (NOW, ("period_closed",))
