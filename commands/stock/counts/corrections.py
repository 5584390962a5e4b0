"""Sales that become known after their goods were counted: what they took was not missing."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from commands.stock.counts.ports import CountedStockWork
from domain.stock.findings import put_back
from domain.stock.levels import NOTHING, Level
from domain.stock.movements import StockMovement


def correct_counts(
    issued: StockMovement, order_id: UUID, levels: Mapping[UUID, Level], work: CountedStockWork
) -> Iterator[StockMovement]:
    """For each count that missed goods of this sale, what puts as much back, at the same cost.

    The first count after the sale missed them; later ones did not expect them any more. A sale of just now
    asks nothing.
    """
    moment = issued.occurred_at
    late = [line for line in issued.lines if levels.get(line.variant_id, NOTHING).is_counted_since(moment)]
    if not late:
        return
    variants = {line.variant_id for line in late}
    counts = work.counts.corrected_by(issued.storage_id, variants, moment).read()
    for count_id in dict.fromkeys(counts[line.variant_id] for line in late):
        yield StockMovement.begin(
            StockMovement.CountCorrected,
            work.new_id(),
            storage_id=issued.storage_id,
            occurred_at=moment,
            business_date=issued.business_date,
            count_id=count_id,
            order_id=order_id,
            lines=put_back([line for line in late if counts[line.variant_id] == count_id]),
        )
