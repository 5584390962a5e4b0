"""What is sent of an event: a row of the change feed, with the time that Standard Webhooks asks for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from domain.webhooks import SEALED
from infra.eventstore.codec import EventTypes
from infra.postgres.transactions import Transaction
from infra.webhooks.seals import seals_of
from projections.base import EventNotReadable, Row

#: What a delivery is of that no event has led to.
TEST_TYPE = "webhooks.test"

_EVENTS: LiteralString = """
    SELECT position, type, stream_id, stream_version, recorded_at, state, metadata FROM events
     WHERE company_id = %(company_id)s AND position = ANY(%(positions)b::bigint[])
"""


class _Body(msgspec.Struct, frozen=True, kw_only=True):
    """The members of the feed, in their order, and `timestamp`."""

    id: str
    position: int | None
    type: str
    stream_id: UUID
    stream_version: int
    at: datetime
    recorded_at: datetime
    actor_id: UUID | None
    data: Any
    timestamp: datetime


def bodies_of(
    db: Transaction, types: EventTypes, deliveries: Sequence[Row], *, with_costs: bool
) -> dict[UUID, bytes | EventNotReadable]:
    """The bodies of these deliveries by their ids, or why an event cannot be told."""
    positions = [row["position"] for row in deliveries if row["position"] is not None]
    asked = db.ask(_EVENTS, {"company_id": db.company_id, "positions": positions})
    events = {event["position"]: event for event in asked.rows()}
    seals = seals_of(db, deliveries)
    return {
        row["id"]: _sealed(row, *seals[row["id"]])
        if row["id"] in seals
        else _body(row, events.get(row["position"]), types, with_costs)
        for row in deliveries
    }


def _body(delivery: Row, event: Row | None, types: EventTypes, with_costs: bool) -> bytes | EventNotReadable:
    if event is None:
        return _encode(_test(delivery))
    try:
        fact = types.public_fact(event, with_costs=with_costs)
    except EventNotReadable as trouble:
        return trouble
    return _encode(
        _Body(
            id=delivery["message_id"].removeprefix(f"{delivery['company_id']}-"),
            position=event["position"],
            type=event["type"],
            stream_id=event["stream_id"],
            stream_version=event["stream_version"],
            at=fact.at,
            recorded_at=event["recorded_at"],
            actor_id=fact.actor_id,
            data=fact.data,
            timestamp=fact.at,
        )
    )


def _test(delivery: Row) -> _Body:
    return _news(delivery, TEST_TYPE, delivery["webhook_id"], delivery["created_at"], {})


def _sealed(delivery: Row, moment: datetime, seal: dict[str, Any]) -> bytes:
    return _encode(_news(delivery, SEALED, delivery["company_id"], moment, seal))


def _news(delivery: Row, kind: str, about: UUID, moment: datetime, data: dict[str, Any]) -> _Body:
    """What is told of something that no event has led to."""
    return _Body(
        id=delivery["message_id"].removeprefix(f"{delivery['company_id']}-"),
        position=None,
        type=kind,
        stream_id=about,
        stream_version=0,
        at=moment,
        recorded_at=moment,
        actor_id=None,
        data=data,
        timestamp=moment,
    )


_encode = msgspec.json.Encoder().encode
