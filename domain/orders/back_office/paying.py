"""Paying an order, at once or in parts: never more than is due, and cash gives change."""

from collections.abc import Sequence
from dataclasses import replace

from domain.errors import Conflict, Detail
from domain.money import AmountNotValid, round_to_multiple
from domain.orders.back_office.steps import Occasion, record
from domain.orders.order import Order
from domain.payments import CASH, Settlement, Tender, settle


class PaymentExceedsDue(Conflict):
    """More is paid than is due; only cash can be given change."""

    code = "payment_exceeds_due"
    field = "payments"
    remedy = "Take at most the order's `due_total`, unless it is paid in cash."


def settle_part(due: int, tenders: Sequence[Tender], cash_rounding: int) -> Settlement:
    """Settle what is paid of an amount due, or all of it; cash is rounded only where it pays the last of it.

    Raises PaymentExceedsDue, PaymentInsufficient (less was handed over than is paid), PaymentExceedsTotal,
    AmountNotValid and AmountTooLarge.
    """
    rest = due - sum(tender.amount for tender in tenders if tender.method != CASH)
    if rest < 0 or due <= 0:
        raise PaymentExceedsDue(f"{max(due, 0)} is due.")
    cash = sum(tender.amount for tender in tenders if tender.method == CASH)
    if cash and cash >= min(rest, round_to_multiple(rest, cash_rounding)):
        return settle(due, tenders, cash_rounding)
    _check_coins(tenders, cash_rounding)
    return settle(sum(tender.amount for tender in tenders), tenders, 0)


def _check_coins(tenders: Sequence[Tender], cash_rounding: int) -> None:
    """Raise AmountNotValid naming each part that cannot be paid in the coins that there are."""
    message = f"Cash comes in multiples of {cash_rounding}, but for the last of what is due."
    details = [
        Detail(f"payments.{at}.amount", AmountNotValid.code, message)
        for at, tender in enumerate(tenders)
        if tender.method == CASH and cash_rounding and tender.amount % cash_rounding
    ]
    if details:
        raise AmountNotValid(message, details=details)


def pay(order: Order, occasion: Occasion, settlement: Settlement) -> None:
    """Record what was paid; what is owed on account is paid there.

    Raises InvalidTransition, PaymentExceedsDue.
    """
    order.check_open()
    figures = order.figures
    after = replace(
        figures,
        rounding=figures.rounding + settlement.rounding,
        tip_total=figures.tip_total + settlement.tip_total,
        paid_total=figures.paid_total + settlement.paid_total,
    )
    if after.payable < 0:
        raise PaymentExceedsDue(f"{figures.payable} is due.")
    record(
        order,
        Order.Paid,
        occasion,
        figures=after,
        payments=settlement.payments,
        rounding=settlement.rounding,
        tip_total=settlement.tip_total,
        paid_total=settlement.paid_total,
        change_total=settlement.change_total,
        due=after.due,
    )
