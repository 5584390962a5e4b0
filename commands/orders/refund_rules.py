"""What a company allows when money goes back: where, until when, and by which methods."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from commands.orders.baskets import store_of
from commands.orders.paying_tills import PayingTillWork
from commands.ports import UnitOfWork
from commands.settings import SettingsWork
from domain.approvals import REFUND_OTHER_METHOD
from domain.catalog.units import too_precise
from domain.errors import Conflict, Detail, Invalid
from domain.orders import LineReturn, Order, RefundSettlement, balances_of, check_methods, remainders_of
from domain.payment_methods import VALUE_KINDS, MethodAtSale
from domain.payments import BUILT_IN, NEVER_CASH, RESERVED, Tender
from domain.pending import Pending
from domain.sale_context import SaleContext, VariantAtSale
from domain.settings import OtherStore


class ReturnWindowClosed(Conflict):
    """It was sold too long ago to be returned."""

    code = "return_window_closed"
    remedy = "Refuse the return, or have the company's return policy changed."


def paying_context(
    register_id: UUID | None,
    order: Order,
    work: PayingTillWork,
    variant_ids: Iterable[UUID] = (),
    *,
    is_told_later: bool = False,
) -> SaleContext:
    """Where it is paid, what the company's rules are, and what the order's variants and these are there.

    That is the register that was named, else the sale's own till where it is one of the caller's stores, or
    the store without a register if that is gone. Raises Invalid, OtherStore, StoreClosed.
    """
    own = order.terms.store_id if _is_own(order, work) else None
    variants = {*variant_ids, *(line.variant_id for line in order.terms.lines)}
    if register_id or own is None or order.terms.register_id is None:
        store_id = None if register_id else own
        return _context(store_id, register_id, variants, work, is_told_later=is_told_later)
    try:
        return _context(own, order.terms.register_id, variants, work, is_told_later=is_told_later)
    except Invalid:
        return _context(own, None, variants, work, is_told_later=is_told_later)


def _is_own(order: Order, work: UnitOfWork) -> bool:
    return not work.caller.store_ids or order.terms.store_id in work.caller.store_ids


def _context(
    store_id: UUID | None,
    register_id: UUID | None,
    variant_ids: Collection[UUID],
    work: PayingTillWork,
    *,
    is_told_later: bool,
) -> SaleContext:
    return work.sales.context(
        store_id=store_id,
        register_id=register_id,
        store_ids=work.caller.store_ids,
        variant_ids=variant_ids,
        customer_id=None,
        lock=False,
        is_told_later=is_told_later,
    )


def check_return(order: Order, context: SaleContext, today: date) -> None:
    """Raise OtherStore, or ReturnWindowClosed for goods of longer ago than the company takes back."""
    policy = context.returns
    if not policy.is_cross_store and store_of(context).id != order.terms.store_id:
        raise OtherStore("It can be returned in the store that sold it alone.")
    if policy.days is not None and (today - order.handed_over_on).days > policy.days:
        raise ReturnWindowClosed(f"It can be returned for {policy.days} days.")


def check_quantities(
    order: Order, returns: Sequence[LineReturn], variants: Mapping[UUID, VariantAtSale]
) -> None:
    """Raise Invalid naming each quantity finer than its unit; all that is left may always come back."""
    remainders, details = remainders_of(order), []
    for at, one in enumerate(returns):
        left = remainders.get(one.line_id)
        variant = variants.get(left.line.variant_id) if left else None
        if left and variant and one.quantity != left.quantity:
            details.append(too_precise(f"lines.{at}.quantity", one.quantity, variant.precision))
    if wrong := [detail for detail in details if detail]:
        raise Invalid(details=wrong)


def ask_refund_methods(
    order: Order, offers: Sequence[Tender], work: SettingsWork
) -> Pending[Mapping[str, MethodAtSale]]:
    """Ask for the company's own methods: those that are offered, and those the order was paid with."""
    paid = balances_of(order).keys()
    own = ({offer.method for offer in offers} | paid) - RESERVED
    if not own:
        return Pending(dict)
    methods = work.settings.payment_methods(own)
    # What an order was paid with is taken back, whatever has become of the method.
    earlier = {code: MethodAtSale(code=code, requires_reference=False) for code in paid - RESERVED}
    return Pending(lambda: {**earlier, **methods.read()})


def offers_of(offers: Sequence[Tender], methods: Mapping[str, MethodAtSale]) -> list[Tender]:
    """The offers under the codes that are recorded. Raises Invalid naming each that is no method here."""
    details = [
        Detail(f"payments.{at}.method", "not_found", "It is no method of payment here.")
        for at, offer in enumerate(offers)
        if offer.method not in methods and offer.method not in BUILT_IN
    ]
    if details:
        raise Invalid(details=details)
    return [
        replace(offer, method=methods[offer.method].code) if offer.method in methods else offer
        for offer in offers
    ]


def check_payments(
    order: Order,
    settlement: RefundSettlement,
    methods: Mapping[str, MethodAtSale],
    context: SaleContext,
    work: UnitOfWork,
) -> None:
    """Raise RefundMethodNotAllowed unless the money goes back as the company and the caller's rights allow.

    Where the company requires the methods that paid, another takes an approval as well as the right.
    """
    value = {code for code, method in methods.items() if method.kind in VALUE_KINDS}
    approval = work.caller.approval
    is_approved = context.returns.methods == "suggest" or (
        approval is not None and REFUND_OTHER_METHOD in approval.keys
    )
    check_methods(
        order,
        settlement,
        may_use_others=is_approved and REFUND_OTHER_METHOD in work.caller.permissions,
        never_cash=NEVER_CASH | value,
    )
