"""Decisions about shifts: opening one, moving cash in it, ending, closing and counting it again."""

from datetime import timedelta
from typing import Any

import pytest

from commands.companies import ReviseCompany
from commands.moments import TooFarBack
from commands.ports import DuplicateId, Missing, StaleVersion
from commands.settings import ArchiveSetting
from commands.shifts.cash import MoveCash
from commands.shifts.closing import CloseShift, CountedTender, EndShift, NotYourShift, RecountShift
from commands.shifts.opening import OpenShift
from commands.shifts.printing import PrintShiftReport
from domain.errors import Invalid
from domain.money import MAX_AMOUNT, AmountTooLarge
from domain.registers import Register
from domain.settings import InUse, OtherStore
from domain.shifts import Denomination, NoOpenShift, Shift, ShiftAlreadyOpen, ShiftNotOpen
from domain.stock.documents import InvalidTransition
from domain.stores import StoreClosed
from tests.commands.samples import (
    ADMIN,
    COMPANY,
    NOTHING,
    NOW,
    OTHER,
    REGISTER,
    SHIFT,
    STORE,
    USER,
    caller,
    delivery,
    id_of,
    method,
    product,
    register,
    sale,
    shift,
    storage,
    store,
    user,
)
from tests.commands.scenario import Outcome, Scenario, fact

MOVEMENT, SECOND, THIRD = map(id_of, ("movement", "second shift", "third shift"))
CASHIER = caller("Cashier", user_id=USER)


@pytest.fixture
def shop(scenario: Scenario) -> Scenario:
    """Ten SALT of 2.49 in the cellar of one store with one till."""
    return scenario.given(store(), storage(), register(), product(), delivery("10"))


def begin(opening_float: int = 10000, **values: Any) -> OpenShift:
    return OpenShift(**{"id": SHIFT, "register_id": REGISTER, "opening_float": opening_float, **values})


def move(kind: Any, amount: int, reason: str | None = None, **values: Any) -> MoveCash:
    fields = {"id": MOVEMENT, "shift_id": SHIFT, "type": kind, "amount": amount, "reason": reason, **values}
    return MoveCash(**fields)


def close(counted_cash: int = 10000, **values: Any) -> CloseShift:
    return CloseShift(**{"id": SHIFT, "counted_cash": counted_cash, **values})


def closed(outcome: Outcome) -> Any:
    """The close that was recorded."""
    (data,) = [data for event, _, data in outcome.recorded if event is Shift.Closed]
    return data


class TestOpenShift:
    def test_records_what_is_in_the_drawer(self, shop: Scenario) -> None:
        coins = (Denomination(value=200, count=25), Denomination(value=5000, count=1))
        shop.when(begin(denominations=coins, note="Two rolls")).then(
            fact(
                Shift.Opened,
                SHIFT,
                register_id=REGISTER,
                store_id=STORE,
                cashier_id=ADMIN,
                currency="EUR",
                opening_float=10000,
                expected_float=None,
                business_date=NOW.date(),
                occurred_at=NOW,
                previous_shift_id=None,
                note="Two rolls",
            )
        )

    def test_expects_what_the_last_shift_left(self, shop: Scenario) -> None:
        shop.when(begin())
        shop.when(close(10020, closing_float=5000))
        shop.when(begin(4800, id=SECOND)).then(
            fact(Shift.Opened, SECOND, opening_float=4800, expected_float=5000, previous_shift_id=SHIFT)
        )

    def test_answers_a_repetition_with_the_shift_it_opened(self, shop: Scenario) -> None:
        shop.when(begin(), saying="this")
        shop.when(begin(), saying="this").then_repeated()

    def test_refuses_its_id_for_other_content_and_for_another_register(self, shop: Scenario) -> None:
        shop.given(register(OTHER, "2")).when(begin(), saying="this")
        shop.when(begin(), saying="that").then_refused(DuplicateId, "id")
        shop.when(begin(register_id=OTHER)).then_refused(DuplicateId, "id")

    def test_says_who_has_it_open_and_since_when(self, shop: Scenario) -> None:
        shop.given(user()).by(caller(user_id=USER)).when(begin())
        outcome = shop.when(begin(id=SECOND))
        outcome.then_refused(ShiftAlreadyOpen)
        assert str(outcome.refusal) == "ann@salt.test has a shift open here since 2026-06-15T12:00:00Z."

    def test_is_not_kept_back_by_one_that_is_being_counted(self, shop: Scenario) -> None:
        shop.when(begin())
        shop.when(EndShift(id=SHIFT))
        shop.when(begin(id=SECOND)).then(fact(Shift.Opened, SECOND, expected_float=None))

    def test_lets_another_register_open_one(self, shop: Scenario) -> None:
        shop.given(register(OTHER, "2")).when(begin())
        shop.when(begin(id=SECOND, register_id=OTHER)).then(fact(Shift.Opened, SECOND))

    def test_refuses_coins_that_come_to_another_sum(self, shop: Scenario) -> None:
        command = begin(denominations=(Denomination(value=200, count=49),))
        shop.when(command).then_refused(Invalid, "denominations:denominations_mismatch")

    def test_refuses_a_register_that_is_not_there(self, shop: Scenario) -> None:
        shop.when(begin(register_id=NOTHING)).then_refused(Invalid, "register_id:not_found")

    def test_refuses_a_register_of_others_and_one_out_of_use(self, shop: Scenario) -> None:
        shop.by(caller("Cashier", OTHER)).when(begin()).then_refused(OtherStore)
        shop.by(caller()).when(ArchiveSetting(kind=Register, id=REGISTER))
        shop.when(begin()).then_refused(StoreClosed, "register_id")

    def test_lies_no_further_back_than_a_sale_may(self, shop: Scenario) -> None:
        long_ago = NOW - timedelta(days=31)
        shop.by(CASHIER).when(begin(occurred_at=long_ago)).then_refused(TooFarBack, "occurred_at")
        yesterday = NOW - timedelta(days=1)
        shop.when(begin(occurred_at=yesterday)).then(
            fact(Shift.Opened, occurred_at=yesterday, business_date=yesterday.date())
        )

    def test_keeps_its_register_from_being_archived(self, shop: Scenario) -> None:
        shop.when(begin())
        shop.when(ArchiveSetting(kind=Register, id=REGISTER)).then_refused(InUse, "id:in_use")


class TestMoveCash:
    @pytest.fixture
    def shop(self, shop: Scenario) -> Scenario:
        shop.when(begin())
        return shop

    @pytest.mark.parametrize(
        ("command", "event", "balance"),
        [
            (move("paid_in", 2000, "change_delivery", reference="K 17"), Shift.CashPaidIn, 12000),
            (move("paid_out", 750, "petty_cash", reference="K 17"), Shift.CashPaidOut, 9250),
            (move("drop", 5000, "safe", reference="K 17"), Shift.CashDropped, 5000),
            (move("no_sale", 0, reference="K 17"), Shift.DrawerOpened, 10000),
        ],
    )
    def test_records_it_and_says_what_should_be_there(
        self, shop: Scenario, command: MoveCash, event: Any, balance: int
    ) -> None:
        outcome = shop.when(command)
        outcome.then(
            fact(
                event,
                SHIFT,
                movement_id=MOVEMENT,
                register_id=REGISTER,
                cashier_id=ADMIN,
                amount=command.amount,
                reason=command.reason or "no_sale",
                reference="K 17",
                occurred_at=NOW,
            )
        )
        assert outcome.answer.balance == balance

    def test_takes_out_more_than_there_is(self, shop: Scenario) -> None:
        assert shop.when(move("drop", 12000, "bank")).answer.balance == -2000

    def test_leaves_no_more_and_lacks_no_more_than_an_amount_can_say(self, shop: Scenario) -> None:
        shop.when(move("paid_in", MAX_AMOUNT - 10000, "float_top_up")).then(fact(Shift.CashPaidIn))
        shop.when(move("paid_in", 1, "float_top_up", id=SECOND)).then_refused(AmountTooLarge, "amount")
        shop.when(move("no_sale", 0, id=SECOND)).then(fact(Shift.DrawerOpened))
        shop.when(move("drop", MAX_AMOUNT, "safe", id=THIRD)).then(fact(Shift.CashDropped))
        shop.when(move("drop", MAX_AMOUNT, "safe", id=OTHER)).then(fact(Shift.CashDropped))
        shop.when(move("paid_out", 1, "petty_cash", id=NOTHING)).then_refused(AmountTooLarge, "amount")

    def test_counts_what_was_sold_for_cash(self, shop: Scenario) -> None:
        shop.when(sale(store_id=None, register_id=REGISTER))
        assert shop.when(move("drop", 5000, "safe")).answer.balance == 5249

    def test_answers_a_repetition_with_what_it_recorded(self, shop: Scenario) -> None:
        command = move("drop", 5000, "safe")
        shop.when(command, saying="this")
        shop.when(move("paid_in", 100, "float_top_up", id=OTHER))
        outcome = shop.when(command, saying="this").then_repeated()
        assert outcome.answer.balance == 5000

    def test_answers_it_though_the_shift_was_closed_since(self, shop: Scenario) -> None:
        command = move("drop", 5000, "safe")
        shop.when(command, saying="this")
        shop.when(close(5000))
        shop.when(command, saying="this").then_repeated()

    def test_refuses_its_id_for_other_content(self, shop: Scenario) -> None:
        shop.when(move("drop", 5000, "safe"), saying="this")
        shop.when(move("drop", 4000, "safe"), saying="that").then_refused(DuplicateId, "id")

    @pytest.mark.parametrize(
        ("command", "wrong"),
        [
            (move("drop", 0, "safe"), "amount:amount_not_valid"),
            (move("no_sale", 5), "amount:amount_not_valid"),
            (move("paid_out", 5), "reason:reason_required"),
            (move("paid_out", 5, "safe"), "reason:invalid"),
            (move("paid_in", 5, "other"), "note:required"),
        ],
    )
    def test_refuses_what_makes_no_sense(self, shop: Scenario, command: MoveCash, wrong: str) -> None:
        shop.when(command).then_refused(Invalid, wrong)

    def test_takes_another_reason_with_a_note(self, shop: Scenario) -> None:
        shop.when(move("paid_in", 5, "other", note="Found below the drawer")).then(fact(Shift.CashPaidIn))

    def test_refuses_a_shift_that_is_being_counted_or_closed(self, shop: Scenario) -> None:
        shop.when(EndShift(id=SHIFT))
        shop.when(move("drop", 5000, "safe")).then_refused(ShiftNotOpen)
        shop.when(close())
        shop.when(move("drop", 5000, "safe")).then_refused(ShiftNotOpen)

    def test_hides_shifts_of_other_stores(self, shop: Scenario) -> None:
        shop.by(caller("Manager", OTHER)).when(move("drop", 5, "safe")).then_refused(Missing)
        shop.by(caller()).when(move("drop", 5, "safe", shift_id=NOTHING)).then_refused(Missing)


class TestEndShift:
    def test_lets_nothing_more_be_sold_in_it(self, shop: Scenario) -> None:
        shop.when(ReviseCompany(id=COMPANY, changes={"shift_required": True}))
        shop.when(begin())
        shop.when(EndShift(id=SHIFT)).then(fact(Shift.Ended, SHIFT, register_id=REGISTER, occurred_at=NOW))
        shop.when(sale(store_id=None, register_id=REGISTER)).then_refused(NoOpenShift)
        shop.when(EndShift(id=SHIFT)).then_refused(InvalidTransition)

    def test_is_for_whoever_opened_it_and_whoever_closes_any(self, shop: Scenario) -> None:
        shop.when(begin())
        shop.by(CASHIER).when(EndShift(id=SHIFT)).then_refused(NotYourShift, "shifts.close_any:not_held")
        shop.by(caller("Manager", user_id=OTHER)).when(EndShift(id=SHIFT)).then(fact(Shift.Ended))

    def test_looks_at_the_version(self, shop: Scenario) -> None:
        shop.when(begin())
        shop.when(EndShift(id=SHIFT, expected_versions={2})).then_refused(StaleVersion)


class TestCloseShift:
    @pytest.fixture
    def shop(self, shop: Scenario) -> Scenario:
        shop.when(begin())
        shop.when(sale(store_id=None, register_id=REGISTER))
        return shop

    def test_takes_any_count_and_records_what_it_is_off_by(self, shop: Scenario) -> None:
        outcome = shop.when(close(10244, over_short_reason="Two coins missing"))
        outcome.then(
            fact(
                Shift.Closed,
                SHIFT,
                counted_cash=10244,
                expected_cash=10249,
                over_short=-5,
                closing_float=10244,
                z_number=1,
                needs_review=False,
                over_short_reason="Two coins missing",
            )
        )
        report = closed(outcome).report
        assert (report.z_number, report.receipts, report.total_collected) == (1, 1, 249)
        assert (report.cash.expected, report.cash.counted, report.cash.over_short) == (10249, 10244, -5)

    def test_drops_what_does_not_stay_into_the_safe(self, shop: Scenario) -> None:
        outcome = shop.when(close(10249, closing_float=5000)).then(
            fact(Shift.Closed, closing_float=5000, expected_cash=10249),
            fact(Shift.CashDropped, amount=5249, reason="safe", at_close=True),
        )
        assert closed(outcome).report.cash.dropped_at_close == 5249

    def test_numbers_the_reports_of_a_register_without_a_gap(self, shop: Scenario) -> None:
        shop.given(register(OTHER, "2"))
        numbers = []
        for one, till in ((SHIFT, REGISTER), (SECOND, REGISTER), (THIRD, OTHER)):
            shop.when(begin(id=one, register_id=till))
            numbers.append(closed(shop.when(close(id=one))).z_number)
        assert numbers == [1, 2, 1]

    def test_counts_on_what_the_register_took_for_ever(self, shop: Scenario) -> None:
        shop.when(close(10249))
        shop.when(begin(10249, id=SECOND))
        shop.when(sale(store_id=None, register_id=REGISTER, id=OTHER))
        perpetual = closed(shop.when(close(id=SECOND))).perpetual
        assert (perpetual.sales, perpetual.net, perpetual.receipts, perpetual.z_count) == (498, 498, 2, 2)

    def test_compares_what_was_counted_of_other_methods(self, shop: Scenario) -> None:
        outcome = shop.when(close(tenders=(CountedTender(method="card", counted=20),)))
        (tender,) = closed(outcome).tenders
        assert (tender.method, tender.counted, tender.expected) == ("card", 20, 0)
        card = closed(outcome).report.tenders[-1]
        assert (card.method, card.net, card.counted, card.over_short) == ("card", 0, 20, 20)

    def test_counts_a_company_s_own_method_by_its_code(self, shop: Scenario) -> None:
        shop.given(method("twint"))
        counted = (CountedTender(method="TWINT", counted=5),)
        assert closed(shop.when(close(tenders=counted))).tenders[0].method == "twint"

    @pytest.mark.parametrize(
        ("values", "wrong"),
        [
            ({"denominations": (Denomination(value=1, count=1),)}, "denominations:denominations_mismatch"),
            ({"closing_float": 10001}, "closing_float:amount_not_valid"),
            ({"occurred_at": NOW - timedelta(hours=1)}, "occurred_at:before_opening"),
            ({"tenders": (CountedTender(method="cash", counted=1),)}, "tenders.0.method:invalid"),
            ({"tenders": (CountedTender(method="shells", counted=1),)}, "tenders.0.method:not_found"),
            ({"tenders": (CountedTender(method="card", counted=1),) * 2}, "tenders.1.method:duplicate"),
        ],
    )
    def test_refuses_what_cannot_have_been_counted(
        self, shop: Scenario, values: dict[str, Any], wrong: str
    ) -> None:
        shop.when(close(**values)).then_refused(Invalid, wrong)

    def test_closes_what_is_being_counted_and_nothing_twice(self, shop: Scenario) -> None:
        shop.when(EndShift(id=SHIFT))
        shop.when(close()).then(fact(Shift.Closed))
        shop.when(close()).then_refused(InvalidTransition)

    def test_is_for_whoever_opened_it_and_whoever_closes_any(self, shop: Scenario) -> None:
        shop.by(CASHIER).when(close()).then_refused(NotYourShift, "shifts.close_any:not_held")
        shop.by(caller("Manager", user_id=OTHER)).when(close()).then(fact(Shift.Closed, cashier_id=OTHER))

    def test_hides_shifts_of_other_stores(self, shop: Scenario) -> None:
        shop.by(caller("Manager", OTHER)).when(close()).then_refused(Missing)

    @pytest.mark.parametrize(("counted", "is_off"), [(10249, False), (10259, False), (10238, True)])
    def test_is_to_be_reviewed_above_the_company_s_limit(
        self, shop: Scenario, counted: int, *, is_off: bool
    ) -> None:
        shop.when(ReviseCompany(id=COMPANY, changes={"over_short_limit": 10}))
        assert closed(shop.when(close(counted))).needs_review is is_off

    def test_leaves_the_next_shift_alone_that_was_opened_while_it_was_counted(self, shop: Scenario) -> None:
        shop.when(EndShift(id=SHIFT))
        shop.when(begin(3000, id=SECOND))
        shop.when(close(10249))
        shop.when(close(3000, id=SECOND)).then(fact(Shift.Closed, SECOND, z_number=2, expected_cash=3000))


class TestPrintShiftReport:
    def test_counts_the_original_and_its_copies(self, shop: Scenario) -> None:
        shop.given(shift())
        shop.when(close(20))
        command = PrintShiftReport(id=SHIFT, format="escpos", paper="80mm")
        copies = [shop.when(command).answer.copy for _ in range(3)]
        assert copies == [0, 1, 2]
        shop.when(command).then(fact(Shift.ReportPrinted, SHIFT, copy=3, format="escpos", paper="80mm"))

    def test_takes_a_closed_shift_that_the_caller_may_see(self, shop: Scenario) -> None:
        shop.given(shift())
        command = PrintShiftReport(id=SHIFT, format="html", paper="a4")
        shop.when(command).then_refused(InvalidTransition)
        shop.when(close(20))
        shop.by(CASHIER).when(command).then_refused(Missing)
        shop.by(caller("Manager", OTHER)).when(command).then_refused(Missing)
        shop.by(caller("Manager", STORE)).when(command).then(fact(Shift.ReportPrinted))


class TestRecountShift:
    def test_keeps_both_counts_and_restates_the_difference(self, shop: Scenario) -> None:
        shop.given(shift())
        first = shop.when(close(20)).answer
        outcome = shop.when(RecountShift(id=SHIFT, counted_cash=25, reason="A coin below the drawer"))
        outcome.then(fact(Shift.Recounted, SHIFT, counted_cash=25, reason="A coin below the drawer"))
        assert (first.closed.over_short, outcome.answer.restated_over_short) == (20, 25)
        assert outcome.answer.closed.report == first.closed.report

    def test_takes_a_closed_shift_and_coins_that_add_up(self, shop: Scenario) -> None:
        shop.given(shift())
        again = RecountShift(id=SHIFT, counted_cash=25, reason="Again")
        shop.when(again).then_refused(InvalidTransition)
        shop.when(close(20))
        coins = (Denomination(value=10, count=2),)
        wrong = RecountShift(id=SHIFT, counted_cash=25, reason="Again", denominations=coins)
        shop.when(wrong).then_refused(Invalid, "denominations")
        shop.by(caller("Manager", OTHER)).when(again).then_refused(Missing)
