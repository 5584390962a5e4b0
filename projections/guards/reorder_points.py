"""The reorder points that a decision changes, from the log."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, LiteralString
from uuid import UUID

from domain.aggregate import Aggregate
from domain.pending import Pending
from domain.stock.reorder_points import ReorderPoint
from projections.base import Database, Row
from projections.log import EVENT

#: Makes an aggregate of its events.
Rebuild = Callable[[Iterable[Mapping[str, Any]]], Aggregate | None]

_STREAMS: LiteralString = f"""
    SELECT {EVENT} FROM events AS e
     WHERE e.company_id = %(company_id)s AND e.stream_id = ANY(%(ids)b::uuid[])
     ORDER BY e.stream_id, e.stream_version
"""


class ReorderPointGuard:
    """What commands ask of reorder points before they decide."""

    def __init__(self, db: Database, rebuild: Rebuild) -> None:
        self._db = db
        self._rebuild = rebuild

    def find(self, ids: Collection[UUID]) -> Pending[Mapping[UUID, ReorderPoint]]:
        """Ask for those of these ids that were ever set."""
        answer = self._db.ask(_STREAMS, {"company_id": self._db.company_id, "ids": list(ids)})

        def points() -> Mapping[UUID, ReorderPoint]:
            streams: dict[UUID, list[Row]] = {}
            for row in answer.rows():
                streams.setdefault(row["stream_id"], []).append(row)
            aggregates = {stream_id: self._rebuild(rows) for stream_id, rows in streams.items()}
            return {one: point for one, point in aggregates.items() if isinstance(point, ReorderPoint)}

        return Pending(points)
