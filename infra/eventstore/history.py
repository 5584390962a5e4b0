"""What aggregates were at earlier versions of theirs, in a form that people can read."""

from collections.abc import Collection, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from domain.aggregate import Aggregate
from domain.entities import fields_of
from infra.eventstore.codec import EventTypes
from projections.base import Database, EventNotReadable
from projections.log import EVENT

State = dict[str, Any]

_UP_TO: LiteralString = f"""
    SELECT {EVENT}
      FROM (SELECT unnest(%(ids)b::uuid[]) AS stream_id,
                   unnest(%(versions)b::bigint[]) AS version) AS requested
      JOIN events AS e ON e.company_id = %(company_id)s AND e.stream_id = requested.stream_id
                      AND e.stream_version <= requested.version
     ORDER BY e.stream_id, e.stream_version
"""


def states_of(
    db: Database, types: EventTypes, versions: Mapping[UUID, Collection[int]]
) -> dict[tuple[UUID, int], State | EventNotReadable]:
    """The states of these streams at these versions, by stream and version, folded once for each stream.

    A stream or a version that is not there is left out. From an event on that cannot be read, the versions
    are why that is so.
    """
    params = {
        "company_id": db.company_id,
        "ids": list(versions),
        "versions": [max(numbers) for numbers in versions.values()],
    }
    states: dict[tuple[UUID, int], State | EventNotReadable] = {}
    for stream_id, events in groupby(db.ask(_UP_TO, params).rows(), key=itemgetter("stream_id")):
        last = 0
        try:
            for aggregate in types.replay(events):
                last = aggregate.version
                if last in versions[stream_id]:
                    states[stream_id, last] = state_of(aggregate)
        except EventNotReadable as trouble:
            states.update(
                {(stream_id, version): trouble for version in versions[stream_id] if version > last}
            )
    return states


def state_of(aggregate: Aggregate) -> State:
    """What an aggregate shows of itself, as JSON has it; a copy that later events leave as it is.

    The fields of an entity stand beside the rest of its state; names with an underscore are the library's.
    """
    shown = {name: value for name, value in vars(aggregate).items() if not name.startswith("_")}
    plain: State = {**_plain(shown.pop("values", {})), **_plain(shown)}
    return plain


def _plain(shown: dict[str, Any]) -> State:
    """The same in texts, numbers, lists and objects; facts that are kept whole, without their headers."""
    plain: State = msgspec.to_builtins(_without_headers(shown))
    return plain


def _without_headers(value: Any) -> Any:
    if isinstance(value, Aggregate.Event):
        return {field: getattr(value, field) for field in fields_of(type(value))}
    if isinstance(value, dict):
        return {name: _without_headers(inner) for name, inner in value.items()}
    return [_without_headers(inner) for inner in value] if isinstance(value, list) else value
