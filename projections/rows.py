"""Many rows with one statement."""

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

from projections.base import Database


def add_rows(db: Database, statement: LiteralString, columns: str, rows: Sequence[Sequence[Any]]) -> None:
    """Queue a statement that takes its rows as one array a column, under the columns' names (one text)."""
    if rows:
        arrays = map(list, zip(*rows, strict=True))
        named = dict(zip(columns.split(), arrays, strict=True))
        db.execute(statement, {"company_id": db.company_id, **named})


def array_literal(texts: Iterable[str]) -> str:
    """The literal of an array within an array of rows, whose inner arrays may differ in length.

    The texts are barcodes and ids, which hold neither quotes nor commas.
    """
    return "{" + ",".join(texts) + "}"
