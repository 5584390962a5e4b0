"""Sales and returns that become known after their goods were counted: what they moved was counted already."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from commands.stock.counts.ports import CountedStockWork
from domain.stock.findings import put_back
from domain.stock.levels import NOTHING, Level
from domain.stock.movements import StockMovement


def correct_counts(
    moved: StockMovement, order_id: UUID, levels: Mapping[UUID, Level], work: CountedStockWork
) -> Iterator[StockMovement]:
    """For each count that missed goods of this sale, or found those of this return, what undoes it.

    The first count after it did; later ones expected what that had said. What moved just now asks nothing.
    """
    moment = moved.occurred_at
    late = [line for line in moved.lines if levels.get(line.variant_id, NOTHING).is_counted_since(moment)]
    if not late:
        return
    variants = {line.variant_id for line in late}
    counts = work.counts.corrected_by(moved.storage_id, variants, moment).read()
    for count_id in dict.fromkeys(counts[line.variant_id] for line in late):
        yield StockMovement.begin(
            StockMovement.CountCorrected,
            work.new_id(),
            storage_id=moved.storage_id,
            occurred_at=moment,
            business_date=moved.business_date,
            count_id=count_id,
            order_id=order_id,
            lines=put_back([line for line in late if counts[line.variant_id] == count_id]),
        )
