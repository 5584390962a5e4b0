"""Sales as a till records them, with discounts, overridden prices and categories."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.orders import Order, SaleLine, sell
from domain.payments import Tender, settle
from domain.pricing import Discount, Item, Rules, TaxRate, price
from tests.domain.sales import SOLD_AT, till

RULES = Rules(currency="CHF")


def tax(rate: str, number: int = 1, *, inclusive: bool = False) -> TaxRate:
    """The tax with the id `number`."""
    return TaxRate(id=UUID(int=number), name=f"Tax {number}", rate=Decimal(rate), inclusive=inclusive)


def percent(value: str) -> Discount:
    return Discount(type="percent", value=Decimal(value))


def amount(value: int) -> Discount:
    return Discount(type="amount", value=Decimal(value))


def item(
    unit_price: int,
    quantity: str = "1",
    *rates: TaxRate,
    variant: int = 1,
    discounts: Sequence[Discount] = (),
) -> Item:
    return Item(
        variant_id=UUID(int=variant),
        quantity=Decimal(quantity),
        unit_price=unit_price,
        tax_rates=rates,
        discounts=tuple(discounts),
    )


def lines_of(
    items: Sequence[Item],
    discounts: Sequence[Discount] = (),
    rules: Rules = RULES,
    *,
    overridden: Sequence[int] = (),
    first_id: int = 101,
) -> tuple[SaleLine, ...]:
    """The lines of these items, priced together; each variant n is of the category 100 + n.

    Those at the places `overridden` cost something else in the catalog.
    """
    return tuple(
        SaleLine(
            id=UUID(int=first_id + at),
            product_id=one.variant_id,
            variant_id=one.variant_id,
            sku=str(at),
            name="Thing",
            variant_name="",
            category_id=UUID(int=100 + one.variant_id.int),
            brand_id=None,
            quantity=line.quantity,
            unit_price=line.unit_price,
            list_price=line.unit_price + (at in overridden),
            gross_total=line.gross_total,
            discount_total=line.discount_total,
            taxes=line.taxes,
            tax_total=line.tax_total,
            total=line.total,
            gross_sales=line.gross_sales,
            net_sales=line.net_sales,
            cost_total=10 * (at + 1),
            discounts=one.discounts,
        )
        for at, (one, line) in enumerate(zip(items, price(items, discounts, rules).lines, strict=True))
    )


def sold(
    items: Sequence[Item],
    discounts: Sequence[Discount] = (),
    rules: Rules = RULES,
    *,
    card: int = 0,
    overridden: Sequence[int] = (),
) -> Order.Sold:
    """What the log has of a sale of these, of which so much was paid by card and the rest in cash."""
    basket = price(items, discounts, rules)
    tenders = [Tender(method="card", amount=card)] if card else []
    if basket.total > card:
        tenders.append(Tender(method="cash", amount=basket.total - card))
    order = sell(
        UUID(int=7),
        till=till(),
        customer_id=None,
        storage_id=None,
        business_date=date(2026, 2, 1),
        hour=9,
        occurred_at=SOLD_AT,
        rules=rules,
        lines=lines_of(items, discounts, rules, overridden=overridden),
        basket=basket,
        discounts=tuple(discounts),
        settlement=settle(basket.total, tenders, rules.cash_rounding),
        note=None,
    )
    assert order.sold
    return order.sold
