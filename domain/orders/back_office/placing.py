"""Placing an order: its terms are agreed and its goods promised."""

from datetime import date, datetime
from uuid import UUID

from domain.orders.back_office.steps import Occasion
from domain.orders.handovers import changes_between, needed, sums_of
from domain.orders.lines import SaleLine
from domain.orders.order import Order
from domain.orders.statuses import Figures
from domain.pricing import Discount, PricedBasket, Rules
from domain.tills import Till


def place(
    order_id: UUID,
    *,
    till: Till,
    occasion: Occasion,
    rules: Rules,
    lines: tuple[SaleLine, ...],
    basket: PricedBasket,
    discounts: tuple[Discount, ...],
    storage_id: UUID | None,
    customer_id: UUID | None = None,
    on_account: bool = False,
    due_on: date | None = None,
    reserve_until: datetime | None = None,
    note: str | None = None,
) -> Order:
    """Record an order that was priced; its lines cost nothing before they are handed over."""
    totals = sums_of(lines)
    figures = Figures(
        total=totals.total,
        ordered={line.id: line.quantity for line in lines},
        fulfilled={},
        on_account=on_account,
    )
    reserved = changes_between(storage_id, {}, needed(lines, {}))
    return Order.begin(
        Order.Placed,
        order_id,
        number=till.number,
        series_id=till.series_id,
        series_number=till.series_number,
        channel=till.channel,
        store_id=till.store_id,
        register_id=till.register_id,
        cashier_id=occasion.cashier_id,
        customer_id=customer_id,
        storage_id=storage_id,
        business_date=occasion.business_date,
        hour=occasion.hour,
        occurred_at=occasion.occurred_at,
        currency=rules.currency,
        rounding_level=rules.rounding_level,
        rounding_mode=rules.rounding_mode,
        lines=lines,
        taxes=basket.taxes,
        discounts=discounts,
        totals=totals,
        note=note,
        on_account=on_account,
        due_on=due_on,
        reserve_until=reserve_until if reserved else None,
        reserved=reserved,
        standing=figures.standing,
    )
