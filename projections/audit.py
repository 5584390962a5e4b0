"""The log as an auditor reads it: each fact with its author and its times, so much of it at a look.

The log is written with every sale, so it carries no index for its readers. A look therefore has bounds, and
what it leaves out is left to the next.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from projections.base import KNOWN_AT, Answer, Database, Row
from projections.log import EVENT

#: How many positions of the log one look passes over at most. For any filter that takes 50 to 110 ms over
#: events of 0.9 kB, and so needs no index: one by requests would double what it costs to insert an event (11
#: to 22 microseconds), with every sale …
SCANNED = 100_000
#: … and for whoever is bound to stores: whether an event lies in these may take a look at other tables.
SCANNED_IN_STORES = 5_000
#: How many events the aggregates of one look are folded from at most, and how long what the events say may
#: be, in bytes. One event is shown even where it alone is more.
FOLDED = 20_000
LONGEST = 4_000_000

_HEAD: LiteralString = "SELECT position FROM company_head WHERE company_id = %(company_id)s"

# Times never run backwards along the log, so ever smaller steps lead to the last event before a moment: each
# is taken if the event it leads to is there and still before it. One event is looked up for each step, which
# a join would not promise.
_BEFORE: LiteralString = """
    WITH RECURSIVE search(position, step) AS (
        SELECT 0::bigint, 1099511627776
        UNION ALL
        SELECT position + CASE WHEN (SELECT e.recorded_at FROM events AS e
                                      WHERE e.company_id = %(company_id)s
                                        AND e.position = search.position + step) < %(moment)s::timestamptz
                               THEN step ELSE 0 END,
               step / 2
          FROM search
         WHERE step > 0
    )
    SELECT max(position) AS position FROM search
"""

_OF_STORES: LiteralString = """(
                SELECT id FROM settings
                 WHERE company_id = %(company_id)s AND parent_id = ANY(%(store_ids)b::uuid[]))"""

#: Where the document that an event belongs to was begun.
_BEGUN_IN: LiteralString = """
                (SELECT substring(first.state FROM '"storage_id":"([0-9a-f-]{36})"')::uuid
                   FROM events AS first
                  WHERE first.company_id = %(company_id)s AND first.stream_id = events.stream_id
                    AND first.stream_version = 1)"""

#: The store that something at a till was begun in.
_STORE_AT_FIRST: LiteralString = """
                (SELECT substring(first.state FROM '"store_id":"([0-9a-f-]{36})"')::uuid
                   FROM events AS first
                  WHERE first.company_id = %(company_id)s AND first.stream_id = events.stream_id
                    AND first.stream_version = 1)"""

#: What lies in these stores: sales and movements of goods, documents about goods there, what else is done at
#: tills, the stores with their storages and registers, and users who are bound to nothing else. What belongs
#: to the whole company, its goods too, lies in none.
WITHIN_STORES: LiteralString = f"""
       (%(store_ids)b::uuid[] IS NULL OR CASE split_part(type, '.', 1)
            WHEN 'orders' THEN CASE WHEN starts_with(type, 'orders.Order.') THEN stream_id IN (
                SELECT id FROM orders
                 WHERE company_id = %(company_id)s AND store_id = ANY(%(store_ids)b::uuid[]))
                ELSE {_STORE_AT_FIRST} = ANY(%(store_ids)b::uuid[]) END
            WHEN 'shifts' THEN {_STORE_AT_FIRST} = ANY(%(store_ids)b::uuid[])
            WHEN 'stock' THEN
                substring(state FROM '"storage_id":"([0-9a-f-]{{36}})"')::uuid IN {_OF_STORES}
            WHEN 'transfers' THEN stream_id IN (
                SELECT id FROM transfers
                 WHERE company_id = %(company_id)s
                   AND (from_storage_id IN {_OF_STORES} OR to_storage_id IN {_OF_STORES}))
            WHEN 'purchase_orders' THEN stream_id IN (
                SELECT id FROM purchase_orders
                 WHERE company_id = %(company_id)s AND storage_id IN {_OF_STORES})
            WHEN 'counts' THEN {_BEGUN_IN} IN {_OF_STORES}
            WHEN 'reservations' THEN {_BEGUN_IN} IN {_OF_STORES}
            WHEN 'reorder_points' THEN {_BEGUN_IN} IN {_OF_STORES}
            WHEN 'tills' THEN {_STORE_AT_FIRST} = ANY(%(store_ids)b::uuid[])
            WHEN 'stores' THEN stream_id = ANY(%(store_ids)b::uuid[])
            WHEN 'storages' THEN stream_id IN {_OF_STORES}
            WHEN 'registers' THEN stream_id IN {_OF_STORES}
            WHEN 'users' THEN stream_id IN (
                SELECT id FROM users
                 WHERE company_id = %(company_id)s AND store_ids <> '{{}}'
                   AND store_ids <@ %(store_ids)b::uuid[])
            ELSE false END)
"""

# Metadata are searched as the text that they are: the log writes no space into its JSON, escapes quotes, and
# one that is no JSON at all must not spoil the page.
_FILTER: LiteralString = f"""
       position > %(after)s AND position <= %(last)s
       AND (%(kind)s::text IS NULL OR type = %(kind)s OR starts_with(type, %(kind)s || '.'))
       AND (%(stream_type)s::text IS NULL OR starts_with(type, %(stream_type)s || '.'))
       AND (%(actor)s::text IS NULL OR strpos(metadata, '"actor":"' || %(actor)s || '"') > 0)
       AND (%(request)s::text IS NULL OR strpos(metadata, '"request":' || %(request)s) > 0)
       AND {WITHIN_STORES}
"""

_FOUND: LiteralString = f"""
    SELECT position, stream_id, stream_version, octet_length(state)::bigint AS size FROM events
     WHERE company_id = %(company_id)s AND {_FILTER}
"""

_IN_LOG: LiteralString = f"""
    {_FOUND}
     ORDER BY position
     LIMIT %(limit)s
"""

_IN_LOG_BACKWARDS: LiteralString = f"""
    {_FOUND}
     ORDER BY position DESC
     LIMIT %(limit)s
"""

_IN_STREAM: LiteralString = f"""
    {_FOUND} AND stream_id = %(stream_id)s
     ORDER BY stream_version
     LIMIT %(limit)s
"""

_IN_STREAM_BACKWARDS: LiteralString = f"""
    {_FOUND} AND stream_id = %(stream_id)s
     ORDER BY stream_version DESC
     LIMIT %(limit)s
"""

_ACTOR: LiteralString = """'"actor":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"'"""
_EVENTS: LiteralString = f"""
    SELECT {EVENT},
           e.position, e.recorded_at, e.hash, author.id AS actor_id, actor.username AS actor
      FROM events AS e
     CROSS JOIN LATERAL (
            SELECT substring(e.metadata FROM {_ACTOR})::uuid
           ) AS author(id)
      LEFT JOIN users AS actor ON actor.company_id = e.company_id AND actor.id = author.id
     WHERE e.company_id = %(company_id)s AND e.position = ANY(%(positions)b::bigint[])
     ORDER BY e.position
"""

_VERSION: LiteralString = f"""
    SELECT stream_version AS version, type FROM events
     WHERE company_id = %(company_id)s AND stream_id = %(stream_id)s
       AND (%(version)s::bigint IS NULL OR stream_version = %(version)s)
       AND (%(as_of)s::timestamptz IS NULL OR {KNOWN_AT} <= %(as_of)s)
       AND {WITHIN_STORES}
     ORDER BY stream_version DESC
     LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Look:
    """Which events one look shows. The next goes on from `next_position`, at once if there `has_more`.

    It goes on after that position, or before it where the look goes `backwards`, newest first.
    """

    events: Sequence[Row]
    next_position: int | None
    has_more: bool
    backwards: bool = False

    def versions(self) -> dict[UUID, set[int]]:
        """The versions of each aggregate just before and just after these events."""
        versions_of: dict[UUID, set[int]] = {}
        for event in self.events:
            versions = versions_of.setdefault(event["stream_id"], set())
            versions |= {event["stream_version"] - 1, event["stream_version"]}
        return versions_of


def choose_events(
    db: Database,
    *,
    stream_id: UUID | None = None,
    kind: str | None = None,
    stream_type: str | None = None,
    actor_id: UUID | None = None,
    request_id: str | None = None,
    from_time: datetime | None = None,
    to_time: datetime | None = None,
    store_ids: Collection[UUID] = (),
    after: int = 0,
    before: int | None = None,
    limit: int = 20,
) -> Look:
    """Look at the log behind the position `after`, oldest first, or before that of `before`, newest first.

    With `store_ids` it shows what lies in these stores and nothing else.
    `kind` is the type of an event or the beginning of one, up to a dot, `stream_type` that of an aggregate.
    `from_time` is inclusive, `to_time` is not; both are about when the log took an event. A look that has
    more may show fewer than `limit`.
    """
    first, last = _between(db, from_time, to_time)
    if before is None:
        first = max(after, first)
    else:
        last = min(before - 1, last)
    scanned = SCANNED_IN_STORES if store_ids else SCANNED
    stretch = _Stretch(first, last, scanned if stream_id is None else None, backwards=before is not None)
    params = {
        "company_id": db.company_id,
        "stream_id": stream_id,
        "kind": kind,
        "stream_type": stream_type,
        "actor": str(actor_id) if actor_id else None,
        # As the log writes it.
        "request": None if request_id is None else json.dumps(request_id, ensure_ascii=False),
        "store_ids": list(store_ids) if store_ids else None,
        "after": stretch.looked_at[0],
        "last": stretch.looked_at[1],
        "limit": limit + 1,
    }
    return stretch.look(db.ask(_STATEMENTS[stream_id is not None, stretch.backwards], params).rows(), limit)


#: The statements of a look: whether at one stream, whether backwards.
_STATEMENTS: Mapping[tuple[bool, bool], LiteralString] = {
    (False, False): _IN_LOG,
    (False, True): _IN_LOG_BACKWARDS,
    (True, False): _IN_STREAM,
    (True, True): _IN_STREAM_BACKWARDS,
}


@dataclass(frozen=True)
class _Stretch:
    """The positions behind `first` up to `last`, of which one look passes over `scanned` at most."""

    first: int
    last: int
    scanned: int | None
    backwards: bool

    @property
    def looked_at(self) -> tuple[int, int]:
        """Behind which position, and up to which, this look finds events."""
        if self.scanned is None:
            return self.first, self.last
        if self.backwards:
            return max(self.first, self.last - self.scanned), self.last
        return self.first, min(self.last, self.first + self.scanned)

    def look(self, events: list[Row], limit: int) -> Look:
        """What is shown of the events that were found there."""
        shown = events[: bearable(events[:limit])]
        first, last = self.looked_at
        if len(shown) < len(events):
            return Look(shown, shown[-1]["position"], has_more=True, backwards=self.backwards)
        if self.backwards and first > self.first:
            return Look(shown, first + 1, has_more=True, backwards=True)
        if last < self.last:
            return Look(shown, last, has_more=True)
        return Look(shown, shown[-1]["position"] if shown else None, has_more=False, backwards=self.backwards)


def _between(db: Database, from_time: datetime | None, to_time: datetime | None) -> tuple[int, int]:
    """The last position before `from_time` (0: none), and the last before `to_time`, or of all.

    NOTE: The end is read before the events are, so all that lies before it is there to be seen.
    """
    before = ask_position_before(db, from_time) if from_time else None
    if to_time is None:
        head = db.ask(_HEAD, {"company_id": db.company_id})
    else:
        head = ask_position_before(db, to_time)
    return (_position(before) if before else 0), _position(head)


def ask_position_before(db: Database, moment: datetime) -> Answer:
    """Ask for the last position that was recorded before a moment, in its column `position`; 0: none."""
    return db.ask(_BEFORE, {"company_id": db.company_id, "moment": moment})


def _position(answer: Answer) -> int:
    row = answer.row()
    return row["position"] if row else 0


def bearable(events: Sequence[Row]) -> int:
    """How many of these events one look can bear: their aggregates are folded from the beginning."""
    versions: dict[UUID, int] = {}
    size = 0
    for count, event in enumerate(events):
        stream_id = event["stream_id"]
        versions[stream_id] = max(event["stream_version"], versions.get(stream_id, 0))
        size += event["size"]
        if count and (size > LONGEST or sum(versions.values()) > FOLDED):
            return count
    return len(events)


def ask_events(db: Database, look: Look) -> Answer:
    """Ask for the events of a look, in the order of the log even where that goes backwards.

    `actor` is the present name of the user of the company; `event_of` reads the rest, once it is opened.
    """
    positions = [event["position"] for event in look.events]
    return db.ask(_EVENTS, {"company_id": db.company_id, "positions": positions})


_OF_DECODING = frozenset({"company_id", "subject_key"})


def event_of(row: Row) -> Row:
    """An event of a look: `data` is what it says, as it was written, be it no JSON at all."""
    row = {name: value for name, value in row.items() if name not in _OF_DECODING}
    data, metadata = _parsed(row.pop("state")), _parsed(row.pop("metadata"))
    fields = metadata if isinstance(metadata, dict) else {}
    origin = {"request_id": "request", "terminal": "terminal", "approved_by": "approved_by"}
    return {
        **row,
        "at": fields.get("at"),
        **{name: fields.get(key) for name, key in origin.items()},
        "data": data,
    }


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def ask_version(
    db: Database,
    stream_id: UUID,
    *,
    version: int | None = None,
    as_of: datetime | None = None,
    store_ids: Collection[UUID] = (),
) -> Answer:
    """Ask for the `version` of an aggregate, its last one or its last one known by `as_of`.

    Answers its number and the type of its event, or nothing if there is none, in these stores if some are
    given.
    """
    params = {
        "company_id": db.company_id,
        "stream_id": stream_id,
        "version": version,
        "as_of": as_of,
        "store_ids": list(store_ids) if store_ids else None,
    }
    return db.ask(_VERSION, params)


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that differ, with the values before and after; null where there was none.

    Within objects only what differs is kept; a list is one value.
    """
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if isinstance(was, dict) and isinstance(now, dict):
            was, now = difference(was, now)
        if was != now:
            old[name], new[name] = was, now
    return old, new
