"""Completing a count: each difference is posted onto what is there by now, a part at a time.

A till waits for the balances that a decision has locked, so a large count is posted in many decisions.
Nothing is counted from the first one on; whoever completes it again, or a job, goes on where it stopped.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from commands.ports import ConcurrentEdit, check_version
from commands.stock.counts.documents import existing_count
from commands.stock.counts.ports import CountStanding, CountWork
from commands.stock.moments import moment_of_movement
from commands.stock.ports import StockContext
from domain.pending import Pending
from domain.stock.counts import CountNotOpen, Difference, StockCount, TalliedLine, Uncounted
from domain.stock.findings import Extent, Finding, Moved, post_findings
from domain.stock.levels import NOTHING
from domain.stock.movements import CountedLine, StockMovement

#: How many variants one decision posts; so that a till waits for some 50 ms at most.
AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class CompleteCount:
    """Post what was found; what nobody counted keeps its stock, or, if its number is confirmed, is gone."""

    id: UUID
    uncounted: Uncounted = "keep"
    confirm_uncounted: int | None = None
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class PostDifferences(CompleteCount):
    """Post a part of what was found in a count that is to be completed."""


def post_differences(command: PostDifferences, work: CountWork) -> bool:
    """Post a part of a count that has more than one; whether it did.

    Raises Missing, OtherStore, StaleVersion, UncountedLines, PeriodClosed and AmountTooLarge.
    """
    existing = existing_count(work.counts.find(command.id))
    if existing.status not in ("open", "completing"):
        return False
    variants = _remaining(command, existing, work, AT_ONCE + 1)
    if len(variants) <= AT_ONCE:
        return False
    posting = _Posting(command, existing, variants[:AT_ONCE], work, is_last=False)
    posting.post()
    return True


def complete_count(command: CompleteCount, work: CountWork) -> CountStanding:
    """Post the rest, or all of a small count, and complete it.

    A count is never refused for stock: its differences may leave balances below zero. Raises Missing,
    OtherStore, StaleVersion, CountNotOpen, UncountedLines, PeriodClosed, ConcurrentEdit, AmountTooLarge.
    """
    existing = existing_count(work.counts.find(command.id))
    if existing.status not in ("open", "completing"):
        raise CountNotOpen
    variants = _remaining(command, existing, work, 2 * AT_ONCE + 1)
    if len(variants) > 2 * AT_ONCE:
        # Others have brought that much in since `post_differences` looked.
        raise ConcurrentEdit
    posting = _Posting(command, existing, variants, work, is_last=True)
    posting.post()
    return posting.complete()


def _remaining(command: CompleteCount, count: StockCount, work: CountWork, limit: int) -> list[UUID]:
    rule = count.uncounted_rule or command.uncounted
    return work.counts.remaining(count, with_uncounted=rule == "zero", limit=limit).read()


_UNASKED = Pending(lambda: Extent(lines_total=0, counted=0))


class _Posting:
    """One decision about a part of a count."""

    def __init__(
        self,
        command: CompleteCount,
        existing: StockCount,
        variants: Sequence[UUID],
        work: CountWork,
        *,
        is_last: bool,
    ) -> None:
        """Lock the balances and the count, and read what was found. Raises OtherStore, Missing."""
        self._command = command
        self._work = work
        self._variants = variants
        self._moment = existing.completing_at or work.now
        self._stock = work.stock.lock({"storage_id": existing.storage_id}, variants)
        locked = work.counts.lock(command.id)
        self._position = work.counts.known_position()
        self._found = work.counts.findings(existing, variants)
        self._tallied = work.counts.tallied(command.id, variants)
        # The first decision and the last need to know all of the count, which takes the longest to ask.
        self._extent = work.counts.extent(existing) if is_last or existing.status == "open" else _UNASKED
        self._posted = work.counts.posted(command.id) if is_last else Pending(list)
        rule = existing.uncounted_rule or command.uncounted
        moved = [Moved(one, self._moment) for one in variants] if rule == "zero" else []
        self._moved = work.counts.moved_since(existing.storage_id, moved)
        self._stock.check_store("storage_id", work.caller.store_ids)
        self._count = existing_count(locked)
        self._lines: tuple[CountedLine, ...] = ()

    def post(self) -> None:
        """Begin the completion, if that has not been, and post the part."""
        count, work = self._count, self._work
        if count.status != "completing":
            count.check_open()
            check_version(count.version, self._command.expected_versions)
            moment_of_movement(None, "A count", work, self._stock)
            uncounted, confirmed = self._extent.read().uncounted, self._command.confirm_uncounted
            count.begin_completion(self._command.uncounted, self._moment, uncounted, confirmed)
        findings = [*self._found.read(), *self._tally_gone()]
        work.save(count)
        if findings:
            self._lines = post_findings(findings, self._stock.levels())
            work.save(_movement(count, self._lines, work, self._stock))

    def complete(self) -> CountStanding:
        """Complete it, with all that was posted."""
        extent = self._extent.read()
        if self._count.uncounted_rule == "zero":
            extent = Extent(lines_total=extent.lines_total, counted=extent.lines_total)
        posted = (*self._posted.read(), *map(_difference, self._lines))
        self._count.complete((one for one in posted if one.quantity), extent.uncounted)
        self._work.save(self._count)
        return CountStanding(count=self._count, begun_by=self._count.begun_by, extent=extent, posted=posted)

    def _tally_gone(self) -> list[Finding]:
        """What nobody counted and is to count as gone, with what was there when the completion began."""
        if self._count.uncounted_rule != "zero":
            return []
        tallied = {place.variant_id for place in self._tallied.read()}
        lines = list(self._gone(one for one in self._variants if one not in tallied))
        if lines:
            self._count.tally_gone(lines)
        goods = self._stock.goods()
        return [
            Finding(
                variant_id=line.variant_id,
                counted_quantity=line.quantity,
                counted_at=line.counted_at,
                expected_quantity=line.expected_quantity,
                assumed_cost=goods[line.variant_id].cost if line.variant_id in goods else 0,
            )
            for line in lines
        ]

    def _gone(self, variant_ids: Iterable[UUID]) -> Iterator[TalliedLine]:
        levels, moved = self._stock.levels(), self._moved.read()
        for variant_id in variant_ids:
            on_hand = levels.get(variant_id, NOTHING).balance.quantity
            yield TalliedLine(
                variant_id=variant_id,
                quantity=Decimal(0),
                counted_at=self._moment,
                expected_quantity=on_hand - moved.get(Moved(variant_id, self._moment), Decimal(0)),
                known_position=self._position.read(),
            )


def _movement(
    count: StockCount, lines: Sequence[CountedLine], work: CountWork, stock: StockContext
) -> StockMovement:
    return StockMovement.begin(
        StockMovement.Counted,
        work.new_id(),
        storage_id=count.storage_id,
        occurred_at=work.now,
        business_date=stock.business_date("storage_id", work.now),
        count_id=count.id,
        lines=tuple(lines),
    )


def _difference(line: CountedLine) -> Difference:
    return Difference(variant_id=line.variant_id, quantity=line.quantity, value_change=line.value_change)
