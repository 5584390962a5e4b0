"""A look at the log: so much of it as one answer may show.

The log is written with every sale, so it carries no index for its readers. A look therefore has bounds, and
what it leaves out is left to the next.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from projections.audit.positions import between
from projections.audit.within_stores import WITHIN_STORES
from projections.base import Database, Row

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
    first, last = between(db, from_time, to_time)
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

#: The statements of a look: whether at one stream, whether backwards.
_STATEMENTS: Mapping[tuple[bool, bool], LiteralString] = {
    (False, False): _IN_LOG,
    (False, True): _IN_LOG_BACKWARDS,
    (True, False): _IN_STREAM,
    (True, True): _IN_STREAM_BACKWARDS,
}
