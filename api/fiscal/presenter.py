"""Closings as clients see them."""

from typing import Any

from api.fiscal.answers import ClosingAnswer, ListedClosingAnswer
from projections.base import Row


def show_listed(row: Row) -> ListedClosingAnswer:
    """A closing as lists have it."""
    return ListedClosingAnswer.of({**row, "perpetual": _perpetual(row, "perpetual")})


def show_closing(row: Row) -> ClosingAnswer:
    """A closing with the one before it."""
    previous = None
    if row["previous_id"]:
        number, perpetual = row["previous_number"], _perpetual(row, "previous")
        previous = {"id": row["previous_id"], "number": number, "perpetual": perpetual}
    return ClosingAnswer.of({**row, "perpetual": _perpetual(row, "perpetual"), "previous": previous})


def _perpetual(row: Row, prefix: str) -> dict[str, Any]:
    sales, returns = int(row[f"{prefix}_sales"]), int(row[f"{prefix}_returns"])
    return {
        "sales": sales,
        "returns": returns,
        "net": sales - returns,
        "receipts": row[f"{prefix}_receipts"],
    }
