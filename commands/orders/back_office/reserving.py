"""Promising the goods of an order: there must be as many as are promised on top of what is already."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from commands.orders.back_office.occasions import OrderWork
from commands.orders.baskets import store_of
from domain.errors import Detail, Invalid
from domain.orders import SaleLine
from domain.sale_context import SaleContext
from domain.stock.issues import Demand, check_available


def hold_goods(
    lines: Iterable[SaleLine],
    more: Mapping[UUID, Decimal],
    storage_id: UUID | None,
    context: SaleContext,
    work: OrderWork,
) -> None:
    """Hold the goods of which more is promised, and see that there is as much.

    Only the storage that the store sells from may fall below zero, if it may. Raises Invalid, OtherStore, and
    InsufficientStock naming the first line of each variant that falls short.
    """
    if not more:
        return
    if storage_id is None:
        raise no_storage()
    stock = work.stock.lock({"storage_id": storage_id}, more, quantities=more.values())
    stock.check_store("storage_id", work.caller.store_ids)
    if wrong := stock.missing():
        raise Invalid(details=wrong)
    if not may_fall_below_zero(storage_id, context):
        at = {line.variant_id: index for index, line in reversed(list(enumerate(lines)))}
        demands = [Demand(position=at[one], variant_id=one, quantity=units) for one, units in more.items()]
        check_available(demands, stock.levels())


def may_fall_below_zero(storage_id: UUID, context: SaleContext) -> bool:
    """Whether it is the storage that the store sells from, and goods may go out that nobody has booked in."""
    store = store_of(context)
    return store.allow_negative and storage_id == store.storage_id


def check_end(reserve_until: datetime | None, now: datetime) -> None:
    """Raise Invalid for a promise that has ended already."""
    if reserve_until is not None and reserve_until <= now:
        message = "A reservation ends in the future."
        raise Invalid(details=[Detail("reserve_until", "in_the_past", message)])


def no_storage() -> Invalid:
    """The refusal of goods that lie nowhere."""
    return Invalid(details=[Detail("storage_id", "no_storage", "The store has no storage to take it from.")])
