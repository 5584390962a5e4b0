"""How a refund is paid out: back the way the order was paid, in cash rounded over all of its refunds."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from domain.errors import Conflict, Detail
from domain.money import checked, round_to_multiple
from domain.orders.method_balances import MethodBalance, balances_of
from domain.orders.order import Order
from domain.orders.portions import RefundExceedsPaid
from domain.orders.refunds import Overpaid, RefundPayment, RefundSettlement
from domain.payments import CASH, EXCHANGE, NEVER_CASH, PaymentExceedsTotal, PaymentInsufficient, Tender


class RefundMethodNotAllowed(Conflict):
    """Money goes back the way it came."""

    code = "refund_method_not_allowed"
    field = "payments"
    remedy = "Give it back by a method that the order was paid with, or as store credit."


def suggest_payments(order: Order, total: int) -> list[Tender]:
    """How to pay out a total: what each method has left, in the order in which they paid.

    What nothing is left of, such as what an exchange paid, goes to a card. Without cash the largest is
    offered with what this refund carries of the sale's rounding.
    """
    offers = _suggest_exact(order, total)
    carried = _carried_rounding(order, total)
    if carried and all(offer.method != CASH for offer in offers):
        at = max(range(len(offers)), key=lambda one: offers[one].amount)
        offers[at] = replace(offers[at], amount=max(0, offers[at].amount + carried))
    return offers


def _suggest_exact(order: Order, total: int) -> list[Tender]:
    offers = []
    for balance in balances_of(order).values():
        amount = 0 if balance.method == EXCHANGE else min(balance.left, total)
        if amount > 0:
            offers.append(Tender(method=balance.method, amount=amount))
            total -= amount
    if total:
        offers.append(Tender(method="card", amount=total))
    return offers


def settle_refund(
    order: Order, total: int, tip: int, offers: Sequence[Tender], cash_rounding: int
) -> RefundSettlement:
    """Pay a refund's total out, and a tip by the methods that took it.

    Cash is what the other methods leave, rounded as the running total of all cash given back of the order to
    the multiple that the sale was rounded to (`cash_rounding` for sales that do not say it); a till may offer
    it exact or rounded. Other methods are offered as they are paid out, with what this refund carries of the
    sale's rounding. Raises PaymentInsufficient, PaymentExceedsTotal, RefundExceedsPaid and AmountNotValid.
    """
    return _settle(order, total, tip, offers, cash_rounding)


def settle_given(
    order: Order, total: int, tip: int, offers: Sequence[Tender], cash_rounding: int, *, tolerance: int
) -> tuple[RefundSettlement, bool]:
    """Pay a refund out as a till did without a connection, and say whether that differs from what was due.

    Parts of a line that arrive in another order than they went back in come to other amounts, though all of
    them to the same: a difference of `tolerance` minor units at most is rounding, and the next refund makes
    up for it. Raises what settle_refund does.
    """
    try:
        return settle_refund(order, total, tip, offers, cash_rounding), False
    except (PaymentInsufficient, PaymentExceedsTotal):
        return _settle(order, total, tip, offers, cash_rounding, tolerance=tolerance), True


def _settle(
    order: Order, total: int, tip: int, offers: Sequence[Tender], cash_rounding: int, *, tolerance: int = 0
) -> RefundSettlement:
    for offer in offers:
        checked(offer.amount)
    tips = _share_tip(order, checked(tip), offers)
    others = [offer for offer in offers if offer.method != CASH]
    exact = total - sum(offer.amount for offer in others)
    carried = _carried_rounding(order, total)
    cash = [offer for offer in offers if offer.method == CASH and (exact or offer.amount)]
    if cash:
        sold_with = order.sold.cash_rounding if order.sold else None
        multiple = cash_rounding if sold_with is None else sold_with
        payments = [
            *map(_exact, others),
            _in_cash(order, total, exact, cash, carried, multiple=multiple, tolerance=tolerance),
        ]
    else:
        payments = _without_cash(others, exact, carried, tolerance)
    payments = [payment for payment in payments if payment.amount or payment.exact]
    return RefundSettlement(
        payments=_with_tips(payments, tips),
        rounding=sum(payment.amount for payment in payments) - total,
        tip=tip,
    )


def settle_overpaid(
    order: Order, overpaid: Overpaid, offers: Sequence[Tender], cash_rounding: int
) -> tuple[RefundPayment, ...]:
    """Give back what was paid of an open order beyond what remains of it.

    Cash is what the other methods leave, rounded over all that goes back in cash, as in refunds; it may be
    offered exact or rounded. Without cash, what gives back the last of the order carries its rounding. Raises
    PaymentInsufficient, PaymentExceedsTotal, AmountNotValid.
    """
    others = [offer for offer in offers if offer.method != CASH]
    cash = [offer for offer in offers if offer.method == CASH]
    exact = overpaid.exact - sum(checked(offer.amount) for offer in others)
    if not cash:
        return tuple(_without_cash(others, exact, overpaid.rest, 0))
    if exact < 0:
        raise _mismatch(exact)
    amount = _cash_running(order, exact, cash_rounding)
    offered = sum(checked(offer.amount) for offer in cash)
    if offered not in (amount, exact):
        raise _mismatch(amount - offered)
    paid = RefundPayment(method=CASH, amount=amount, exact=exact, reference=cash[0].reference)
    return tuple(payment for payment in (*map(_exact, others), paid) if payment.exact)


def _cash_running(order: Order, exact: int, multiple: int) -> int:
    """What of the running total of all cash that goes back is paid out with this exact part."""
    cash = balances_of(order).get(CASH, MethodBalance(method=CASH, paid=0))
    return max(0, _cash_until(order, cash, cash.refunded + exact, multiple) - _cash_given(order))


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
    refunded = cash.refunded - sum(back.exact for back in order.given_back if back.method == CASH)
    if CASH in now and refunded + now[CASH] > order.terms.totals.total - never:
        raise RefundMethodNotAllowed(
            "What was paid with a coupon, a card of value, on account or by goods is not cashed."
        )
    for method, exact in now.items():
        left = balances[method].left if method in balances else 0
        if method != EXCHANGE and exact > max(left, 0) and not may_use_others:
            raise RefundMethodNotAllowed(f"No more than {max(left, 0)} can go back by {method}.")


def _exact(offer: Tender) -> RefundPayment:
    return RefundPayment(
        method=offer.method, amount=offer.amount, exact=offer.amount, reference=offer.reference
    )


def _in_cash(
    order: Order,
    total: int,
    exact: int,
    offers: Sequence[Tender],
    carried: int,
    *,
    multiple: int,
    tolerance: int,
) -> RefundPayment:
    """The cash of a refund; a till that knows nothing of cash rounding offers the exact rest."""
    by_others, most = total - exact, max(0, total + min(0, carried))
    if exact < 0 or by_others > most + tolerance:
        raise _mismatch(most - by_others)
    amount = _cash_out(order, total, exact, carried, multiple)
    offered = sum(offer.amount for offer in offers)
    if offered not in (amount, exact):
        amount = _near(offered, amount, exact, multiple, tolerance)
    return RefundPayment(method=CASH, amount=amount, exact=exact, reference=offers[0].reference)


def _near(offered: int, amount: int, exact: int, multiple: int, tolerance: int) -> int:
    """What a till gave that knew a slightly other total: a unit may have been a coin. Raises if not near."""
    is_in_coins = offered % max(multiple, 1) == 0
    if tolerance and is_in_coins and abs(offered - amount) <= max(tolerance, multiple):
        return offered
    if abs(offered - exact) > tolerance:
        raise _mismatch(amount - offered)
    return amount


def _cash_out(order: Order, total: int, exact: int, carried: int, multiple: int) -> int:
    """What is paid out in cash for this exact part of a refund.

    It is the rounded running total, less what was paid out before. Where cash gets another part of the order
    than it paid, the last refund pays out what is left of all that was paid: down to the next coin where cash
    paid a part, so that no more goes back than was paid, and to the nearest where it paid nothing. A refund
    before the last that carries rounding pays out no more than that leaves.
    """
    cash = balances_of(order).get(CASH, MethodBalance(method=CASH, paid=0))
    after = cash.refunded + exact
    left = max(0, exact + carried)
    in_coins = left - left % max(multiple, 1)
    if order.refunded_exact + total < order.terms.totals.total:
        running = _cash_running(order, exact, multiple)
        return min(running, in_coins) if carried else running
    if after == cash.paid:
        return _cash_running(order, exact, multiple)
    return in_coins if cash.paid else round_to_multiple(left, multiple)


def _cash_given(order: Order) -> int:
    """All cash that was paid out so far, also for what was cancelled."""
    payments = [payment for refund in order.refunds for payment in refund.payments] + order.given_back
    return sum(payment.amount for payment in payments if payment.method == CASH)


def _cash_until(order: Order, cash: MethodBalance, exact: int, multiple: int) -> int:
    """All cash for this exact running total: what cash paid for its own part, never more before that."""
    paid = _cash_kept(order, cash, multiple)
    if exact < cash.paid:
        return min(round_to_multiple(exact, multiple), paid)
    return (paid if cash.paid else 0) + round_to_multiple(exact - cash.paid, multiple)


def _cash_kept(order: Order, cash: MethodBalance, multiple: int) -> int:
    """What was paid in cash, without what of it went back by other methods for what was cancelled."""
    if not order.given_back:
        return sum(payment.amount for payment in order.paid.payments if payment.method == CASH)
    kept = cash.paid + order.paid.rounding
    return max(0, kept - kept % max(multiple, 1))


def _without_cash(offers: Sequence[Tender], missing: int, rest: int, tolerance: int) -> list[RefundPayment]:
    """Payments as they are offered; of the rest of the rounding the largest that is money is worth more."""
    payments = [_exact(offer) for offer in offers]
    money = [at for at, offer in enumerate(offers) if offer.method != EXCHANGE]
    exact = missing + sum(offers[at].amount for at in money)
    carried = max(rest, -exact) if money and exact > 0 else 0
    if abs(missing + carried) > (tolerance if money else 0):
        raise _mismatch(missing + carried)
    carried = -missing
    if carried:
        at = max(money, key=lambda one: offers[one].amount)
        payments[at] = replace(payments[at], exact=payments[at].exact - carried)
    return payments


def _mismatch(missing: int) -> Conflict:
    if missing > 0:
        return PaymentInsufficient(f"The payments are {missing} short of what is refunded.")
    return PaymentExceedsTotal(f"The payments come to {-missing} more than is refunded.")


def _carried_rounding(order: Order, total: int) -> int:
    """What this refund carries of the sale's rounding: all that is left, if it gives back the last goods.

    Before that, what the remaining goods could not make up for, so that no more goes back than was paid:
    goods of 148 and 1 were paid with 100 in cash, and the 148 are worth 100 by card.
    """
    if not total:
        return 0
    rest = order.rounding - sum(refund.rounding for refund in order.refunds)
    remaining = order.terms.totals.total - order.refunded_exact - total
    return min(0, remaining + rest) if remaining > 0 else rest


def _share_tip(order: Order, tip: int, offers: Sequence[Tender]) -> dict[str, int]:
    """What of a tip goes back by which method: as offered, else what each that took tips has left.

    The methods of the refund come first, then the others in their order.
    """
    left = {balance.method: balance.tip_left for balance in balances_of(order).values()}
    offered: dict[str, int] = {}
    for offer in offers:
        offered[offer.method] = offered.get(offer.method, 0) + checked(offer.tip)
    if any(offered.values()):
        left = {method: min(share, left.get(method, 0)) for method, share in offered.items()}
    shares = {}
    for method in dict.fromkeys((*offered, *left)):
        share = min(left.get(method, 0), tip)
        if share:
            shares[method] = share
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
