"""A sale to give back, priced and settled as a till does it; and refunds of it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.orders import (
    LineGoodwill,
    LineReturn,
    Order,
    SaleLine,
    price_refund,
    sell,
    settle_refund,
    suggest_payments,
)
from domain.orders.refunding import refund as refund_order
from domain.orders.taken_payments import settle_taken
from domain.payments import Tender
from domain.pricing import Discount, Item, Rules, TaxRate, price
from domain.tills import Till

SOLD_AT = datetime(2026, 2, 1, 8, tzinfo=UTC)


def till(number: str = "MAIN-000001") -> Till:
    return Till(
        channel="pos",
        store_id=UUID(int=2),
        register_id=None,
        cashier_id=None,
        series_id=UUID(int=3),
        series_number=1,
        number=number,
    )


def item(unit_price: int, quantity: str, *rates: TaxRate) -> Item:
    return Item(
        variant_id=UUID(int=1), quantity=Decimal(quantity), unit_price=unit_price, tax_rates=tuple(rates)
    )


def sold(
    items: Sequence[Item],
    tenders: Sequence[Tender],
    rules: Rules,
    *,
    discounts: Sequence[Discount] = (),
    costs: Sequence[int] = (),
) -> Order:
    """A sale of these items; line n (from 1) has the id n."""
    basket = price(items, discounts, rules)
    return sell(
        UUID(int=7),
        till=till(),
        customer_id=None,
        storage_id=None,
        business_date=date(2026, 2, 1),
        hour=9,
        occurred_at=SOLD_AT,
        rules=rules,
        lines=tuple(
            SaleLine(
                id=UUID(int=at + 1),
                product_id=UUID(int=at + 1),
                variant_id=UUID(int=at + 1),
                sku=str(at + 1),
                name="Thing",
                variant_name="",
                category_id=None,
                brand_id=None,
                quantity=line.quantity,
                unit_price=line.unit_price,
                list_price=line.unit_price,
                gross_total=line.gross_total,
                discount_total=line.discount_total,
                taxes=line.taxes,
                tax_total=line.tax_total,
                total=line.total,
                gross_sales=line.gross_sales,
                net_sales=line.net_sales,
                cost_total=costs[at] if costs else 0,
            )
            for at, line in enumerate(basket.lines)
        ),
        basket=basket,
        discounts=tuple(discounts),
        settlement=settle_taken(
            basket.total, tenders, rules.cash_rounding, tolerance=len(basket.lines) + rules.cash_rounding
        )[0],
        note=None,
    )


def returned(line: int, quantity: str = "1", *, restock: bool = True) -> LineReturn:
    return LineReturn(line_id=UUID(int=line), quantity=Decimal(quantity), restock=restock)


def gift(line: int, amount: int) -> LineGoodwill:
    return LineGoodwill(line_id=UUID(int=line), amount=amount)


def refund(
    order: Order,
    *returns: LineReturn,
    goodwill: Sequence[LineGoodwill] = (),
    by: str | None = None,
    amount: int | None = None,
    tip: int = 0,
    cash_rounding: int = 5,
) -> Order.Refunded:
    """Refund this by one method, with this amount or exact, or as is suggested."""
    priced = price_refund(order, returns, goodwill)
    offers = suggest_payments(order, priced.total)
    if by:
        offers = [Tender(method=by, amount=priced.total if amount is None else amount)]
    return record(order, priced, settle_refund(order, priced.total, tip, offers, cash_rounding))


def record(order: Order, priced: Any, settlement: Any) -> Order.Refunded:
    """Record a refund as it was priced and settled."""
    return refund_order(
        order,
        UUID(int=1000 + len(order.refunds)),
        till=till(f"MAIN-R{len(order.refunds) + 1:06d}"),
        priced=priced,
        settlement=settlement,
        storage_id=None,
        shift_id=None,
        business_date=date(2026, 2, 2),
        hour=10,
        occurred_at=SOLD_AT,
        reason="brought back",
    )
