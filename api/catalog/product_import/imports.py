"""Imports of the catalog: tried first, then all of a file or nothing."""

from uuid import UUID, uuid4

from falcon import Request, Response

from api.catalog.product_import.answers import ProductImportAnswer
from api.catalog.product_import.input import (
    AT_ONCE_BYTES,
    AT_ONCE_PACKED,
    GUIDE,
    MOST_BYTES,
    ImportQuery,
    terms_of,
)
from api.media import CSV
from api.operations import operation
from api.resource import Resource
from commands.catalog.assortment import TooManyImports
from commands.catalog.import_report import Report
from commands.catalog.import_terms import ImportTerms
from commands.catalog.opening_stock import MayNotStock
from commands.catalog.product_import import ImportProducts, KeepImport, import_products, keep_import
from commands.creations import Content
from commands.ports import ConcurrentEdit, Missing
from commands.stock.moments import PeriodClosed
from domain.money import AmountTooLarge
from domain.packages import PlanLimitReached
from domain.settings import OtherStore
from domain.workbooks import is_workbook
from projections.base import Row
from projections.catalog.product_imports import find_import

#: What has more lines is imported by a worker.
AT_ONCE_LINES = 2001


class ProductImports(Resource):
    """Files with products."""

    @operation(
        "products.import",
        "Import products",
        description=GUIDE,
        file=CSV,
        max_body_bytes=MOST_BYTES,
        query=ImportQuery(),
        answer=ProductImportAnswer,
        or_status=202,
        lengthy=True,
        refusals=(
            TooManyImports,
            PlanLimitReached,
            ConcurrentEdit,
            MayNotStock,
            OtherStore,
            PeriodClosed,
            AmountTooLarge,
        ),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Say what importing the file would do, or do it."""
        content, terms = req.context.raw_body, terms_of(req.context.query, req.context.raw_body)
        if req.context.query["job"] or _is_large(content):
            self._keep(req, resp, content, terms)
        else:
            self._import(req, resp, content, terms)

    def _keep(self, req: Request, resp: Response, content: bytes, terms: ImportTerms) -> None:
        def present(import_id: UUID) -> ProductImportAnswer:
            return ProductImportAnswer.of({"id": import_id, "status": "queued", **vars(terms)})

        command = KeepImport(id=uuid4(), content=content, **vars(terms))
        message = "The file will be imported"
        self.write(req, resp, keep_import, command, present, message=message, status=202)

    def _import(self, req: Request, resp: Response, content: bytes, terms: ImportTerms) -> None:
        def present(report: Report) -> ProductImportAnswer:
            told = {**vars(terms), **vars(report), "status": "done", "done": report.rows}
            return ProductImportAnswer.of(told)

        command = ImportProducts(chunks=lambda: [content], **vars(terms))
        substance = Content.of({"file": content, **vars(terms)}, self.services.peppers)
        message = "Products imported" if terms.commit else "Nothing was recorded: this is what would be"
        self.write(req, resp, import_products, command, present, message=message, content=substance)


def _is_large(content: bytes) -> bool:
    """Whether a worker should import it."""
    if is_workbook(content):
        return len(content) > AT_ONCE_PACKED
    lines = content.count(b"\n") or content.count(b"\r")
    return len(content) > AT_ONCE_BYTES or lines > AT_ONCE_LINES


class ProductImportById(Resource):
    """One import."""

    @operation("products.import", "Show an import", answer=ProductImportAnswer)
    def on_get(self, req: Request, resp: Response, import_id: UUID) -> None:
        """How far an import in the background is, and what became of it; kept for 30 days."""
        row = self.ask(req, resp, lambda reading: find_import(reading.db, import_id))
        if row is None:
            raise Missing
        self.answer(req, resp, _show_import(row))


def _show_import(row: Row) -> ProductImportAnswer:
    report = row["report"] or {}
    # A report is about all rows, also about those that had too few cells to be of any product.
    rows, done = report.get("rows") or row["total"], report.get("rows") or row["done"]
    return ProductImportAnswer.of({**row, **report, "commit": row["commits"], "rows": rows, "done": done})
