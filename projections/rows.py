"""Many rows with one statement."""

from collections.abc import Sequence
from typing import Any, LiteralString

from projections.base import Database


def add_rows(db: Database, statement: LiteralString, columns: str, rows: Sequence[Sequence[Any]]) -> None:
    """Queue a statement that takes its rows as one array a column, under the columns' names (one text)."""
    if rows:
        arrays = map(list, zip(*rows, strict=True))
        named = dict(zip(columns.split(), arrays, strict=True))
        db.execute(statement, {"company_id": db.company_id, **named})
