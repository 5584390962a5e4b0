"""What each method paid of an order, and what of that went back by it. Amounts are minor currency units."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from domain.orders.order import Order
from domain.payments import ACCOUNT, CASH, EXCHANGE


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

    Together they paid what is paid of the total, all of it once the order is completed: cash what the others
    left of it, whatever it was rounded to; without cash the largest carries what a till without a connection
    took above or below the total. What is owed on account counts as paid so, and what was given back for what
    was cancelled as never paid.
    """
    balances = _paid(order)
    covered = order.terms.totals.total - order.figures.payable
    difference = covered - sum(balance.paid for balance in balances.values())
    if difference and balances:
        carrier = _carrier(balances, difference)
        balances[carrier] = replace(balances[carrier], paid=balances[carrier].paid + difference)
    # Cash is rounded over all that goes back in it, so what went back for what was cancelled is counted on.
    for back in order.given_back:
        if back.method == CASH:
            old = balances.get(CASH, MethodBalance(method=CASH, paid=0))
            balances[CASH] = replace(old, paid=old.paid + back.exact, refunded=old.refunded + back.exact)
    for refund in order.refunds:
        for back in refund.payments:
            old = balances.get(back.method, MethodBalance(method=back.method, paid=0))
            balances[back.method] = replace(
                old, refunded=old.refunded + back.exact, tip_refunded=old.tip_refunded + back.tip
            )
    return balances


def _paid(order: Order) -> dict[str, MethodBalance]:
    balances: dict[str, MethodBalance] = {}
    for payment in order.paid.payments:
        old = balances.get(payment.method, MethodBalance(method=payment.method, paid=0))
        amount = 0 if payment.method == CASH else payment.amount
        balances[payment.method] = replace(old, paid=old.paid + amount, tip=old.tip + payment.tip)
    if order.charged:
        old = balances.get(ACCOUNT, MethodBalance(method=ACCOUNT, paid=0))
        balances[ACCOUNT] = replace(old, paid=old.paid + order.charged)
    for back in order.given_back:
        if back.method in balances and back.method != CASH:
            old = balances[back.method]
            balances[back.method] = replace(old, paid=old.paid - min(old.paid, back.exact))
    return balances


def _carrier(balances: Mapping[str, MethodBalance], difference: int) -> str:
    """The method that paid the difference: cash if it can be, else the largest that is money."""
    if CASH in balances and difference > 0:
        return CASH
    return max(balances, key=lambda method: (method not in (CASH, EXCHANGE), balances[method].paid))
