"""Which life of a company's log this is: a restore begins another, where positions may mean other events."""

from typing import LiteralString

from projections.base import Database

#: Of a company that was founded while its database was migrated; nothing else is without an epoch.
_FIRST: LiteralString = "'0'"

#: The name of the company's present epoch, for statements that have `company_id` as a parameter. It is short,
#: of letters and digits alone, and says nothing but whether it is the same as another one.
PRESENT_EPOCH: LiteralString = f"""
    coalesce((SELECT epoch.epoch FROM log_epochs AS epoch
               WHERE epoch.company_id = %(company_id)s
               ORDER BY epoch.number DESC LIMIT 1), {_FIRST})
"""

_EPOCH: LiteralString = f"SELECT {PRESENT_EPOCH} AS epoch"


def find_epoch(db: Database) -> str:
    """The present epoch of the company's log: `<epoch>-<position>` names an event for ever."""
    row = db.ask(_EPOCH, {"company_id": db.company_id}).row()
    return str(row["epoch"]) if row else ""
