"""What is answered of imports."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import field

from api.answers import Answer, Meaning, Moment
from commands.catalog.import_report import MOST_ERRORS
from domain.catalog.moving_in import MOST_REMARKS, OWN


class ImportProblemAnswer(Answer):
    """What is wrong with a row."""

    row: Annotated[int, Meaning("The row; the header is row 1.", 2)]
    column: Annotated[str, Meaning("The column, as the file calls it; empty for the whole row.", "sku")]
    code: Annotated[str, Meaning("Stable, such as `required`, `duplicate_sku` or `not_found`.", "required")]
    message: Annotated[str, Meaning("One sentence for a person.")]
    id: Annotated[UUID | None, Meaning("The product that already has what the row asks for.")] = None
    name: Annotated[str | None, Meaning("What that product is called.", "Sea salt")] = None
    status: Annotated[str | None, Meaning("Where that product stands in its life.", "active")] = None


class IgnoredColumnAnswer(Answer):
    """A column that is not taken."""

    column: Annotated[str, Meaning("The column, as the file calls it.", "Image Src")]
    reason: Annotated[str, Meaning("One sentence for a person.")]


class SkippedRowAnswer(Answer):
    """A row that is of no article."""

    row: Annotated[int, Meaning("The row; the header is row 1.", 3)]
    message: Annotated[str, Meaning("Why, in one sentence.", "It holds nothing but one more picture.")]


class HandAnswer(Answer):
    """A row that somebody should look at: something of it is left out, made up or rounded."""

    row: Annotated[int, Meaning("The row; the header is row 1.", 4)]
    column: Annotated[
        str, Meaning("The column, as the file calls it; empty for the whole row.", "Variant SKU")
    ]
    code: Annotated[
        str,
        Meaning(
            "Stable, such as `made_up`, `required`, `duplicate_barcode`, `ambiguous` or `rounded`.", "made_up"
        ),
    ]
    message: Annotated[str, Meaning("One sentence for a person.")]


class ProductImportAnswer(Answer, kw_only=True):
    """An import and what became of it."""

    id: Annotated[UUID | None, Meaning("What to ask for it by; null if it was done at once.")] = None
    status: Annotated[Literal["queued", "running", "done", "failed"], Meaning("How far it is.")]
    commit: Annotated[bool, Meaning("Whether it records anything.")]
    create_missing: Annotated[bool, Meaning("Whether it makes brands and categories.")]
    format: Annotated[str, Meaning("The form of the file.", "shopify")] = OWN
    encoding: Annotated[str, Meaning("How the file was read.", "utf-8")] = "utf-8"
    rows: Annotated[int | None, Meaning("Rows below the header; null as long as nobody counted.")] = None
    done: Annotated[int, Meaning("Rows decided so far.")] = 0
    products: Annotated[int, Meaning("Products that the rows are about.")] = 0
    created: Annotated[int, Meaning("Products that are new.")] = 0
    changed: Annotated[int, Meaning("Products that change.")] = 0
    unchanged: Annotated[int, Meaning("Products that are already as the file says.")] = 0
    brands_created: Annotated[int, Meaning("Brands that are new.")] = 0
    categories_created: Annotated[int, Meaning("Categories that are new.")] = 0
    skus_made: Annotated[int, Meaning("SKUs that were made up, the same for the same article each time.")] = 0
    stock_recorded: Annotated[int, Meaning("Articles whose opening stock is recorded.")] = 0
    stock_known: Annotated[
        int, Meaning("Articles that the storage has had some of before: their stock is left as it is.")
    ] = 0
    ignored_columns: Annotated[
        list[IgnoredColumnAnswer], Meaning("Columns that hold something that is not taken.")
    ] = field(default_factory=list)
    skipped_count: Annotated[int, Meaning("How many rows are of no article.")] = 0
    skipped: Annotated[list[SkippedRowAnswer], Meaning(f"The first {MOST_REMARKS:,} of them.")] = field(
        default_factory=list
    )
    by_hand_count: Annotated[int, Meaning("How many things need a hand; they keep nothing else out.")] = 0
    by_hand: Annotated[list[HandAnswer], Meaning(f"The first {MOST_REMARKS:,} of them, by row.")] = field(
        default_factory=list
    )
    notes: Annotated[list[str], Meaning("Sentences about the file as a whole.", [])] = field(
        default_factory=list
    )
    error_count: Annotated[int, Meaning("How many errors there are.")] = 0
    errors: Annotated[list[ImportProblemAnswer], Meaning(f"The first {MOST_ERRORS:,} that were found.")] = (
        field(default_factory=list)
    )
    failure: Annotated[str | None, Meaning("Why nothing was imported, if it failed.")] = None
    position: Annotated[int | None, Meaning("The position of the log it reached.", 42)] = None
    created_at: Annotated[Moment | None, Meaning("When the file came in.")] = None
    started_at: Annotated[Moment | None, Meaning("When a worker took it up.")] = None
    finished_at: Annotated[Moment | None, Meaning("When it ended.")] = None
    seconds: Annotated[float | None, Meaning("How long it has taken so far.")] = None
