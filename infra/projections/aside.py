"""Read models built beside those that answer: in a schema of their own, from the log, for every company."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from multiprocessing.sharedctypes import Synchronized
from typing import Any, LiteralString, Self
from uuid import UUID, uuid4

import psycopg
from psycopg import errors, sql

from domain.companies import PLATFORM_ID
from infra.eventstore.chain import LogAltered, Proof
from infra.eventstore.codec import EventTypes
from infra.postgres.installation import DatabaseUnfit, Installation
from infra.postgres.pipeline import RequestConnection
from infra.postgres.rights import rights_of
from infra.postgres.securing import secure_tables
from infra.postgres.transactions import Transaction, transaction
from infra.process.children import end_with
from infra.process.garbage import collecting_no_garbage
from infra.projections.faults import describe, is_passing
from infra.projections.reading import BATCH, FactReader
from infra.projections.staging import Progress, ignore_progress
from projections.base import Projection

#: How many positions are folded in one transaction at most: a longer one would keep the server from cleaning
#: up behind the tills.
_RUN = BATCH
_TICK_SECONDS = 0.1
#: How many tasks are handed to a process at once, at most.
_PACK = 100
#: What the proof of a company's log is noted as, beside its read models.
_LOG = ""
#: How often a run is tried again that met another one crosswise.
ATTEMPTS = 4

_SESSION: tuple[LiteralString, ...] = (
    "SET work_mem = '64MB'",
    # A run that a crash of the server takes back is taken back with the position it had come to.
    "SET synchronous_commit = off",
)

_UPGRADE: LiteralString = "CREATE TABLE upgrade (id uuid PRIMARY KEY)"

_BEGIN_UPGRADE: LiteralString = "INSERT INTO upgrade (id) VALUES (%(upgrade)s)"

# A process may outlive an upgrade that was killed, and the next one makes tables of the same names.
_GOES_ON: LiteralString = "SELECT 1 FROM upgrade WHERE id = %(upgrade)s"

_BUILT: LiteralString = """
    CREATE TABLE built (
        company_id uuid NOT NULL,
        projection text NOT NULL,
        position   bigint NOT NULL,
        has_facts  boolean NOT NULL,
        error      text,
        PRIMARY KEY (company_id, projection)
    ) WITH (fillfactor = 50)
"""

# What stopped at an event stays where it is.
_PENDING: LiteralString = """
    SELECT head.company_id, model.name, coalesce(built.position, 0), head.position
      FROM company_head AS head
     CROSS JOIN unnest(%(names)b::text[]) AS model(name)
      LEFT JOIN built ON built.company_id = head.company_id AND built.projection = model.name
     WHERE head.position > coalesce(built.position, 0) AND built.error IS NULL
     ORDER BY head.position - coalesce(built.position, 0) DESC, head.company_id
"""

_NOTE: LiteralString = """
    INSERT INTO built (company_id, projection, position, has_facts, error)
    VALUES (%(company_id)s, %(projection)s, %(position)s, %(has_facts)s, %(error)s)
        ON CONFLICT (company_id, projection) DO UPDATE
       SET position = excluded.position, has_facts = built.has_facts OR excluded.has_facts,
           error = excluded.error
"""

_PROVED: LiteralString = """
    SELECT position, error FROM built WHERE company_id = %(company_id)s AND projection = %(projection)s
"""

# What another read model is made from may be parked since an upgrade of before.
_STOP_DERIVED: LiteralString = """
    INSERT INTO built (company_id, projection, position, has_facts, error)
    SELECT base.company_id, %(name)s, 0, false,
           'It is made from ' || string_agg(base.projection, ', ') || ', which cannot be made.'
      FROM (SELECT company_id, projection FROM built WHERE error IS NOT NULL
             UNION
            SELECT company_id, projection FROM projection_checkpoints
             WHERE parked_at IS NOT NULL AND projection <> ALL(%(changed)s::text[])) AS base
     WHERE base.projection = ANY(%(sources)s::text[])
     GROUP BY base.company_id
        ON CONFLICT (company_id, projection) DO UPDATE SET error = excluded.error WHERE built.error IS NULL
"""

_LEFTOVERS: LiteralString = """
    SELECT tablename FROM pg_tables WHERE schemaname = %(schema)s ORDER BY tablename = 'upgrade' DESC
"""

_STOPPED: LiteralString = """
    SELECT company_id, projection, error FROM built
     WHERE error IS NOT NULL AND projection = ANY(%(names)b::text[])
     ORDER BY projection, company_id
"""

_CONCERNED: LiteralString = """
    SELECT projection, count(*) FROM built
     WHERE has_facts AND company_id <> %(platform)s
     GROUP BY projection
"""


class Superseded(DatabaseUnfit):
    """Another upgrade has begun; this one ends."""


@dataclass(frozen=True)
class Task:
    """A read model of a company to be folded, or its log to be proved, from one position to another."""

    company_id: UUID
    name: str
    after: int
    upto: int


@dataclass(frozen=True)
class Stopped:
    """A read model that cannot be made for a company, and the event and the fault that stopped it."""

    company_id: UUID
    name: str
    error: str


@dataclass(frozen=True)
class Site:
    """Where read models are built: which ones, of which events; `conninfo` leads to the owner."""

    conninfo: str
    installation: Installation
    types: EventTypes
    models: Sequence[Projection]
    #: The id of the upgrade that builds.
    upgrade: UUID = field(default_factory=uuid4)

    @contextmanager
    def session(self) -> Iterator[psycopg.Connection[Any]]:
        """A session in which tables of read models are those built aside, and all others the live ones.

        NOTE: begin one only when the tables are made; a statement that was prepared before would go on
        meaning the live ones.
        """
        with RequestConnection.connect(
            self.conninfo, autocommit=True, application_name="mipos upgrade"
        ) as connection:
            for statement in _SESSION:
                connection.execute(statement)
            path = sql.SQL("SET search_path = {}, {}, pg_temp")
            connection.execute(path.format(*map(sql.Identifier, reversed(self.installation.schemas))))
            yield connection

    def make_tables(self) -> None:
        """Make the empty tables, as both roles will find them in place."""
        tables = rights_of(self.models)
        with self.session() as connection, connection.transaction():
            connection.execute(_UPGRADE)
            connection.execute(_BEGIN_UPGRADE, {"upgrade": self.upgrade})
            connection.execute(_BUILT)
            for model in self.models:
                connection.execute(model.schema)
            secure_tables(connection, self.installation, tables, self.installation.next_schema)


def clear(connection: psycopg.Connection[Any], schema: str) -> None:
    """Drop what an upgrade left there that was killed, once its last processes are out of the way."""
    with connection.transaction():
        for (table,) in connection.execute(_LEFTOVERS, {"schema": schema}).fetchall():
            connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(schema, table)))


def vacuum(connection: psycopg.Connection[Any], schema: str, models: Sequence[Projection]) -> None:
    """Let the planner know the tables from their first moment, and let indexes alone answer."""
    for model in models:
        for table in model.tables:
            connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(schema, table)))


def pending(connection: psycopg.Connection[Any], names: Sequence[str]) -> list[Task]:
    """What is left to prove and to fold of what has these names, the most first."""
    rows = connection.execute(_PENDING, {"names": list(names)}).fetchall()
    return [Task(*row) for row in rows]


def waves_of(models: Sequence[Projection]) -> tuple[list[str], list[str], list[str]]:
    """What comes after what, by name: logs are proved, then folded, last what is made from read models."""
    derived = [model.name for model in models if model.sources]
    return [_LOG], [model.name for model in models if not model.sources], derived


def stop_derived(connection: psycopg.Connection[Any], models: Sequence[Projection]) -> None:
    """Note that what is made from a read model that cannot be made cannot be made either."""
    changed = [model.name for model in models]
    for model in models:
        if model.sources:
            params = {"name": model.name, "sources": list(model.sources), "changed": changed}
            connection.execute(_STOP_DERIVED, params)


def stopped(connection: psycopg.Connection[Any], names: Sequence[str]) -> list[Stopped]:
    """What of what has these names cannot be made, by an event that cannot be applied."""
    rows = connection.execute(_STOPPED, {"names": list(names)}).fetchall()
    return [Stopped(*row) for row in rows]


def concerned(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """How many companies, save the platform, have facts for each name, as far as is known by now."""
    return dict(connection.execute(_CONCERNED, {"platform": PLATFORM_ID}).fetchall())


@dataclass(frozen=True)
class _Run:
    """How far a task was done, whether there were facts on the way, and what stopped it, if anything."""

    position: int
    has_facts: bool = False
    error: str | None = None


class Builder:
    """Does tasks over one session of the site. Raises Superseded when another upgrade has begun.

    Nothing is folded that was not proved: an event that is not what was recorded stops every read model.
    """

    def __init__(self, connection: psycopg.Connection[Any], site: Site) -> None:
        self._connection = connection
        self._upgrade = site.upgrade
        self._models = {model.name: model for model in site.models}
        self._readers = {model.name: FactReader(site.types, [model]) for model in site.models}

    def build(self, task: Task, progress: Callable[[int], None] = lambda _: None) -> None:
        """Do a task, in transactions of moderate length; `progress` is told how many positions passed."""
        position = task.after
        while position < task.upto:
            upto = min(position + _RUN, task.upto)
            # What was planned for nearly empty tables would be kept for full ones.
            self._connection.execute("DISCARD PLANS")
            reached = self._run(Task(task.company_id, task.name, position, upto))
            progress(upto - position)
            if reached < upto:
                return
            position = upto

    def _run(self, task: Task) -> int:
        """Do a task in a transaction of its own. Returns the position reached."""
        for _ in range(ATTEMPTS):
            try:
                with transaction(self._connection, task.company_id) as db:
                    return self.fold(db, task)
            except (errors.DeadlockDetected, errors.SerializationFailure):
                # Two companies wrote the same two entries of a directory, in a different order.
                continue
        with transaction(self._connection, task.company_id) as db:
            return self.fold(db, task)

    def fold_within(self, task: Task) -> int:
        """Do a task within the transaction that is open, which enters the company."""
        return self.fold(Transaction(self._connection, task.company_id), task)

    def fold(self, db: Transaction, task: Task) -> int:
        """Do a task within a transaction, or up to the event that stops it. Returns the position reached."""
        if db.ask(_GOES_ON, {"upgrade": self._upgrade}).row() is None:
            raise Superseded
        run = _prove(db, task) if task.name == _LOG else self._fold_what_is_proved(db, task)
        db.execute(_NOTE, {"company_id": task.company_id, "projection": task.name, **asdict(run)})
        return run.position

    def _fold_what_is_proved(self, db: Transaction, task: Task) -> _Run:
        """Fold as far as the company's log was found to be what was recorded."""
        proof = db.ask(_PROVED, {"company_id": task.company_id, "projection": _LOG}).row()
        proved, altered = (proof["position"], proof["error"]) if proof else (0, None)
        run = self._approach(db, replace(task, upto=min(task.upto, proved)))
        if run.error is None and task.upto >= proved:
            return replace(run, error=altered)
        return run

    def _approach(self, db: Transaction, task: Task) -> _Run:
        """Fold as far as it goes, halving the step on the way. Raises what is no fault of the event."""
        model, reader = self._models[task.name], self._readers[task.name]
        position, step, has_facts = task.after, BATCH, False
        while position < task.upto:
            end = min(position + step, task.upto)
            try:
                # A savepoint: what fails within is undone, and the transaction goes on.
                with db.connection.transaction(), collecting_no_garbage():
                    if facts := reader.read(db, position, end):
                        has_facts = True
                        model.apply(facts, db)
            except Exception as error:
                if db.connection.closed or is_passing(error):
                    raise
                if end - position == 1:
                    return _Run(position, has_facts=True, error=describe(db, position + 1, error))
                step = (end - position) // 2
            else:
                position = end
        return _Run(position, has_facts)


def _prove(db: Transaction, task: Task) -> _Run:
    """Recompute the hashes of a part of a company's log."""
    try:
        Proof(task.company_id, task.after).extend(db, task.upto)
    except LogAltered as altered:
        # What lies behind the end of the log is a fault of all of it.
        proved = min(altered.fault.position - 1, task.upto)
        return _Run(proved, has_facts=True, error=f"{LogAltered.__name__}: {altered}")
    return _Run(task.upto, has_facts=True)


class Crew:
    """Builds with several processes, in as many rounds as it takes to come close to the end of every log."""

    def __init__(self, site: Site, *, processes: int) -> None:
        self._models = site.models
        # A child inherits the event types and read models as they are; they are classes that cannot be sent.
        context = multiprocessing.get_context("fork")
        self._passed = context.Value("q", 0)
        self._pool = ProcessPoolExecutor(
            processes, mp_context=context, initializer=_begin, initargs=(site, self._passed, os.getpid())
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def go_round(self, connection: psycopg.Connection[Any], progress: Progress = ignore_progress) -> int:
        """Prove and fold what is left at this moment, and say how many positions that was.

        What is made from other read models comes after them, and no further than they have come.
        """
        waves = waves_of(self._models)
        tasks = pending(connection, [name for names in waves for name in names])
        begun, total = self._passed.value, sum(task.upto - task.after for task in tasks)
        for names in waves:
            wave = [task for task in tasks if task.name in names]
            running = {self._pool.submit(_build, several) for several in _packed(wave)}
            everything = set(running)
            while running:
                _, running = wait(running, timeout=_TICK_SECONDS)
                progress(self._passed.value - begun, total)
            for future in everything:
                future.result()
        return total


class _Inherited:
    """What a child process has of its own."""

    builder: Builder
    passed: "Synchronized[int]"
    session: Any


def _begin(site: Site, passed: "Synchronized[int]", parent: int) -> None:
    end_with(parent)
    # Kept, because what is let go of is closed.
    _Inherited.session = site.session()
    _Inherited.builder = Builder(_Inherited.session.__enter__(), site)
    _Inherited.passed = passed


def _packed(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    """The tasks in packs that are worth handing to a process: many companies are small."""
    pack: list[Task] = []
    for task in tasks:
        pack.append(task)
        if sum(one.upto - one.after for one in pack) >= BATCH or len(pack) >= _PACK:
            yield pack
            pack = []
    if pack:
        yield pack


def _build(tasks: Sequence[Task]) -> None:
    def advance(positions: int) -> None:
        with _Inherited.passed.get_lock():
            _Inherited.passed.value += positions

    for task in tasks:
        _Inherited.builder.build(task, advance)
