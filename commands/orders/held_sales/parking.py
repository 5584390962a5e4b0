"""Parking a sale: a basket is put aside in its store, priced, and reserved if that is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from commands.orders.baskets import QuoteBasket, QuoteWork, context_of, price_basket, store_of
from commands.orders.held_sales.baskets import ParkedBasket, ask_basket
from commands.ports import UnitOfWork
from commands.stock.ports import StockWork
from domain.companies import Company
from domain.errors import Detail, Invalid, Refusal
from domain.held_sales import HeldSale, hold_lines, reservation_of
from domain.pricing import PricedBasket
from domain.sale_context import SaleContext, StoreAtSale
from domain.stock.issues import Demand, check_available
from domain.stock.reservations import PlacedLine, Reservation


@dataclass(frozen=True, kw_only=True)
class HoldSale(QuoteBasket):
    """Put a basket aside; `held_id` is the parked one that it was taken up from, if any."""

    id: UUID
    label: str | None = None
    note: str | None = None
    reserve: bool = False
    held_id: UUID | None = None


class HeldSaleWork(QuoteWork, StockWork, Protocol):
    """What parked sales are decided with."""


def hold_sale(command: HoldSale, work: HeldSaleWork) -> HeldSale:
    """Park a basket, once: the same request again answers with what it parked.

    It is priced as a quote is, and takes no number; its goods stay free unless `reserve` promises them. What
    was parked before under `held_id` is given up for it. Raises Invalid, OtherStore, StoreClosed, NotForSale,
    PriceOverrideNotAllowed, DiscountExceedsValue, DiscountNotAllowed, DiscountAboveCeiling,
    InsufficientStock, HeldElsewhere, HeldSaleEnded and DuplicateId.
    """
    work.hold_person(command.customer_id)
    earlier = work.find_earlier(HeldSale, HeldSale.Parked, command.id)
    former, company = ask_basket(command.held_id, work), work.ask(Company, work.caller.company_id)
    try:
        context = context_of(command, work, lock=False)
    except Refusal:
        if existing := earlier.read():
            return existing
        raise
    if existing := earlier.read():
        return existing
    store, basket = store_of(context), former.read()
    basket.check(store.id, context.register_id, work)
    held = _park(command, context, price_basket(command, context, work), company.read(), work)
    reserved = _reserve(held, store, basket, work)
    work.save(held, *basket.park_again(held.id), *reserved)
    return held


def _park(
    command: HoldSale, context: SaleContext, basket: PricedBasket, company: Company, work: UnitOfWork
) -> HeldSale:
    variants = [context.variants[line.variant_id] for line in command.lines]
    is_reserved = command.reserve and any(variant.track_stock for variant in variants)
    return HeldSale.begin(
        HeldSale.Parked,
        command.id,
        store_id=store_of(context).id,
        register_id=context.register_id,
        cashier_id=work.caller.cashier_id,
        customer_id=command.customer_id,
        label=command.label,
        note=command.note,
        currency=context.rules.currency,
        lines=hold_lines(
            variants,
            [line.discounts for line in command.lines],
            [line.note for line in command.lines],
            basket.lines,
        ),
        discounts=command.discounts,
        value=basket.total,
        held_at=work.now,
        expires_at=work.now + timedelta(hours=company.values["held_hours"]),
        reservation_id=reservation_of(command.id) if is_reserved else None,
    )


def _reserve(
    held: HeldSale, store: StoreAtSale, former: ParkedBasket, work: HeldSaleWork
) -> Sequence[Reservation]:
    """Promise its goods for as long as it waits, if it is to be so. Raises Invalid, InsufficientStock."""
    terms, needs = held.terms, held.stocked
    if terms.reservation_id is None:
        return []
    if store.storage_id is None:
        raise Invalid(details=[Detail("store_id", "no_storage", "The store has no storage to sell from.")])
    own = former.reserved(store.storage_id)
    stock = work.stock.lock({"storage_id": store.storage_id}, {*needs, *own}, quantities=needs.values())
    demands = [
        Demand(position=index, variant_id=line.variant_id, quantity=line.quantity)
        for index, line in enumerate(terms.lines)
        if line.is_stocked
    ]
    check_available(demands, stock.levels(), own)
    reservation = Reservation.begin(
        Reservation.Placed,
        terms.reservation_id,
        storage_id=store.storage_id,
        lines=tuple(PlacedLine(variant_id=one, quantity=quantity) for one, quantity in needs.items()),
        occurred_at=work.now,
        customer_id=terms.customer_id,
        expires_at=terms.expires_at,
        reference=terms.label,
    )
    return [reservation]
