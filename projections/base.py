"""What a read model is: tables, the facts that change them, and nothing it could not be rebuilt from."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Literal, LiteralString, Protocol
from uuid import UUID

import msgspec

from domain.aggregate import Aggregate, events_of
from domain.errors import Refusal
from projections.records import Reading, id_types

Params = Mapping[str, Any]
Row = dict[str, Any]


class ProjectionBehind(Refusal):
    """The read model has not caught up with that position yet, or is being filled."""

    code = "projection_behind"
    remedy = (
        "Repeat the request after `Retry-After` seconds, or leave out `X-Wait-For-Position` and take "
        "what is known."
    )


class EventNotReadable(Refusal):
    """An event of the log cannot be read, so nothing is decided or told on what it belongs to."""


class NewerEvent(EventNotReadable):
    """A newer version of this service has recorded something here that this one does not know yet."""

    code = "newer_event"
    remedy = "Repeat the request after `Retry-After` seconds: another server of the service can answer it."


class DamagedEvent(EventNotReadable):
    """What the log holds here is not what was recorded; whoever runs the service has to look at it."""

    code = "damaged_event"
    remedy = "Do not repeat it; tell whoever runs the service the request's id, so that the log is looked at."


class ServerOutdated(Refusal):
    """A server of another version is about to take over; try again shortly."""

    code = "server_outdated"
    remedy = "Repeat the request after `Retry-After` seconds; nothing was recorded."


class CompanyClosed(Refusal):
    """This company is closed until whoever runs the service has mended its data; nothing was recorded."""

    code = "company_closed"
    remedy = "Keep what is to be recorded under ids of your own, and repeat it when the service is mended."
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

    def after_commit(self, do: Callable[[], None]) -> None:
        """Have this done once everything is committed, and not otherwise."""


class Fact(msgspec.Struct, frozen=True):
    """One event as a read model sees it; `data` has the fields that the read model declares.

    An inline read model is written in the very transaction that records the fact, so it must not use
    `position` and `recorded_at`, which are known only when the log has taken it, save to tell what is
    recorded twice.
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


Event = type[Aggregate.Event]
#: A statement, or several that follow each other.
Statements = LiteralString | tuple[LiteralString, ...]


class Projection:
    """A read model. Subclasses name their tables and each event that changes them, and how.

    In `on` stands what an event does: statements, whose parameters are fields of the event, what `derives`
    names, and of the fact itself `company_id`, `stream_id`, `version`, `at`, `actor_id`, `position` and
    `recorded_at`. In `folds` stand the events that an `apply` of the read model's own takes in a batch, each
    with the record of what it reads of it; the event itself stands for all of its fields. Whoever names one
    event of an aggregate names every other one, or lists it in `ignores`, with the reason beside it.
    `projections/declarations.py` looks after all that at the start.

    The SQL names tables without a schema: a rebuild, a check and a look into the past run the very same
    statements against temporary tables of the same names.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    #: Names of the read models whose rows it is made from; they come before it, and are rebuilt before it.
    sources: ClassVar[tuple[str, ...]] = ()
    mode: ClassVar[Literal["inline", "async"]] = "async"
    tables: ClassVar[tuple[str, ...]]
    schema: ClassVar[LiteralString]
    on: ClassVar[Mapping[Event, Statements]] = {}
    #: What stands in place of `on` for an event that the log has already (`Fact.is_recorded`).
    on_recorded: ClassVar[Mapping[Event, Statements]] = {}
    #: Parameters that are made from fields: the function, and the names of the fields that it takes.
    derives: ClassVar[Mapping[str, tuple[Callable[..., Any], *tuple[str, ...]]]] = {}
    folds: ClassVar[Mapping[Event, type[Aggregate.Event | Reading]]] = {}
    ignores: ClassVar[frozenset[Event]] = frozenset()
    #: The indexes by which only readers find rows: what is made to be compared goes without, and what an
    #: upgrade builds gets them when the rows are there.
    reading_indexes: ClassVar[tuple[str, ...]] = ()
    #: By table, the condition of rows that a company may read although they are not its own; none by default.
    shared_rows: ClassVar[Mapping[str, LiteralString]] = {}
    #: All that it names.
    events: ClassVar[frozenset[Event]]

    def __init_subclass__(cls) -> None:
        cls.events = frozenset((*cls.on, *cls.folds))

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Fold facts, all of this read model's events and in the order of the log, into the tables."""
        for fact in facts:
            chosen = self.on_recorded if fact.is_recorded and fact.event in self.on_recorded else self.on
            for statement in each_of(chosen[fact.event]):
                db.execute(statement, self._params(fact, statement, db))

    def _params(self, fact: Fact, statement: LiteralString, db: Database) -> Params:
        return {name: self._param(name, fact, db) for name in parameters_of(statement)}

    def _param(self, name: str, fact: Fact, db: Database) -> Any:
        if name in self.derives:
            by, *fields = self.derives[name]
            return by(*(_field(fact, field) for field in fields))
        if name == "company_id":
            return db.company_id
        value = getattr(fact, name) if name in PARAMETERS else _field(fact, name)
        return list(value) if type(value) is tuple else value


def _field(fact: Fact, name: str) -> Any:
    """What the event says there, ids as such: of the log they may be read as text, for another's sake."""
    value = getattr(fact.data, name)
    # An id as such, which is nearly every one, is not looked up: rebuilds come by here for each parameter.
    if fact.is_recorded and type(value) in (str, tuple) and name in id_types(fact.event):
        return msgspec.convert(value, id_types(fact.event)[name])
    return value


#: What a statement in `on` may take of the fact besides what the event says, and of the transaction.
PARAMETERS = frozenset({"stream_id", "version", "at", "actor_id", "position", "recorded_at", "company_id"})


def each_of(statements: Statements) -> tuple[LiteralString, ...]:
    """The statements that follow each other."""
    return (statements,) if isinstance(statements, str) else statements


@cache
def parameters_of(statement: LiteralString) -> tuple[str, ...]:
    """The names of the parameters of a statement."""
    return tuple(dict.fromkeys(_PARAMETER.findall(statement)))


_PARAMETER = re.compile(r"%\((\w+)\)")


# A plan that is made for any values keeps every filter that is not asked for; one made for these values drops
# them and picks the index that serves the others. It costs half a millisecond; other processes to help with a
# page would cost more, and compiling it (which the guessed size of a sum can bring about) a second. What is
# added up of a year fits into 64 MB; with less it goes by the disk and takes twice as long.
_PLAN_FOR_VALUES: LiteralString = """
    SELECT set_config('plan_cache_mode', 'force_custom_plan', true),
           set_config('max_parallel_workers_per_gather', '0', true),
           set_config('jit', 'off', true),
           set_config('work_mem', '64MB', true)
"""


def plan_for_values(db: Database) -> None:
    """Have every further statement of this transaction planned for the values it is asked with."""
    db.execute(_PLAN_FOR_VALUES, {})


def in_whole(*events: Event) -> dict[Event, Event]:
    """These events with all of their fields, as `folds` has them."""
    return {event: event for event in events}


def belonging(aggregates: Iterable[type[Aggregate]], *families: Event) -> Iterator[Event]:
    """The events of these aggregates that belong to a family, such as `Entity.Revised`."""
    for aggregate in aggregates:
        yield from (event for _, event in events_of(aggregate) if issubclass(event, families))


def all_but(aggregate: type[Aggregate], *events: Event) -> frozenset[Event]:
    """The events of an aggregate but these, as `ignores` has them."""
    return frozenset(event for _, event in events_of(aggregate)) - set(events)
