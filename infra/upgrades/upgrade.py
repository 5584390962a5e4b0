"""An upgrade: what changed is built aside while the version of before goes on, then put in place whole."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import errors, sql

from domain.companies import PLATFORM_ID
from infra.eventstore.chain import LogAltered
from infra.eventstore.codec import EventTypes
from infra.eventstore.rehash import rehash_log
from infra.postgres.installation import DatabaseUnfit, Installation
from infra.projections.aside.builder import Builder
from infra.projections.aside.crew import Crew
from infra.projections.aside.site import Site, clear
from infra.projections.aside.stopped import concerned, stop_derived, stopped
from infra.projections.aside.tasks import pending, waves_of
from infra.projections.closure import parked_of_closed
from infra.projections.placement import HOLD_EVERYTHING, Difference, declare, put_live
from infra.projections.rebuild_all import rebuild_all
from infra.projections.staging import Progress, ignore_progress
from infra.upgrades.migrations import migrate
from projections.base import Projection

#: So few positions may be left for the transaction that puts everything in place: selling waits for it.
FEW = 1_000
#: How often the end of the log is approached before the rest is taken whatever it is.
ROUNDS = 20
#: Tables that are filled take a part of what it takes to fill them until they are complete.
COMPLETING = 6
#: How often it gives way to whoever is at work, before it gives up.
ATTEMPTS = 200
SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 3.0

# Every transaction that begins meanwhile waits behind us, so we do not wait long for one that takes its time,
# such as an import; what other programs hold of a table, such as a dump, takes as long as it takes.
_PATIENCE: LiteralString = "SET LOCAL lock_timeout = '150ms'"

_IN_THE_WAY = (errors.LockNotAvailable, errors.DeadlockDetected)

_MINE: LiteralString = "SELECT pg_try_advisory_lock(hashtextextended(%(what)s, 0))"
_WAIT: LiteralString = "SELECT pg_advisory_lock(hashtextextended(%(what)s, 0))"

_COMPANIES: LiteralString = "SELECT count(*) FROM company_head WHERE company_id <> %(platform)s"

_TABLES: LiteralString = "SELECT tablename FROM pg_tables WHERE schemaname = %(schema)s"


class CannotBuild(DatabaseUnfit):
    """{name} cannot be made for company {company}: {error}. The version of before goes on unchanged."""


class InTheWay(DatabaseUnfit):
    """Something else holds the tables: {reason}. The version of before goes on unchanged; try again later."""


class DependedOn(DatabaseUnfit):
    """A table that is to be replaced is used elsewhere: {reason}. The version of before goes on unchanged."""


@dataclass(frozen=True)
class Upgrade:
    """What an installation is brought to: event types and read models, and who is told what."""

    conninfo: str
    installation: Installation
    types: EventTypes
    models: Sequence[Projection]
    tell: Callable[[str], None] = lambda _: None
    progress: Progress = ignore_progress
    processes: int = 1

    def run(self) -> list[str]:
        """Bring the installation to this version. Returns the names of the read models that were made anew.

        Killed at any moment it leaves either the version of before or this one, whole. A company is closed
        where a read model that decisions are made on cannot be made for it, and tried again by the next
        upgrade. Raises ServerTooOld, DatabaseUnfit.
        """
        with closing(psycopg.connect(self.conninfo, autocommit=True)) as gate:
            self._wait_for_turn(gate)
            there = self._migrate_patiently()
            self._try_closed_again(gate, there)
            if there:
                clear(gate, self.installation.next_schema)
                self._build(there)
            if number := len(parked_of_closed(gate)):
                self.tell(f"Companies that are closed: {number:,}. `mipos projections status` says why.")
            return [model.name for model in there.changed]

    def _try_closed_again(self, gate: psycopg.Connection[Any], there: Difference) -> None:
        """Make anew what is parked of closed companies, save what is about to be built for all of them.

        A log that was altered when logs were hashed anew may be what was recorded again.
        """
        changed = {model.name for model in there.changed}
        for company_id, names in parked_of_closed(gate).items():
            with gate.transaction(), suppress(LogAltered):
                rehash_log(gate, company_id)
            models = [model for model in self.models if model.name in names and model.name not in changed]
            if models and not rebuild_all(self.conninfo, self.types, models, [company_id]).failures:
                self.tell(f"Made anew for company {company_id}: {', '.join(model.name for model in models)}.")

    def _wait_for_turn(self, gate: psycopg.Connection[Any]) -> None:
        """One upgrade at a time; the lock goes with the connection."""
        which = {"what": f"mipos.upgrade.{self.installation.schema}"}
        if gate.execute(_MINE, which).fetchall() != [(True,)]:
            self.tell("Another upgrade is at work; this one waits for it.")
            gate.execute(_WAIT, which)

    def _migrate_patiently(self) -> Difference:
        """Migrate, giving way to whoever holds a table that has to change."""
        pause = SHORTEST_PAUSE
        for _ in range(ATTEMPTS):
            try:
                return migrate(self.conninfo, self.models, self.installation, self.tell, self.progress)
            except _IN_THE_WAY as error:
                reason = error.diag.message_primary
                time.sleep(pause)
                pause = min(pause * 1.5, LONGEST_PAUSE)
        raise InTheWay(reason=reason)

    def _build(self, there: Difference) -> None:
        site = Site(self.conninfo, self.installation, self.types, there.changed)
        lacking = site.make_tables()
        with site.session() as connection, Crew(site, connection, processes=self.processes) as crew:
            # After a failed attempt the driver would take statements for prepared that the server never saw.
            connection.prepare_threshold = None
            whole = Whole(self.progress)
            crew.go_round(whole.fold)
            _refuse_fault_of_version(connection, there)
            self._approach(connection, crew, there)
            crew.complete(lacking, whole.complete)
            self._put_live_patiently(connection, crew, Builder(connection, site), there)

    def _approach(self, connection: psycopg.Connection[Any], crew: Crew, there: Difference) -> None:
        """Fold until little is left of any log."""
        for _ in range(ROUNDS):
            remaining = crew.go_round()
            _refuse_fault_of_version(connection, there)
            if remaining < FEW:
                return

    def _put_live_patiently(
        self, connection: psycopg.Connection[Any], crew: Crew, builder: Builder, there: Difference
    ) -> None:
        """Put everything in place, giving way to whatever is met."""
        pause = SHORTEST_PAUSE
        for attempt in range(1, ATTEMPTS + 1):
            self._approach(connection, crew, there)
            try:
                self._put_live(connection, builder, there)
            except _IN_THE_WAY as error:
                if attempt == ATTEMPTS:
                    raise InTheWay(reason=error.diag.message_primary) from error
                time.sleep(pause)
                pause = min(pause * 1.5, LONGEST_PAUSE)
            except errors.DependentObjectsStillExist as error:
                raise DependedOn(reason=error.diag.message_detail) from error
            else:
                return

    def _put_live(self, connection: psycopg.Connection[Any], builder: Builder, there: Difference) -> None:
        """Fold what is left and put everything in place, while nobody of ours is in a transaction."""
        with connection.transaction():
            connection.execute(_PATIENCE)
            connection.execute(HOLD_EVERYTHING)
            for table in self._replaced(connection, there):
                held = sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE")
                connection.execute(held.format(sql.Identifier(self.installation.schema, table)))
            finish(connection, builder, there.changed)
            _refuse_fault_of_version(connection, there)
            stop_derived(connection, there.changed)
            put_live(connection, self.installation, there)
            connection.execute("DROP TABLE upgrade, built")
            declare(connection, self.models)

    def _replaced(self, connection: psycopg.Connection[Any], there: Difference) -> list[str]:
        """The tables that are about to go."""
        params = {"schema": self.installation.schema}
        present = {table for (table,) in connection.execute(_TABLES, params).fetchall()}
        replaced = [
            table for model in there.changed for table in (*model.tables, *there.tables.get(model.name, ()))
        ]
        return sorted(present.intersection(replaced))


class Whole:
    """How much of an upgrade is done, in facts to fold: what comes after them counts as so many more."""

    def __init__(self, tell: Progress) -> None:
        self._tell = tell
        self._facts = self._after = 0

    def fold(self, done: int, total: int) -> None:
        """So many facts are folded."""
        self._facts, self._after = total, total // COMPLETING
        self._tell(done, total + self._after)

    def complete(self, done: int, total: int) -> None:
        """So many bytes are indexed and analyzed."""
        self._tell(self._facts + self._after * done // max(total, 1), self._facts + self._after)


def finish(connection: psycopg.Connection[Any], builder: Builder, models: Sequence[Projection]) -> None:
    """Prove and fold what is left, what is made from other read models last, in the open transaction."""
    for names in waves_of(models):
        for task in pending(connection, names):
            builder.fold_within(task)


def _refuse_fault_of_version(connection: psycopg.Connection[Any], there: Difference) -> None:
    """Raise CannotBuild if an inline read model cannot be made for more than single companies.

    That is: for the only company there is, or for most of those that have facts of it; and for the platform,
    whose log is everybody's. What stops a company's log stops whatever is made of it, and counts once. A read
    model that only reports are answered from is parked for a company, as a worker would park it.
    """
    inline = [model for model in there.changed if model.mode == "inline"]
    if not inline:
        return
    [(companies,)] = connection.execute(_COMPANIES, {"platform": PLATFORM_ID}).fetchall()
    having = concerned(connection)
    counted: set[UUID] = set()
    for names in waves_of(inline):
        faults = [one for one in stopped(connection, names) if one.company_id not in counted]
        stopping = Counter(one.name for one in faults if one.company_id != PLATFORM_ID)
        for one in faults:
            is_everybodys = one.company_id == PLATFORM_ID or companies == 1
            is_of_most = stopping[one.name] > 1 and 2 * stopping[one.name] > having[one.name]
            if is_everybodys or is_of_most:
                raise CannotBuild(name=one.name or inline[0].name, company=one.company_id, error=one.error)
        counted.update(one.company_id for one in faults)
