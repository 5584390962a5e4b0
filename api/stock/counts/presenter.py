"""Counts as clients see them; in a blind one, who counts does not see what is expected."""

from collections.abc import Mapping
from typing import Any

from api.stock.counts.answers import CountAnswer, CountLineAnswer, TalliedAnswer, TalliedLineAnswer
from commands.ports import Caller
from commands.stock.counts.ports import CountStanding
from commands.stock.counts.tallies import Tallied
from domain.errors import NotAllowed
from domain.stock.counts import StockCount
from projections.base import Row

REVIEW = "inventory.count_review"
_HIDDEN_OF_COUNT = dict.fromkeys(("difference_quantity", "difference_value"))
_HIDDEN_OF_LINE = dict.fromkeys(("expected_quantity", "late_quantity", "difference", "difference_value"))


class BlindCount(NotAllowed):
    """This count is blind: what differs is seen when it is completed."""


def is_hidden(caller: Caller, *, is_blind: bool, status: str) -> bool:
    """Whether what is expected is hidden from the caller."""
    return is_blind and status in ("open", "completing") and REVIEW not in caller.permissions


def show_row(row: Row, caller: Caller) -> CountAnswer:
    """A count as a row has it."""
    hidden = is_hidden(caller, is_blind=row["is_blind"], status=row["status"])
    return CountAnswer.of(
        {
            **row,
            **_amounts(row),
            "blind": row["is_blind"],
            "recorded_at": row["created_at"],
            **(_HIDDEN_OF_COUNT if hidden else {}),
        }
    )


def _amounts(row: Row) -> dict[str, int | None]:
    """The amounts of a row, which the database adds up as decimals of any size."""
    values = {name: row[name] for name in ("difference_value", "restated_value")}
    return {name: None if value is None else int(value) for name, value in values.items()}


def show_past(row: Row, count: StockCount, caller: Caller) -> CountAnswer:
    """A count as it was; how far it was then is not known any more, unless it was completed."""
    has_ended = count.status in ("completed", "cancelled")
    is_completed = count.status == "completed"
    past: dict[str, Any] = dict.fromkeys(("lines_total", "counted", "restated_quantity", "restated_value"))
    return show_row(
        {
            **row,
            **past,
            **_status(count.status),
            "uncounted": count.uncounted,
            "difference_quantity": sum(one.quantity for one in count.differences) if is_completed else None,
            "difference_value": sum(one.value_change for one in count.differences) if is_completed else None,
            "reason": count.reason,
            "ended_at": row["ended_at"] if has_ended else None,
            "ended_by": row["ended_by"] if has_ended else None,
            "version": count.version,
        },
        caller,
    )


def show_standing(standing: CountStanding, caller: Caller) -> CountAnswer:
    """A count as it was just decided about."""
    count, extent = standing.count, standing.extent
    has_ended = count.status in ("completed", "cancelled")
    is_completed = count.status == "completed"
    quantity = sum(one.quantity for one in standing.posted) if is_completed else None
    value = sum(one.value_change for one in standing.posted) if is_completed else None
    fields = ("id", "number", "storage_id", "name", "kind", "is_blind", "scope", "reference", "note")
    return show_row(
        {
            **{name: getattr(count, name) for name in fields},
            **_status(count.status),
            "lines_total": extent.lines_total,
            "counted": extent.counted,
            "uncounted": extent.uncounted,
            "difference_quantity": 0 if count.status == "open" else quantity,
            "difference_value": 0 if count.status == "open" else value,
            "restated_quantity": quantity,
            "restated_value": value,
            "reason": count.reason,
            "occurred_at": count.occurred_at,
            "created_at": count.created_on,
            "created_by": standing.begun_by,
            "ended_at": count.modified_on if has_ended else None,
            "ended_by": caller.user_id if has_ended else None,
            "version": count.version,
        },
        caller,
    )


def _status(status: str) -> Mapping[str, Any]:
    return {
        "status": "open" if status == "completing" else status,
        "is_completing": status == "completing",
    }


def show_line(row: Row, *, hidden: bool) -> CountLineAnswer:
    """A line of a count."""
    line = {**row, **_amounts(row), "restated_difference": row["restated_quantity"]}
    return CountLineAnswer.of({**line, **(_HIDDEN_OF_LINE if hidden else {})})


def show_tallied(tallied: Tallied, caller: Caller) -> TalliedAnswer:
    """What was just tallied."""
    count = tallied.count
    hidden = is_hidden(caller, is_blind=count.is_blind, status=count.status)
    lines = [
        TalliedLineAnswer(
            variant_id=line.variant_id,
            sku=tallied.goods[line.variant_id].sku,
            name=tallied.goods[line.variant_id].name,
            area=line.area,
            counted_quantity=line.quantity,
            counted_at=line.counted_at,
            expected_quantity=None if hidden else line.expected_quantity,
        )
        for line in tallied.lines
    ]
    return TalliedAnswer(count_id=count.id, lines=lines, version=count.version)
