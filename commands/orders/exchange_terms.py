"""What an exchange comes to: the value of both sides, and the money between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from commands.orders.baskets import check_lines, price_basket, store_of
from commands.orders.offline_facts import OfflineFact
from commands.orders.offline_rules import OfflineSaleWork, as_known, price_taken
from commands.orders.payments import ask_methods, tenders_of
from commands.orders.refund_rules import (
    ReturnWindowClosed,
    ask_refund_methods,
    check_payments,
    check_quantities,
    check_return,
    offers_of,
    paying_context,
)
from commands.orders.refunds import RefundOrder, RefundWork, moment_of_refund
from commands.orders.renamed_fields import renamed
from commands.orders.sales import PlaceSale
from domain.approvals import REFUND
from domain.catalog.products import NotForSale
from domain.errors import NotAllowed
from domain.orders import Order, PricedRefund, RefundSettlement, price_refund, settle_given, settle_refund
from domain.orders.taken_payments import settle_taken
from domain.payments import EXCHANGE, Settlement, Tender, settle
from domain.pricing import PricedBasket
from domain.sale_context import SaleContext


class RefundNotAllowed(NotAllowed):
    """Without the right to refund, goods are exchanged for others of the same value or more."""


class ExchangeWork(OfflineSaleWork, RefundWork, Protocol):
    """What exchanges are decided with."""


@dataclass(frozen=True, kw_only=True)
class ExchangeGoods:
    """Take goods of an order back and sell others at one till.

    The tenders of the refund are what is given back, those of the sale what is paid on top. The sale's id is
    that of the exchange: a till that names it may send it again.
    """

    refund: RefundOrder
    sale: PlaceSale


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What comes back and what goes out, and how each is settled: with the other, and in money."""

    context: SaleContext
    occurred_at: datetime
    refund: PricedRefund
    paid_back: RefundSettlement
    basket: PricedBasket
    paid: Settlement


def terms_of(
    command: ExchangeGoods, original: Order, work: ExchangeWork, made: OfflineFact | None = None
) -> Terms:
    """Price both sides at their full value, and settle each with the other as far as that goes.

    What one is worth above the other is money, and alone is rounded. What was `made` without a connection
    stands as the till had it. Raises what refund_order and place_sale
    do, and RefundNotAllowed.
    """
    methods = ask_methods(command.sale.tenders, work)
    refund_methods = ask_refund_methods(original, command.refund.tenders, work)
    variants = [line.variant_id for line in command.sale.lines]
    context = paying_context(
        command.refund.register_id, original, work, variants, is_told_later=made is not None
    )
    if made:
        context = as_known(command.sale, context, made.delivery, made.flags, work)
        basket = price_taken(command.sale, context, made.delivery, work)
        occurred_at = made.moment(context, original.terms.occurred_at, work)
    else:
        if unsellable := check_lines(command.sale, context):
            raise NotForSale(details=unsellable)
        basket = price_basket(command.sale, context, work)
        occurred_at = moment_of_refund(command.refund, original, context, work)
    with renamed(lines="returns"):
        check_quantities(original, command.refund.returns, context.variants)
        refund = price_refund(original, command.refund.returns)
    tied = min(refund.total, basket.total)
    # Only a till without a connection decided at another moment than this.
    decided_at = occurred_at if made else work.now
    _check_rights(original, context, decided_at, refund.total - tied, work)
    tie = [Tender(method=EXCHANGE, amount=tied)] if tied else []
    rounding = context.rules.cash_rounding
    with renamed(payments="refund_payments"):
        offers = [*tie, *offers_of(command.refund.tenders, refund_methods.read())]
        paid_back = _settle_back(original, refund, offers, rounding, made)
        check_payments(original, paid_back, refund_methods.read(), context, work)
    work.caller.check_approved_amount(paid_back.money)
    tenders = [*tie, *tenders_of(command.sale.tenders, methods.read())]
    return Terms(
        context=context,
        occurred_at=occurred_at,
        refund=refund,
        paid_back=paid_back,
        basket=basket,
        paid=_settle(command.sale, basket.total, tenders, rounding, made),
    )


def _settle_back(
    original: Order, refund: PricedRefund, offers: Sequence[Tender], rounding: int, made: OfflineFact | None
) -> RefundSettlement:
    if made is None:
        return settle_refund(original, refund.total, 0, offers, rounding)
    settlement, differs = settle_given(
        original, refund.total, 0, offers, rounding, tolerance=len(refund.lines)
    )
    if differs:
        made.flags.add("total_differs")
    return settlement


def _settle(
    sale: PlaceSale, total: int, tenders: Sequence[Tender], rounding: int, made: OfflineFact | None
) -> Settlement:
    if made is None:
        return settle(total, tenders, rounding)
    settlement, differs = settle_taken(total, tenders, rounding, tolerance=len(sale.lines))
    if differs:
        made.flags.add("total_differs")
    return settlement


def _check_rights(
    original: Order, context: SaleContext, decided_at: datetime, given_back: int, work: ExchangeWork
) -> None:
    """Raise OtherStore, RefundNotAllowed, ReturnWindowClosed.

    Who may refund may exchange goods of any age, as long as no money is given back for them.
    """
    may_refund = REFUND in work.caller.permissions
    if given_back and not may_refund:
        raise RefundNotAllowed.without(REFUND)
    try:
        check_return(original, context, store_of(context).business_date(decided_at))
    except ReturnWindowClosed:
        if given_back or not may_refund:
            raise
