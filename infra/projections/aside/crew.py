"""Builds with several processes, in as many rounds as it takes to come close to the end of every log."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from typing import Any, LiteralString, Self
from uuid import UUID

import psycopg

from infra.process.children import SharedCount, end_with
from infra.projections.aside.builder import NOTE, Builder, Run, noted
from infra.projections.aside.site import Site, Unindexed, complete
from infra.projections.aside.tasks import LOG, Shares, Task, pending, waves_of
from infra.projections.reading import BATCH
from infra.projections.staging import Progress, ignore_progress

_TICK_SECONDS = 0.1
#: How many tasks are handed to a process at once, at most.
_PACK = 100

_SIZES: LiteralString = """
    SELECT relname, pg_table_size(oid) FROM pg_class
     WHERE relnamespace = to_regnamespace(quote_ident(%(schema)s)) AND relname = ANY(%(tables)s::text[])
     ORDER BY pg_table_size(oid) DESC
"""

#: A task, and how many facts it is to fold.
_Sized = tuple[Task, int]


class Crew:
    """The processes that build on a site, and what is known of the logs from which they do."""

    def __init__(self, site: Site, connection: psycopg.Connection[Any], *, processes: int) -> None:
        self._site = site
        self._connection = connection
        self._shares = Shares(connection, site.types, site.models)
        # A child inherits the event types and read models as they are; they are classes that cannot be sent.
        context = multiprocessing.get_context("fork")
        self._passed = SharedCount(context)
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
        waves = [self._sized(pending(self._connection, names)) for names in waves_of(self._site.models)]
        begun, total = self._passed.done, sum(facts for wave in waves for _, facts in wave)
        for wave in waves:
            running = [self._pool.submit(_build, pack) for pack in _packed(wave)]
            self._watch(running, lambda: progress(self._passed.done - begun, total))
            self._note_proofs([proof for one in running for proof in one.result()])
        return sum(task.length * len(task.names) for wave in waves for task, _ in wave)

    def complete(self, lacking: Unindexed, progress: Progress = ignore_progress) -> None:
        """Index, vacuum and analyze the tables, the largest first; `progress` is told of their bytes."""
        schema = self._site.installation.next_schema
        params = {"schema": schema, "tables": list(lacking)}
        sizes: dict[str, int] = dict(self._connection.execute(_SIZES, params).fetchall())
        running = {
            self._pool.submit(_complete, schema, table, lacking[table]): size for table, size in sizes.items()
        }

        def tell() -> None:
            progress(sum(size for one, size in running.items() if one.done()), sum(sizes.values()))

        self._watch(running, tell)
        for one in running:
            one.result()

    def _sized(self, tasks: Iterable[Task]) -> list[_Sized]:
        return [(task, self._shares.facts(task)) for task in self._shares.shared_out(tasks)]

    def _watch(self, futures: Iterable["Future[Any]"], tell: Callable[[], None]) -> None:
        running = set(futures)
        while running:
            _, running = wait(running, timeout=_TICK_SECONDS)
            tell()

    def _note_proofs(self, proofs: Iterable[tuple[Task, Run]]) -> None:
        """Note how far each log was proved: up to the first stretch in which it is not what was recorded."""
        of_company: dict[UUID, Run] = {}
        for task, run in sorted(proofs, key=lambda proof: proof[0].after):
            before = of_company.get(task.company_id)
            if before is None or before.error is None:
                of_company[task.company_id] = run
        for company_id, run in of_company.items():
            self._connection.execute(NOTE, noted(company_id, {LOG: run}))


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


def _packed(tasks: Iterable[_Sized]) -> Iterator[list[_Sized]]:
    """The tasks in packs that are worth handing to a process: many companies are small."""
    pack: list[_Sized] = []
    for sized in tasks:
        pack.append(sized)
        if sum(task.length for task, _ in pack) >= BATCH or len(pack) >= _PACK:
            yield pack
            pack = []
    if pack:
        yield pack


def _build(tasks: Sequence[_Sized]) -> list[tuple[Task, Run]]:
    """Do tasks. Returns what became of those that were proofs."""
    proofs = []
    for task, facts in tasks:
        advance = _teller(task, facts)
        if task.names == (LOG,):
            proofs.append((task, _Inherited.builder.prove(task, advance)))
        else:
            _Inherited.builder.build(task, advance)
    return proofs


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
