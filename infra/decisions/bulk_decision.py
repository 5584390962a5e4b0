"""A decision about so much that what was decided is written while the rest is being decided."""

from collections.abc import Callable
from datetime import datetime

from commands.creations import Content
from commands.ports import Caller
from infra.decisions.bulk import BulkWriter
from infra.decisions.unit_of_work import EventWriter, PostgresUnitOfWork
from infra.eventstore.codec import EventTypes
from infra.postgres.request_transactions import RequestTransaction
from projections.base import Answer
from projections.guards.catalog.assortment import Assortment
from projections.guards.packages import PlanGuard
from projections.guards.stock import StockGuard


class BulkDecision(PostgresUnitOfWork):
    """What a large import is decided with: what it saves is written as it comes, the append at the end.

    The append locks the head of the company's log, for which all its writers wait.
    """

    def __init__(
        self,
        transaction: RequestTransaction,
        writer: EventWriter,
        caller: Caller,
        now: datetime,
        progress: Callable[[int, int], None],
        *,
        content: Content,
    ) -> None:
        super().__init__(transaction, writer, caller, now, content)
        self.assortment = _WritingAssortment(transaction, writer.types, self._pass)
        self.plan = PlanGuard(transaction, now)
        self.stock = StockGuard(transaction)
        self._progress = progress
        self._bulk = BulkWriter(transaction, writer, self.keys)

    @property
    def has_events(self) -> bool:
        """Whether anything was decided that has to be recorded."""
        return bool(self._events) or not self._bulk.is_empty

    def record(self) -> Answer:
        """Queue the append of what was saved, one event or more. Answers the position of the last."""
        self._write()
        return self._bulk.append(self.metadata)

    def _pass(self, rows: int, total: int) -> None:
        self._write()
        self._progress(rows, total)

    def _write(self) -> None:
        """Queue what the read models make of what was saved since."""
        self._bulk.write(self._events, self.metadata)
        self._events = []


class _WritingAssortment(Assortment):
    """The catalog as an import sees it that writes as it goes."""

    writes = True

    def __init__(self, db: RequestTransaction, types: EventTypes, passed: Callable[[int, int], None]) -> None:
        super().__init__(db, types.rebuild)
        self._passed = passed

    def passed(self, rows: int, total: int) -> None:
        """Write what was saved."""
        self._passed(rows, total)
