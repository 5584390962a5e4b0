"""Copies events of one company's log into that of another: the same facts, at the same times."""

from collections.abc import Iterable, Mapping
from typing import Any, LiteralString
from uuid import UUID, uuid5

import msgspec

from domain.users import User
from infra.eventstore.chain import ChainedEvent
from infra.eventstore.codec import EventType, EventTypes, Metadata, decode_metadata, encode_metadata
from infra.eventstore.data_keys import new_key
from infra.eventstore.sealing import Place, about, is_about_somebody, is_sealed, sealed, subject_of
from infra.incoming.anonymity import Anonymity
from infra.postgres.transactions import Transaction

#: Fields that name pictures: anyone who knows the id of one sees it, so that a copy has ids of its own.
_PICTURES = ("image_id", "logo_image_id")
_ORDERED_PICTURES = "image_ids"
#: So much of a company's id sets its user names apart from those of others.
_DIGITS = 12

_KEYS: LiteralString = """
    SELECT subject_id, wrapped FROM subject_keys
     WHERE company_id = %(company_id)s AND subject_id = ANY(%(ids)b::uuid[])
"""


class Copying:
    """How one company's events become another's.

    Without persons nothing tells who anybody is, and no key is asked for. With them, what was sealed is
    sealed anew, under keys of the copy's own: whoever is erased in one of both is not in the other.
    """

    def __init__(self, types: EventTypes, source_id: UUID, copy_id: UUID, *, has_persons: bool) -> None:
        self.keys: dict[UUID, bytes] = {}
        self._types = types
        self._source_id = source_id
        self._copy_id = copy_id
        self._has_persons = has_persons
        self._domain = copy_id.hex[:_DIGITS]
        self._anonymity = Anonymity(self._domain)

    def source_keys(self, db: Transaction, events: Iterable[ChainedEvent]) -> Mapping[UUID, bytes]:
        """The keys of whom these events tell something, as the database keeps them; none without persons."""
        if not self._has_persons:
            return {}
        ids = {subject_of(event.state) for event in events if is_sealed(event.state)}
        rows = db.ask(_KEYS, {"company_id": self._source_id, "ids": list(ids)}).rows()
        return {row["subject_id"]: row["wrapped"] for row in rows}

    def copied(self, event: ChainedEvent, keys: Mapping[UUID, bytes]) -> ChainedEvent:
        """The event as the copy has it; its position and hash follow from where it will stand.

        Raises NewerEvent, DamagedEvent.
        """
        kind, subject_id = self._types.named(event.type), None
        row = {**event._asdict(), "company_id": self._source_id, "subject_key": None}
        if is_about_somebody(event.state):
            subject_id = subject_of(event.state)
            row["subject_key"] = keys.get(subject_id)
        state = self._types.members(row)
        self._change(kind, event.stream_id, state)
        stream_id = self._own(event.stream_id)
        return event._replace(
            stream_id=stream_id,
            state=self._written(kind, event, state, self._own(subject_id) if subject_id else None),
            metadata=encode_metadata(_without_request(decode_metadata(event.metadata))),
        )

    def _change(self, kind: EventType, stream_id: UUID, state: dict[str, Any]) -> None:
        """What the copy says otherwise."""
        if not self._has_persons:
            self._anonymity.hide(kind, stream_id, state)
        elif kind.aggregate is User and "username" in state:
            state["username"] = f"{state['username']}@{self._domain}"
        for name in _PICTURES:
            if state.get(name):
                state[name] = self._picture(state[name])
        if _ORDERED_PICTURES in state:
            state[_ORDERED_PICTURES] = [self._picture(one) for one in state[_ORDERED_PICTURES]]

    def _written(
        self, kind: EventType, event: ChainedEvent, state: dict[str, Any], subject_id: UUID | None
    ) -> str:
        text = msgspec.json.encode(state).decode()
        kind.decode(text)
        if subject_id is None:
            return text
        if self._has_persons and is_sealed(event.state):
            key = self.keys.setdefault(subject_id, new_key())
            place = Place(
                self._copy_id, subject_id, self._own(event.stream_id), event.stream_version, event.type
            )
            return msgspec.json.encode(sealed(state, kind.private, key, place)).decode()
        return about(subject_id, text)

    def _own(self, one: UUID) -> UUID:
        """The company's own id stands in its log as the id of a stream, and of whom it tells."""
        return self._copy_id if one == self._source_id else one

    def _picture(self, image_id: str) -> str:
        return str(uuid5(self._copy_id, image_id))


def _without_request(metadata: Metadata) -> Metadata:
    """When and by whom, and no more: of what else a request said nobody knows what it tells."""
    return Metadata(at=metadata.at, actor=metadata.actor, approved_by=metadata.approved_by)
