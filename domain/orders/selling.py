"""Selling at a till: priced, paid and handed over in a single fact."""

from datetime import date, datetime
from uuid import UUID

from domain.fiscal.signatures import ReceiptSignature
from domain.money import checked
from domain.orders.lines import SaleLine, Totals
from domain.orders.offline import Offline
from domain.orders.order import Order
from domain.payments import Settlement
from domain.pricing import Discount, PricedBasket, Rules
from domain.tills import Till


def sell(
    order_id: UUID,
    *,
    till: Till,
    customer_id: UUID | None,
    storage_id: UUID | None,
    business_date: date,
    hour: int,
    occurred_at: datetime,
    rules: Rules,
    lines: tuple[SaleLine, ...],
    basket: PricedBasket,
    discounts: tuple[Discount, ...],
    settlement: Settlement,
    note: str | None,
    salt: UUID | None = None,
    shift_id: UUID | None = None,
    held_id: UUID | None = None,
    exchange_refund_id: UUID | None = None,
    approved_by: UUID | None = None,
    offline: Offline | None = None,
    fiscal: ReceiptSignature | None = None,
) -> Order:
    """Record a sale that was priced, settled and costed. Raises AmountTooLarge for what it cost."""
    return Order.begin(
        Order.Sold,
        order_id,
        number=till.number,
        series_id=till.series_id,
        series_number=till.series_number,
        channel=till.channel,
        store_id=till.store_id,
        register_id=till.register_id,
        cashier_id=till.cashier_id,
        customer_id=customer_id,
        storage_id=storage_id,
        business_date=business_date,
        hour=hour,
        occurred_at=occurred_at,
        currency=rules.currency,
        rounding_level=rules.rounding_level,
        rounding_mode=rules.rounding_mode,
        cash_rounding=rules.cash_rounding,
        lines=lines,
        taxes=basket.taxes,
        discounts=discounts,
        payments=settlement.payments,
        totals=Totals(
            subtotal=basket.subtotal,
            discount_total=basket.discount_total,
            tax_total=basket.tax_total,
            total=basket.total,
            gross_sales=basket.gross_sales,
            net_sales=basket.net_sales,
            cost_total=checked(sum(line.cost_total for line in lines)),
            rounding=settlement.rounding,
            tip_total=settlement.tip_total,
            paid_total=settlement.paid_total,
            change_total=settlement.change_total,
        ),
        note=note,
        salt=salt,
        shift_id=shift_id,
        held_id=held_id,
        exchange_refund_id=exchange_refund_id,
        approved_by=approved_by,
        offline=offline,
        fiscal=fiscal,
    )
