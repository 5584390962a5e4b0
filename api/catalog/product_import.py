"""Importing the catalog from a CSV file: tried first, then all of it or nothing."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

from falcon import Request, Response
from marshmallow import Schema, fields, validate

from api.envelope import ok, written
from api.fields import Body, Flag, Id, Moment, Whole
from api.media import CSV
from api.operations import operation
from api.resource import Resource
from commands.catalog.assortment import TooManyImports
from commands.catalog.product_import import (
    MOST_ERRORS,
    ImportProducts,
    KeepImport,
    Report,
    import_products,
    keep_import,
)
from commands.creations import Content
from commands.outcomes import Response as Written
from commands.ports import ConcurrentEdit, Missing
from domain.catalog.product_sheet import COLUMNS, check_header
from domain.packages import PlanLimitReached
from domain.sheets import MOST_ROWS
from projections.catalog.product_imports import find_import

#: The largest file that is taken, in bytes.
MOST_BYTES = 64 * 2**20
#: What is larger, in bytes or lines, is imported by a worker.
AT_ONCE_BYTES, AT_ONCE_LINES = 2**20, 2001

_TABLE = "\n".join(f"| `{name}` | {column.meaning} |" for name, column in COLUMNS.items())

GUIDE = f"""\
The file is UTF-8, with one header row, one row a variant and cells divided by commas, semicolons or tabs.
Columns may come in any order; only `sku` is always required. The export has the same columns.

| Column | Meaning |
|---|---|
{_TABLE}

A row means the variant with its `variant_id`, else the one with its `sku`; where there is none, it is a new
one of the product in `product_id`. Rows with the same text there are one product; what is the product's is
read from its first row, and may be empty or the same in the others. **A missing column leaves what it means
as it is; an empty cell clears it.** An empty `status`, `launch_at` or `track_stock` leaves it as it is.
Nothing is removed: what the file does not have stays.

Brands and categories that there are none of are errors, or made with `create_missing`; tax rates, units and
suppliers must be there. Instead of a name a cell may hold an id. Inside a cell that is divided by `|`, `=`
or `>`, a backslash before such a sign makes it a part of the text. An apostrophe before a text that begins
with `=`, `+`, `-` or `@` is not a part of it: the export writes it so that no spreadsheet computes the
text.

Whoever lacks `costs.view` is told of every product whose cost is set that it changes.

Without `commit` nothing is recorded, and the answer tells what would be: the first {MOST_ERRORS:,} errors
that are found, product by product, and how many there are. With `commit` one error refuses the whole file.
A file of more than 2,000 lines or 1 MiB, or any with `job`, is imported in the background: the answer is 202
with an `id` to ask for. At most {MOST_ROWS:,} rows and {MOST_BYTES // 2**20} MiB."""


def _told(meaning: str) -> dict[str, str]:
    return {"description": meaning}


class ImportQuery(Body):
    """How to import."""

    commit = Flag(load_default=False, metadata=_told("Record it; without, it is only tried."))
    create_missing = Flag(
        load_default=False, metadata=_told("Make the brands and categories that there are none of.")
    )
    job = Flag(load_default=False, metadata=_told("Import it in the background, however small it is."))


class ImportProblem(Schema):
    """What is wrong with a row."""

    row = Whole(metadata=_told("The row; the header is row 1."))
    column = fields.String(metadata=_told("The column; empty for the whole row."))
    code = fields.String(metadata=_told("Stable, such as `required`, `duplicate_sku` or `not_found`."))
    message = fields.String(metadata=_told("One sentence for a person."))


class ProductImportAnswer(Schema):
    """An import and what became of it."""

    id = Id(allow_none=True, metadata=_told("What to ask for it by; null if it was done at once."))
    status = fields.String(
        validate=validate.OneOf(("queued", "running", "done", "failed")), metadata=_told("How far it is.")
    )
    commit = Flag(metadata=_told("Whether it records anything."))
    create_missing = Flag(metadata=_told("Whether it makes brands and categories."))
    rows = Whole(allow_none=True, metadata=_told("Rows below the header; null as long as nobody counted."))
    done = Whole(metadata=_told("Rows decided so far."))
    products = Whole(metadata=_told("Products that the rows are about."))
    created = Whole(metadata=_told("Products that are new."))
    changed = Whole(metadata=_told("Products that change."))
    unchanged = Whole(metadata=_told("Products that are already as the file says."))
    brands_created = Whole(metadata=_told("Brands that are new."))
    categories_created = Whole(metadata=_told("Categories that are new."))
    error_count = Whole(metadata=_told("How many errors there are."))
    errors = fields.List(
        fields.Nested(ImportProblem()), metadata=_told(f"The first {MOST_ERRORS:,} that were found.")
    )
    failure = fields.String(allow_none=True, metadata=_told("Why nothing was imported, if it failed."))
    position = Whole(allow_none=True, metadata=_told("The position of the log it reached."))
    created_at = Moment(allow_none=True, metadata=_told("When the file came in."))
    started_at = Moment(allow_none=True, metadata=_told("When a worker took it up."))
    finished_at = Moment(allow_none=True, metadata=_told("When it ended."))
    seconds = fields.Float(allow_none=True, metadata=_told("How long it has taken so far."))


_TIMES = ("position", "created_at", "started_at", "finished_at", "seconds")


def _shown(report: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """An import as clients see it, from its report."""
    return {"id": None, **asdict(Report()), **report, **more}


class ProductImports(Resource):
    """Files with products."""

    @operation(
        "products.import",
        "Import products",
        description=GUIDE,
        file=CSV,
        max_body_bytes=MOST_BYTES,
        query=ImportQuery(),
        answer=ProductImportAnswer(),
        may_accept=True,
        lengthy=True,
        refusals=(TooManyImports, PlanLimitReached, ConcurrentEdit),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Say what importing the file would do, or do it."""
        content, query = req.context.raw_body, req.context.query
        check_header([content[:AT_ONCE_BYTES]])
        how = {"commit": query["commit"], "create_missing": query["create_missing"]}
        lines = content.count(b"\n") or content.count(b"\r")
        if query["job"] or len(content) > AT_ONCE_BYTES or lines > AT_ONCE_LINES:
            keep = KeepImport(id=uuid4(), content=content, **how)
            self.write(req, resp, keep_import, keep, lambda import_id: _accepted(import_id, how))
        else:
            command = ImportProducts(chunks=lambda: [content], **how)
            said = Content.of({"file": content, **how}, self.services.peppers)
            self.write(req, resp, import_products, command, lambda report: _done(report, how), content=said)


class ProductImportById(Resource):
    """One import."""

    @operation("products.import", "Show an import", answer=ProductImportAnswer())
    def on_get(self, req: Request, resp: Response, import_id: UUID) -> None:
        """How far an import in the background is, and what became of it; kept for 30 days."""
        row = self.ask(req, resp, lambda reading: find_import(reading.db, import_id))
        if row is None:
            raise Missing
        more = {name: row[name] for name in ("id", "status", "create_missing", "done", "failure", *_TIMES)}
        report = row["report"] or {}
        shown = _shown(report, **more, commit=row["commits"])
        # A report is about all rows, also about those that had too few cells to be of any product.
        rows, done = report.get("rows") or row["total"], report.get("rows") or row["done"]
        resp.media = ok({**shown, "rows": rows, "done": done})


def _done(report: Report, how: Mapping[str, bool]) -> Written:
    shown = _shown(asdict(report), **how, status="done", done=report.rows, failure=None)
    message = "Products imported" if how["commit"] else "Nothing was recorded: this is what would be"
    return written({**shown, **dict.fromkeys(_TIMES)}, message)


def _accepted(import_id: UUID, how: Mapping[str, bool]) -> Written:
    more = {**how, **dict.fromkeys(_TIMES), "id": import_id, "rows": None}
    return written(
        _shown({}, status="queued", done=0, failure=None, **more), "The file will be imported", status=202
    )
