"""What a product's variants cost, in single stores and over time."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from falcon import Request, Response
from marshmallow import fields, validate

from api.costs import COST
from api.envelope import etag_of, page_of, written
from api.etags import expected_versions
from api.fields import Body, Flag, Id, Many, Moment, Money, Text, Whole
from api.operations import operation
from api.resource import Resource
from api.services import Reading
from commands.catalog.store_prices import PricedProduct, PriceForStores, StorePrice, price_for_stores
from commands.outcomes import Response as Written
from commands.ports import Caller, ConcurrentEdit, Missing, StaleVersion
from domain.catalog.products import Product
from domain.entities import AlreadyArchived
from domain.settings import OtherStore
from projections.catalog.price_history import ask_product, list_price_history
from projections.catalog.store_prices import ask_stores

#: How many prices one request may set.
MOST_PRICES = 1000


class StorePriceBody(Body):
    """What a variant costs in a store."""

    variant_id = Id(required=True)
    store_id = Id(required=True)
    price = Money(required=True, allow_none=True)


class StorePricesBody(Body):
    """Prices of single stores."""

    prices = Many(fields.Nested(StorePriceBody()), required=True, longest=MOST_PRICES)


class PricesQuery(Body):
    """What holds now, or all that ever held."""

    history = Flag(load_default=False)
    page = Whole(least=1, most=100_000, load_default=1)
    limit = Whole(least=1, most=100, load_default=20)


class StorePriceAnswer(Body):
    """What a variant costs in a store."""

    store_id = Id()
    store_name = Text()
    price = Money()


class VariantPricesAnswer(Body):
    """A variant with its prices."""

    variant_id = Id()
    sku = Text()
    price = Money()
    cost = Money(metadata=COST)
    stores = fields.List(fields.Nested(StorePriceAnswer()))


class PriceAnswer(VariantPricesAnswer):
    """A variant with its prices; with `history`, a price or a cost that it had."""

    store_id = Id(allow_none=True)
    kind = fields.String(validate=validate.OneOf(["price", "cost"]))
    old = Money(allow_none=True)
    new = Money(allow_none=True)
    at = Moment()
    by_user_id = Id(allow_none=True)
    by = Text(allow_none=True)
    position = Whole()


def show_prices(product: Product, stores: Mapping[UUID, str], caller: Caller) -> list[dict[str, Any]]:
    """Each variant with its price and those of the caller's stores; costs only for those who may see them."""
    return [
        {
            "variant_id": variant.id,
            "sku": variant.sku,
            "price": variant.price,
            **({"cost": variant.cost} if caller.sees_costs else {}),
            "stores": [
                {"store_id": store_id, "store_name": name, "price": prices[store_id]}
                for store_id, name in stores.items()
                if store_id in prices and (not caller.store_ids or store_id in caller.store_ids)
            ],
        }
        for variant in product.variants.values()
        for prices in (product.prices_of(variant.id),)
    ]


class ProductPrices(Resource):
    """The prices of a product."""

    @operation(
        "products.view",
        "List a product's prices",
        description="`price` is what a variant costs wherever no store has a price of its own for it; the "
        "`ETag` is that of the product. With `history=true` instead every price and cost it ever had, newest "
        "first: `variant_id`, `store_id` (null: everywhere), `kind`, `old` (null: none before), `new` (null: "
        "the store has none of its own any more), when and by whom. The history follows the log: to see your "
        "own change in it, send its position as `X-Wait-For-Position`. Costs are answered only with "
        "`costs.view`. Whoever is bound to stores sees the own prices of those alone.",
        query=PricesQuery(),
        answer=PriceAnswer(),
        many=True,
        projection="price_history",
    )
    def on_get(self, req: Request, resp: Response, product_id: UUID) -> None:
        """One page of its variants with their prices, or of all prices they had."""
        query = dict(req.context.query)
        answer = self._history if query.pop("history") else self._prices
        resp.media = page_of(*answer(req, resp, product_id, **query), **query)

    def _prices(
        self, req: Request, resp: Response, product_id: UUID, *, page: int, limit: int
    ) -> tuple[list[dict[str, Any]], int]:
        def question(reading: Reading) -> tuple[list[Product], Mapping[UUID, str]]:
            stores = ask_stores(reading.db)
            return reading.aggregates(Product, [product_id]), stores.read()

        found, stores = self.ask(req, resp, question)
        if not found:
            raise Missing
        resp.set_header("ETag", etag_of(found[0].version))
        shown = show_prices(found[0], stores, req.context.caller)
        return shown[(page - 1) * limit : page * limit], len(shown)

    def _history(
        self, req: Request, resp: Response, product_id: UUID, *, page: int, limit: int
    ) -> tuple[list[dict[str, Any]], int]:
        caller = req.context.caller

        def question(reading: Reading) -> tuple[list[dict[str, Any]], int]:
            known = ask_product(reading.db, product_id)
            found = list_price_history(
                reading.db,
                product_id,
                with_costs=caller.sees_costs,
                store_ids=caller.store_ids,
                page=page,
                limit=limit,
            )
            if known.row() is None:
                raise Missing
            return found

        return self.ask(req, resp, question, "price_history")

    @operation(
        "products.edit",
        "Price a product for stores",
        description=f"At most {MOST_PRICES} prices; those that are not named stay. Null lifts the store's "
        "own price, so that the variant costs there what it costs everywhere. Whoever is bound to stores "
        "prices for those alone. Tills sell at the store's price from the next sale on.",
        body=StorePricesBody(),
        answer=VariantPricesAnswer(),
        many=True,
        refusals=(OtherStore, StaleVersion, AlreadyArchived, ConcurrentEdit),
    )
    def on_put(self, req: Request, resp: Response, product_id: UUID) -> None:
        """Give its variants prices of their own in single stores."""
        caller = req.context.caller
        command = PriceForStores(
            product_id=product_id,
            prices=tuple(StorePrice(**price) for price in req.context.body["prices"]),
            expected_versions=expected_versions(req),
        )

        def present(priced: PricedProduct) -> Written:
            shown = show_prices(priced.product, priced.stores, caller)
            return written(shown, "Prices changed", version=priced.product.version)

        self.write(req, resp, price_for_stores, command, present)
