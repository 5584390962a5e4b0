"""What is looked at before a company is cloned."""

from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from projections.audit import ask_position_before
from projections.base import Database

_HAS_LOG: LiteralString = "SELECT has_log(%(about)s) AS has_log"


def has_log(db: Database, company_id: UUID) -> bool:
    """Whether there is a log of this company; the platform may ask of any."""
    row = db.ask(_HAS_LOG, {"about": company_id}).row()
    return bool(row and row["has_log"])


def find_position_by(db: Database, moment: datetime) -> int:
    """The last position of the company's log that was recorded by a moment; 0 if there was none."""
    row = ask_position_before(db, moment + timedelta(microseconds=1)).row()
    return row["position"] if row else 0
