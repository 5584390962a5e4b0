"""A company's log as read models are made from it: proved as it is read, and read once for all of them."""

import time
from collections.abc import Sequence
from uuid import UUID

import psycopg

from infra.eventstore.chain import Proof
from infra.eventstore.codec import EventTypes
from infra.postgres.transactions import Transaction
from infra.process.garbage import collecting_no_garbage
from infra.projections.checkpoints import head_of
from infra.projections.reading import BATCH, FactReader, readers_by_mode
from projections.base import Fact, Projection


def end_of_page(position: int) -> int:
    """Where the page of the log ends that a position is in; everyone has the same pages."""
    return (position // BATCH + 1) * BATCH


class ProvedLog:
    """The facts of a log for some read models, which follow it side by side.

    Nothing is told that is not what was recorded: whatever the log says beyond the position `proved` is
    compared with its hashes first. The page that was read last is kept, so that what is hashed and decoded
    for one is there for the others.
    """

    def __init__(
        self, types: EventTypes, models: Sequence[Projection], company_id: UUID, *, proved: int = 0
    ) -> None:
        self.company_id = company_id
        self._types = types
        #: How long it took to read the events, and to see that they are what was recorded.
        self.proof_seconds = 0.0
        self._readers = readers_by_mode(types, models)
        self._proof = Proof(company_id, proved)
        self._begin = proved
        self._facts: dict[str, list[Fact]] = {mode: [] for mode in self._readers}

    def facts(self, db: Transaction, model: Projection, after: int, upto: int) -> list[Fact]:
        """The facts of a read model after one position up to another, both of one page.

        Raises LogAltered for an event that is not what was recorded, NewerEvent, DamagedEvent.
        """
        with collecting_no_garbage():
            self._extend(db, upto)
            if after < self._begin or model.mode not in self._facts:
                return FactReader(self._types, [model]).read(db, after, upto)
            facts, events = self._facts[model.mode], model.events
            return [fact for fact in facts if after < fact.position <= upto and fact.event in events]

    def prove_on(self, db: Transaction) -> bool:
        """Prove another page, once nobody asks for facts any more. Returns whether the log goes on.

        Raises LogAltered.
        """
        started, head = time.monotonic(), head_of(db)
        self._proof.extend(db, min(end_of_page(self._proof.position), head))
        self.proof_seconds += time.monotonic() - started
        return self._proof.position < head

    def _extend(self, db: Transaction, upto: int) -> None:
        """Prove the log up to a position, and keep what that says."""
        known, before = self._proof.position, self._facts
        if upto > known >= end_of_page(self._begin):
            self._begin, before = known, {mode: [] for mode in self._readers}
        self._facts = {}
        started = time.monotonic()
        events = [event for page in self._proof.pages(db, upto) for event in page]
        self.proof_seconds += time.monotonic() - started
        for mode, facts in before.items():
            try:
                self._facts[mode] = facts + self._readers[mode].facts(db, events)
            except psycopg.Error:
                raise
            except Exception:  # noqa: BLE001, S112 a state may be damaged in any way
                # What one read model cannot read, others may not need: each reads the page for itself.
                continue
