"""Settling a sale with cash and other tenders."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.money import AmountNotValid, AmountTooLarge
from domain.payments import EXCHANGE, PaymentExceedsTotal, PaymentInsufficient, Settlement, Tender, settle


def cash(amount: int, tendered: int | None = None, tip: int = 0) -> Tender:
    return Tender(method="cash", amount=amount, tendered=tendered, tip=tip)


def card(amount: int, tip: int = 0) -> Tender:
    return Tender(method="card", amount=amount, tip=tip, reference="slip")


def named(refusal: Refusal) -> list[str]:
    return [detail["field"] for detail in refusal.details]


class TestChange:
    @pytest.mark.parametrize(
        "tender", [cash(1250, 2000), cash(2000), cash(2000, 2000)], ids=["tendered", "amount", "both"]
    )
    def test_erpnext_23125_is_not_drawer_cash(self, tender: Tender) -> None:
        settled = settle(1250, [tender], 0)
        (payment,) = settled.payments
        assert (payment.amount, payment.tendered, payment.change) == (1250, 2000, 750)
        assert (settled.paid_total, settled.change_total) == (1250, 750)

    def test_is_given_on_what_other_tenders_leave(self) -> None:
        settled = settle(1250, [cash(500), card(1000)], 0)
        assert [(each.amount, each.change) for each in settled.payments] == [(250, 250), (1000, 0)]

    def test_is_never_given_on_a_card(self) -> None:
        with pytest.raises(PaymentExceedsTotal) as too_much:
            settle(1250, [card(1251)], 0)
        assert named(too_much.value) == ["payments"]
        with pytest.raises(PaymentExceedsTotal) as handed_over:
            settle(1250, [card(200), Tender(method="card", amount=1050, tendered=2000)], 0)
        assert named(handed_over.value) == ["payments.1.tendered"]


class TestCashRounding:
    @pytest.mark.parametrize(
        ("total", "tender", "rounding", "paid", "tendered", "change"),
        [
            pytest.param(1252, cash(1252), -2, 1250, 1250, 0, id="lowered-exact-total"),
            pytest.param(1252, cash(1252, 2000), -2, 1250, 2000, 750, id="lowered-note"),
            pytest.param(1252, cash(1252, 1250), -2, 1250, 1250, 0, id="lowered-coins"),
            pytest.param(1252, cash(1250), -2, 1250, 1250, 0, id="lowered-rounded-total"),
            pytest.param(1253, cash(1253), 2, 1255, 1255, 0, id="raised-exact-total"),
            pytest.param(1253, cash(1253, 1255), 2, 1255, 1255, 0, id="raised-coins"),
            pytest.param(1253, cash(1253, 2000), 2, 1255, 2000, 745, id="raised-note"),
            pytest.param(1253, cash(2000), 2, 1255, 2000, 745, id="raised-note-as-amount"),
            pytest.param(2, cash(2), -2, 0, 0, 0, id="lowered-to-nothing"),
        ],
    )
    def test_rounds_what_is_due_in_cash(  # noqa: PLR0917 one column of the table each
        self, total: int, tender: Tender, rounding: int, paid: int, tendered: int, change: int
    ) -> None:
        settled = settle(total, [tender], 5)
        (payment,) = settled.payments
        assert (settled.rounding, settled.paid_total, settled.change_total) == (rounding, paid, change)
        assert (payment.amount, payment.tendered) == (paid, tendered)

    def test_does_not_touch_a_sale_without_cash(self) -> None:
        assert settle(1253, [card(1253)], 5).rounding == 0

    def test_rounds_only_the_part_paid_in_cash(self) -> None:
        settled = settle(1253, [card(1001), cash(252)], 5)
        assert (settled.rounding, settled.paid_total, settled.change_total) == (-2, 1251, 0)

    def test_may_meet_the_rest_in_two_cash_tenders(self) -> None:
        settled = settle(1253, [cash(600), cash(653)], 5)
        assert [each.amount for each in settled.payments] == [600, 655]

    @pytest.mark.parametrize("parts", [(600, 652), (652, 600), (651, 601)])
    def test_gives_nothing_back_on_two_that_are_the_exact_total(self, parts: tuple[int, int]) -> None:
        settled = settle(1252, [cash(part) for part in parts], 5)
        assert (settled.paid_total, settled.change_total) == (1250, 0)

    def test_gives_nothing_back_on_the_exact_total_with_a_tip(self) -> None:
        settled = settle(1252, [cash(1252, tip=100)], 5)
        assert (settled.paid_total, settled.change_total) == (1350, 0)

    @pytest.mark.parametrize("tendered", [1253, 1254])
    def test_refuses_coins_below_the_raised_due(self, tendered: int) -> None:
        with pytest.raises(PaymentInsufficient):
            settle(1253, [cash(1253, tendered)], 5)


class TestShortPayments:
    def test_say_how_much_is_missing(self) -> None:
        with pytest.raises(PaymentInsufficient, match="250 short") as refusal:
            settle(1250, [cash(600), card(400)], 0)
        assert refusal.value.code == "payment_insufficient"

        assert refusal.value.details == [
            {"field": "payments", "code": "payment_insufficient", "message": refusal.value.message}
        ]

    @pytest.mark.parametrize(
        "tender", [cash(1250, 1000), cash(2000, 1500), Tender(method="card", amount=1250, tendered=1000)]
    )
    def test_handing_over_less_than_the_payment_is_refused(self, tender: Tender) -> None:
        with pytest.raises(PaymentInsufficient) as refusal:
            settle(1250, [tender], 0)
        assert named(refusal.value) == ["payments.0.tendered"]

    def test_are_named_by_where_they_were_offered(self) -> None:
        tie = Tender(method=EXCHANGE, amount=250)
        with pytest.raises(PaymentInsufficient) as refusal:
            settle(1250, [tie, card(600), cash(400, 300)], 0)
        assert named(refusal.value) == ["payments.1.tendered"]

    def test_a_sale_without_payments_is_refused(self) -> None:
        with pytest.raises(PaymentInsufficient):
            settle(1, [], 5)


class TestTips:
    def test_are_paid_on_top(self) -> None:
        settled = settle(1250, [card(1250, tip=200)], 0)
        assert (settled.tip_total, settled.paid_total, settled.payments[0].tendered) == (200, 1450, 1450)

    @pytest.mark.parametrize(
        ("tender", "change"),
        [(cash(1250, 1500, 200), 50), (cash(1250, None, 200), 0), (cash(2000, None, 200), 550)],
    )
    def test_in_cash_leave_less_change(self, tender: Tender, change: int) -> None:
        assert settle(1250, [tender], 0).change_total == change

    def test_in_cash_must_be_handed_over(self) -> None:
        with pytest.raises(PaymentInsufficient):
            settle(1250, [cash(1250, 1300, 200)], 0)


class TestLimits:
    def test_nothing_to_pay_needs_no_payment(self) -> None:
        assert settle(0, [], 5) == Settlement(
            payments=(), rounding=0, tip_total=0, paid_total=0, change_total=0
        )

    @pytest.mark.parametrize("tender", [cash(-1), cash(1, -1), cash(1, 1, -1), card(-1)])
    def test_amounts_below_zero_are_refused(self, tender: Tender) -> None:
        with pytest.raises(AmountNotValid):
            settle(0, [tender], 0)

    def test_absurd_amounts_are_refused(self) -> None:
        with pytest.raises(AmountTooLarge):
            settle(100, [cash(2**53 + 1)], 0)

    def test_absurd_tips_are_refused_in_their_sum(self) -> None:
        tip = Tender(method="card", amount=0, tip=2**52)
        with pytest.raises(AmountTooLarge):
            settle(0, [tip] * 3, 0)


tenders = st.lists(
    st.builds(
        Tender,
        method=st.sampled_from(["cash", "card"]),
        amount=st.integers(0, 700),
        tendered=st.none() | st.integers(0, 1500),
        tip=st.sampled_from([0, 0, 30]),
    ),
    max_size=3,
)


# Cash that is handed over: what it is to pay, how many coins come over, how many of them are a tip.
in_coins = st.lists(
    st.tuples(st.integers(0, 1500), st.integers(0, 400), st.sampled_from([0, 0, 1, 4])), max_size=3
)


class TestEverySettlement:
    @settings(max_examples=300, deadline=None)
    @given(st.integers(0, 1000), tenders, st.sampled_from([0, 5, 10]))
    def test_conserves_money(self, total: int, offered: list[Tender], cash_rounding: int) -> None:
        filled = [*offered, cash(total, total + 100)]
        try:
            settled = settle(total, filled, cash_rounding)
        except (PaymentExceedsTotal, PaymentInsufficient):
            return
        assert settled.paid_total == total + settled.rounding + settled.tip_total
        assert settled.paid_total == sum(each.amount + each.tip for each in settled.payments)
        assert settled.change_total == sum(each.change for each in settled.payments)
        assert abs(settled.rounding) * 2 <= cash_rounding
        for payment in settled.payments:
            assert payment.tendered == payment.amount + payment.tip + payment.change
            assert min(payment.amount, payment.change) >= 0

    @given(st.integers(0, 5000), st.sampled_from([0, 5, 10, 100]), st.integers(0, 300), st.integers(0, 5000))
    def test_takes_the_exact_rest_in_cash_for_the_rounded_one(
        self, total: int, cash_rounding: int, tip: int, by_card: int
    ) -> None:
        by_card = min(by_card, total)
        settled = settle(total, [card(by_card), cash(total - by_card, tip=tip)], cash_rounding)
        assert settled.paid_total == total + settled.rounding + tip
        assert settled.change_total == 0

    @settings(max_examples=300, deadline=None)
    @given(st.integers(0, 3000), st.integers(0, 3000), in_coins, st.sampled_from([5, 10, 50]))
    def test_gives_change_in_coins_there_are(
        self, total: int, by_card: int, coins: list[tuple[int, int, int]], cash_rounding: int
    ) -> None:
        step = cash_rounding
        by_card = min(by_card, total)
        paid = [
            cash(min(amount, tendered * step), tendered * step, tip * step) for amount, tendered, tip in coins
        ]
        # Whatever they cover, the last one hands over notes enough for all that is due in cash.
        paid.append(cash(total - by_card + step, 10_000 * step))
        try:
            settled = settle(total, [card(by_card), *paid], step)
        except PaymentInsufficient:
            return
        assert settled.change_total % step == 0
