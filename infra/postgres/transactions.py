"""One transaction of one company over one connection of a worker, statement by statement."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from infra.postgres.company_transaction import CompanyTransaction
from infra.postgres.definitions import raise_refusal
from infra.process.tracing import in_span

_BEGIN = sql.SQL("BEGIN")
_BEGIN_READING = sql.SQL("BEGIN READ ONLY")


class Rows:
    """The rows of a statement."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: psycopg.Cursor[dict[str, Any]]) -> None:
        self._cursor = cursor

    def rows(self) -> list[dict[str, Any]]:
        """Every row."""
        return self._cursor.fetchall()

    def row(self) -> dict[str, Any] | None:
        """The first row, or None."""
        return self._cursor.fetchone()


class Transaction(CompanyTransaction):
    """The `Database` that workers and rebuilds work on."""

    def __init__(self, connection: psycopg.Connection[Any], company_id: UUID) -> None:
        self.connection = connection
        super().__init__(company_id)

    def _see(self, company_id: UUID) -> None:
        self.connection.execute(
            sql.SQL("SET LOCAL app.company_id = {}").format(sql.Literal(str(company_id))), prepare=False
        )

    def execute(self, query: LiteralString, params: Mapping[str, Any]) -> None:
        """Run a statement whose result nobody reads."""
        self.connection.cursor(binary=True).execute(query, params)

    def ask(self, query: LiteralString, params: Mapping[str, Any]) -> Rows:
        """Ask a question."""
        cursor = self.connection.cursor(binary=True, row_factory=dict_row)
        cursor.execute(query, params)
        return Rows(cursor)


@in_span("transaction", {"db.system.name": "postgresql"})
@contextmanager
def transaction(
    connection: psycopg.Connection[Any], company_id: UUID, *, reading: bool = False, models: str | None = None
) -> Iterator[Transaction]:
    """Open a transaction that sees one company. Leaving it commits; an exception rolls everything back.

    `models` are the inline read models that it decides on (`inline_digest`). Raises ServerOutdated when the
    database has others, CompanyClosed when they are not whole for the company.

    This is the way of workers and rebuilds, which mix in savepoints and statements of their own; the
    connection is in autocommit mode and each statement is answered at once. Requests, whose round trips
    count, use `infra/postgres/pipeline.py`.

    NOTE: no pipeline of the driver's here. It may leave the end of a large batch unsent in its buffer and
    then wait for an answer that cannot come.
    """
    try:
        connection.execute(_BEGIN_READING if reading else _BEGIN)
        opened = Transaction(connection, company_id)
        if models is not None:
            opened.hold(models)
        yield opened
        connection.execute("COMMIT")
        opened.note_commit()
    except BaseException as error:
        if not connection.closed:
            connection.rollback()
        raise_refusal(error)
        raise
