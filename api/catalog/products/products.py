"""The catalog, and single products with their life from draft to archive."""

from uuid import UUID, uuid4

from falcon import Request, Response

from api.catalog.products.answers import ProductAnswer
from api.catalog.products.filters import ProductFilters, filters_of
from api.catalog.products.input import ProductBody, ProductEdit, StatusBody, distinct, variant_of
from api.catalog.products.presenter import show_product, show_row
from api.etags import expected_versions
from api.fields import Choice
from api.operations import operation
from api.queries import AsOfQuery, ListQuery
from api.resource import Resource
from commands.catalog.products import (
    ChangeProductStatus,
    RegisterProduct,
    ReviseProduct,
    change_product_status,
    register_product,
    revise_product,
)
from commands.ports import ConcurrentEdit, DuplicateId, Missing, StaleVersion
from domain.catalog.products import DuplicateBarcode, DuplicateSku, InvalidTransition, Product, StillInStock
from domain.entities import AlreadyArchived
from domain.packages import PlanLimitReached
from domain.settings import InUse
from projections.catalog.listing_pages import SORT_KEYS
from projections.catalog.product_list import list_products


class ProductQuery(ProductFilters, ListQuery):
    """Filters of the catalog; archived products are listed on request only."""

    sort = Choice(*SORT_KEYS, load_default="name", meaning="What to sort by; a minus turns the order around.")


class Products(Resource):
    """The catalog."""

    @operation("products.view", "List products", query=ProductQuery(), answer=ProductAnswer, many=True)
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of products with their variants."""
        query = filters_of(req)
        rows, total = self.ask(req, resp, lambda reading: list_products(reading.db, **query))
        self.answer_page(req, resp, [show_row(row) for row in rows], total)

    @operation(
        "products.create",
        "Draft a product",
        body=ProductBody(),
        answer=ProductAnswer,
        status=201,
        refusals=(DuplicateId, DuplicateSku, DuplicateBarcode, PlanLimitReached, ConcurrentEdit),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Draft a product with its variants."""
        values = dict(req.context.body)
        command = RegisterProduct(
            id=values.pop("id", None) or uuid4(),
            variants=tuple(variant_of(variant) for variant in values.pop("variants")),
            values={**values, "tax_rate_ids": distinct(values["tax_rate_ids"])},
        )
        self.create(req, resp, register_product, command, show_product, message="Product drafted")


class ProductById(Resource):
    """One product."""

    @operation("products.view", "Show a product", query=AsOfQuery(), answer=ProductAnswer)
    def on_get(self, req: Request, resp: Response, product_id: UUID) -> None:
        """The product with its variants, as it is or as it was recorded by `as_of`."""
        as_of = req.context.query.get("as_of")
        products = self.ask(req, resp, lambda reading: reading.aggregates(Product, [product_id], as_of))
        if not products:
            raise Missing
        self.show(req, resp, show_product(products[0]))

    @operation(
        "products.edit",
        "Edit a product",
        body=ProductEdit(partial=True),
        answer=ProductAnswer,
        refusals=(InUse, StaleVersion, AlreadyArchived, ConcurrentEdit),
    )
    def on_patch(self, req: Request, resp: Response, product_id: UUID) -> None:
        """Edit what the variants share."""
        changes = dict(req.context.body)
        if "tax_rate_ids" in changes:
            changes["tax_rate_ids"] = distinct(changes["tax_rate_ids"])
        command = ReviseProduct(id=product_id, changes=changes, expected_versions=expected_versions(req))
        self.write(req, resp, revise_product, command, show_product, message="Product changed")

    @operation(
        "products.archive",
        "Archive a product",
        answer=ProductAnswer,
        refusals=(InvalidTransition, StillInStock, StaleVersion, ConcurrentEdit),
    )
    def on_delete(self, req: Request, resp: Response, product_id: UUID) -> None:
        """Take it out of the catalog; its history stays."""
        command = ChangeProductStatus(
            id=product_id, status="archived", expected_versions=expected_versions(req)
        )
        self.write(req, resp, change_product_status, command, show_product, message="Product archived")


class ProductStatus(Resource):
    """The life cycle of a product."""

    @operation(
        "products.edit",
        "Change a product's status",
        description="draft → active, coming_soon (with `launch_at`) · coming_soon → active · active → "
        "discontinued · discontinued → active · any of these → archived · archived → draft.",
        body=StatusBody(),
        answer=ProductAnswer,
        refusals=(
            InvalidTransition,
            StillInStock,
            PlanLimitReached,
            DuplicateSku,
            DuplicateBarcode,
            StaleVersion,
            ConcurrentEdit,
        ),
    )
    def on_post(self, req: Request, resp: Response, product_id: UUID) -> None:
        """Move it along its life."""
        command = ChangeProductStatus(
            id=product_id, **req.context.body, expected_versions=expected_versions(req)
        )
        self.write(req, resp, change_product_status, command, show_product, message="Status changed")
