"""Taking a parked sale up again: the basket, what it costs now, and what has changed meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from commands.orders.baskets import BasketLine, Quote, store_of
from commands.orders.held_sales.baskets import check_holder, find_held
from commands.orders.held_sales.parking import HeldSaleWork
from commands.ports import Missing, UnitOfWork, check_version
from domain.approvals import APPROVE
from domain.catalog.products import SELLABLE
from domain.companies import Company
from domain.customers import Customer
from domain.errors import Detail, Invalid, NotAllowed
from domain.held_sales import Change, HeldSale, changes_of
from domain.pricing import DiscountExceedsValue, Item, price
from domain.sale_context import SaleContext
from domain.stock.levels import NOTHING
from domain.stock.reservations import Reservation


class TakeOverNotAllowed(NotAllowed):
    """Taking a parked sale over from another till takes the right to approve."""


@dataclass(frozen=True, kw_only=True)
class ResumeSale:
    """Take a parked sale up at a till; `take_over` takes it from the till that has it."""

    id: UUID
    register_id: UUID | None = None
    take_over: bool = False
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumption:
    """A parked sale that was taken up, as it can be sold now.

    `lines` are those that are still for sale, and the quote is for them; there is none where nothing is, or
    where the discounts come to more than is left.
    """

    held: HeldSale
    customer_id: UUID | None
    lines: tuple[BasketLine, ...]
    quote: Quote | None
    changes: Sequence[Change]


def resume_sale(command: ResumeSale, work: HeldSaleWork) -> Resumption:
    """Take it up; from the same till again nothing is recorded, and the answer is the same.

    Prices of the catalog, taxes and rules are those of now, and whoever sells it needs the rights for what is
    given off. Raises Missing, StaleVersion, HeldSaleEnded, HeldElsewhere, TakeOverNotAllowed, Invalid,
    OtherStore, StoreClosed and AmountTooLarge.
    """
    held = find_held(command.id, work)
    check_version(held.version, command.expected_versions)
    company = work.ask(Company, work.caller.company_id)
    context = _context(held, command.register_id, work)
    _check_till(held, context, command, work)
    held.resume(
        context.register_id,
        work.caller.cashier_id,
        resumed_at=work.now,
        expires_at=work.now + timedelta(hours=company.read().values["held_hours"]),
    )
    work.save(held)
    return _resumption(held, context, work)


def _context(held: HeldSale, register_id: UUID | None, work: HeldSaleWork) -> SaleContext:
    return work.sales.context(
        store_id=None if register_id else held.terms.store_id,
        register_id=register_id,
        store_ids=work.caller.store_ids,
        variant_ids=[line.variant_id for line in held.terms.lines],
        customer_id=None,
        lock=False,
    )


def _check_till(held: HeldSale, context: SaleContext, command: ResumeSale, work: UnitOfWork) -> None:
    """Raise Invalid for a till of another store, HeldElsewhere, TakeOverNotAllowed."""
    if store_of(context).id != held.terms.store_id:
        message = "The sale was parked in another store."
        raise Invalid(details=[Detail("register_id", "not_found", message)])
    if not command.take_over:
        check_holder(held, context.register_id, work)
    is_taken = held.is_elsewhere(context.register_id, work.caller.cashier_id)
    if is_taken and APPROVE not in work.caller.permissions:
        raise TakeOverNotAllowed.without(APPROVE)


def _resumption(held: HeldSale, context: SaleContext, work: HeldSaleWork) -> Resumption:
    terms, variants = held.terms, context.variants
    lines = tuple(
        BasketLine(
            variant_id=line.variant_id,
            quantity=line.quantity,
            unit_price=line.price_override,
            discounts=line.discounts,
            note=line.note,
        )
        for line in terms.lines
        if line.variant_id in variants and variants[line.variant_id].status in SELLABLE
    )
    quote, customer_id = _quote(lines, held, context), _customer(terms.customer_id, work)
    changes = [
        *changes_of(terms.lines, variants, _available(held, context, work)),
        *_changes_of_whole(held, customer_id, quote),
    ]
    return Resumption(held=held, customer_id=customer_id, lines=lines, quote=quote, changes=changes)


def _quote(lines: Sequence[BasketLine], held: HeldSale, context: SaleContext) -> Quote | None:
    """What these lines cost now, whoever may give the prices and discounts that they name."""
    if not lines:
        return None
    items = [
        Item(
            variant_id=line.variant_id,
            quantity=line.quantity,
            unit_price=variant.price if line.unit_price is None else line.unit_price,
            discounts=line.discounts,
            tax_rates=variant.tax_rates,
        )
        for line in lines
        for variant in (context.variants[line.variant_id],)
    ]
    try:
        return Quote(context=context, basket=price(items, held.terms.discounts, context.rules))
    except DiscountExceedsValue:
        return None


def _customer(customer_id: UUID | None, work: UnitOfWork) -> UUID | None:
    """The customer, unless they are gone."""
    if customer_id is None:
        return None
    try:
        return None if work.load(Customer, customer_id).is_archived else customer_id
    except Missing:
        return None


def _available(held: HeldSale, context: SaleContext, work: HeldSaleWork) -> Mapping[UUID, Decimal]:
    """What there is of its goods, with what is reserved for it; nothing where any number may be sold."""
    store, needs = store_of(context), held.stocked
    if store.storage_id is None or store.allow_negative or not needs:
        return {}
    levels = work.stock.lock({"storage_id": store.storage_id}, needs, is_plan=True).levels()
    own: Mapping[UUID, Decimal] = {}
    if held.terms.reservation_id:
        reservation = work.load(Reservation, held.terms.reservation_id)
        own = reservation.open if reservation.storage_id == store.storage_id else {}
    return {one: levels.get(one, NOTHING).available + own.get(one, Decimal(0)) for one in needs}


def _changes_of_whole(held: HeldSale, customer_id: UUID | None, quote: Quote | None) -> list[Change]:
    pairs = {
        "customer_id": (held.terms.customer_id, customer_id),
        "total": (held.terms.value, quote.basket.total if quote else None),
    }
    return [
        Change(line=None, field=field, before=before, now=now)
        for field, (before, now) in pairs.items()
        if before != now
    ]
