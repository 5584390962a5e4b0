"""Who may see a file of a report: whoever may see the report, all its columns and all its stores."""

from uuid import UUID

from api.reports.exports.parameters import texts_of
from api.reports.files import About
from api.reports.permissions import PERMISSIONS
from commands.ports import Caller, Missing
from domain.errors import NotAllowed
from projections.base import Database, Row
from projections.reports.exports import find_export

#: Whoever sees any report may export it: first what most roles hold, then what does as well.
EXPORTS = PERMISSIONS["inventory-report"]
EXPORTS_TOO = tuple(sorted({*PERMISSIONS.values()} - {EXPORTS}))


def check_area(area: str, caller: Caller) -> None:
    """Raise NotAllowed unless the caller may see the report."""
    if PERMISSIONS[area] not in caller.permissions:
        raise NotAllowed.without(PERMISSIONS[area])


def visible_export(db: Database, export_id: UUID, caller: Caller) -> Row:
    """The export, for those who may see its report: one's own, and everybody's for whom has all stores.

    Raises Missing, NotAllowed.
    """
    row = find_export(db, export_id)
    if row is None or (caller.store_ids and row["user_id"] != caller.user_id):
        raise Missing
    check_area(row["area"], caller)
    return row


def check_content(row: Row, caller: Caller, permissions: frozenset[str]) -> None:
    """Raise NotAllowed for a file with columns or of stores that the caller may not see now."""
    if missing := {*row["needs"]} - permissions:
        raise NotAllowed.without(*sorted(missing))
    stores = texts_of(About.of(row["about"].encode()).query).get("store_id", [])
    named = {stores} if isinstance(stores, str) else {*stores}
    if caller.store_ids and not (named and named <= {*map(str, caller.store_ids)}):
        raise NotAllowed
