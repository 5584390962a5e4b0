"""The worker's part of exports: writes the files of reports that are asked for, and keeps them in parts."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryFile
from threading import Event
from typing import IO, LiteralString, Protocol
from uuid import UUID

import psycopg
import structlog
from psycopg.rows import dict_row

from domain.errors import Refusal
from infra.decisions.unit_of_work import EventWriter
from infra.jobs.waiting_work import WaitingWork
from infra.postgres.file_parts import keep_parts
from infra.postgres.named_locks import named_lock
from infra.postgres.request_transactions import RequestConnection, RequestTransaction, request_transaction
from projections.base import CompanyClosed, ProjectionBehind, Row, ServerOutdated

#: How often a file is begun, the first time included, when its workers die.
MOST_TAKEN_UP = 3
#: How many files of a company are written at a time, if there are workers for that.
AT_A_TIME = 2
#: How long a file is kept.
KEPT = timedelta(days=7)

log = structlog.get_logger("exports")

# Found without a lock and across companies, so it is only a hint where to look.
_WAITING: LiteralString = """
    SELECT export.company_id, export.id
      FROM company_head AS head
      JOIN report_exports AS export ON export.company_id = head.company_id
     WHERE export.status IN ('queued', 'running')
       AND export.company_id <> ALL((SELECT closed FROM installation)::uuid[])
     ORDER BY export.created_at, export.id
"""

_TAKE: LiteralString = """
    UPDATE report_exports
       SET status = 'running', started_at = %(now)s, attempts = attempts + 1, rows_done = 0, rows_total = NULL
     WHERE company_id = %(company_id)s AND id = %(id)s AND status IN ('queued', 'running')
    RETURNING *
"""

_GIVE_BACK: LiteralString = """
    UPDATE report_exports SET status = 'queued', attempts = attempts - 1
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

_PIN: LiteralString = """
    UPDATE report_exports SET position = %(position)s
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

_PROGRESS: LiteralString = """
    UPDATE report_exports SET rows_done = %(done)s, rows_total = %(total)s
     WHERE company_id = %(company_id)s AND id = %(id)s
    RETURNING id
"""

_DONE: LiteralString = """
    UPDATE report_exports
       SET status = 'done', bytes = %(bytes)s, sha256 = %(sha256)s, about = %(about)s,
           needs = %(needs)b::text[], rows_done = %(rows)s, rows_total = %(rows)s, finished_at = %(now)s,
           expires_at = %(expires_at)s
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

_FAIL: LiteralString = """
    UPDATE report_exports SET status = 'failed', failure = %(failure)s, finished_at = %(now)s
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

# Nothing is kept of a file that was dropped meanwhile.
_KEEP: LiteralString = """
    INSERT INTO report_export_parts (company_id, export_id, ordinal, bytes)
    SELECT company_id, id, %(ordinal)s, %(bytes)b
      FROM report_exports WHERE company_id = %(company_id)s AND id = %(id)s
       FOR KEY SHARE
    RETURNING company_id
"""

_DROP_PARTS: LiteralString = """
    DELETE FROM report_export_parts WHERE company_id = %(company_id)s AND export_id = %(id)s
"""


class _ExportBroken(Refusal):
    """The export failed on our side; ask for it again."""

    code = "internal_error"
    remedy = "Ask for the export again, and report the failure to whoever runs the service if it stays."


class _Stopped(Exception):
    """The worker is told to stop, or the file was dropped."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """What was written: how many rows, what the file is of, and the permissions that its columns take."""

    rows: int
    about: str
    needs: frozenset[str]


class Export:
    """A file at work: what is asked for, transactions to read in, and how far it is."""

    def __init__(self, row: Row, connection: RequestConnection, writer: EventWriter, stop: Event) -> None:
        self.row = row
        self._connection = connection
        self._writer = writer
        self._stop = stop
        self._own = {"company_id": row["company_id"], "id": row["id"]}

    def reading(self) -> AbstractContextManager[RequestTransaction]:
        """A transaction of the company; all of them answer up to the same position, so any number will do."""
        return request_transaction(
            self._connection, self.row["company_id"], reading=True, models=self._writer.models
        )

    def pin(self, position: int) -> int:
        """The position of the file: this one, unless one was kept when it was begun before."""
        if self.row["position"] is None:
            self._connection.execute(_PIN, {**self._own, "position": position})
            return position
        kept: int = self.row["position"]
        return kept

    def tell(self, done: int, total: int) -> None:
        """So many rows of all are written. Raises _Stopped."""
        if self._stop.is_set():
            raise _Stopped
        if (
            self._connection.execute(_PROGRESS, {**self._own, "done": done, "total": total}).fetchone()
            is None
        ):
            raise _Stopped


class WriteExport(Protocol):
    """Writes a file, telling how far it is."""

    def __call__(self, export: Export, file: IO[bytes]) -> Written:
        """Write it. Raises Refusal for what nobody may have."""


class Exports(WaitingWork):
    """Writes what waits. Any number of workers share the work."""

    name = "exports"

    def __init__(self, conninfo: str, writer: EventWriter, write: WriteExport) -> None:
        super().__init__(conninfo)
        self._writer = writer
        self._write = write

    def _step(self, connection: RequestConnection, stop: Event) -> int:
        done = 0
        for company_id, export_id in connection.execute(_WAITING).fetchall():
            if stop.is_set():
                break
            with _place(connection, company_id) as has_place, _lock(connection, str(export_id)) as mine:
                if has_place and mine:
                    done += self._take_up(connection, company_id, export_id, stop)
        return done

    def _take_up(self, connection: RequestConnection, company_id: UUID, export_id: UUID, stop: Event) -> bool:
        own = {"company_id": company_id, "id": export_id}
        params = {**own, "now": datetime.now(UTC)}
        row = connection.cursor(row_factory=dict_row).execute(_TAKE, params).fetchone()
        if row is None:
            return False
        names = {"company_id": str(company_id), "export_id": str(export_id)}
        try:
            if row["attempts"] > MOST_TAKEN_UP:
                raise _ExportBroken  # noqa: TRY301 it is told of as every refusal is
            self._export(connection, row, stop)
        except _Stopped:
            # Of a file that was dropped there is no row to give back.
            connection.execute(_GIVE_BACK, own)
            return False
        except (ServerOutdated, CompanyClosed, ProjectionBehind):
            connection.execute(_GIVE_BACK, own)
            return False
        except Refusal as refusal:
            log.info("export refused", **names, code=refusal.code)
            _fail(connection, own, refusal.message)
        except psycopg.OperationalError:
            raise
        except Exception as error:
            log.exception("an export failed", **names)
            if connection.closed:
                raise psycopg.OperationalError("the connection was lost") from error
            _fail(connection, own, _ExportBroken().message)
        else:
            log.info("export written", **names)
        return True

    def _export(self, connection: RequestConnection, row: Row, stop: Event) -> None:
        own = {"company_id": row["company_id"], "id": row["id"]}
        connection.execute(_DROP_PARTS, own)
        with TemporaryFile() as file:
            written = self._write(Export(row, connection, self._writer, stop), file)
            file.seek(0)
            size, digest = keep_parts(connection, _KEEP, own, file)
        now = datetime.now(UTC)
        connection.execute(
            _DONE,
            {
                **own,
                "bytes": size,
                "sha256": digest,
                "about": written.about,
                "needs": sorted(written.needs),
                "rows": written.rows,
                "now": now,
                "expires_at": now + KEPT,
            },
        )


def _fail(connection: RequestConnection, own: dict[str, UUID], failure: str) -> None:
    connection.execute(_DROP_PARTS, own)
    connection.execute(_FAIL, {**own, "failure": failure, "now": datetime.now(UTC)})


@contextmanager
def _place(connection: RequestConnection, company_id: UUID) -> Iterator[bool]:
    """Whether the company has a place left for one more file at a time."""
    for number in range(AT_A_TIME):
        with _lock(connection, f"{company_id}/{number}") as mine:
            if mine:
                yield True
                return
    yield False


def _lock(connection: RequestConnection, name: str) -> AbstractContextManager[bool]:
    """Whether this worker has the lock of this name, for as long as this lasts.

    A company has so many places, and each file is one worker's.
    """
    return named_lock(connection, f"mipos.exports/{name}")
