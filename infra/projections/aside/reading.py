"""One reading of a log for several read models, each event decoded once for those of a mode."""

from collections.abc import Iterator, Sequence

from infra.eventstore.codec import EventTypes
from infra.postgres.transactions import Transaction
from infra.projections.reading import FactReader, rows_between
from projections.base import Fact, Projection


class Reading:
    """Reads for read models of both modes: those that decisions are made on read ids otherwise."""

    def __init__(self, types: EventTypes, models: Sequence[Projection]) -> None:
        by_mode = [[model for model in models if model.mode == mode] for mode in ("inline", "async")]
        self._readers = [(FactReader(types, own), own) for own in by_mode if own]
        passed_over = [set(reader.passed_over) for reader, _ in self._readers]
        self._passed_over = sorted(set.intersection(*passed_over))

    def facts(self, db: Transaction, after: int, upto: int) -> Iterator[tuple[Projection, list[Fact]]]:
        """The read models that have facts between two positions, each with its own.

        Raises NewerEvent, DamagedEvent.
        """
        rows = rows_between(db, after, upto, self._passed_over)
        for reader, models in self._readers:
            facts = reader.decoded(db, rows)
            for model in models:
                if own := [fact for fact in facts if fact.event in model.events]:
                    yield model, own
