"""The number that a document takes: its series is locked, so that none is taken twice or left out."""

from typing import LiteralString

from domain.pending import Pending
from projections.base import Database

# A row that does not exist yet cannot be locked, so it is made first; a refusal takes it away again.
_ENSURE: LiteralString = """
    INSERT INTO document_series (company_id, kind, last_number)
    VALUES (%(company_id)s, %(kind)s, 0)
        ON CONFLICT DO NOTHING
"""

_LOCK: LiteralString = """
    SELECT last_number FROM document_series WHERE company_id = %(company_id)s AND kind = %(kind)s FOR UPDATE
"""


class SeriesGuard:
    """Numbers of documents."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def next(self, kind: str) -> Pending[int]:
        """Lock a series, such as TR, and ask for the number that comes next in it."""
        params = {"company_id": self._db.company_id, "kind": kind}
        self._db.execute(_ENSURE, params)
        answer = self._db.ask(_LOCK, params)

        def next_number() -> int:
            row = answer.row()
            return int(row["last_number"]) + 1 if row else 1

        return Pending(next_number)
