"""A package as clients see it."""

from collections.abc import Mapping
from typing import Any

from api.entities import values_of
from api.packages.answers import PackageAnswer
from api.queries import status_of
from domain.packages import Package
from projections.base import Row


def show_package(package: Package) -> PackageAnswer:
    """A package as it was decided about, or found."""
    return _show({**values_of(package), "is_active": package.is_active})


def show_row(row: Row) -> PackageAnswer:
    """A row of the list, in which the limits stand beside the rest."""
    return _show({**row, "limits": row})


def _show(values: Mapping[str, Any]) -> PackageAnswer:
    status = status_of(is_archived=values["is_archived"], is_active=values["is_active"])
    return PackageAnswer.of({**values, "status": status})
