"""What only the primary has, for a question that a replica answers: answers that were kept beside the log."""

from collections.abc import Callable
from typing import Any, LiteralString, Protocol, TypeVar
from uuid import UUID

from infra.postgres.request_transactions import RequestTransaction
from projections.base import Params, Row

R = TypeVar("R")


class Performing(Protocol):
    """Does work in a transaction of the primary."""

    def perform(
        self, company_id: UUID, work: Callable[[RequestTransaction], R], *, reading: bool = False
    ) -> R:
        """What the work returns."""


class Rows:
    """The rows of an answer that has come."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows

    def rows(self) -> list[Row]:
        """Every row."""
        return self._rows

    def row(self) -> Row | None:
        """The first row, or None."""
        return self._rows[0] if self._rows else None


class KeptAnswers:
    """The `Database` of kept answers; each question is a transaction of its own, and nothing is written."""

    def __init__(self, primary: Performing, company_id: UUID) -> None:
        self._primary = primary
        self.company_id = company_id

    def enter(self, company_id: UUID) -> None:
        """See this company, and no other, from here on."""
        self.company_id = company_id

    def execute(self, query: LiteralString, params: Params) -> None:
        """Run a statement whose result nobody reads."""
        self.ask(query, params)

    def after_commit(self, do: Callable[[], None]) -> None:
        """Have this done now: nothing is waiting to be committed."""
        do()

    def ask(self, query: LiteralString, params: Params) -> Rows:
        """Ask a question, and wait for its answer."""

        def rows(db: Any) -> list[Row]:
            found: list[Row] = db.ask(query, params).rows()
            return found

        return Rows(self._primary.perform(self.company_id, rows, reading=True))
