"""The prices of a product, and pricing it for single stores."""

from collections.abc import Mapping
from uuid import UUID

from falcon import Request, Response

from api.catalog.store_prices.answers import PriceAnswer, VariantPricesAnswer, show_prices
from api.catalog.store_prices.input import MOST_PRICES, PricesQuery, StorePricesBody
from api.envelope import etag_of
from api.etags import expected_versions
from api.operations import operation
from api.resource import Resource
from api.services import Reading
from commands.catalog.store_prices import PricedProduct, PriceForStores, StorePrice, price_for_stores
from commands.ports import ConcurrentEdit, Missing, StaleVersion
from domain.catalog.products import Product
from domain.entities import AlreadyArchived
from domain.settings import OtherStore
from projections.base import Row
from projections.catalog.price_history import PriceHistory, ask_product, list_price_history
from projections.catalog.store_prices import ask_stores


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
        answer=VariantPricesAnswer | PriceAnswer,
        many=True,
        headers=("ETag",),
        projection_with={"history": PriceHistory},
    )
    def on_get(self, req: Request, resp: Response, product_id: UUID) -> None:
        """One page of its variants with their prices, or of all prices they had."""
        if req.context.query["history"]:
            self._answer_history(req, resp, product_id)
        else:
            self._answer_prices(req, resp, product_id)

    def _answer_prices(self, req: Request, resp: Response, product_id: UUID) -> None:
        def question(reading: Reading) -> tuple[list[Product], Mapping[UUID, str]]:
            stores = ask_stores(reading.db)
            return reading.aggregates(Product, [product_id]), stores.read()

        products, stores = self.ask(req, resp, question)
        if not products:
            raise Missing
        resp.set_header("ETag", etag_of(products[0].version))
        shown = show_prices(products[0], stores, req.context.caller.store_ids)
        page, limit = req.context.query["page"], req.context.query["limit"]
        self.answer_page(req, resp, shown[(page - 1) * limit : page * limit], len(shown))

    def _answer_history(self, req: Request, resp: Response, product_id: UUID) -> None:
        caller, query = req.context.caller, req.context.query

        def question(reading: Reading) -> tuple[list[Row], int]:
            product = ask_product(reading.db, product_id)
            history = list_price_history(
                reading.db,
                product_id,
                with_costs=caller.sees_costs,
                store_ids=caller.store_ids,
                page=query["page"],
                limit=query["limit"],
            )
            if product.row() is None:
                raise Missing
            return history

        rows, total = self.ask(req, resp, question)
        self.answer_page(req, resp, [PriceAnswer.of(row) for row in rows], total)

    @operation(
        "products.edit",
        "Price a product for stores",
        description=f"At most {MOST_PRICES} prices; those that are not named stay. Null lifts the store's "
        "own price, so that the variant costs there what it costs everywhere. Whoever is bound to stores "
        "prices for those alone. Tills sell at the store's price from the next sale on.",
        body=StorePricesBody(),
        answer=VariantPricesAnswer,
        many=True,
        headers=("ETag",),
        refusals=(OtherStore, StaleVersion, AlreadyArchived, ConcurrentEdit),
    )
    def on_put(self, req: Request, resp: Response, product_id: UUID) -> None:
        """Give its variants prices of their own in single stores."""
        store_ids = req.context.caller.store_ids
        command = PriceForStores(
            product_id=product_id,
            prices=tuple(StorePrice(**price) for price in req.context.body["prices"]),
            expected_versions=expected_versions(req),
        )

        def present(priced: PricedProduct) -> list[VariantPricesAnswer]:
            return show_prices(priced.product, priced.stores, store_ids)

        self.write(
            req,
            resp,
            price_for_stores,
            command,
            present,
            message="Prices changed",
            version=lambda priced: priced.product.version,
        )
