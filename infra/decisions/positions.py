"""Up to which position of a company's log something is known, asked for with the next round trip."""

from typing import LiteralString

from projections.base import Database, ProjectionBehind, Row

HEAD: LiteralString = """
    SELECT position FROM company_head WHERE company_id = %(company_id)s
"""

# A read model that knew more before than it knows now is being filled, and so is one of which nobody noted
# how far it is. What comes from several knows no more than the one that knows least.
_CHECKPOINT: LiteralString = """
    SELECT coalesce(min(coalesce(known.position, 0)), 0) AS position,
           bool_or(coalesce(known.position < known.whole_at, true)) AS is_filling
      FROM unnest(%(projections)b::text[]) AS source(name)
      LEFT JOIN LATERAL (
            SELECT position, whole_at FROM projection_checkpoints
             WHERE company_id = %(company_id)s AND projection = source.name
             LIMIT 1
           ) AS known ON true
"""


class LogPosition:
    """How far a company's log is; or how far all of these read models know it, if any are named."""

    def __init__(self, db: Database, projections: tuple[str, ...] = ()) -> None:
        params = {"company_id": db.company_id, "projections": list(projections)}
        self._answer = db.ask(_CHECKPOINT if projections else HEAD, params)
        # A worker's transaction hands out a row once.
        self._row: Row | None = None

    @property
    def reached(self) -> int:
        """That position, also while one of them is being filled."""
        return int(self._found.get("position", 0))

    def known(self) -> int:
        """That position, up to which may be answered. Raises ProjectionBehind while one is being filled."""
        if self._found.get("is_filling"):
            raise ProjectionBehind
        return self.reached

    @property
    def _found(self) -> Row:
        if self._row is None:
            self._row = self._answer.row() or {}
        return self._row
