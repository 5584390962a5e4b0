"""The cells of a report on paper: thousands are divided, ratios are percentages where people read them so."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from api.reports.files.cells import major
from domain.money import round_ratio, scaled
from projections.base import Row
from projections.reports.columns import Column, Unit

_CODE = re.compile(r"`([^`]+)`|\b[a-z]+(?:_[a-z]+)+\b")


def shown_row(row: Row, columns: Sequence[Column], places: int) -> list[str]:
    """A row as it stands on paper."""
    return [shown(row.get(column.name), column, places) for column in columns]


def shown(value: Any, column: Column, places: int) -> str:
    """A value as it stands on paper; nothing where there is none."""
    if value is None:
        return ""
    return _SHOWN[column.unit](value, column, places)


def moment_shown(moment: datetime) -> str:
    """A moment of UTC to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def in_words(text: str) -> str:
    """A text of the interface without the marks and underscores of its code words."""
    return _CODE.sub(lambda found: (found[1] or found[0]).replace("_", " "), text)


def _hundredths(value: Decimal) -> Decimal:
    """Rounded half up, as everything is."""
    return Decimal(round_ratio(scaled(value), 1000)).scaleb(-2)


def _ratio(value: Decimal, column: Column, _: int) -> str:
    return f"{value * 100:.2f} %" if column.is_percent else f"{_hundredths(value):,.2f}"


_SHOWN: Mapping[Unit, Callable[[Any, Column, int], str]] = MappingProxyType(
    {
        "money": lambda value, _, places: f"{major(value, places):,f}",
        "quantity": lambda value, *_: f"{Decimal(value).normalize():,f}",
        "count": lambda value, *_: f"{int(value):,}",
        "ratio": _ratio,
        "date": lambda value, *_: str(value),
        "time": lambda value, *_: f"{value:%Y-%m-%d %H:%M}",
        "text": lambda value, *_: str(value),
        "id": lambda value, *_: str(value),
        "flag": lambda value, *_: "yes" if value else "no",
    }
)
