"""Settling a sale: tenders, cash rounding, change and tips."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.errors import Conflict
from domain.money import checked, round_to_multiple

CASH = "cash"
#: What the customer has to their credit, and what they will owe: neither is money that a till takes.
STORE_CREDIT, ACCOUNT = "store_credit", "account"
FROM_ACCOUNTS = frozenset({STORE_CREDIT, ACCOUNT})
#: What every till takes; a company can add payment methods of its own.
BUILT_IN = frozenset({CASH, "card", "coupon"}) | FROM_ACCOUNTS
#: What an exchange ties the goods that come back to those that go out with; nobody else pays with it.
EXCHANGE = "exchange"
#: The codes that no payment method of a company can have.
RESERVED = BUILT_IN | {EXCHANGE}
#: What was paid so is never paid out in cash.
NEVER_CASH = frozenset({"coupon", EXCHANGE}) | FROM_ACCOUNTS


class PaymentInsufficient(Conflict):
    """The payments do not cover what is due."""

    code = "payment_insufficient"
    field = "payments"
    remedy = "Add payments until they come to the total, or sell the rest on account."


class PaymentExceedsTotal(Conflict):
    """Only cash can be given change; the other payments come to more than is due."""

    code = "payment_exceeds_total"
    field = "payments"
    remedy = "Take at most the total by other means than cash; only `tendered` cash may be more."


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    """What a customer offers: an amount towards the total, what was handed over for it, and a tip on top."""

    method: str
    amount: int
    tendered: int | None = None
    reference: str | None = None
    tip: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What a tender came to, in minor units: tendered = amount + tip + change."""

    method: str
    amount: int
    tendered: int
    change: int
    reference: str | None
    tip: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A total paid: paid_total = total + rounding + tip_total, the sum of every amount and tip."""

    payments: tuple[Payment, ...]
    rounding: int
    tip_total: int
    paid_total: int
    change_total: int


def settle(total: int, tenders: Sequence[Tender], cash_rounding: int) -> Settlement:
    """Pay a total with tenders; cash pays what the other methods leave, rounded to what it has coins for.

    Change and rounding belong to cash alone, and are never revenue. Raises PaymentInsufficient,
    PaymentExceedsTotal, AmountNotValid and AmountTooLarge.
    """
    _check_amounts(total, tenders)
    exact = total - sum(tender.amount for tender in tenders if tender.method != CASH)
    if exact < 0:
        raise PaymentExceedsTotal(f"The payments come to {-exact} more than is due.")
    has_cash = any(tender.method == CASH for tender in tenders)
    due = round_to_multiple(exact, cash_rounding) if has_cash else exact
    rounding = due - exact
    payments = []
    for tender in tenders:
        if tender.method == CASH:
            payment = _cash_payment(tender, tenders, due, rounding)
        else:
            payment = _exact_payment(tender, tenders)
        payments.append(payment)
        due -= payment.amount if tender.method == CASH else 0
    if due:
        raise PaymentInsufficient(f"The payments are {due} short of what is due.")
    return _settlement(total, rounding, payments)


def _check_amounts(total: int, tenders: Sequence[Tender]) -> None:
    checked(total)
    for tender in tenders:
        checked(tender.amount)
        checked(tender.tip)
        checked(tender.tendered or 0)


def _cash_payment(tender: Tender, tenders: Sequence[Tender], due: int, rounding: int) -> Payment:
    # A till that knows nothing of cash rounding asks for the exact rest; it means the rounded one.
    requested = due if tender.amount == due - rounding else tender.amount
    amount = min(requested, due)
    tendered = max(requested, amount + tender.tip) if tender.tendered is None else tender.tendered
    if tendered < max(requested, amount + tender.tip):
        raise short(max(requested, amount + tender.tip) - tendered, tender, tenders)
    return Payment(
        method=tender.method,
        amount=amount,
        tendered=tendered,
        change=tendered - amount - tender.tip,
        reference=tender.reference,
        tip=tender.tip,
    )


def _exact_payment(tender: Tender, tenders: Sequence[Tender]) -> Payment:
    tendered = tender.amount + tender.tip
    if tender.tendered is not None and tender.tendered < tendered:
        raise short(tendered - tender.tendered, tender, tenders)
    if tender.tendered is not None and tender.tendered > tendered:
        message = f"No change is given on {tender.method}."
        raise PaymentExceedsTotal.in_fields(_place_of(tender, tenders), message=message)
    return Payment(
        method=tender.method,
        amount=tender.amount,
        tendered=tendered,
        change=0,
        reference=tender.reference,
        tip=tender.tip,
    )


def short(missing: int, tender: Tender, tenders: Sequence[Tender]) -> PaymentInsufficient:
    """So much less was handed over for one of the tenders than it pays, in minor currency units."""
    message = f"What was handed over is {missing} short of the payment."
    return PaymentInsufficient.in_fields(_place_of(tender, tenders), message=message)


def _place_of(tender: Tender, tenders: Sequence[Tender]) -> str:
    """Where a client says what was handed over; what ties an exchange is nobody's offer."""
    offers = [one for one in tenders if one.method != EXCHANGE]
    at = next(at for at, one in enumerate(offers) if one is tender)
    return f"payments.{at}.tendered"


def _settlement(total: int, rounding: int, payments: Sequence[Payment]) -> Settlement:
    tip_total = sum(payment.tip for payment in payments)
    return Settlement(
        payments=tuple(payments),
        rounding=rounding,
        tip_total=tip_total,
        paid_total=checked(total + rounding + tip_total),
        change_total=sum(payment.change for payment in payments),
    )
