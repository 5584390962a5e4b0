"""Products by where they stand in their life: drafts, coming soon, discontinued, archived."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from falcon import App, Request, Response
from marshmallow import fields, validate

from api.catalog.products import ProductAnswer, ProductFilters, filters_asked, show_product
from api.costs import COST
from api.envelope import ok, page_of
from api.fields import Body, Exact, Id, Moment, Sum, Text, Whole
from api.operations import operation
from api.queries import AsOfQuery, ListQuery
from api.resource import Resource
from api.services import Reading, Services
from commands.ports import Missing
from domain.catalog.products import STATUSES, Product
from projections.base import Row
from projections.catalog.product_status_list import (
    SORT_KEYS,
    ask_last_move,
    list_in_status,
    summarise_status,
)

_LARGE = 10**15
#: The statuses that have views, by what they are called in paths.
_VIEWS: Mapping[str, str] = MappingProxyType(
    {
        "draft": "draft",
        "coming-soon": "coming_soon",
        "discontinued": "discontinued",
        "archived": "archived",
    }
)
_CHOICES = {"status": tuple(_VIEWS)}


class InStatusQuery(ProductFilters, ListQuery):
    """Filters of the products that stand there."""

    class Meta(ProductFilters.Meta):
        """The status is in the path."""

        exclude = ("status",)

    sort = fields.String(validate=validate.OneOf(SORT_KEYS), load_default="name")


class ProductInStatusAnswer(Body):
    """A product, where it stands, since when and by whom."""

    id = Id()
    name = Text()
    status = fields.String(validate=validate.OneOf(STATUSES))
    launch_at = Moment(allow_none=True)
    brand_id = Id(allow_none=True)
    brand = Text(allow_none=True)
    category_id = Id(allow_none=True)
    category = Text(allow_none=True)
    supplier_id = Id(allow_none=True)
    supplier = Text(allow_none=True)
    variant_count = Whole()
    since = Moment()
    by_user_id = Id(allow_none=True)
    by_username = Text(allow_none=True)
    created_at = Moment()


class ProductByStatusAnswer(ProductAnswer):
    """A product as it stands, since when and by whom."""

    since = Moment()
    by_user_id = Id(allow_none=True)
    by_username = Text(allow_none=True)


class StatusShareAnswer(Body):
    """What of the products that stand there belongs to one category or brand."""

    id = Id(allow_none=True)
    name = Text(allow_none=True)
    products = Whole()
    variants = Whole()
    stock_units = Exact(most=_LARGE)
    stock_value = Sum(metadata=COST)


class StatusSummaryAnswer(Body):
    """The products that stand there, in numbers."""

    products = Whole()
    variants = Whole()
    stock_units = Exact(most=_LARGE)
    stock_value = Sum(metadata=COST)
    by_category = fields.List(fields.Nested(StatusShareAnswer()))
    by_brand = fields.List(fields.Nested(StatusShareAnswer()))


def _status_of(view: str) -> str:
    """The status of that name in paths. Raises Missing."""
    if view not in _VIEWS:
        raise Missing
    return _VIEWS[view]


class ProductsInStatus(Resource):
    """The products that stand somewhere."""

    @operation(
        "products.view",
        "List products by status",
        choices=_CHOICES,
        query=InStatusQuery(),
        answer=ProductInStatusAnswer(),
        many=True,
        projection="product_status",
    )
    def on_get(self, req: Request, resp: Response, status: str) -> None:
        """One page of the products that stand there, with the time and author of the move."""
        query = filters_asked(req)

        def question(reading: Reading) -> tuple[list[Row], int]:
            return list_in_status(reading.db, _status_of(status), **query)

        rows, total = self.ask(req, resp, question, "product_status")
        resp.media = page_of(rows, total, query["page"], query["limit"])


class StatusSummary(Resource):
    """The products that stand somewhere, in numbers."""

    @operation(
        "products.view",
        "Summarise products by status",
        choices=_CHOICES,
        answer=StatusSummaryAnswer(),
        projection="product_status",
    )
    def on_get(self, req: Request, resp: Response, status: str) -> None:
        """How many stand there, and their stock in the caller's stores, also by category and by brand."""
        caller = req.context.caller

        def question(reading: Reading) -> Row:
            return summarise_status(reading.db, _status_of(status), store_ids=caller.store_ids)

        summary = self.ask(req, resp, question, "product_status")
        if not caller.sees_costs:
            for part in (summary, *summary["by_category"], *summary["by_brand"]):
                del part["stock_value"]
        resp.media = ok(summary)


class ProductInStatus(Resource):
    """One product that stands there."""

    @operation(
        "products.view",
        "Show a product by status",
        choices=_CHOICES,
        query=AsOfQuery(),
        answer=ProductByStatusAnswer(),
    )
    def on_get(self, req: Request, resp: Response, status: str, product_id: UUID) -> None:
        """The product with the time and author of the move, as it is or as it was recorded by `as_of`."""
        as_of = req.context.query.get("as_of")

        def question(reading: Reading) -> tuple[Product, Row]:
            wanted = _status_of(status)
            move = ask_last_move(reading.db, product_id, as_of)
            found = reading.aggregates(Product, [product_id], as_of)
            if not found or found[0].status != wanted:
                raise Missing
            return found[0], move.row() or {}

        product, move = self.ask(req, resp, question)
        shown: dict[str, Any] = show_product(product, with_costs=req.context.caller.sees_costs)
        self.show(req, resp, ok({**shown, **move}), product.version)


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of the views."""
    base = "/api/admin/product-status/{status}"
    app.add_route(base, ProductsInStatus(services))
    app.add_route(f"{base}/summary", StatusSummary(services))
    app.add_route(f"{base}/{{product_id:uuid}}", ProductInStatus(services))
