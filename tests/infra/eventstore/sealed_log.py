"""A company's log, and what seals it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent

from domain.seals.tree import Growing
from infra.seals.key import SealKey
from infra.seals.sealing import Seal, Sealer

from .recorder import CompanyApplicationRecorder

if TYPE_CHECKING:
    from infra.postgres.pool import Pool

    from .conftest import LogDatabase

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
KEY = SealKey("a key of at least thirty-two characters", "mipos.example/log")


class Log:
    """A company's log, and what seals it."""

    def __init__(self, database: LogDatabase, pool: Pool[Any], company_id: UUID) -> None:
        self.database = database
        self.company_id = company_id
        self._recorder = CompanyApplicationRecorder(pool, company_id)

    def record(self, many: int) -> None:
        events = [StoredEvent(uuid4(), 1, "a.B.C", b'{"n":%d}' % number) for number in range(many)]
        self._recorder.insert_events(events)

    def seal(self, now: datetime = NOW, key: SealKey = KEY, most: int = 50_000) -> Seal | None:
        with self.database.connect("worker") as connection:
            return Sealer(connection, key, most=most).seal(self.company_id, now)

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        with self.database.connect("postgres") as owner:
            return owner.execute(statement.encode(), {"company_id": self.company_id}).fetchall()

    def alter(self, statement: str) -> None:
        with self.database.connect("postgres") as owner:
            owner.execute(statement.encode(), {"company_id": self.company_id})

    def tree(self, size: int, after: int = 0) -> Growing:
        """The tree over so many events, made of what the log has."""
        tree = Growing()
        rows = self.ask("SELECT hash FROM events WHERE company_id = %(company_id)s ORDER BY position")
        for (one,) in rows[after : after + size]:
            tree.add(one)
        return tree
