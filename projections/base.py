"""What a read model is: tables, the facts that change them, and nothing it could not be rebuilt from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal, LiteralString, Protocol
from uuid import UUID

from domain.aggregate import Aggregate, events_of
from domain.errors import Refusal

Params = Mapping[str, Any]
Row = dict[str, Any]


class ProjectionBehind(Refusal):
    """The read model has not caught up with that position yet, or is being filled."""

    code = "projection_behind"


class EventNotReadable(Refusal):
    """An event of the log cannot be read, so nothing is decided or told on what it belongs to."""


class NewerEvent(EventNotReadable):
    """A newer version of this service has recorded something here that this one does not know yet."""

    code = "newer_event"


class DamagedEvent(EventNotReadable):
    """What the log holds here is not what was recorded; whoever runs the service has to look at it."""

    code = "damaged_event"


class ServerOutdated(Refusal):
    """A server of another version is about to take over; try again shortly."""

    code = "server_outdated"


class CompanyClosed(Refusal):
    """This company is closed until whoever runs the service has mended its data; nothing was recorded."""

    code = "company_closed"
    #: After how many seconds it is worth trying again: a person has to come first.
    retry_after: ClassVar[int] = 60


class Answer(Protocol):
    """Rows that were asked for and arrive with the next round trip."""

    def rows(self) -> list[Row]:
        """Every row, waiting for them if need be."""

    def row(self) -> Row | None:
        """The first row, or None."""


class Database(Protocol):
    """One transaction of one company. Statements queue up and travel together."""

    company_id: UUID

    def enter(self, company_id: UUID) -> None:
        """See this company, and no other, from here on."""

    def execute(self, query: LiteralString, params: Params) -> None:
        """Queue a statement whose result nobody reads."""

    def ask(self, query: LiteralString, params: Params) -> Answer:
        """Queue a question; reading its answer sends everything queued so far."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One event as a read model sees it.

    `data` has the event's own fields. An inline read model is written in the very transaction that records
    the fact, so it must not use `position` and `recorded_at`, which are known only when the log has taken it,
    save to tell what is recorded twice.
    """

    event: type[Aggregate.Event]
    stream_id: UUID
    version: int
    data: Any
    at: datetime
    actor_id: UUID | None
    position: int = 0
    recorded_at: datetime | None = None

    @property
    def known_at(self) -> datetime:
        """From when on it is known, for whoever asks what was known at a moment.

        It is when it was decided, which is the time that answers show; if the clock that said so was ahead,
        when the log took it. Every time that was shown so finds what it was shown of.
        """
        return self.at if self.recorded_at is None else min(self.at, self.recorded_at)

    @property
    def is_recorded(self) -> bool:
        """Whether the log has it already: then nothing that it says can be refused any more.

        A damaged log may hold twice what must be there once, such as a place in a series of numbers. A read
        model that keeps such a thing unique leaves it to the first and notes, in a column `clash` that is the
        last of the unique key, the position of the fact that took it again; else that is 0.
        """
        return self.position > 0


#: What `Fact.known_at` says, of an event in the log. Its metadata are taken as text, as they may be damaged.
KNOWN_AT: LiteralString = """
    least(recorded_at, substring(metadata FROM '"at":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z)"')::timestamptz)
"""


class Projection:
    """A read model. Subclasses name their tables and fold facts into them.

    The SQL names tables without a schema: a rebuild, a check and a look into the past run the very same
    statements against temporary tables of the same names.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    #: Names of the read models whose rows it is made from; they come before it, and are rebuilt before it.
    made_from: ClassVar[tuple[str, ...]] = ()
    mode: ClassVar[Literal["inline", "async"]] = "async"
    tables: ClassVar[tuple[str, ...]]
    schema: ClassVar[LiteralString]
    events: ClassVar[frozenset[type[Aggregate.Event]]]
    #: By table, the condition of rows that a company may read although they are not its own; none by default.
    shared_rows: ClassVar[Mapping[str, LiteralString]] = {}

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Fold facts, all of this read model's events and in the order of the log, into the tables."""
        raise NotImplementedError


# A plan that is made for any values keeps every filter that is not asked for; one made for these values drops
# them and picks the index that serves the others. It costs half a millisecond, and other processes to help
# with a page would cost more.
_PLAN_FOR_VALUES: LiteralString = """
    SELECT set_config('plan_cache_mode', 'force_custom_plan', true),
           set_config('max_parallel_workers_per_gather', '0', true)
"""


def plan_for_values(db: Database) -> None:
    """Have every further statement of this transaction planned for the values it is asked with."""
    db.execute(_PLAN_FOR_VALUES, {})


def facts_of(*aggregates: type[Aggregate]) -> frozenset[type[Aggregate.Event]]:
    """Every event these aggregates record."""
    return frozenset(event for aggregate in aggregates for _, event in events_of(aggregate))
