"""Folds what is built aside: run by run, many read models with one reading, none of what was not proved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import errors

from infra.eventstore.chain import LogAltered, Proof
from infra.postgres.installation import DatabaseUnfit
from infra.postgres.transactions import Transaction, transaction
from infra.process.garbage import collecting_no_garbage
from infra.projections.aside.reading import Reading
from infra.projections.aside.site import Site
from infra.projections.aside.tasks import LOG, Task
from infra.projections.faults import describe, is_passing

#: How many positions are folded together, in a transaction of a second or two: a longer one would keep the
#: server from cleaning up behind the tills. Of fewer, sums and last days are read and written more often.
RUN = 20_000
#: How often a run is tried again that met another one crosswise.
ATTEMPTS = 4

# A process may outlive an upgrade that was killed, and the next one makes tables of the same names.
_GOES_ON: LiteralString = "SELECT 1 FROM upgrade WHERE id = %(upgrade)s"

NOTE: LiteralString = """
    INSERT INTO built (company_id, projection, position, has_facts, error)
    SELECT %(company_id)s, unnest(%(names)b::text[]), unnest(%(positions)b::bigint[]),
           unnest(%(having)b::bool[]), unnest(%(errors)b::text[])
        ON CONFLICT (company_id, projection) DO UPDATE
       SET position = excluded.position, has_facts = built.has_facts OR excluded.has_facts,
           error = excluded.error
"""

_PROVED: LiteralString = """
    SELECT position, error FROM built WHERE company_id = %(company_id)s AND projection = %(projection)s
"""


class Superseded(DatabaseUnfit):
    """Another upgrade has begun; this one ends."""


@dataclass(frozen=True)
class Run:
    """How far a task was done, whether there were facts on the way, and what stopped it, if anything."""

    position: int
    has_facts: bool = False
    error: str | None = None


#: Told how many more positions passed.
Progress = Callable[[int], None]


def noted(company_id: UUID, runs: Mapping[str, Run]) -> dict[str, Any]:
    """The parameters of NOTE."""
    return {
        "company_id": company_id,
        "names": list(runs),
        "positions": [run.position for run in runs.values()],
        "having": [run.has_facts for run in runs.values()],
        "errors": [run.error for run in runs.values()],
    }


class Builder:
    """Does tasks over one session of the site. Raises Superseded when another upgrade has begun.

    Nothing is folded that was not proved: an event that is not what was recorded stops every read model.
    """

    def __init__(self, connection: psycopg.Connection[Any], site: Site) -> None:
        self._connection = connection
        self._upgrade = site.upgrade
        self._types = site.types
        self._models = {model.name: model for model in site.models}
        self._readings: dict[tuple[str, ...], Reading] = {}

    def build(self, task: Task, progress: Progress = lambda _: None) -> tuple[str, ...]:
        """Fold in transactions of moderate length; `progress` is told how many positions passed.

        Returns the names of what came all the way.
        """
        names, position = task.names, task.after
        while names and position < task.upto:
            upto = min(position + RUN, task.upto)
            # What was planned for nearly empty tables would be kept for full ones.
            self._connection.execute("DISCARD PLANS")
            runs = self._run(Task(task.company_id, names, position, upto))
            progress(upto - position)
            names = tuple(name for name in names if runs[name].position == upto)
            position = upto
        return names

    def prove(self, task: Task, progress: Progress = lambda _: None) -> Run:
        """Recompute the hashes of a stretch of a company's log, a page in each transaction."""
        proof = Proof(task.company_id, task.after)
        while proof.position < task.upto:
            after, upto = proof.position, min(proof.position + RUN, task.upto)
            with transaction(self._connection, task.company_id, reading=True) as db:
                run = _prove(db, proof, upto)
            if run.error is not None:
                return run
            progress(upto - after)
        return Run(task.upto, has_facts=True)

    def _run(self, task: Task) -> dict[str, Run]:
        """Do a task in a transaction of its own. Returns how far each read model came."""
        for _ in range(ATTEMPTS):
            try:
                with transaction(self._connection, task.company_id) as db:
                    return self.fold(db, task)
            except (errors.DeadlockDetected, errors.SerializationFailure):
                # Two companies wrote the same two entries of a directory, in a different order.
                continue
        with transaction(self._connection, task.company_id) as db:
            return self.fold(db, task)

    def fold_within(self, task: Task) -> None:
        """Do a task within the transaction that is open, which enters the company."""
        self.fold(Transaction(self._connection, task.company_id), task)

    def fold(self, db: Transaction, task: Task) -> dict[str, Run]:
        """Do a task within a transaction, each read model at most up to the event that stops it."""
        if db.ask(_GOES_ON, {"upgrade": self._upgrade}).row() is None:
            raise Superseded
        if task.names == (LOG,):
            runs = {LOG: _prove(db, Proof(task.company_id, task.after), task.upto)}
        else:
            runs = self._fold_what_is_proved(db, task)
        db.execute(NOTE, noted(task.company_id, runs))
        return runs

    def _fold_what_is_proved(self, db: Transaction, task: Task) -> dict[str, Run]:
        """Fold as far as the company's log was found to be what was recorded."""
        proof = db.ask(_PROVED, {"company_id": task.company_id, "projection": LOG}).row()
        proved, altered = (proof["position"], proof["error"]) if proof else (0, None)
        runs = self._fold_together(db, replace(task, upto=max(task.after, min(task.upto, proved))))
        if altered is None or task.upto < proved:
            return runs
        return {name: replace(run, error=run.error or altered) for name, run in runs.items()}

    def _fold_together(self, db: Transaction, task: Task) -> dict[str, Run]:
        """Fold all of them with one reading, or each by itself where that does not go."""
        try:
            # A savepoint: what fails within is undone, and the transaction goes on.
            with db.connection.transaction(), collecting_no_garbage():
                having = self._apply(db, task)
        except Exception as error:
            if db.connection.closed or is_passing(error):
                raise
            return {name: self._approach(db, replace(task, names=(name,))) for name in task.names}
        return {name: Run(task.upto, has_facts=name in having) for name in task.names}

    def _approach(self, db: Transaction, task: Task) -> Run:
        """Fold as far as it goes, halving the step on the way. Raises what is no fault of the event."""
        position, step, has_facts = task.after, RUN, False
        while position < task.upto:
            end = min(position + step, task.upto)
            try:
                with db.connection.transaction(), collecting_no_garbage():
                    has_facts |= bool(self._apply(db, replace(task, after=position, upto=end)))
            except Exception as error:
                if db.connection.closed or is_passing(error):
                    raise
                if end - position == 1:
                    return Run(position, has_facts=True, error=describe(db, position + 1, error))
                step = (end - position) // 2
            else:
                position = end
        return Run(position, has_facts)

    def _apply(self, db: Transaction, task: Task) -> set[str]:
        """Fold a task's facts. Returns the names of the read models that had any."""
        if task.names not in self._readings:
            models = [self._models[name] for name in task.names]
            self._readings[task.names] = Reading(self._types, models)
        having = set()
        for after in range(task.after, task.upto, RUN):
            for model, facts in self._readings[task.names].facts(db, after, min(after + RUN, task.upto)):
                model.apply(facts, db)
                having.add(model.name)
        return having


def _prove(db: Transaction, proof: Proof, upto: int) -> Run:
    """Go on with the proof of a company's log."""
    try:
        proof.extend(db, upto)
    except LogAltered as altered:
        # What lies behind the end of the log is a fault of all of it.
        proved = min(altered.fault.position - 1, upto)
        return Run(proved, has_facts=True, error=f"{LogAltered.__name__}: {altered}")
    return Run(upto, has_facts=True)
