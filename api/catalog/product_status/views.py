"""The views of products by status: drafts, coming soon, discontinued, archived."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from falcon import Request, Response

from api.catalog.product_status.answers import (
    ProductByStatusAnswer,
    ProductInStatusAnswer,
    StatusSummaryAnswer,
)
from api.catalog.products.filters import ProductFilters, filters_of
from api.catalog.products.presenter import product_values
from api.fields import Choice
from api.operations import operation
from api.queries import AsOfQuery, ListQuery
from api.resource import Resource
from api.services import Reading
from commands.ports import Missing
from domain.catalog.products import STATUSES, Product
from projections.base import Row
from projections.catalog.product_status import ProductStatuses
from projections.catalog.product_status_list import (
    SORT_KEYS,
    ask_last_move,
    list_in_status,
    summarise_status,
)

#: The statuses that have views, by what they are called in paths.
_VIEWS: Mapping[str, str] = MappingProxyType(
    {status.replace("_", "-"): status for status in STATUSES if status != "active"}
)
_CHOICES = {"status": tuple(_VIEWS)}


class InStatusQuery(ProductFilters, ListQuery):
    """Filters of the products that stand there."""

    class Meta(ProductFilters.Meta):
        """The status is in the path."""

        exclude = ("status",)

    sort = Choice(*SORT_KEYS, load_default="name", meaning="What to sort by; a minus turns the order around.")


class ProductsInStatus(Resource):
    """The products that stand somewhere."""

    @operation(
        "products.view",
        "List products by status",
        choices=_CHOICES,
        query=InStatusQuery(),
        answer=ProductInStatusAnswer,
        many=True,
        projections=(ProductStatuses,),
    )
    def on_get(self, req: Request, resp: Response, status: str) -> None:
        """One page of the products that stand there, with the time and author of the move."""
        query = filters_of(req)

        def question(reading: Reading) -> tuple[list[Row], int]:
            return list_in_status(reading.db, _status_of(status), **query)

        rows, total = self.ask(req, resp, question)
        self.answer_page(req, resp, [ProductInStatusAnswer.of(row) for row in rows], total)


class StatusSummary(Resource):
    """The products that stand somewhere, in numbers."""

    @operation(
        "products.view",
        "Summarise products by status",
        choices=_CHOICES,
        answer=StatusSummaryAnswer,
        projections=(ProductStatuses,),
    )
    def on_get(self, req: Request, resp: Response, status: str) -> None:
        """How many stand there, and their stock in the caller's stores, also by category and by brand."""
        store_ids = req.context.caller.store_ids

        def question(reading: Reading) -> Row:
            return summarise_status(reading.db, _status_of(status), store_ids=store_ids)

        summary = self.ask(req, resp, question)
        self.answer(req, resp, StatusSummaryAnswer.of(summary))


class ProductInStatus(Resource):
    """One product that stands there."""

    @operation(
        "products.view",
        "Show a product by status",
        choices=_CHOICES,
        query=AsOfQuery(),
        answer=ProductByStatusAnswer,
    )
    def on_get(self, req: Request, resp: Response, status: str, product_id: UUID) -> None:
        """The product with the time and author of the move, as it is or as it was recorded by `as_of`."""
        as_of = req.context.query.get("as_of")

        def question(reading: Reading) -> tuple[Product, Row]:
            status_in_path = _status_of(status)
            move = ask_last_move(reading.db, product_id, as_of)
            products = reading.aggregates(Product, [product_id], as_of)
            if not products or products[0].status != status_in_path:
                raise Missing
            return products[0], move.row() or {}

        product, move = self.ask(req, resp, question)
        self.show(req, resp, ProductByStatusAnswer.of({**product_values(product), **move}))


def _status_of(view: str) -> str:
    """The status of that name in paths. Raises Missing."""
    if view not in _VIEWS:
        raise Missing
    return _VIEWS[view]
