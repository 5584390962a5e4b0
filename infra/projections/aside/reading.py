"""One reading of a log for several read models, each event decoded once for those of a mode."""

from collections.abc import Iterator, Sequence

from infra.eventstore.codec import EventTypes
from infra.postgres.transactions import Transaction
from infra.projections.reading import readers_by_mode, rows_between
from projections.base import Fact, Projection


class Reading:
    """Reads for read models of both modes."""

    def __init__(self, types: EventTypes, models: Sequence[Projection]) -> None:
        self._models = models
        self._readers = readers_by_mode(types, models)
        passed_over = [set(reader.passed_over) for reader in self._readers.values()]
        self._passed_over = sorted(set.intersection(*passed_over))

    def facts(self, db: Transaction, after: int, upto: int) -> Iterator[tuple[Projection, list[Fact]]]:
        """The read models that have facts between two positions, each with its own.

        Raises NewerEvent, DamagedEvent.
        """
        rows = rows_between(db, after, upto, self._passed_over)
        for mode, reader in self._readers.items():
            facts = reader.decoded(db, rows)
            for model in self._models:
                if model.mode == mode and (own := [fact for fact in facts if fact.event in model.events]):
                    yield model, own
