"""The history in the trade's words: stores, catalog, customers, sales, with ids that follow from its keys."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from functools import lru_cache, partial
from typing import TypeVar
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from domain.aggregate import UNSTAMPED, Aggregate
from domain.business_date import business_date, local_hour
from domain.catalog.brands import Brand
from domain.catalog.categories import Category
from domain.catalog.products import Product, Variant
from domain.customers import Customer
from domain.money import round_ratio
from domain.orders import Order, SaleLine, Totals
from domain.payments import Payment
from domain.pricing import Discount, Rules
from domain.stores import Store
from infra.decisions.bulk import Maker, Streams, first_fact
from infra.showcase.complete_journey.source import CURRENCY, TIMEZONE, Basket, SourceProduct

K = TypeVar("K", bound=Hashable)

CHANNEL = "import"
_ZONE = ZoneInfo(TIMEZONE)
_MIDNIGHT = time()


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What a line says of its product."""

    product_id: UUID
    variant_id: UUID
    sku: str
    name: str
    category_id: UUID | None
    brand_id: UUID | None


class History:
    """Makes the streams that sales refer to, each once, and then those of the sales."""

    def __init__(self, company_id: UUID, rules: Rules) -> None:
        self._company_id = company_id
        self._rules = rules
        self._goods: dict[int, Goods] = {}
        self._stores: dict[int, UUID] = {}
        self._customers: dict[int, UUID] = {}
        self._brands: dict[int, UUID] = {}
        self._categories: dict[tuple[str, ...], UUID] = {}
        self._series_id = self._id("baskets")

    def references(
        self, stores: Iterable[int], households: Iterable[int], products: Iterable[SourceProduct], size: int
    ) -> Iterator[Streams]:
        """All that sales refer to, what others refer to first, in batches of about so many streams."""
        streams: dict[UUID, Maker] = {}
        for number in stores:
            self._note(streams, self._stores, f"store/{number}", number, _store)
        for number in households:
            self._note(streams, self._customers, f"household/{number}", number, _customer)
        for product in products:
            if len(streams) >= size:
                yield streams
                streams = {}
            self._stock(streams, product)
        yield streams

    def sales(self, baskets: Iterable[Basket]) -> Streams:
        """Sales of which everything that they refer to was made."""
        ids = {self._id(f"basket/{basket.id}"): basket for basket in baskets}
        return {order_id: partial(self._order, order_id, basket) for order_id, basket in ids.items()}

    def _id(self, key: str) -> UUID:
        return uuid5(self._company_id, f"complete-journey/{key}")

    def _note(
        self,
        streams: dict[UUID, Maker],
        ids: dict[K, UUID],
        key: str,
        what: K,
        make: Callable[..., Iterable[Aggregate.Event]],
        *facts: object,
    ) -> UUID:
        """The id of something that sales refer to; the first time, it is made."""
        if what not in ids:
            stream_id = ids[what] = self._id(key)
            streams[stream_id] = partial(make, stream_id, *(facts or (what,)))
        return ids[what]

    def _stock(self, streams: dict[UUID, Maker], source: SourceProduct) -> None:
        """Take a product into the catalog, with its brand and its categories."""
        brand_id = None
        if source.manufacturer is not None:
            key = f"manufacturer/{source.manufacturer}"
            brand_id = self._note(streams, self._brands, key, source.manufacturer, _brand, source)
        path = source.path
        goods = self._goods[source.id] = Goods(
            product_id=self._id(f"product/{source.id}"),
            variant_id=self._id(f"variant/{source.id}"),
            sku=str(source.id),
            name=_name(source),
            category_id=self._categories.get(path) or self._file(streams, path),
            brand_id=brand_id,
        )
        variant = Variant(id=goods.variant_id, sku=goods.sku, price=source.price)
        streams[goods.product_id] = partial(_product, goods, variant)

    def _file(self, streams: dict[UUID, Maker], path: tuple[str, ...]) -> UUID | None:
        """The category at the end of a path, made with those above it that are not there yet."""
        category_id = None
        for depth in range(1, len(path) + 1):
            # The same name under another parent is another category.
            above = path[:depth]
            key = "category/" + "\n".join(above)
            category_id = self._note(streams, self._categories, key, above, _category, above[-1], category_id)
        return category_id

    def _order(self, order_id: UUID, basket: Basket) -> list[Order.Sold]:
        lines = tuple(self._lines(order_id, basket))
        net = sum(basket.net)
        discount = sum(basket.loyalty) + sum(basket.matched)
        sold = first_fact(
            Order.Sold,
            order_id,
            number=f"CJ-{basket.id}",
            # The numbers are the source's own: they count in no till's series, so live numbers stay gapless.
            series_id=self._series_id,
            series_number=0,
            channel=CHANNEL,
            store_id=self._stores[basket.store],
            register_id=None,
            cashier_id=None,
            customer_id=self._customers[basket.household],
            storage_id=None,
            business_date=business_date(basket.sold_at, _ZONE, _MIDNIGHT),
            hour=local_hour(basket.sold_at, _ZONE),
            occurred_at=basket.sold_at,
            currency=self._rules.currency,
            rounding_level=self._rules.rounding_level,
            rounding_mode=self._rules.rounding_mode,
            lines=lines,
            taxes=(),
            discounts=(),
            payments=_payments(net, basket.coupon),
            totals=Totals(
                subtotal=net + discount,
                discount_total=discount,
                tax_total=0,
                total=net,
                gross_sales=net + discount,
                net_sales=net,
                cost_total=0,
                rounding=0,
                tip_total=0,
                paid_total=net,
                change_total=0,
            ),
        )
        return [sold]

    def _lines(self, order_id: UUID, basket: Basket) -> Iterator[SaleLine]:
        for number, quantity, net, loyalty, matched in zip(
            basket.products, basket.quantities, basket.net, basket.loyalty, basket.matched, strict=True
        ):
            goods = self._goods[number]
            discount = loyalty + matched
            gross = net + discount
            unit_price = gross if quantity == 1 else _unit_price(gross, quantity)
            yield SaleLine(
                # A basket has one line for each product.
                id=uuid5(order_id, goods.sku),
                product_id=goods.product_id,
                variant_id=goods.variant_id,
                sku=goods.sku,
                name=goods.name,
                variant_name="",
                category_id=goods.category_id,
                brand_id=goods.brand_id,
                quantity=_quantity(quantity),
                unit_price=unit_price,
                list_price=unit_price,
                gross_total=gross,
                discount_total=discount,
                taxes=(),
                tax_total=0,
                total=net,
                gross_sales=gross,
                net_sales=net,
                cost_total=0,
                discounts=_discounts(loyalty, matched) if discount else (),
            )


def _unit_price(gross: int, quantity: int) -> int:
    """The price of one, in cents, as near as whole cents come: what the line comes to is the authority."""
    return round_ratio(gross, quantity) if quantity else gross


@lru_cache(maxsize=65536)
def _quantity(quantity: int) -> Decimal:
    return Decimal(quantity)


@lru_cache(maxsize=65536)
def _discounts(loyalty: int, matched: int) -> tuple[Discount, ...]:
    amounts = ((loyalty, "loyalty"), (matched, "store coupon"))
    return tuple(
        Discount(type="amount", value=Decimal(amount), reason=reason) for amount, reason in amounts if amount
    )


def _payments(net: int, coupon: int) -> tuple[Payment, ...]:
    """A manufacturer's coupon is a tender; the card paid the rest, below zero where coupons gave more."""
    amounts = (("coupon", coupon), ("card", net - coupon))
    return tuple(
        Payment(method=method, amount=amount, tendered=amount, change=0, reference=None, tip=0)
        for method, amount in amounts
        if amount
    )


def _store(store_id: UUID, number: int) -> list[Store.Registered]:
    registered = first_fact(
        Store.Registered,
        store_id,
        name=f"Store {number}",
        code=str(number),
        timezone=TIMEZONE,
        day_cut="00:00",
        currency=CURRENCY,
    )
    return [registered]


def _customer(customer_id: UUID, household: int) -> list[Customer.Registered]:
    name = f"Household {household}"
    return [first_fact(Customer.Registered, customer_id, name=name, reference=str(household))]


def _brand(brand_id: UUID, source: SourceProduct) -> list[Brand.Registered]:
    """A maker's name is not known; it is a national brand or the chain's own (private), and a number."""
    return [first_fact(Brand.Registered, brand_id, name=f"{source.brand} {source.manufacturer}")]


def _category(category_id: UUID, name: str, parent_id: UUID | None) -> list[Category.Registered]:
    return [first_fact(Category.Registered, category_id, name=name, parent_id=parent_id)]


def _product(goods: Goods, variant: Variant) -> list[Aggregate.Event]:
    registered = first_fact(
        Product.Registered,
        goods.product_id,
        name=goods.name,
        brand_id=goods.brand_id,
        category_id=goods.category_id,
        track_stock=False,
        variants=(variant,),
    )
    activated = Product.Activated(originator_id=goods.product_id, originator_version=2, timestamp=UNSTAMPED)
    return [registered, activated]


def _name(source: SourceProduct) -> str:
    """Products have no name: the narrowest category and the size make one, and it need not be unique."""
    if not source.path:
        return f"Product {source.id}"
    return f"{source.path[-1]} {source.size}" if source.size else source.path[-1]
