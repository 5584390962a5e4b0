"""Reports of shifts: what a day at a till comes to, to the last minor unit."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from commands.companies import ReviseCompany
from commands.devices import EnrolDevice, RetireDevice
from commands.orders.baskets import BasketLine
from commands.orders.exchange_terms import ExchangeGoods
from commands.orders.offline_refunds import TakeOverRefund, TakeOverVoid
from commands.orders.offline_sales import TakeOverSale
from commands.orders.refunds import RefundOrder
from commands.orders.sales import PlaceSale
from commands.orders.voids import VoidOrder
from commands.shifts.cash import MoveCash
from commands.shifts.closing import CloseShift, CountedTender, EndShift, RecountShift
from commands.shifts.opening import OpenShift
from commands.sync.arrivals import BeginDelivery
from commands.sync.delivery import Delivery
from commands.sync.operation import KeepWaiting, Operation, Reject
from domain.devices import Device
from domain.orders import LineReturn
from domain.payments import Tender
from domain.shifts import Perpetual, Shift
from domain.shifts.figures import ShiftReport
from tests.commands.samples import (
    ADMIN,
    COMPANY,
    NOW,
    REGISTER,
    SHIFT,
    STORE,
    TAX,
    id_of,
    method,
    product,
    register,
    store,
    tax,
    user,
    variant,
)
from tests.commands.scenario import Scenario

PRICES = (1798, 4990, 3333, 1200, 2499, 2990, 3990)
NEXT = id_of("next shift")
DEVICE = id_of("device")
HOUR = timedelta(hours=1)


def cash(amount: int, **more: Any) -> Tender:
    return Tender(method="cash", amount=amount, **more)


def card(amount: int, **more: Any) -> Tender:
    return Tender(method="card", amount=amount, **more)


def bought(price: int) -> BasketLine:
    """One of what costs so much."""
    return BasketLine(variant_id=id_of(f"variant {price}"), quantity=Decimal(1), id=id_of(f"line {price}"))


def sell(price: int, *tenders: Tender, **values: Any) -> PlaceSale:
    """Sell one of what costs so much; the sale is called by its price."""
    return PlaceSale(
        **{
            "id": id_of(f"sale {price}"),
            "register_id": REGISTER,
            "lines": (bought(price),),
            "tenders": tenders,
            **values,
        }
    )


def back(price: int) -> tuple[LineReturn, ...]:
    """What was sold for so much comes back."""
    return (LineReturn(line_id=id_of(f"line {price}"), quantity=Decimal(1), restock=True),)


def give_back(price: int, tender: Tender) -> RefundOrder:
    """Take one of what costs so much back from the sale that is called by its price."""
    return RefundOrder(
        order_id=id_of(f"sale {price}"),
        register_id=REGISTER,
        returns=back(price),
        tenders=(tender,),
        reason="Broken",
    )


def moved(kind: Any, amount: int, reason: str) -> MoveCash:
    return MoveCash(id=id_of(f"{kind} {reason}"), shift_id=SHIFT, type=kind, amount=amount, reason=reason)


@pytest.fixture
def shop(scenario: Scenario) -> Scenario:
    """A till that sells with a VAT of 20 % included and rounds cash to 5; its stock is not counted."""
    scenario.given(tax(rate="20"), store(), register(), user(ADMIN, "ann@salt.test", "Admin"))
    for price in PRICES:
        one = variant(id_of(f"variant {price}"), f"V{price}", price=price)
        scenario.given(product(one, one=id_of(f"product {price}"), track_stock=False, tax_rate_ids=(TAX,)))
    scenario.when(ReviseCompany(id=COMPANY, changes={"cash_rounding": 5}))
    return scenario


@pytest.fixture
def day(shop: Scenario) -> Scenario:
    """The day of T8, up to its count."""
    shop.when(sell(2990, card(2990), occurred_at=NOW - timedelta(days=1)))
    steps = (
        OpenShift(id=SHIFT, register_id=REGISTER, opening_float=10000),
        sell(1798, cash(1798, tendered=2000)),
        sell(4990, card(4990, tip=500)),
        sell(3333, card(2000), cash(1333, tendered=1500, tip=100)),
        sell(1200, cash(1200)),
        VoidOrder(order_id=id_of("sale 1200"), reason="Changed their mind"),
        sell(2499, card(2499)),
        give_back(2499, cash(2499)),
        ExchangeGoods(
            refund=RefundOrder(
                order_id=id_of("sale 2990"),
                register_id=REGISTER,
                returns=back(2990),
                reason="Too small",
            ),
            sale=sell(3990, cash(1000)),
        ),
        moved("paid_in", 2000, "change_delivery"),
        moved("paid_out", 750, "petty_cash"),
        moved("paid_out", 600, "tip_payout"),
        moved("drop", 5000, "safe"),
    )
    for step in steps:
        assert shop.when(step).refusal is None
    return shop


def close(**values: Any) -> CloseShift:
    return CloseShift(**{"id": SHIFT, "counted_cash": 7380, "closing_float": 5000, **values})


def z_of(scenario: Scenario, command: CloseShift) -> ShiftReport:
    """The report that closing froze."""
    (data,) = [data for event, _, data in scenario.when(command).recorded if event is Shift.Closed]
    report: ShiftReport = data.report
    return report


def tenders(report: ShiftReport) -> dict[str, tuple[int, int, int, int]]:
    return {one.method: (one.sales, one.tips, one.refunds, one.net) for one in report.tenders}


def test_tips_are_without_those_given_back_however_they_were_paid(shop: Scenario) -> None:
    shop.when(OpenShift(id=SHIFT, register_id=REGISTER, opening_float=0))
    shop.when(sell(4990, card(2000, tip=300), cash(2990, tip=100)))
    refund = RefundOrder(
        order_id=id_of("sale 4990"),
        register_id=REGISTER,
        returns=back(4990),
        tip=150,
        tenders=(card(2000, tip=100), cash(2990, tip=50)),
        reason="Broken",
    )
    assert shop.when(refund).refusal is None
    report = z_of(shop, close(counted_cash=50, closing_float=0))
    assert tenders(report) == {"cash": (2990, 50, 2990, 50), "card": (2000, 200, 2000, 200)}
    assert sum(one.tips for one in report.tenders) == report.tips == 250
    assert (report.cash.tips, report.cash.refunds, report.cash.expected) == (50, 2990, 50)


class TestT8:
    """The worked example of a day: every sum of its Z."""

    @pytest.fixture
    def report(self, day: Scenario) -> ShiftReport:
        return z_of(day, close())

    def test_taxes(self, report: ShiftReport) -> None:
        (vat,) = report.taxes
        assert (vat.sales_amount, vat.returns_amount, report.tax) == (2770, 915, 1855)
        assert (vat.sales_taxable, vat.returns_taxable) == (13840, 4574)

    def test_sales(self, report: ShiftReport) -> None:
        assert (report.gross_sales, report.discounts, report.returns) == (13840, 0, 4574)
        assert (report.net_sales, report.tips, report.rounding) == (9266, 600, 3)
        assert report.total_collected == 11724

    def test_tenders_come_to_what_was_collected(self, report: ShiftReport) -> None:
        assert tenders(report) == {
            "cash": (4135, 100, 2500, 1735),
            "card": (9489, 500, 0, 9989),
            "exchange": (2990, 0, 2990, 0),
        }
        assert sum(one.net for one in report.tenders) == report.total_collected

    def test_cash(self, report: ShiftReport) -> None:
        drawer = report.cash
        assert (drawer.opening_float, drawer.sales, drawer.tips, drawer.refunds) == (10000, 4135, 100, 2500)
        assert [(one.reason, one.total) for one in drawer.paid_in] == [("change_delivery", 2000)]
        assert [(one.reason, one.total) for one in drawer.paid_out] == [
            ("petty_cash", 750),
            ("tip_payout", 600),
        ]
        assert (drawer.drops, drawer.expected, drawer.counted) == (5000, 7385, 7380)
        assert (drawer.over_short, drawer.closing_float, drawer.dropped_at_close) == (-5, 5000, 2380)

    def test_counts(self, report: ShiftReport) -> None:
        counts = {one.kind: (one.count, one.total) for one in report.occurrences}
        assert (counts["voids"], counts["refunds"], counts["exchanges"]) == ((1, 1200), (2, 5489), (1, 3990))
        assert (report.receipts, report.refunds, str(report.items)) == (5, 2, "5")
        assert (report.first_receipt, report.last_receipt) == ("M-1-000002", "M-1-000007")

    def test_perpetual(self, report: ShiftReport) -> None:
        """Yesterday's sale, of no shift, and this shift's."""
        assert report.perpetual == Perpetual(sales=2990 + 16610, returns=5489, receipts=1 + 5, z_count=1)
        assert report.perpetual.net == 2990 + 11121

    def test_who_and_where(self, report: ShiftReport) -> None:
        letterhead = report.letterhead
        assert (letterhead.store, letterhead.register) == ("Mitte", "Till 1")
        assert (letterhead.opened_by, letterhead.closed_by) == ("ann", "ann")
        (cashier,) = report.cashiers
        assert (cashier.cashier_id, cashier.name, cashier.orders) == (ADMIN, "ann", 5)
        assert cashier.net_sales == report.net_sales

    def test_the_next_shift_expects_what_this_one_left(self, day: Scenario) -> None:
        day.when(close())
        opened = day.when(OpenShift(id=NEXT, register_id=REGISTER, opening_float=4990)).answer.opened
        assert (opened.expected_float, opened.opening_float) == (5000, 4990)


class TestTheReport:
    def test_of_a_quiet_shift_is_all_zero(self, shop: Scenario) -> None:
        shop.when(OpenShift(id=SHIFT, register_id=REGISTER, opening_float=10000))
        report = z_of(shop, close(counted_cash=10000, closing_float=None))
        assert (report.receipts, report.total_collected, report.tenders) == (0, 0, ())
        assert (report.business_dates, report.first_receipt) == ((NOW.date(),), None)

    def test_first_and_last_receipt_go_by_when_they_were_sold(self, shop: Scenario) -> None:
        shop.when(OpenShift(id=SHIFT, register_id=REGISTER, opening_float=0, occurred_at=NOW - 4 * HOUR))
        for price, hours in ((1200, 2), (1798, 3), (4990, 1)):
            shop.when(sell(price, card(price), occurred_at=NOW - hours * HOUR))
        report = z_of(shop, close())
        assert (report.first_receipt, report.last_receipt) == ("M-1-000002", "M-1-000003")

    def test_knows_what_was_sold_before_the_drawer_was_counted_alone(self, shop: Scenario) -> None:
        shop.when(OpenShift(id=SHIFT, register_id=REGISTER, opening_float=0))
        shop.when(sell(1200, cash(1200)))
        shop.when(EndShift(id=SHIFT))
        shop.when(OpenShift(id=NEXT, register_id=REGISTER, opening_float=0))
        shop.when(sell(2499, card(2499)))
        assert tenders(z_of(shop, close())) == {"cash": (1200, 0, 0, 1200)}
        assert tenders(z_of(shop, close(id=NEXT))) == {"card": (2499, 0, 0, 2499)}

    def test_belongs_to_every_day_that_was_sold_on(self, shop: Scenario) -> None:
        yesterday = NOW - timedelta(days=1)
        shop.when(OpenShift(id=SHIFT, register_id=REGISTER, opening_float=0, occurred_at=yesterday))
        shop.when(sell(1200, cash(1200), occurred_at=yesterday))
        shop.when(sell(2499, card(2499)))
        assert z_of(shop, close()).business_dates == (yesterday.date(), NOW.date())

    def test_shows_a_method_that_was_counted_and_never_used(self, shop: Scenario) -> None:
        shop.when(OpenShift(id=SHIFT, register_id=REGISTER, opening_float=0))
        report = z_of(shop, close(tenders=(CountedTender(method="coupon", counted=500),)))
        (coupon,) = report.tenders
        assert (coupon.net, coupon.counted, coupon.over_short) == (0, 500, 500)

    def test_names_the_store_a_sale_was_made_in(self, day: Scenario) -> None:
        assert z_of(day, close()).store_id == STORE


class TestWithoutAShift:
    """What a register takes while no shift is open is in no report but in what it took since it began."""

    def test_counts_from_the_first_sale_on(self, shop: Scenario) -> None:
        shop.when(sell(1798, cash(1798)))
        shop.when(OpenShift(id=SHIFT, register_id=REGISTER, opening_float=0))
        shop.when(sell(2499, card(2499)))
        first = z_of(shop, close(counted_cash=0, closing_float=0))
        assert (first.receipts, first.perpetual) == (1, Perpetual(sales=4297, receipts=2, z_count=1))
        shop.when(sell(1200, card(1200)))
        shop.when(OpenShift(id=NEXT, register_id=REGISTER, opening_float=0))
        second = z_of(shop, close(id=NEXT, counted_cash=0, closing_float=0))
        assert (second.receipts, second.perpetual) == (0, Perpetual(sales=5497, receipts=3, z_count=2))

    def test_a_void_and_a_refund_are_returns(self, shop: Scenario) -> None:
        shop.when(sell(1798, card(1798)))
        shop.when(sell(2499, card(2499)))
        assert shop.when(VoidOrder(order_id=id_of("sale 1798"), reason="Wrong")).refusal is None
        assert shop.when(give_back(2499, card(2499))).refusal is None
        shop.when(OpenShift(id=SHIFT, register_id=REGISTER, opening_float=0))
        report = z_of(shop, close(counted_cash=0, closing_float=0))
        assert report.perpetual == Perpetual(sales=4297, returns=4297, receipts=2, z_count=1)

    def test_a_sale_at_no_register_is_none_of_it(self, shop: Scenario) -> None:
        assert shop.when(sell(1798, card(1798), register_id=None, store_id=STORE)).refusal is None
        shop.when(OpenShift(id=SHIFT, register_id=REGISTER, opening_float=0))
        assert z_of(shop, close(counted_cash=0, closing_float=0)).perpetual == Perpetual(z_count=1)


class TestLateNews:
    """What a till sold in a shift and told after its close is beside the report, never in one."""

    @pytest.fixture
    def shop(self, shop: Scenario) -> Scenario:
        """A shift was closed with 12.00 too much in its drawer."""
        shop.when(OpenShift(id=SHIFT, register_id=REGISTER, opening_float=0))
        assert z_of(shop, close(counted_cash=1200, closing_float=0)).cash.over_short == 1200
        return shop

    def test_restates_the_count_and_leaves_the_report(self, shop: Scenario) -> None:
        assert shop.when(_told(1200)).refusal is None
        shift = shop.when(RecountShift(id=SHIFT, counted_cash=1200, reason="Again")).answer
        assert (shift.late_count, shift.late_total) == (1, 1200)
        assert (shift.closed.over_short, shift.restated_over_short) == (1200, 0)
        assert shift.closed.report.receipts == 0
        assert shift.needs_review

    def test_is_told_by_the_register_s_next_report_alone(self, shop: Scenario) -> None:
        assert shop.when(_told(1200)).refusal is None
        shop.when(OpenShift(id=NEXT, register_id=REGISTER, opening_float=0))
        shop.when(sell(2499, card(2499)))
        report = z_of(shop, close(id=NEXT, counted_cash=0, closing_float=0))
        assert (report.late_count, report.late_total, report.receipts) == (1, 1200, 1)
        assert (report.cash.expected, report.total_collected) == (0, 2499)
        shop.when(OpenShift(id=id_of("third"), register_id=REGISTER, opening_float=0))
        assert z_of(shop, close(id=id_of("third"), counted_cash=0, closing_float=0)).late_count == 0

    def test_is_in_what_the_register_took_since_it_began(self, shop: Scenario) -> None:
        shop.when(OpenShift(id=NEXT, register_id=REGISTER, opening_float=0))
        shop.when(sell(2499, card(2499)))
        assert shop.when(_told(1798, paid=cash(1798, tip=100))).refusal is None
        report = z_of(shop, close(id=NEXT, counted_cash=0, closing_float=0))
        assert (report.receipts, report.tips, report.rounding) == (1, 0, 0)
        assert report.perpetual == Perpetual(sales=2499 + 1798, receipts=2, z_count=2)
        shop.when(OpenShift(id=id_of("third"), register_id=REGISTER, opening_float=0))
        third = z_of(shop, close(id=id_of("third"), counted_cash=0, closing_float=0))
        assert third.perpetual == Perpetual(sales=2499 + 1798, receipts=2, z_count=3)

    def test_of_what_was_given_back_makes_nothing_smaller_that_only_grows(self, shop: Scenario) -> None:
        told = (
            _told(1200),
            _told(2499, paid=card(2499), seq=2),
            TakeOverVoid(void=VoidOrder(order_id=id_of("sale 1200"), reason="Wrong"), delivery=_delivery(3)),
            TakeOverRefund(refund=give_back(2499, card(2499)), shift_id=SHIFT, delivery=_delivery(4)),
        )
        for one in told:
            assert shop.when(one).refusal is None
        shop.when(OpenShift(id=NEXT, register_id=REGISTER, opening_float=0))
        report = z_of(shop, close(id=NEXT, counted_cash=0, closing_float=0))
        assert (report.late_count, report.late_total) == (4, 0)
        assert report.perpetual == Perpetual(sales=3699, returns=3699, receipts=2, z_count=2)

    def test_is_looked_at_where_a_till_did_something_else_than_the_server(self, shop: Scenario) -> None:
        shop.when(OpenShift(id=NEXT, register_id=REGISTER, opening_float=0))
        assert shop.when(_told(1200, flags={"not_permitted"}, shift_id=NEXT)).refusal is None
        outcome = shop.when(close(id=NEXT, counted_cash=1200, closing_float=0))
        (data,) = [data for event, _, data in outcome.recorded if event is Shift.Closed]
        assert (data.report.offline_applied, data.report.offline_flagged) == (1, 1)
        assert data.needs_review


class TestUndelivered:
    """What devices of the register did and is in no fact: the report says how much, not what."""

    @pytest.fixture
    def shop(self, shop: Scenario) -> Scenario:
        """A shift, and a device at its till."""
        shop.when(OpenShift(id=SHIFT, register_id=REGISTER, opening_float=0))
        return _with_device(shop, DEVICE)

    def test_is_nothing_where_all_numbers_have_arrived(self, shop: Scenario) -> None:
        shop.when(_arrived(1, 2, 3))
        data = _closed(shop)
        assert _undelivered(data.report) == (0, 0, 0)
        assert not data.needs_review

    def test_counts_the_numbers_that_are_missing_below_the_last(self, shop: Scenario) -> None:
        shop.when(_arrived(3, 4, 9))
        data = _closed(shop)
        assert _undelivered(data.report) == (6, 0, 0)
        assert data.needs_review

    def test_counts_what_waits_and_what_is_in_the_inbox(self, shop: Scenario) -> None:
        shop.when(_arrived(1, 2))
        shop.when(KeepWaiting(operation=_operation(1), device_id=DEVICE, awaits=id_of("somebody")))
        shop.when(_rejected(_operation(2)))
        data = _closed(shop)
        assert _undelivered(data.report) == (0, 1, 1)
        assert not data.needs_review

    def test_is_of_all_devices_of_the_register_and_of_no_other_s(self, shop: Scenario) -> None:
        second, foreign = id_of("device 2"), id_of("device 3")
        _with_device(shop, second)
        _with_device(shop.given(register(id_of("till 2"), "2")), foreign, register_id=id_of("till 2"))
        for device, seqs in ((DEVICE, (2,)), (second, (4,)), (foreign, (9,))):
            shop.when(_arrived(*seqs, device=device))
        assert _undelivered(_closed(shop).report) == (1 + 3, 0, 0)

    def test_is_lost_for_good_of_a_device_that_was_retired_before_the_shift(self, shop: Scenario) -> None:
        shop.when(_arrived(9))
        later = NOW + timedelta(hours=1)
        shop.at(later).when(RetireDevice(id=DEVICE))
        assert _undelivered(_closed(shop).report) == (8, 0, 0)
        shop.at(later + timedelta(hours=1)).when(OpenShift(id=NEXT, register_id=REGISTER, opening_float=0))
        assert _undelivered(_closed(shop, id=NEXT).report) == (0, 0, 0)


class TestNamesOfMethods:
    def test_are_those_of_the_moment_for_the_company_s_own(self, shop: Scenario) -> None:
        shop.given(method("twint"))
        shop.when(OpenShift(id=SHIFT, register_id=REGISTER, opening_float=0))
        shop.when(sell(1200, Tender(method="twint", amount=1200)))
        shop.when(sell(2499, card(2499)))
        report = z_of(shop, close(counted_cash=0, closing_float=0))
        assert {one.method: one.name for one in report.tenders} == {"twint": "Twint", "card": None}


def _told(
    price: int,
    *,
    flags: Iterable[str] = (),
    shift_id: Any = SHIFT,
    paid: Tender | None = None,
    seq: int = 1,
) -> TakeOverSale:
    """What a till tells of a sale that it made alone, for cash if nothing else is said."""
    lines = (replace(bought(price), unit_price=price),)
    return TakeOverSale(
        sale=sell(price, paid or cash(price), lines=lines, shift_id=shift_id),
        delivery=_delivery(seq, number=f"M-1-X1-{seq:06d}", flags=frozenset(flags)),
    )


def _delivery(seq: int, **values: Any) -> Delivery:
    return Delivery(device_id=DEVICE, device_code="X1", register_id=REGISTER, seq=seq, told_at=NOW, **values)


def _with_device(shop: Scenario, device_id: UUID, register_id: UUID = REGISTER) -> Scenario:
    enrolled = shop.when(EnrolDevice(id=device_id, register_id=register_id, name="Tablet"))
    assert enrolled.refusal is None
    return shop


def _arrived(*seqs: int, device: UUID = DEVICE) -> BeginDelivery:
    """These operations of a device have arrived."""
    return BeginDelivery(device_id=device, operation_ids=(), cashier_ids=(), goods={}, seqs=seqs)


def _operation(seq: int) -> Operation:
    return Operation(
        id=id_of(f"operation {seq}"), seq=seq, type="order.sale", occurred_at=NOW, body="{}", content=str(seq)
    )


def _rejected(operation: Operation) -> Reject:
    device = Device.begin(
        Device.Enrolled,
        DEVICE,
        register_id=REGISTER,
        store_id=STORE,
        code="X1",
        series_number=1,
        name="Tablet",
    )
    return Reject(operation=operation, device=device, code="not_found", message="There is none.")


def _closed(shop: Scenario, **values: Any) -> Any:
    """What the close of a shift with nothing in its drawer recorded."""
    outcome = shop.when(close(**{"counted_cash": 0, "closing_float": 0, **values}))
    (data,) = [data for event, _, data in outcome.recorded if event is Shift.Closed]
    return data


def _undelivered(report: ShiftReport) -> tuple[int, int, int]:
    return report.offline_missing, report.offline_waiting, report.offline_rejected
