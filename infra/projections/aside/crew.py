"""Builds with several processes, in as many rounds as it takes to come close to the end of every log."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import replace
from itertools import islice
from typing import Any, LiteralString, Self
from uuid import UUID

import psycopg

from infra.process.children import SharedCount, end_with
from infra.process.signals import interrupts_held
from infra.projections.aside.builder import NOTE, Builder, Run, noted
from infra.projections.aside.order import Piece, pieces_of
from infra.projections.aside.site import Site, Unindexed, complete
from infra.projections.aside.tasks import LOG, Shares, Task, pending, waves_of
from infra.projections.staging import Progress, ignore_progress

_TICK_SECONDS = 0.1

_SIZES: LiteralString = """
    SELECT relname, pg_table_size(oid) FROM pg_class
     WHERE relnamespace = to_regnamespace(quote_ident(%(schema)s)) AND relname = ANY(%(tables)s::text[])
     ORDER BY pg_table_size(oid) DESC
"""

#: A task, and how many facts it is to fold.
_Sized = tuple[Task, int]
#: A read model of a company, or the proof of its log, that an event stops.
_Stopped = tuple[UUID, str]


class Stretches:
    """How far a log is proved without a gap, of which stretches are proved side by side."""

    def __init__(self, position: int) -> None:
        self._reached = Run(position, has_facts=True)
        self._ahead: dict[int, Run] = {}

    def add(self, after: int, run: Run) -> Run:
        """Add what became of a stretch. Returns how far all is what was recorded, and why not further."""
        self._ahead[after] = run
        while self._reached.error is None and self._reached.position in self._ahead:
            self._reached = self._ahead.pop(self._reached.position)
        return self._reached


class Crew:
    """The processes that build on a site, and what is known of the logs from which they do."""

    def __init__(self, site: Site, connection: psycopg.Connection[Any], *, processes: int) -> None:
        self._site = site
        self._connection = connection
        self._shares = Shares(connection, site.types, site.models)
        # A child inherits the event types and read models as they are; they are classes that cannot be sent.
        context = multiprocessing.get_context("fork")
        self._passed = SharedCount(context)
        self._processes = processes
        self._pool = ProcessPoolExecutor(
            processes, mp_context=context, initializer=begin, initargs=(site, self._passed, os.getpid())
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Whoever interrupts waits for the runs at hand, not for the rest of what was to be built.
        self._passed.end()
        self._pool.shutdown(cancel_futures=True)

    def go_round(self, progress: Progress = ignore_progress) -> int:
        """Prove and fold what is left at this moment, and say how many positions that was.

        What is made from other read models comes after them, and no further than they have come. `progress`
        is told how many facts are folded, of how many.
        """
        waves = [pending(self._connection, names) for names in waves_of(self._site.models)]
        pieces = pieces_of(waves, self._shares)
        begun, total = self._passed.done, sum(facts for piece in pieces for _, facts in self._sized(piece))
        proofs = {task.company_id: Stretches(task.after) for task in waves[0]}
        self._do(pieces, proofs, lambda: progress(self._passed.done - begun, total))
        return sum(task.length * len(task.names) for wave in waves for task in wave)

    def _do(
        self, pieces: Iterable[Piece], proofs: Mapping[UUID, Stretches], tell: Callable[[], None]
    ) -> None:
        """Have the processes do pieces, each when all that it needs is done."""
        waiting, done, stopped = list(pieces), set[Piece](), set[_Stopped]()
        running: dict[Future[Any], Piece] = {}
        while waiting or running:
            ready = (piece for piece in waiting if done.issuperset(piece.needs))
            for piece in [*islice(ready, self._processes - len(running))]:
                waiting.remove(piece)
                with interrupts_held():
                    running[self._begin(piece, stopped)] = piece
            for one in wait(running, _TICK_SECONDS, FIRST_COMPLETED).done:
                piece, became = running.pop(one), one.result()
                done.add(piece)
                if piece.is_stretch:
                    [task] = piece.tasks
                    proved = proofs[task.company_id].add(task.after, became)
                    self._connection.execute(NOTE, noted(task.company_id, {LOG: proved}))
                else:
                    stopped |= became
            tell()

    def _begin(self, piece: Piece, stopped: AbstractSet[_Stopped]) -> "Future[Any]":
        sized = self._sized(piece)
        if piece.is_stretch:
            return self._pool.submit(_prove, *sized[0])
        return self._pool.submit(_build, [(_without(task, stopped), facts) for task, facts in sized])

    def complete(self, lacking: Unindexed, progress: Progress = ignore_progress) -> None:
        """Index, vacuum and analyze the tables, the largest first; `progress` is told of their bytes."""
        schema = self._site.installation.next_schema
        params = {"schema": schema, "tables": list(lacking)}
        sizes: dict[str, int] = dict(self._connection.execute(_SIZES, params).fetchall())
        running = {
            self._pool.submit(_complete, schema, table, lacking[table]): size for table, size in sizes.items()
        }

        left = set(running)
        while left:
            _, left = wait(left, timeout=_TICK_SECONDS)
            progress(sum(size for one, size in running.items() if one not in left), sum(sizes.values()))
        for one in running:
            one.result()

    def _sized(self, piece: Piece) -> list[_Sized]:
        return [(task, self._shares.facts(task)) for task in piece.tasks]


class _Inherited:
    """What a child process has of its own."""

    builder: Builder
    connection: psycopg.Connection[Any]
    passed: SharedCount
    session: Any


def begin(site: Site, passed: SharedCount, parent: int) -> None:
    """Make a child process ready, which ends with its parent."""
    end_with(parent)
    # Kept, because what is let go of is closed.
    _Inherited.session = site.session()
    _Inherited.connection = _Inherited.session.__enter__()
    _Inherited.builder = Builder(_Inherited.connection, site)
    _Inherited.passed = passed


def _build(tasks: Sequence[_Sized]) -> set[_Stopped]:
    """Do tasks. Returns what did not come all the way."""
    stopped = set[_Stopped]()
    for task, facts in tasks:
        whole = _Inherited.builder.build(task, _teller(task, facts))
        stopped.update((task.company_id, name) for name in task.names if name not in whole)
    return stopped


def _prove(task: Task, facts: int) -> Run:
    return _Inherited.builder.prove(task, _teller(task, facts))


def _without(task: Task, stopped: AbstractSet[_Stopped]) -> Task:
    """A task for those whose last piece came all the way."""
    return replace(task, names=tuple(name for name in task.names if (task.company_id, name) not in stopped))


def _teller(task: Task, facts: int) -> Callable[[int], None]:
    """What adds to the facts that are folded, as positions pass."""
    passed = told = 0

    def advance(positions: int) -> None:
        nonlocal passed, told
        passed += positions
        more = facts * passed // task.length - told
        told += more
        _Inherited.passed.add(more)

    return advance


def _complete(schema: str, table: str, indexes: Sequence[LiteralString]) -> None:
    complete(_Inherited.connection, schema, table, indexes)
