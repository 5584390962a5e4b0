"""How a refund is paid out: back the way the order was paid, in cash rounded over all of its refunds."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from domain.errors import Conflict, Detail
from domain.money import checked, round_to_multiple
from domain.orders.order import Order
from domain.orders.portions import RefundExceedsPaid
from domain.orders.refunds import RefundPayment, RefundSettlement
from domain.payments import CASH, EXCHANGE, NEVER_CASH, PaymentExceedsTotal, PaymentInsufficient, Tender


class RefundMethodNotAllowed(Conflict):
    """Money goes back the way it came."""

    code = "refund_method_not_allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodBalance:
    """What one method paid of an order's total, exactly, and what of that went back; the same for tips."""

    method: str
    paid: int
    refunded: int = 0
    tip: int = 0
    tip_refunded: int = 0

    @property
    def left(self) -> int:
        """What can still go back this way."""
        return self.paid - self.refunded

    @property
    def tip_left(self) -> int:
        """What of its tips can still go back."""
        return self.tip - self.tip_refunded


def balances_of(order: Order) -> dict[str, MethodBalance]:
    """What each method paid and gave back, first those that paid, in their order.

    Cash paid what the others left of the total, whatever it was rounded to.
    """
    balances: dict[str, MethodBalance] = {}
    for payment in order.paid.payments:
        old = balances.get(payment.method, MethodBalance(method=payment.method, paid=0))
        amount = 0 if payment.method == CASH else payment.amount
        balances[payment.method] = replace(old, paid=old.paid + amount, tip=old.tip + payment.tip)
    if CASH in balances:
        exact = order.terms.totals.total - sum(balance.paid for balance in balances.values())
        balances[CASH] = replace(balances[CASH], paid=exact)
    for refund in order.refunds:
        for back in refund.payments:
            old = balances.get(back.method, MethodBalance(method=back.method, paid=0))
            balances[back.method] = replace(
                old, refunded=old.refunded + back.exact, tip_refunded=old.tip_refunded + back.tip
            )
    return balances


def suggest_payments(order: Order, total: int) -> list[Tender]:
    """How to pay out a total: what each method has left, in the order in which they paid.

    What nothing is left of, such as what an exchange paid, goes to a card.
    """
    offers = []
    for balance in balances_of(order).values():
        amount = 0 if balance.method == EXCHANGE else min(balance.left, total)
        if amount > 0:
            offers.append(Tender(method=balance.method, amount=amount))
            total -= amount
    return [*offers, Tender(method="card", amount=total)] if total else offers


def settle_refund(
    order: Order, total: int, tip: int, offers: Sequence[Tender], cash_rounding: int
) -> RefundSettlement:
    """Pay a refund's total out, and a tip by the methods that took it.

    Cash is what the other methods leave, rounded as the running total of all cash given back of the order;
    a till may offer it exact or rounded. A refund without cash that gives back the last of the order carries
    what is left of the sale's rounding. Raises PaymentInsufficient, PaymentExceedsTotal, RefundExceedsPaid
    and AmountNotValid.
    """
    for offer in offers:
        checked(offer.amount)
    tips = _share_tip(order, checked(tip))
    others = [offer for offer in offers if offer.method != CASH and offer.amount]
    exact = total - sum(offer.amount for offer in others)
    cash = [offer for offer in offers if offer.method == CASH and (exact or offer.amount)]
    if cash:
        payments = [*map(_exact, others), _in_cash(order, exact, cash, cash_rounding)]
    else:
        payments = _without_cash(others, exact, _rest_of_rounding(order, total))
    return RefundSettlement(
        payments=_with_tips(payments, tips),
        rounding=sum(payment.amount for payment in payments) - total,
        tip=tip,
    )


def check_methods(
    order: Order,
    settlement: RefundSettlement,
    *,
    may_use_others: bool,
    never_cash: Collection[str] = NEVER_CASH,
) -> None:
    """Raise RefundMethodNotAllowed for money that does not go back the way it came.

    That takes the right to use another method, and what was paid in one of `never_cash`, such as coupons,
    is not paid out in cash by anybody. What an exchange ties is no money.
    """
    balances = balances_of(order)
    now: dict[str, int] = {}
    for payment in settlement.payments:
        now[payment.method] = now.get(payment.method, 0) + payment.exact
    never = sum(balance.paid for method, balance in balances.items() if method in never_cash)
    cash = balances.get(CASH, MethodBalance(method=CASH, paid=0))
    if CASH in now and cash.refunded + now[CASH] > order.terms.totals.total - never:
        raise RefundMethodNotAllowed("What was paid with a coupon, a card of value or goods is not cashed.")
    for method, exact in now.items():
        left = balances[method].left if method in balances else 0
        if method != EXCHANGE and exact > max(left, 0) and not may_use_others:
            raise RefundMethodNotAllowed(f"No more than {max(left, 0)} can go back by {method}.")


def _exact(offer: Tender) -> RefundPayment:
    return RefundPayment(
        method=offer.method, amount=offer.amount, exact=offer.amount, reference=offer.reference
    )


def _in_cash(order: Order, exact: int, offers: Sequence[Tender], cash_rounding: int) -> RefundPayment:
    """The cash of a refund: the difference of two rounded running totals."""
    if exact < 0:
        raise PaymentExceedsTotal(f"The payments come to {-exact} more than is refunded.")
    cash = balances_of(order).get(CASH)
    before = cash.refunded if cash else 0
    amount = round_to_multiple(before + exact, cash_rounding) - round_to_multiple(before, cash_rounding)
    offered = sum(offer.amount for offer in offers)
    # A till that knows nothing of cash rounding offers the exact rest; it means the rounded one.
    if offered not in (amount, exact):
        raise _mismatch(amount - offered)
    return RefundPayment(method=CASH, amount=amount, exact=exact, reference=offers[0].reference)


def _without_cash(offers: Sequence[Tender], missing: int, rest: int) -> list[RefundPayment]:
    """Exact payments; the largest that is money carries the rest of the rounding, offered with it or not."""
    payments = [_exact(offer) for offer in offers]
    money = [at for at, offer in enumerate(offers) if offer.method != EXCHANGE]
    if money and rest and missing in (0, -rest):
        at = max(money, key=lambda one: offers[one].amount)
        exact = payments[at].exact + missing
        payments[at] = replace(payments[at], exact=exact, amount=max(0, exact + rest))
    elif missing:
        raise _mismatch(missing)
    return payments


def _mismatch(missing: int) -> Conflict:
    if missing > 0:
        return PaymentInsufficient(f"The payments are {missing} short of what is refunded.")
    return PaymentExceedsTotal(f"The payments come to {-missing} more than is refunded.")


def _rest_of_rounding(order: Order, total: int) -> int:
    """What is left of the sale's rounding, for a refund that gives back the last of the order."""
    if not total or order.refunded_exact + total < order.terms.totals.total:
        return 0
    return order.paid.rounding - sum(refund.rounding for refund in order.refunds)


def _share_tip(order: Order, tip: int) -> dict[str, int]:
    """What of a tip goes back by which method: what each has left of it, in their order."""
    shares = {}
    for balance in balances_of(order).values():
        share = min(balance.tip_left, tip)
        if share:
            shares[balance.method] = share
            tip -= share
    if tip:
        message = f"That is {tip} more than is left of the tips."
        raise RefundExceedsPaid(details=[Detail("tip", RefundExceedsPaid.code, message)])
    return shares


def _with_tips(payments: Iterable[RefundPayment], tips: dict[str, int]) -> tuple[RefundPayment, ...]:
    """The payments with each tip on the first of its method, or as one of its own."""
    left = dict(tips)
    tipped = [replace(payment, tip=left.pop(payment.method, 0)) for payment in payments]
    own = [RefundPayment(method=method, amount=0, exact=0, tip=share) for method, share in left.items()]
    return (*tipped, *own)
