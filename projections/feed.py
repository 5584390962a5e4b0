"""The log as those read it who follow it from outside: every fact in its order, so many at a time.

What is chosen by type is looked for in so many events at a time and no more, since the log carries no index
for its readers; who follows it goes on behind those, whether any was among them or not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar, LiteralString, NamedTuple, Self
from uuid import UUID

from domain.errors import Conflict
from domain.event_patterns import EventPatterns
from projections.base import Database, Row
from projections.log_epochs import LogEpochs, ask_epochs

#: How many events one look passes over at most: of 1,500 bytes each, 15 ms.
SCANNED = 10_000
#: Once what events say comes to so many bytes, one look ends: a count of all goods may say a million.
LARGEST = 4_000_000

_HEAD: LiteralString = "SELECT position FROM company_head WHERE company_id = %(company_id)s"

_EVENTS: LiteralString = """
    SELECT position, type, stream_id, stream_version, recorded_at, state, metadata, bytes
      FROM (SELECT found.*, sum(octet_length(state)) OVER (ORDER BY position) AS bytes
              FROM (SELECT position, type, stream_id, stream_version, recorded_at, state, metadata
                      FROM events
                     WHERE company_id = %(company_id)s
                       AND position > %(after)s AND position <= %(last)s
                       AND (%(is_whole)s OR type = ANY(%(names)b::text[])
                            OR type ^@ ANY(%(beginnings)b::text[]))
                     ORDER BY position
                     LIMIT %(limit)s) AS found) AS measured
     WHERE bytes - octet_length(state) < %(largest)s
     ORDER BY position
"""


class CursorAhead(Conflict):
    """The cursor is none of this log's present epoch: the log was restored, or it is another one."""

    code = "cursor_ahead"
    remedy = "Begin again at `after=0`, or at the position up to which you have what this log holds."
    facts: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "head": "The last position of the log.",
            "epoch": "The epoch of the log now.",
            "same_up_to": "Up to which position the log is what it was in the epoch that was named.",
        }
    )

    @classmethod
    def of(cls, epochs: LogEpochs, head: int, epoch: str | None) -> Self:
        """A refusal that says what the log is now, and up to where it is what it was in that epoch."""
        refusal = cls.in_fields("after" if epoch in (None, epochs.present) else "epoch")
        same_up_to = epochs.shared_with(epoch, head)
        refusal.beside = {"head": head, "epoch": epochs.present, "same_up_to": same_up_to}
        return refusal


class PublicFact(NamedTuple):
    """What followers are told of an event beside its place: what it says, when it was decided, by whom."""

    data: Any
    at: datetime
    actor_id: UUID | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Facts of a company's log, where it ended (`head`), and where the next stretch begins."""

    epochs: LogEpochs
    head: int
    rows: Sequence[Row]
    next_after: int

    @property
    def has_more(self) -> bool:
        """Whether there is something to look at behind it now."""
        return self.next_after < self.head

    def up_to(self, position: int) -> Self:
        """The same, looked at up to this position only."""
        return replace(self, next_after=position)


def find_stretch(
    db: Database,
    *,
    after: int,
    limit: int,
    patterns: EventPatterns | None = None,
    epoch: str | None = None,
) -> Stretch:
    """Look at the log behind the position `after`, which is of that epoch if one is named.

    Raises CursorAhead, with `head`, `epoch` and `same_up_to` beside it.
    """
    params = {
        "company_id": db.company_id,
        "after": after,
        "last": after + SCANNED,
        "is_whole": patterns is None,
        "names": list(patterns.names) if patterns else [],
        "beginnings": list(patterns.beginnings) if patterns else [],
        "limit": limit,
        "largest": LARGEST,
    }
    asked, begun, found = db.ask(_HEAD, params), ask_epochs(db), db.ask(_EVENTS, params)
    log, epochs = asked.row(), LogEpochs.of(begun)
    head: int = log["position"] if log else 0
    if after > head or epoch not in (None, epochs.present):
        raise CursorAhead.of(epochs, head, epoch)
    rows = found.rows()
    return Stretch(epochs, head, rows, _end(rows, after, limit, head))


def _end(rows: Sequence[Row], after: int, limit: int, head: int) -> int:
    """Up to which position everything was looked at.

    NOTE: Events may have come in between both statements; then what was found ends behind the head.
    """
    last: int = rows[-1]["position"] if rows else after
    if rows and (len(rows) == limit or rows[-1]["bytes"] >= LARGEST):
        return last
    return max(last, min(head, after + SCANNED))
