"""Where files are handed in that a worker will import: kept in pieces, until they have been."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from commands.catalog.assortment import TooManyImports
from commands.catalog.import_terms import ImportTerms
from commands.ports import Caller
from projections.base import Database
from projections.pages import total_of

#: How many imports of a company may wait at a time.
MOST_WAITING = 5
#: How many bytes of a file stand in one row.
CHUNK_SIZE = 2**20
#: How long the outcome of an import can be asked for.
RETENTION = timedelta(days=30)

_WAITING: LiteralString = """
    SELECT count(*) AS total FROM import_jobs
     WHERE company_id = %(company_id)s AND status IN ('queued', 'running')
"""

_OPEN: LiteralString = """
    INSERT INTO import_jobs (company_id, id, status, commits, create_missing, format, ignore_unknown,
                             storage_id, location, size, done, attempts, user_id, request_id, created_at)
    VALUES (%(company_id)s, %(id)s, 'queued', %(commits)s, %(create_missing)s, %(format)s,
            %(ignore_unknown)s, %(storage_id)s::uuid, %(location)s, %(size)s, 0, 0, %(user_id)s,
            %(request_id)s, %(now)s)
"""

_KEEP: LiteralString = """
    INSERT INTO import_chunks (company_id, import_id, ordinal, bytes)
    VALUES (%(company_id)s, %(id)s, %(ordinal)s, %(bytes)b)
"""

_FORGET: LiteralString = """
    DELETE FROM import_jobs WHERE company_id = %(company_id)s AND finished_at < %(upto)s
"""


class ImportDesk:
    """Takes in the files of one company. That one was kept is said by `changed`."""

    def __init__(self, db: Database, caller: Caller, now: datetime, changed: Callable[[], None]) -> None:
        self._db = db
        self._caller = caller
        self._now = now
        self._changed = changed

    def open(self, import_id: UUID, content: bytes, terms: ImportTerms) -> None:
        """Keep a file to be imported, and forget what is long done. Raises TooManyImports."""
        own = {"company_id": self._db.company_id}
        if total_of(self._db.ask(_WAITING, own)) >= MOST_WAITING:
            raise TooManyImports
        self._changed()
        self._db.execute(_FORGET, {**own, "upto": self._now - RETENTION})
        self._db.execute(
            _OPEN,
            {
                **own,
                "id": import_id,
                "commits": terms.commit,
                "create_missing": terms.create_missing,
                "format": terms.format,
                "ignore_unknown": terms.ignore_unknown,
                "storage_id": terms.storage_id,
                "location": terms.location,
                "size": len(content),
                "user_id": self._caller.user_id,
                "request_id": self._caller.request_id,
                "now": self._now,
            },
        )
        for ordinal, start in enumerate(range(0, len(content), CHUNK_SIZE)):
            chunk = content[start : start + CHUNK_SIZE]
            self._db.execute(_KEEP, {**own, "id": import_id, "ordinal": ordinal, "bytes": chunk})
