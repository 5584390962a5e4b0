"""What a decision refers to: settings that must still be there when it is recorded."""

from collections.abc import Collection, Sequence
from typing import LiteralString
from uuid import UUID

from domain.errors import Detail, Invalid
from domain.kinds import KINDS
from domain.settings import OtherStore
from domain.storages import Storage
from domain.stores import Store
from projections.base import Answer, Database, Row

# A reference must still be there when the decision is recorded, so it is held until then, in the order asked.
# One by one, by its key: without statistics the planner would rather read all settings of the company.
HOLD_REFERENCES: LiteralString = """
    SELECT held.*
      FROM unnest(%(ids)b::uuid[]) AS asked(id)
     CROSS JOIN LATERAL (SELECT s.id, s.kind, s.parent_id
                           FROM settings AS s
                          WHERE s.company_id = %(company_id)s AND s.id = asked.id AND NOT s.is_archived
                          LIMIT 1
                            FOR SHARE) AS held
"""


class References:
    """The settings that a decision refers to, each by a field, a kind and an id.

    A caller that is bound to stores (`store_ids`) can refer to those stores and what lies in them, and to
    what belongs to no store.
    """

    def __init__(
        self, db: Database, targets: Sequence[tuple[str, str, UUID]], store_ids: Sequence[UUID] = ()
    ) -> None:
        self._targets = targets
        self._store_ids = store_ids
        self._answer: Answer | None = None
        if targets:
            ids = sorted({target for _, _, target in targets})
            self._answer = db.ask(HOLD_REFERENCES, {"company_id": db.company_id, "ids": ids})

    def check(self) -> None:
        """Raise Invalid for each field that refers to nothing, OtherStore for what lies elsewhere."""
        if missing := self.missing():
            raise Invalid(details=missing)
        if self._store_ids and any(self._is_elsewhere(row) for row in self._rows()):
            raise OtherStore

    def missing(self, former: Collection[tuple[str, UUID]] = ()) -> list[Detail]:
        """Each field that refers to what is not there; what is kept, by kind and id, need not be."""
        there = {(row["kind"], row["id"]) for row in self._rows()} | set(former)
        return [
            Detail(field, "not_found", f"There is no such {KINDS[kind].noun}.")
            for field, kind, target in self._targets
            if (kind, target) not in there
        ]

    def _rows(self) -> list[Row]:
        return self._answer.rows() if self._answer else []

    def _is_elsewhere(self, row: Row) -> bool:
        if row["kind"] == Store.kind:
            return row["id"] not in self._store_ids
        has_store = row["kind"] == Storage.kind and row["parent_id"] is not None
        return has_store and row["parent_id"] not in self._store_ids
