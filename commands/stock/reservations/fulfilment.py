"""Handing over what was reserved: stock goes out against its own reservation."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from commands.stock.ports import StockContext, StockWork
from domain.stock.issues import Demand, take
from domain.stock.movements import StockMovement
from domain.stock.reservations import Reservation


@dataclass(frozen=True, kw_only=True)
class FulfilReservation:
    """Hand goods over to whom they were promised; what was not promised is taken from what is free."""

    id: UUID
    order_id: UUID
    quantities: Mapping[UUID, Decimal]


def fulfil_reservation(command: FulfilReservation, work: StockWork) -> StockMovement:
    """Take goods from stock against their own reservation, for an order.

    Raises Missing, OtherStore, InsufficientStock.
    """
    reservation = work.load(Reservation, command.id)
    quantities = command.quantities
    stock = work.stock.lock(
        {"storage_id": reservation.storage_id}, quantities, quantities=quantities.values()
    )
    stock.check_store("storage_id", work.caller.store_ids)
    moved = take(
        _demands(quantities, stock),
        stock.levels(),
        allow_negative=False,
        own_reservation=reservation.open,
    )
    reservation.fulfil(quantities)
    movement = StockMovement.begin(
        StockMovement.Issued,
        work.new_id(),
        storage_id=reservation.storage_id,
        occurred_at=work.now,
        business_date=stock.business_date("storage_id", work.now),
        order_id=command.order_id,
        lines=moved,
    )
    work.save(reservation, movement)
    return movement


def _demands(quantities: Mapping[UUID, Decimal], stock: StockContext) -> list[Demand]:
    goods = stock.goods()
    return [
        Demand(
            position=index,
            variant_id=variant_id,
            quantity=quantity,
            assumed_cost=goods[variant_id].cost if variant_id in goods else 0,
        )
        for index, (variant_id, quantity) in enumerate(quantities.items())
    ]
