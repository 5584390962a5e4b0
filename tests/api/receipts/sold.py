"""Sales to print receipts of, priced and settled as a till does it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from api.receipts.answers import ReceiptCompanyAnswer, ReceiptStoreAnswer
from api.receipts.context import Context
from domain.orders import Offline, Order, SaleLine, sell
from domain.payments import Tender, settle
from domain.pricing import Discount, Item, Rules, TaxRate, price
from domain.tills import Till
from projections.payment_methods import NamedMethod

SOLD_AT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
CONTEXT = Context(
    company=ReceiptCompanyAnswer(
        name="Corner Shop", address="1 Main St", phone=None, email=None, tax_number="DE811907980"
    ),
    store=ReceiptStoreAnswer(
        name="Harbour",
        code="MAIN",
        address="12 Harbour Street\n10115 Berlin",
        phone="030 1",
        receipt_header="Welcome!",
        receipt_footer="Thank you.",
        timezone="Europe/Berlin",
    ),
    register="Till",
    has_drawer=True,
    cashier="ada",
    methods={"meal": NamedMethod(name="Meal voucher", opens_drawer=True)},
    paper="80mm",
    address="https://shop.example/api/receipts/ABC?id=DEF",
    gift_address="https://shop.example/api/receipts/GHI?id=JKL",
)


def tax(rate: str, *, inclusive: bool = False, name: str = "Sales tax") -> TaxRate:
    """A tax of so many percent."""
    number = int(Decimal(rate) * 1000) * 2 + inclusive
    return TaxRate(id=UUID(int=number), name=name, rate=Decimal(rate), inclusive=inclusive)


def item(
    unit_price: int, quantity: str, taxes: Sequence[TaxRate] = (), discounts: Sequence[Discount] = ()
) -> Item:
    """So many of something."""
    return Item(
        variant_id=UUID(int=1),
        quantity=Decimal(quantity),
        unit_price=unit_price,
        tax_rates=tuple(taxes),
        discounts=tuple(discounts),
    )


def sold(
    items: Sequence[Item],
    tenders: Sequence[Tender] | None = None,
    *,
    discounts: Sequence[Discount] = (),
    rules: Rules | None = None,
    name: str = "Thing",
    list_price: int | None = None,
    offline: Offline | None = None,
) -> Order:
    """A sale of these items, paid in cash unless something else is said; line n (from 1) has the id n."""
    rules = rules or Rules(currency="EUR")
    basket = price(items, discounts, rules)
    tenders = [Tender(method="cash", amount=basket.total)] if tenders is None else tenders
    return sell(
        UUID(int=7),
        till=Till(
            channel="pos",
            store_id=UUID(int=2),
            register_id=UUID(int=4),
            cashier_id=UUID(int=5),
            series_id=UUID(int=3),
            series_number=1,
            number="MAIN-1-000001",
        ),
        customer_id=None,
        storage_id=None,
        business_date=date(2026, 3, 1),
        hour=23,
        occurred_at=SOLD_AT,
        rules=rules,
        lines=tuple(
            SaleLine(
                id=UUID(int=at),
                product_id=UUID(int=at),
                variant_id=UUID(int=at),
                sku=str(at),
                name=name,
                variant_name="",
                category_id=None,
                brand_id=None,
                quantity=line.quantity,
                unit_price=line.unit_price,
                list_price=line.unit_price if list_price is None else list_price,
                gross_total=line.gross_total,
                discount_total=line.discount_total,
                taxes=line.taxes,
                tax_total=line.tax_total,
                total=line.total,
                gross_sales=line.gross_sales,
                net_sales=line.net_sales,
                cost_total=40,
                discounts=one.discounts,
            )
            for at, (line, one) in enumerate(zip(basket.lines, items, strict=True), start=1)
        ),
        basket=basket,
        discounts=tuple(discounts),
        settlement=settle(basket.total, tenders, rules.cash_rounding),
        note=None,
        offline=offline,
    )
