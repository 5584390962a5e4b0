"""What a till took without a connection, where it computed another total than we do."""

from collections.abc import Sequence

from domain.money import checked, round_to_multiple
from domain.payments import (
    CASH,
    Payment,
    PaymentExceedsTotal,
    PaymentInsufficient,
    Settlement,
    Tender,
    settle,
    short,
)


def settle_taken(
    total: int, tenders: Sequence[Tender], cash_rounding: int, *, tolerance: int
) -> tuple[Settlement, bool]:
    """Settle a total with what was taken, and say whether that differs from what was due.

    The amounts are what the customer paid, whatever was due; a difference of `tolerance` minor units at most
    is rounding. Raises PaymentInsufficient, PaymentExceedsTotal, AmountNotValid and AmountTooLarge.
    """
    taken = sum(tender.amount for tender in tenders)
    if taken in (total, _due(total, tenders, cash_rounding)):
        return settle(total, tenders, cash_rounding), False
    difference = taken - _due(total, tenders, cash_rounding)
    if difference < -tolerance:
        raise PaymentInsufficient(f"The payments are {-difference} short of what is due.")
    if difference > tolerance:
        raise PaymentExceedsTotal(f"The payments come to {difference} more than is due.")
    payments = tuple(_payment(tender, tenders) for tender in tenders)
    tip_total = sum(payment.tip for payment in payments)
    settlement = Settlement(
        payments=payments,
        rounding=taken - checked(total),
        tip_total=tip_total,
        paid_total=checked(taken + tip_total),
        change_total=sum(payment.change for payment in payments),
    )
    return settlement, True


def _due(total: int, tenders: Sequence[Tender], cash_rounding: int) -> int:
    """The total as it is paid: what is left for cash is rounded to what it has coins for."""
    others = sum(tender.amount for tender in tenders if tender.method != CASH)
    if all(tender.method != CASH for tender in tenders):
        return total
    return others + round_to_multiple(total - others, cash_rounding)


def _payment(tender: Tender, tenders: Sequence[Tender]) -> Payment:
    amount, tip = checked(tender.amount), checked(tender.tip)
    tendered = amount + tip if tender.tendered is None else checked(tender.tendered)
    if tendered < amount + tip:
        raise short(amount + tip - tendered, tender, tenders)
    return Payment(
        method=tender.method,
        amount=amount,
        tendered=tendered,
        change=tendered - amount - tip,
        reference=tender.reference,
        tip=tip,
    )
