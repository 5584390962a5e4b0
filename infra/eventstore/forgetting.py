"""What erasures of persons decide on and note: their keys, and which event says that they were forgotten."""

from collections.abc import Collection
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from domain.customer_erasure import Tombstone
from domain.pending import Pending
from infra.eventstore.append import HOLD_LOG
from infra.eventstore.subject_keys import KeysOfSubjects
from projections.base import Database
from projections.orders import OPEN_OF_CUSTOMER

_TOMBSTONE: LiteralString = """
    SELECT position, at FROM erased_subjects
     WHERE company_id = %(company_id)s AND subject_id = %(subject_id)s
"""

_OPEN_ORDERS: LiteralString = f"SELECT {OPEN_OF_CUSTOMER} AS has_any"

_BURY: LiteralString = """
    INSERT INTO erased_subjects (company_id, subject_id, position, at)
    SELECT %(company_id)s, gone.id, %(position)s, %(at)s FROM unnest(%(ids)b::uuid[]) AS gone(id)
    RETURNING company_id
"""


class Forgetting:
    """Forgets persons, in one transaction."""

    def __init__(self, db: Database, keys: KeysOfSubjects, now: datetime) -> None:
        self._db = db
        self._keys = keys
        self._now = now

    def tombstone(self, subject_id: UUID) -> Pending[Tombstone | None]:
        """Ask whether somebody was forgotten before."""
        answer = self._db.ask(_TOMBSTONE, {"company_id": self._db.company_id, "subject_id": subject_id})
        return Pending(lambda: Tombstone(**row) if (row := answer.row()) else None)

    def has_open_orders(self, customer_id: UUID) -> Pending[bool]:
        """Ask whether they, or anybody they absorbed, have an order that is open."""
        answer = self._db.ask(_OPEN_ORDERS, {"company_id": self._db.company_id, "id": customer_id})
        return Pending(lambda: bool((row := answer.row()) and row["has_any"]))

    def destroy_keys(self, subject_ids: Collection[UUID]) -> Pending[int]:
        """Destroy the keys of persons with the next round trip; the answer is how many there were."""
        return self._keys.destroy(subject_ids)

    def bury(self, subject_ids: Collection[UUID]) -> Tombstone:
        """Note who was forgotten, by the event that this transaction records first."""
        row = self._db.ask(HOLD_LOG, {"company_id": self._db.company_id}).row()
        tombstone = Tombstone(position=row["position"] + 1 if row else 1, at=self._now)
        params = {"ids": sorted(subject_ids), "position": tombstone.position, "at": tombstone.at}
        self._db.execute(_BURY, {"company_id": self._db.company_id, **params})
        return tombstone
