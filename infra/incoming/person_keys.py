"""Keys of persons in a file beside a log, and what becomes of persons whose keys are not there."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import LiteralString
from uuid import UUID

from infra.eventstore.chain import ChainedEvent
from infra.eventstore.codec import EventTypes
from infra.eventstore.data_keys import KEY_LENGTH, DataKeys
from infra.eventstore.sealing import is_about_somebody, is_sealed, subject_of
from infra.postgres.transactions import Transaction

_WORD = "key"

# One that is not known is kept as nothing at all: nobody gets another key, under which what was sealed before
# would be taken for damaged.
_KEEP: LiteralString = """
    INSERT INTO subject_keys (company_id, subject_id, kind, kek_id, wrapped)
    SELECT %(company_id)s, unnest(%(ids)b::uuid[]), unnest(%(kinds)b::text[]), %(kek_id)b,
           unnest(%(wrapped)b::bytea[])
    RETURNING company_id
"""


class NotPersonKeys(ValueError):
    """Line {line} of {path} is no key of a person."""

    def __init__(self, path: Path, line: int) -> None:
        super().__init__((type(self).__doc__ or "").format(path=path, line=line))


def read_person_keys(path: Path) -> dict[UUID, bytes]:
    """The keys in a file of lines `key <subject_id> <base64>`. Raises NotPersonKeys."""
    keys = {}
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                word, subject_id, encoded = line.decode().rstrip("\n").split(" ")
                key = base64.b64decode(encoded, validate=True)
                keys[UUID(subject_id)] = key
            except (ValueError, binascii.Error):
                raise NotPersonKeys(path, number) from None
            if word != _WORD or len(key) != KEY_LENGTH:
                raise NotPersonKeys(path, number)
    return keys


class PersonKeys:
    """Gives the persons of a log their keys as the log comes in.

    `found` are those who have theirs; of those who are `missing` one nobody reads again what was sealed.
    """

    def __init__(self, types: EventTypes, keys: Mapping[UUID, bytes]) -> None:
        self.found: set[UUID] = set()
        self.missing: set[UUID] = set()
        self._types = types
        self._keys = keys
        self._wrapped: dict[UUID, bytes] = {}

    def wrapped_of(self, state: str) -> bytes | None:
        """The key of whom a state is about, as the database keeps it; None where there is none."""
        return (self._wrapped.get(subject_of(state)) or None) if is_about_somebody(state) else None

    def keep(self, db: Transaction, events: Iterable[ChainedEvent]) -> None:
        """Keep the keys of whom these events are the first to tell something sealed."""
        new: dict[UUID, str] = {}
        for event in events:
            if is_sealed(event.state) and (subject_id := subject_of(event.state)) not in self._wrapped:
                new[subject_id] = self._types.named(event.type).event.subject_kind
        if not new:
            return
        data_keys: DataKeys = self._types.data_keys
        for subject_id in new:
            key = self._keys.get(subject_id)
            self._wrapped[subject_id] = data_keys.wrap(key, db.company_id, subject_id) if key else b""
            (self.found if key else self.missing).add(subject_id)
        params = {
            "company_id": db.company_id,
            "kek_id": data_keys.current_id,
            "ids": list(new),
            "kinds": list(new.values()),
            "wrapped": [self._wrapped[one] for one in new],
        }
        db.execute(_KEEP, params)
