"""Settings as clients see them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from api.answers import Answer
from api.entities import values_of
from api.queries import status_of
from api.settings.declaration import Declaration
from domain.settings import Setting
from projections.base import Database, Row


def show_setting(declared: Declaration, setting: Setting, position: Mapping[str, Any]) -> Answer:
    """A setting, and where in a tree it stands, if in any."""
    return declared.answer.of(
        {
            **values_of(setting),
            "status": status_of(is_archived=setting.is_archived, is_active=setting.is_active),
            **position,
        }
    )


def show_rows(declared: Declaration, db: Database, rows: Sequence[Row]) -> list[Answer]:
    """Rows of the read model, those of a tree with where they stand."""
    places = declared.asks(db, [row["id"] for row in rows])() if declared.asks and rows else {}
    return [declared.answer.of({**fields_of_row(row), **places.get(row["id"], {})}) for row in rows]


def fields_of_row(row: Row) -> Row:
    """What a row of the read model says of a setting."""
    return {
        "id": row["id"],
        **row["fields"],
        "status": status_of(is_archived=row["is_archived"], is_active=row["is_active"]),
        "version": row["version"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def presenter_of(declared: Declaration) -> Callable[[tuple[Setting, Mapping[str, Any]]], Answer]:
    """What is answered when one of them was decided about."""
    return lambda pair: show_setting(declared, *pair)
