"""Refunds: what each comes to, how it is paid out, and what the order then is."""

from decimal import Decimal
from uuid import UUID

import pytest

from domain.errors import Invalid
from domain.money import AmountNotValid
from domain.orders import (
    InvalidTransition,
    Order,
    RefundMethodNotAllowed,
    check_methods,
    price_refund,
    settle_refund,
    suggest_payments,
    void,
)
from domain.orders.portions import RefundExceedsPaid, ReturnExceedsSold
from domain.payments import PaymentExceedsTotal, PaymentInsufficient, Tender
from domain.pricing import Discount, Rules, TaxRate
from tests.domain.sales import SOLD_AT, gift, item, record, refund, returned, sold

SALES_TAX = TaxRate(id=UUID(int=1), name="Sales tax", rate=Decimal("8.875"), inclusive=False)
VAT = TaxRate(id=UUID(int=2), name="VAT", rate=Decimal(20), inclusive=True)
USD = Rules(currency="USD", rounding_level="order", rounding_mode="half_up", cash_rounding=5)
EUR = Rules(currency="EUR")
TEN_PERCENT = Discount(type="percent", value=Decimal(10))
#: The refunds of T1, one after the other.
PARTS = ([returned(1)], [returned(2, "2")], [returned(1)], [returned(1), returned(3)])


def t1(cash_rounding: int = 5) -> Order:
    """The sale of vector T1: order discount, order-level tax, cash rounding and a tip."""
    rules = Rules(
        currency="USD", rounding_level="order", rounding_mode="half_up", cash_rounding=cash_rounding
    )
    return sold(
        (item(695, "3", SALES_TAX), item(800, "2", SALES_TAX), item(202, "1")),
        [Tender(method="cash", amount=3792, tendered=5000, tip=200)],
        rules,
        discounts=[TEN_PERCENT],
        costs=[1000, 701, 33],
    )


def paid(*tenders: Tender, price: int = 1000, rules: Rules = EUR) -> Order:
    """One thing, paid so."""
    return sold([item(price, "1")], tenders, rules)


class TestT1:
    def test_is_sold_as_the_vector_says(self) -> None:
        order = t1()
        lines = [(one.gross_total, one.discount_total, one.tax_total, one.total) for one in order.terms.lines]
        assert lines == [(2085, 209, 166, 2042), (1600, 160, 128, 1568), (202, 20, 0, 182)]
        assert order.sold
        totals = order.sold.totals
        assert (totals.total, totals.net_sales, totals.rounding, totals.change_total) == (
            3792,
            3498,
            -2,
            1010,
        )

    def test_gives_back_in_four_parts_what_was_paid(self) -> None:
        order = t1()
        refunds = [refund(order, *part, by="cash") for part in PARTS]
        assert [one.total for one in refunds] == [681, 1568, 680, 863]
        assert [sum(tax.amount for tax in one.taxes) for one in refunds] == [55, 128, 56, 55]
        assert [sum(line.discount_total for line in one.lines) for one in refunds] == [70, 160, 69, 90]
        assert [sum(line.net_sales for line in one.lines) for one in refunds] == [626, 1440, 624, 808]
        assert [one.payments[0].amount for one in refunds] == [680, 1570, 680, 860]
        assert [one.rounding for one in refunds] == [-1, 2, 0, -3]
        assert order.refunded == 3790
        assert (order.payment_status, order.fulfilment_status) == ("refunded", "returned")

    def test_keeps_the_tip_unless_it_is_asked_for(self) -> None:
        order = t1()
        for part in PARTS[:-1]:
            refund(order, *part, by="cash")
        last = refund(order, *PARTS[-1], by="cash", tip=200)
        assert (last.tip, last.payments[0].tip, last.payments[0].amount) == (200, 200, 860)
        assert order.refunded == order.paid.paid_total == 3990

    def test_by_card_carries_the_rest_of_the_rounding_at_the_end(self) -> None:
        order = t1()
        refunds = [refund(order, *part, by="card") for part in PARTS[:-1]]
        refunds.append(refund(order, *PARTS[-1], by="card", amount=861))
        assert [one.payments[0].amount for one in refunds] == [681, 1568, 680, 861]
        assert [one.rounding for one in refunds] == [0, 0, 0, -2]
        assert order.refunded == 3790

    def test_by_card_takes_the_last_payment_with_the_rounding_in_it_alone(self) -> None:
        order = t1()
        for part in PARTS[:-1]:
            refund(order, *part, by="card")
        with pytest.raises(PaymentExceedsTotal):
            settle_refund(order, 863, 0, [Tender(method="card", amount=863)], 5)
        settlement = settle_refund(order, 863, 0, [Tender(method="card", amount=861)], 5)
        assert [(one.amount, one.exact) for one in settlement.payments] == [(861, 863)]

    def test_by_card_then_in_cash_gives_back_no_more_than_was_paid(self) -> None:
        order = t1()
        for part in PARTS[:-1]:
            refund(order, *part, by="card")
        assert refund(order, *PARTS[-1], by="cash").payments[0].amount == 860
        assert order.refunded == 3789

    def test_is_rounded_as_the_sale_was_whatever_the_company_does_by_now(self) -> None:
        order = t1()
        refunds = [refund(order, *part, by="cash", cash_rounding=0) for part in PARTS]
        assert [one.payments[0].amount for one in refunds] == [680, 1570, 680, 860]

    def test_of_an_earlier_sale_is_rounded_as_the_company_does_now(self) -> None:
        order = t1()
        order.sold.__dict__["cash_rounding"] = None
        assert refund(order, returned(1), by="cash", cash_rounding=10).payments[0].amount == 680
        rest = [returned(1, "2"), returned(2, "2"), returned(3)]
        assert refund(order, *rest, by="cash", cash_rounding=10).payments[0].amount == 3110


class TestASaleThatTookAnotherTotal:
    """A till without a connection took some minor units more or less than the total."""

    @pytest.mark.parametrize("method", ["cash", "card"])
    @pytest.mark.parametrize("taken", [1232, 1234, 1238])
    def test_gives_back_what_was_taken(self, method: str, taken: int) -> None:
        order = taken_by(method, taken)
        back = refund(order, returned(1), returned(2), returned(3), by=method, amount=taken)
        assert (back.total, back.rounding) == (1235, taken - 1235)
        assert order.refunded == order.paid.paid_total == taken

    @pytest.mark.parametrize("method", ["cash", "card"])
    @pytest.mark.parametrize("taken", [1232, 1238])
    def test_gives_it_back_in_parts_as_is_suggested(self, method: str, taken: int) -> None:
        order = taken_by(method, taken)
        for line in (1, 2, 3):
            priced = price_refund(order, [returned(line)])
            settlement = settle_refund(order, priced.total, 0, suggest_payments(order, priced.total), 0)
            check_methods(order, settlement, may_use_others=False)
            assert [one.method for one in settlement.payments] == [method]
            record(order, priced, settlement)
        assert order.refunded == taken


def taken_by(method: str, taken: int) -> Order:
    """Three lines that come to 1235, for which a till took this."""
    return sold([item(411, "1"), item(412, "1"), item(412, "1")], [Tender(method=method, amount=taken)], EUR)


class TestCash:
    def test_takes_cash_exact_or_rounded_and_nothing_else(self) -> None:
        def settled(amount: int) -> int:
            offer = [Tender(method="cash", amount=amount)]
            return settle_refund(t1(), 681, 0, offer, 5).payments[0].amount

        assert (settled(681), settled(680)) == (680, 680)
        with pytest.raises(PaymentInsufficient):
            settled(679)
        with pytest.raises(PaymentExceedsTotal):
            settled(682)


def test_t2_an_inclusive_price_comes_back_whole() -> None:
    order = sold([item(999, "1", VAT)], [Tender(method="card", amount=999)], EUR)
    back = refund(order, returned(1))
    assert (back.total, back.lines[0].net_sales, back.lines[0].tax_total) == (999, 832, 167)


def test_vendure_4811_a_discount_is_not_spread_again_over_what_is_left() -> None:
    off = [Discount(type="amount", value=Decimal(100))]
    order = sold([item(1000, "1"), item(500, "2")], [Tender(method="card", amount=1900)], EUR, discounts=off)
    frozen = [line.discount_total for line in order.terms.lines]
    back = [refund(order, returned(1)), refund(order, returned(2)), refund(order, returned(2))]
    assert frozen == [50, 50]
    assert [one.lines[0].discount_total for one in back] == [50, 25, 25]
    assert [one.total for one in back] == [950, 475, 475]


class TestT5:
    def test_goodwill_takes_its_tax_along(self) -> None:
        back = refund(t1(), goodwill=[gift(1, 500)], by="cash")
        assert (back.total, back.goodwill[0].tax_total, back.goodwill[0].net_sales) == (500, 41, 459)
        assert [tax.amount for tax in back.taxes] == [41]

    def test_later_units_pay_what_goodwill_has_left_of_the_line(self) -> None:
        order = t1()
        refund(order, goodwill=[gift(1, 500)], by="cash")
        units = [refund(order, returned(1), by="cash").lines[0] for _ in range(3)]
        assert [(line.total, line.tax_total) for line in units] == [(681, 55), (680, 56), (181, 14)]

    def test_is_no_more_than_what_is_left_of_the_line(self) -> None:
        order = t1()
        refund(order, returned(1, "2"), by="cash")
        with pytest.raises(RefundExceedsPaid) as refusal:
            price_refund(order, [], [gift(1, 682)])
        assert [one["field"] for one in refusal.value.details] == ["goodwill.0.amount"]
        assert price_refund(order, [], [gift(1, 681)]).tax_total == 55

    def test_is_more_than_nothing(self) -> None:
        with pytest.raises(AmountNotValid):
            price_refund(t1(), [], [gift(1, 0)])

    def test_many_small_ones_have_all_of_the_tax(self) -> None:
        order = sold([item(10, "1", VAT)], [Tender(method="card", amount=10)], EUR)
        taxes = [refund(order, goodwill=[gift(1, 1)]).goodwill[0].tax_total for _ in range(10)]
        assert sum(taxes) == order.terms.lines[0].tax_total == 2

    def test_leaves_the_goods_with_the_customer(self) -> None:
        order = t1()
        refund(order, goodwill=[gift(1, 500)], by="cash")
        assert (order.payment_status, order.fulfilment_status) == ("partially_refunded", "fulfilled")


class TestUnits:
    def test_no_more_come_back_than_were_sold(self) -> None:
        order = t1()
        refund(order, returned(2, "1"), by="cash")
        with pytest.raises(ReturnExceedsSold) as refusal:
            price_refund(order, [returned(1), returned(2, "2")])
        assert [one["field"] for one in refusal.value.details] == ["lines.1.quantity"]

    def test_of_one_line_may_come_back_whole_and_broken_at_once(self) -> None:
        whole, broken = refund(t1(), returned(1), returned(1, restock=False), by="cash").lines
        assert (whole.total, whole.cost_total, broken.total, broken.cost_total) == (681, 333, 680, 0)

    def test_bring_back_the_cost_they_left_with(self) -> None:
        order = t1()
        assert [refund(order, returned(1), by="cash").lines[0].cost_total for _ in range(3)] == [
            333,
            334,
            333,
        ]

    def test_belong_to_a_line_of_the_order(self) -> None:
        with pytest.raises(Invalid) as refusal:
            price_refund(t1(), [returned(4)], [gift(5, 1)])
        assert [one["field"] for one in refusal.value.details] == ["lines.0.line_id", "goodwill.0.line_id"]


class TestMoreRoundingThanWhatIsLeftMakesUpFor:
    """149 were paid with 100 in cash, rounded to a hundred; goods of 148 come back before the last one."""

    @staticmethod
    def order() -> Order:
        rules = Rules(currency="EUR", cash_rounding=100)
        return sold([item(148, "1"), item(1, "1")], [Tender(method="cash", amount=100)], rules)

    @pytest.mark.parametrize("amount", [148, 101])
    def test_no_more_goes_back_by_card_than_was_paid(self, amount: int) -> None:
        with pytest.raises(PaymentExceedsTotal):
            settle_refund(self.order(), 148, 0, [Tender(method="card", amount=amount)], 100)

    def test_what_was_paid_goes_back_by_card_for_all_but_the_last(self) -> None:
        order = self.order()
        assert refund(order, returned(1), by="card", amount=100).rounding == -48
        assert refund(order, returned(2), by="card", amount=0).rounding == -1
        assert (order.refunded, order.refunded_exact, order.payment_status) == (100, 149, "refunded")

    def test_cash_beside_a_card_is_what_the_card_leaves_down_to_a_coin(self) -> None:
        offers = [Tender(method="card", amount=90), Tender(method="cash", amount=58)]
        settlement = settle_refund(self.order(), 148, 0, offers, 100)
        assert [(one.method, one.amount) for one in settlement.payments] == [("card", 90), ("cash", 0)]

    def test_no_more_goes_back_by_card_beside_cash(self) -> None:
        offers = [Tender(method="card", amount=120), Tender(method="cash", amount=28)]
        with pytest.raises(PaymentExceedsTotal):
            settle_refund(self.order(), 148, 0, offers, 100)

    def test_cash_goes_back_as_it_came(self) -> None:
        order = self.order()
        paid_out = [refund(order, returned(line), by="cash").payments[0].amount for line in (1, 2)]
        assert paid_out == [100, 0]


class TestMethods:
    CARD_AND_CASH = (Tender(method="card", amount=301), Tender(method="cash", amount=699))

    def test_repairdesk_955_each_gets_back_no_more_than_it_paid(self) -> None:
        order = paid(*self.CARD_AND_CASH)
        assert [(one.method, one.amount) for one in suggest_payments(order, 400)] == [
            ("card", 301),
            ("cash", 99),
        ]

    def test_another_takes_the_right_to_it(self) -> None:
        order = paid(*self.CARD_AND_CASH)
        settlement = settle_refund(order, 1000, 0, [Tender(method="card", amount=1000)], 0)
        with pytest.raises(RefundMethodNotAllowed):
            check_methods(order, settlement, may_use_others=False)
        check_methods(order, settlement, may_use_others=True)

    def test_count_what_went_back_before(self) -> None:
        order = sold([item(500, "2")], self.CARD_AND_CASH, EUR)
        refund(order, returned(1))
        settlement = settle_refund(order, 500, 0, [Tender(method="card", amount=500)], 0)
        with pytest.raises(RefundMethodNotAllowed):
            check_methods(order, settlement, may_use_others=False)

    def test_nobody_cashes_a_coupon(self) -> None:
        order = paid(Tender(method="coupon", amount=400), Tender(method="card", amount=600))
        settlement = settle_refund(order, 1000, 0, [Tender(method="cash", amount=1000)], 0)
        with pytest.raises(RefundMethodNotAllowed):
            check_methods(order, settlement, may_use_others=True)

    def test_cash_is_settled_by_its_exact_part(self) -> None:
        rules = Rules(currency="CHF", cash_rounding=5)
        order = paid(
            Tender(method="card", amount=301), Tender(method="cash", amount=698), price=999, rules=rules
        )
        assert order.paid.rounding == 2
        cash = [Tender(method="card", amount=301), Tender(method="cash", amount=698)]
        settlement = settle_refund(order, 999, 0, cash, 5)
        check_methods(order, settlement, may_use_others=False)
        assert [one.amount for one in settlement.payments] == [301, 700]
        assert settlement.rounding == 2

    def test_what_goods_were_exchanged_for_is_suggested_for_a_card(self) -> None:
        order = paid(Tender(method="exchange", amount=700), Tender(method="cash", amount=300))
        assert [(one.method, one.amount) for one in suggest_payments(order, 1000)] == [
            ("cash", 300),
            ("card", 700),
        ]

    def test_a_tip_goes_back_by_the_methods_of_the_refund_first(self) -> None:
        order = paid(Tender(method="cash", amount=600, tip=100), Tender(method="card", amount=400, tip=50))
        settlement = settle_refund(order, 202, 60, [Tender(method="card", amount=202)], 0)
        assert [(one.method, one.amount, one.tip) for one in settlement.payments] == [
            ("card", 202, 50),
            ("cash", 0, 10),
        ]

    def test_a_tip_goes_back_as_it_is_offered(self) -> None:
        order = paid(Tender(method="cash", amount=600, tip=100), Tender(method="card", amount=400, tip=50))
        offers = [Tender(method="card", amount=202), Tender(method="cash", amount=0, tip=70)]
        settlement = settle_refund(order, 202, 70, offers, 0)
        assert [(one.method, one.amount, one.tip) for one in settlement.payments] == [
            ("card", 202, 0),
            ("cash", 0, 70),
        ]
        with pytest.raises(RefundExceedsPaid):
            settle_refund(order, 202, 51, [Tender(method="card", amount=202, tip=51)], 0)

    def test_a_tip_goes_back_by_the_method_that_took_it(self) -> None:
        tenders = (Tender(method="card", amount=400, tip=50), Tender(method="cash", amount=600, tip=30))
        order = paid(*tenders)
        settlement = settle_refund(order, 0, 60, [], 0)
        assert [(one.method, one.amount, one.tip) for one in settlement.payments] == [
            ("card", 0, 50),
            ("cash", 0, 10),
        ]

    def test_no_more_tip_goes_back_than_is_left(self) -> None:
        order = t1()
        refund(order, returned(1), by="cash", tip=150)
        with pytest.raises(RefundExceedsPaid) as refusal:
            settle_refund(order, 0, 51, [], 5)
        assert [one["field"] for one in refusal.value.details] == ["tip"]


class TestPayments:
    def test_one_minor_unit_short_is_refused(self) -> None:
        order = paid(Tender(method="card", amount=1000))
        with pytest.raises(PaymentInsufficient):
            settle_refund(order, 1000, 0, [Tender(method="card", amount=999)], 0)

    def test_one_minor_unit_too_much_is_refused(self) -> None:
        order = paid(Tender(method="card", amount=1000))
        with pytest.raises(PaymentExceedsTotal):
            settle_refund(order, 1000, 0, [Tender(method="card", amount=1001)], 0)

    def test_cash_on_top_of_enough_is_refused(self) -> None:
        order = paid(Tender(method="card", amount=1000))
        offers = [Tender(method="card", amount=1000), Tender(method="cash", amount=5)]
        with pytest.raises(PaymentExceedsTotal):
            settle_refund(order, 1000, 0, offers, 5)

    def test_beside_an_exchange_money_carries_it_all_and_is_offered_so(self) -> None:
        rules = Rules(currency="CHF", cash_rounding=5)
        order = paid(Tender(method="cash", amount=1073), price=1073, rules=rules)
        tie = Tender(method="exchange", amount=202)
        with pytest.raises(PaymentInsufficient):
            settle_refund(order, 1073, 0, [tie, Tender(method="card", amount=871)], 5)
        back = settle_refund(order, 1073, 0, [tie, Tender(method="card", amount=873)], 5)
        assert [(one.method, one.amount, one.exact) for one in back.payments] == [
            ("exchange", 202, 202),
            ("card", 873, 871),
        ]

    def test_an_exchange_carries_no_rounding(self) -> None:
        order = t1()
        for part in PARTS[:-1]:
            refund(order, *part, by="cash")
        back = settle_refund(order, 863, 0, [Tender(method="exchange", amount=863)], 5)
        assert [(one.amount, one.exact) for one in back.payments] == [(863, 863)]


class TestT5b:
    def test_a_void_takes_everything_back_and_keeps_the_number(self) -> None:
        order = t1()
        void(order, occurred_at=SOLD_AT, reason="wrong customer")
        assert (order.status, order.payment_status, order.fulfilment_status) == (
            *("voided", "refunded", "returned"),
        )
        assert order.voided
        assert (order.voided.number, order.refunded) == (order.terms.number, 3990)

    def test_a_second_void_is_refused(self) -> None:
        order = t1()
        void(order, occurred_at=SOLD_AT, reason="wrong customer")
        with pytest.raises(InvalidTransition):
            void(order, occurred_at=SOLD_AT, reason="wrong customer")

    def test_nothing_of_it_is_refunded(self) -> None:
        order = t1()
        void(order, occurred_at=SOLD_AT, reason="wrong customer")
        with pytest.raises(InvalidTransition):
            price_refund(order, [returned(1)])

    def test_what_was_refunded_is_not_voided(self) -> None:
        order = t1()
        refund(order, returned(1), by="cash")
        with pytest.raises(InvalidTransition):
            void(order, occurred_at=SOLD_AT, reason="wrong customer")
