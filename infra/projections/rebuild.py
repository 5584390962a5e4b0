"""Rebuilding read models from the first fact, while the shop goes on selling."""

import multiprocessing
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from multiprocessing.sharedctypes import Synchronized
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import errors, sql

from infra.eventstore.codec import EventTypes
from infra.projections.checkpoints import head_of, hold, resume
from infra.projections.reading import BATCH
from infra.projections.staging import ANALYZE, Progress, Staging, Table, staging_session, unheard
from infra.transactions import Transaction, transaction
from projections.base import Projection

#: How often the swap gives way to commands that it met, before it gives up.
ATTEMPTS = 100
_LONGEST_PAUSE = 0.5

# The swap gives way before the server finds a deadlock (after 1 s) and picks its victim, maybe the command.
_PATIENCE: LiteralString = "SET LOCAL lock_timeout = '300ms'"

_HOLD_HEAD: LiteralString = "SELECT position FROM company_head WHERE company_id = %(company_id)s FOR UPDATE"

_HOLD_ROWS = sql.SQL("SELECT FROM {live} WHERE company_id = %(company_id)s ORDER BY {key} FOR UPDATE")

_EMPTY = sql.SQL("DELETE FROM {live} WHERE company_id = %(company_id)s")

# Only what differs is written. A row is changed in its place, so that a command that waits for it finds it;
# one taken away and put back would be gone for whoever waited.
_TAKE_AWAY = sql.SQL("""
    DELETE FROM {live} AS live
     WHERE live.company_id = %(company_id)s
       AND NOT EXISTS (SELECT FROM {staged} AS staged WHERE {same_key})
""")

_PUT = sql.SQL("""
    INSERT INTO {live} AS live ({columns})
    SELECT {columns} FROM {staged} AS staged
     WHERE NOT EXISTS (SELECT FROM {live} AS live
                        WHERE live.company_id = %(company_id)s AND {same_key} AND live::text = staged::text)
        ON CONFLICT ({key}) {changes}
""")

# A user name that is another company's by now stays that company's; the check will name it.
_CHANGE = sql.SQL("DO UPDATE SET {values} WHERE live.company_id = %(company_id)s")

# What the swap meets when a command holds what it needs, or the other way round.
_IN_THE_WAY = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)


@dataclass(frozen=True)
class RebuildReport:
    """What a rebuild folded and wrote: facts, rows put right (0 when all were), and seconds."""

    projection: str
    company_id: UUID
    position: int
    events: int
    rows_changed: int
    seconds: float


def rebuild(
    conninfo: str,
    types: EventTypes,
    model: Projection,
    company_id: UUID,
    progress: Progress = unheard,
) -> RebuildReport:
    """Make a company's rows of a read model anew from its log, and clear its parking.

    `conninfo` leads to the worker's role; `progress` is told how many positions of how many are done.
    Commands and readers go on meanwhile, and see the old rows until they see the new ones. An event that
    cannot be applied raises what the read model raises, and nothing has changed.
    """
    started = time.monotonic()
    with staging_session(conninfo) as connection:
        staging = Staging(connection, types, model, company_id)
        catch_up(staging, connection, company_id, progress)
        changed = _swap_patiently(staging, connection, model, company_id, progress)
    return RebuildReport(
        projection=model.name,
        company_id=company_id,
        position=staging.position,
        events=staging.events,
        rows_changed=changed,
        seconds=time.monotonic() - started,
    )


def catch_up(
    staging: Staging,
    connection: psycopg.Connection[Any],
    company_id: UUID,
    progress: Progress,
) -> None:
    """Fold until less than a batch is left, which the swap takes with it."""
    while True:
        with transaction(connection, company_id, reading=True) as db:
            head = head_of(db)
        if head - staging.position < BATCH:
            return
        staging.fill(head, progress)


def _swap_patiently(
    staging: Staging,
    connection: psycopg.Connection[Any],
    model: Projection,
    company_id: UUID,
    progress: Progress,
) -> int:
    """Swap, giving way to whatever is met. Returns how many rows were changed."""
    # After a failed attempt the driver would take statements for prepared that the server never saw.
    connection.prepare_threshold = None
    emptied = False
    for attempt in range(1, ATTEMPTS):
        try:
            return _swap(staging, connection, model, company_id, progress, emptied=emptied)
        except _IN_THE_WAY:
            time.sleep(min(0.01 * 2 ** min(attempt, 6), _LONGEST_PAUSE))
            catch_up(staging, connection, company_id, progress)
        except errors.UniqueViolation:
            # Two live rows have to trade what is unique among them: no order of single changes does that.
            if emptied:
                raise
            emptied = True
    return _swap(staging, connection, model, company_id, progress, emptied=emptied)


def _swap(
    staging: Staging,
    connection: psycopg.Connection[Any],
    model: Projection,
    company_id: UUID,
    progress: Progress,
    *,
    emptied: bool,
) -> int:
    """Fold the last events and write what differs, while nobody else writes, in one transaction."""
    with transaction(connection, company_id) as db:
        head = _hold(db, model, staging.tables)
        folded = staging.fold(db, head, progress)
        changes = [change for table in staging.tables for change in _put_in_place(db, table, emptied=emptied)]
        if model.mode == "async":
            resume(db, model.name, head)
    staging.position, staging.events = head, staging.events + folded
    return sum(change.rowcount for change in changes)


def _hold(db: Transaction, model: Projection, tables: Sequence[Table]) -> int:
    """Stop whoever else writes these rows, in the order in which commands lock. Returns the head."""
    if model.mode == "async":
        hold(db, model.name)
        return head_of(db)
    db.execute(_PATIENCE, {})
    params = {"company_id": db.company_id}
    for table in tables:
        statement = _HOLD_ROWS.format(live=table.live, key=table.key_list)
        db.connection.execute(statement, params)
    row = db.ask(_HOLD_HEAD, params).row()
    return row["position"] if row else 0


def _put_in_place(db: Transaction, table: Table, *, emptied: bool) -> list[psycopg.Cursor[Any]]:
    """Make the live rows of the company equal the staged ones. The cursors know how many were changed."""
    params = {"company_id": db.company_id}
    values = sql.SQL(", ").join(
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in table.values
    )
    parts = {
        "live": table.live,
        "staged": table.staged,
        "columns": table.column_list,
        "key": table.key_list,
        "same_key": table.matching("live", "staged"),
        "changes": _CHANGE.format(values=values) if table.values else sql.SQL("DO NOTHING"),
    }
    connection = db.connection
    connection.execute(ANALYZE.format(table.staged))
    return [
        connection.execute((_EMPTY if emptied else _TAKE_AWAY).format(**parts), params),
        connection.execute(_PUT.format(**parts), params),
    ]


def rebuild_all(
    conninfo: str,
    types: EventTypes,
    models: Sequence[Projection],
    companies: Sequence[UUID] | None = None,
    *,
    processes: int = 1,
    progress: Progress = unheard,
) -> list[RebuildReport]:
    """Rebuild read models for these companies, or all, several at a time in processes of their own.

    `progress` is told the positions passed by all of them together. The first failure is raised once the
    others that had begun are done.
    """
    tasks, total = _tasks(conninfo, models, companies)
    if min(processes, len(tasks)) <= 1:
        return list(_one_after_another(conninfo, types, models, tasks, partial(progress, total=total)))
    # A child inherits the event types and read models as they are; they are classes that cannot be sent.
    context = multiprocessing.get_context("fork")
    passed = context.Value("q", 0)
    with ProcessPoolExecutor(
        min(processes, len(tasks)),
        mp_context=context,
        initializer=_adopt,
        initargs=(conninfo, types, models, passed),
    ) as pool:
        done: list[RebuildReport] = []
        for wave in _waves(models, tasks):
            waiting = {pool.submit(_rebuild_one, *task) for task in wave}
            running: set[Future[RebuildReport]] = waiting
            while running:
                _, running = wait(running, timeout=_TICK_SECONDS)
                progress(passed.value, total)
            done.extend(future.result() for future in waiting)
        return done


_TICK_SECONDS = 0.1

_HEADS: LiteralString = """
    SELECT company_id, position FROM company_head
     WHERE %(companies)b::uuid[] IS NULL OR company_id = ANY(%(companies)b::uuid[])
     ORDER BY position DESC
"""


def _tasks(
    conninfo: str, models: Sequence[Projection], companies: Sequence[UUID] | None
) -> tuple[list[tuple[str, UUID]], int]:
    """What is to be rebuilt, the longest logs first, and how many positions that is."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        wanted = None if companies is None else list(companies)
        heads = connection.execute(_HEADS, {"companies": wanted}).fetchall()
    tasks = [(model.name, company_id) for company_id, _ in heads for model in models]
    return tasks, len(models) * sum(position for _, position in heads)


def with_derived(models: Collection[Projection], known: Sequence[Projection]) -> list[Projection]:
    """These read models and what is made from them, in the order of all that are known."""
    names = {model.name for model in models}
    return [model for model in known if model.name in names or names.intersection(model.made_from)]


def _waves(models: Sequence[Projection], tasks: Sequence[tuple[str, UUID]]) -> list[list[tuple[str, UUID]]]:
    """What can be rebuilt side by side, then what is made from rows that had to be right before."""
    derived = {model.name for model in models if model.made_from}
    return [[task for task in tasks if (task[0] in derived) == is_derived] for is_derived in (False, True)]


def _one_after_another(
    conninfo: str,
    types: EventTypes,
    models: Sequence[Projection],
    tasks: Sequence[tuple[str, UUID]],
    progress: Callable[[int], None],
) -> Iterator[RebuildReport]:
    """Rebuild in this process; `progress` is told the positions passed."""
    by_name = {model.name: model for model in models}
    before = 0
    for name, company_id in tasks:

        def advance(done: int, total: int, before: int = before) -> None:  # noqa: ARG001 as a progress is told
            progress(before + done)

        report = rebuild(conninfo, types, by_name[name], company_id, advance)
        before += report.position
        yield report


class _Inherited:
    """What a child process got from the one that started it."""

    conninfo: str
    types: EventTypes
    models: dict[str, Projection]
    passed: "Synchronized[int]"


def _adopt(
    conninfo: str, types: EventTypes, models: Sequence[Projection], passed: "Synchronized[int]"
) -> None:
    _Inherited.conninfo, _Inherited.types, _Inherited.passed = conninfo, types, passed
    _Inherited.models = {model.name: model for model in models}


def _rebuild_one(name: str, company_id: UUID) -> RebuildReport:
    reported = 0

    def advance(done: int, total: int) -> None:  # noqa: ARG001 the total is known to the parent
        nonlocal reported
        with _Inherited.passed.get_lock():
            _Inherited.passed.value += done - reported
        reported = done

    model = _Inherited.models[name]
    return rebuild(_Inherited.conninfo, _Inherited.types, model, company_id, advance)
