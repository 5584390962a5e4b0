"""Voiding a sale: taken back in the shift it was made in, as if it had not been."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from commands.accounts.tenders import give_back, save_entries, uses_accounts
from commands.fiscal.signing import sign_receipt
from commands.moments import moment_of
from commands.orders.baskets import store_of
from commands.orders.refunds import RefundWork
from commands.orders.returned_goods import book_returned, hold_levels, stocked_lines
from commands.ports import check_version
from domain.accounts import CustomerAccounts, Posting
from domain.errors import Conflict
from domain.orders import Offline, Order, check_voidable, void
from domain.pending import Pending
from domain.sale_context import SaleContext
from domain.settings import OtherStore
from domain.shifts import Shift
from domain.stock.levels import Level
from domain.stock.movements import StockMovement
from domain.stock.returns import ReturnedGoods


class VoidWindowClosed(Conflict):
    """A sale is voided while its shift lasts, without one on its own day; refund it."""

    code = "void_window_closed"
    remedy = "Refund the order instead of voiding it."


@dataclass(frozen=True, kw_only=True)
class VoidOrder:
    """Take a sale back. Its number stays."""

    order_id: UUID
    reason: str
    occurred_at: datetime | None = None
    expected_versions: frozenset[int] | None = None


def void_order(command: VoidOrder, work: RefundWork) -> Order:
    """Void a sale: money, tips and stock are as before it.

    The drawer is held, so that its shift is not closed meanwhile. Raises Missing, OtherStore, StaleVersion,
    InvalidTransition, ApprovalNotValid, VoidWindowClosed, StoreClosed, Invalid.
    """
    order = work.load(Order, command.order_id)
    if work.caller.store_ids and order.terms.store_id not in work.caller.store_ids:
        raise OtherStore
    check_version(order.version, command.expected_versions)
    check_voidable(order)
    work.caller.check_approved_amount(order.paid.paid_total)
    context = sold_context(order, work)
    occurred_at = moment_of(command.occurred_at, "A void", work, context.backdating)
    held = hold_sold(order, context, work)
    _check_window(order, context, occurred_at, work)
    return record_void(order, held, occurred_at, command.reason, work)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGoods:
    """What a sale took out of stock, the balances that it goes back to, and on which day; held."""

    goods: Collection[ReturnedGoods]
    levels: Mapping[UUID, Level]
    context: SaleContext
    accounts: Pending[CustomerAccounts | None]


def hold_sold(order: Order, context: SaleContext, work: RefundWork) -> HeldGoods:
    """Hold the balances that the goods of a sale go back to, and the accounts that it was paid from."""
    goods = [
        ReturnedGoods(variant_id=line.variant_id, quantity=line.quantity, cost_total=line.cost_total)
        for line in stocked_lines(order, context.variants).values()
    ]
    levels = hold_levels(goods, order.terms.storage_id if goods else None, work)
    customer_id = order.terms.customer_id
    accounts: Pending[CustomerAccounts | None] = Pending(lambda: None)
    if customer_id and uses_accounts(payment.method for payment in order.paid.payments):
        # Whoever was erased since gets nothing back.
        accounts = work.accounts.hold(customer_id)
    return HeldGoods(goods=goods, levels=levels, context=context, accounts=accounts)


def record_void(
    order: Order,
    held: HeldGoods,
    occurred_at: datetime,
    reason: str,
    work: RefundWork,
    *,
    offline: Offline | None = None,
) -> Order:
    """Record that it was taken back, and what that puts back into stock. Raises InvalidTransition."""
    void(
        order,
        voided_by=work.caller.cashier_id,
        occurred_at=occurred_at,
        reason=reason,
        approved_by=work.caller.approved_by,
        offline=offline,
        fiscal=sign_receipt(
            "void",
            order.id,
            order.terms,
            total=order.terms.totals.total,
            taxes=order.terms.taxes,
            payments=order.paid.payments,
            currency=order.terms.currency,
            occurred_at=occurred_at,
            offline=offline,
            work=work,
        ),
    )
    day = store_of(held.context).business_date(occurred_at)
    accounts = held.accounts.read()
    posting = Posting(
        occurred_at=occurred_at, business_date=day, store_id=order.terms.store_id, order_id=order.id
    )
    give_back(accounts, order.paid.payments, posting, is_undone=True)
    work.save(order)
    save_entries(accounts, work)
    if order.terms.storage_id:
        work.save(
            *book_returned(
                StockMovement.Voided,
                held.goods,
                held.levels,
                work,
                storage_id=order.terms.storage_id,
                occurred_at=occurred_at,
                business_date=day,
                order_id=order.id,
            )
        )
    return order


def sold_context(order: Order, work: RefundWork, *, is_told_later: bool = False) -> SaleContext:
    """The clock of the store that sold it, and its goods as the catalog has them now."""
    return work.sales.context(
        store_id=order.terms.store_id,
        register_id=None,
        store_ids=work.caller.store_ids,
        variant_ids=(line.variant_id for line in order.terms.lines),
        customer_id=None,
        lock=False,
        is_told_later=is_told_later,
    )


def _check_window(order: Order, context: SaleContext, occurred_at: datetime, work: RefundWork) -> None:
    """Raise VoidWindowClosed once the shift of the sale is closed, without one once its day is over."""
    sold = order.terms
    if sold.shift_id is None:
        is_over = store_of(context).business_date(occurred_at) != sold.business_date
    else:
        # The shift is read after its drawer is held: whoever closes it holds that first.
        held = work.paying_tills.lock(sold.register_id)
        is_over = work.load(Shift, sold.shift_id).status == "closed"
        held.read()
    if is_over:
        raise VoidWindowClosed
