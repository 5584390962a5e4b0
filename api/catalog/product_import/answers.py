"""What is answered of imports."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import field

from api.answers import Answer, Meaning, Moment
from commands.catalog.product_import import MOST_ERRORS


class ImportProblemAnswer(Answer):
    """What is wrong with a row."""

    row: Annotated[int, Meaning("The row; the header is row 1.", 2)]
    column: Annotated[str, Meaning("The column; empty for the whole row.", "sku")]
    code: Annotated[str, Meaning("Stable, such as `required`, `duplicate_sku` or `not_found`.", "required")]
    message: Annotated[str, Meaning("One sentence for a person.")]


class ProductImportAnswer(Answer, kw_only=True):
    """An import and what became of it."""

    id: Annotated[UUID | None, Meaning("What to ask for it by; null if it was done at once.")] = None
    status: Annotated[Literal["queued", "running", "done", "failed"], Meaning("How far it is.")]
    commit: Annotated[bool, Meaning("Whether it records anything.")]
    create_missing: Annotated[bool, Meaning("Whether it makes brands and categories.")]
    rows: Annotated[int | None, Meaning("Rows below the header; null as long as nobody counted.")] = None
    done: Annotated[int, Meaning("Rows decided so far.")] = 0
    products: Annotated[int, Meaning("Products that the rows are about.")] = 0
    created: Annotated[int, Meaning("Products that are new.")] = 0
    changed: Annotated[int, Meaning("Products that change.")] = 0
    unchanged: Annotated[int, Meaning("Products that are already as the file says.")] = 0
    brands_created: Annotated[int, Meaning("Brands that are new.")] = 0
    categories_created: Annotated[int, Meaning("Categories that are new.")] = 0
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
