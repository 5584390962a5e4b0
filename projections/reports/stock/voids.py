"""On which days sales were made whose goods are taken back: their goods were there again since then."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from domain.stock.movements import StockMovement
from projections.base import Database, Fact
from projections.reports.stock import statements as sql
from projections.reports.stock.ledger_rows import LedgerRow
from projections.rows import add_rows


class Voids:
    """The sales whose goods a batch takes back, and the voids that it adds.

    A void comes before the movement of its goods, if need be in an earlier batch.
    """

    def __init__(self, db: Database, facts: Iterable[Fact]) -> None:
        self._db = db
        orders = sorted({fact.data.order_id for fact in facts if fact.event is StockMovement.Voided})
        self._sold_on = self._ask(orders) if orders else {}
        self._new: list[tuple[UUID, date]] = []

    def keep(self, fact: Fact) -> None:
        """Keep when the sale was made that a void takes back."""
        self._sold_on[str(fact.stream_id)] = fact.data.business_date
        self._new.append((fact.stream_id, fact.data.business_date))

    def write(self) -> None:
        """Keep what the batch adds."""
        add_rows(self._db, sql.ADD_VOIDS, sql.VOID, self._new)

    def dated(self, fact: Fact, rows: Sequence[LedgerRow]) -> Sequence[LedgerRow]:
        """The rows of an event: what a void puts back is of the day of the sale, as all that it takes back.

        Of a sale whose void a damaged log does not have, it is of its own day.
        """
        if fact.event is not StockMovement.Voided:
            return rows
        sold_on = self._sold_on.get(fact.data.order_id)
        return rows if sold_on is None else [row._replace(business_date=sold_on) for row in rows]

    def _ask(self, ids: Sequence[str]) -> dict[str, date]:
        params: dict[str, Any] = {"company_id": self._db.company_id, "ids": ids}
        return {str(row["order_id"]): row["business_date"] for row in self._db.ask(sql.VOIDS, params).rows()}
