"""The keys of the persons that a transaction's events tell about: found, made, and destroyed."""

from collections.abc import Collection, Iterable, Mapping
from typing import LiteralString
from uuid import UUID

from psycopg import errors

from domain.pending import Pending
from infra.eventstore.codec import SubjectKeys
from infra.eventstore.data_keys import DataKeys, new_key
from projections.base import Answer, Database

_MAKE: LiteralString = """
    INSERT INTO subject_keys (company_id, subject_id, kind, kek_id, wrapped)
    SELECT %(company_id)s, unnest(%(ids)b::uuid[]), unnest(%(kinds)b::text[]), %(kek_id)b,
           unnest(%(wrapped)b::bytea[])
    RETURNING company_id
"""

# Whoever forgets a person destroys their key first, and so waits for what is just being told about them.
_HOLD: LiteralString = """
    SELECT wrapped FROM subject_keys
     WHERE company_id = %(company_id)s AND subject_id = %(subject_id)s
       FOR KEY SHARE
"""

_HOLD_ALL: LiteralString = """
    SELECT subject_id FROM subject_keys
     WHERE company_id = %(company_id)s AND subject_id = ANY(%(ids)b::uuid[])
     ORDER BY subject_id
       FOR KEY SHARE
"""

# Nobody gets a key again who was forgotten.
_FIND_OR_MAKE: LiteralString = """
    WITH made AS (
        INSERT INTO subject_keys (company_id, subject_id, kind, kek_id, wrapped)
        SELECT %(company_id)s, new.id, new.kind, %(kek_id)b, new.wrapped
          FROM (SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(kinds)b::text[]) AS kind,
                       unnest(%(wrapped)b::bytea[]) AS wrapped) AS new
         WHERE NOT EXISTS (SELECT FROM erased_subjects
                            WHERE company_id = %(company_id)s AND subject_id = new.id)
            ON CONFLICT (company_id, subject_id) DO NOTHING
        RETURNING subject_id, wrapped
    )
    SELECT subject_id, wrapped FROM made
     UNION ALL
    SELECT subject_id, wrapped
      FROM (SELECT subject_id, wrapped FROM subject_keys
             WHERE company_id = %(company_id)s AND subject_id = ANY(%(ids)b::uuid[])
               FOR KEY SHARE) AS known
     UNION ALL
    SELECT subject_id, NULL FROM erased_subjects
     WHERE company_id = %(company_id)s AND subject_id = ANY(%(ids)b::uuid[])
"""


_DESTROY: LiteralString = """
    WITH gone AS (
        DELETE FROM subject_keys WHERE company_id = %(company_id)s AND subject_id = ANY(%(ids)b::uuid[])
        RETURNING subject_id
    )
    SELECT count(*) AS keys FROM gone
"""


class KeysOfSubjects:
    """The keys of persons, for one transaction: asked for once, never kept beyond it."""

    def __init__(self, db: Database, data_keys: DataKeys) -> None:
        self._db = db
        self._data_keys = data_keys
        self._keys: dict[UUID, bytes | None] = {}
        #: Keys that other statements brought along, as the database keeps them.
        self._brought: dict[UUID, bytes] = {}
        self._held: dict[UUID, Answer] = {}
        #: Whose words were read with their key, and may be told again.
        self._read: set[UUID] = set()

    def of(self, kinds: Mapping[UUID, str], new: Iterable[UUID] = ()) -> SubjectKeys:
        """The keys of these persons, each given with its kind; None for who was forgotten.

        Who is `new` gets a key without a look. Of the others, those without a key get one, which takes a
        round trip; where another transaction just gave one a key, another. Raises NoDataKey.
        """
        self._open_brought(kinds)
        fresh = {one: kinds[one] for one in new if one not in self._keys}
        if fresh:
            self._keys.update({one: new_key() for one in fresh})
            self._db.execute(_MAKE, self._rows(fresh, self._keys))
        unknown = {one: kind for one, kind in kinds.items() if one not in self._keys}
        if unknown:
            self._find_or_make(unknown)
        return {one: self._keys[one] for one in kinds}

    def _find_or_make(self, kinds: Mapping[UUID, str]) -> None:
        made = {one: new_key() for one in kinds}
        for row in self._db.ask(_FIND_OR_MAKE, self._rows(kinds, made)).rows():
            self._keys[row["subject_id"]] = self._unwrapped(row["subject_id"], row["wrapped"])
        # What another transaction committed while this one waited for it is seen by another look.
        if left := {one: kind for one, kind in kinds.items() if one not in self._keys}:
            self._find_or_make(left)

    def learn(self, subject_id: UUID, wrapped: bytes) -> None:
        """Take a key that another statement brought along."""
        self._brought[subject_id] = wrapped

    def read(self, subject_id: UUID, wrapped: bytes) -> None:
        """Take the key that came with a stream: what the stream tells of the person was read with it."""
        self._read.add(subject_id)
        self.learn(subject_id, wrapped)

    def hold_read(self) -> None:
        """Let nobody of whom something was read be forgotten before this transaction ends.

        What was read may be in its answer, in a message or in a row. Raises SerializationFailure, so that it
        is decided again, where somebody was forgotten since.
        """
        if not self._read:
            return
        params = {"company_id": self._db.company_id, "ids": sorted(self._read)}
        there = {row["subject_id"] for row in self._db.ask(_HOLD_ALL, params).rows()}
        if not self._read <= there:
            raise errors.SerializationFailure

    def hold(self, subject_id: UUID) -> None:
        """Ask for a key with the next round trip, and let nobody destroy it before this transaction ends."""
        params = {"company_id": self._db.company_id, "subject_id": subject_id}
        self._held[subject_id] = self._db.ask(_HOLD, params)

    def destroy(self, subject_ids: Collection[UUID]) -> Pending[int]:
        """Destroy keys with the next round trip, as soon as nobody holds them; says how many there were.

        What this transaction still tells about these persons is forgotten already.
        """
        self._keys.update(dict.fromkeys(subject_ids))
        self._read -= set(subject_ids)
        answer = self._db.ask(_DESTROY, {"company_id": self._db.company_id, "ids": sorted(subject_ids)})
        return Pending(lambda: row["keys"] if (row := answer.row()) else 0)

    def _open_brought(self, wanted: Iterable[UUID]) -> None:
        """Open the keys of these persons that are here."""
        for one, answer in self._held.items():
            if row := answer.row():
                self.learn(one, row["wrapped"])
        for one in wanted:
            if one not in self._keys and one in self._brought:
                self._keys[one] = self._unwrapped(one, self._brought[one])

    def _unwrapped(self, subject_id: UUID, wrapped: bytes | None) -> bytes | None:
        return self._data_keys.unwrap(wrapped, self._db.company_id, subject_id) if wrapped else None

    def _rows(self, kinds: Mapping[UUID, str], keys: SubjectKeys) -> dict[str, object]:
        company_id = self._db.company_id
        return {
            "company_id": company_id,
            "kek_id": self._data_keys.current_id,
            "ids": list(kinds),
            "kinds": list(kinds.values()),
            "wrapped": [self._data_keys.wrap(keys[one] or b"", company_id, one) for one in kinds],
        }
