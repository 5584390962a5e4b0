"""Beginning a count, and giving it up."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from commands.ports import DuplicateId, Missing, check_version
from commands.stock.counts.ports import CountStanding, CountWork
from commands.stock.moments import moment_of_movement
from domain.errors import Detail, Invalid
from domain.pending import Pending
from domain.stock.counts import CountOverlaps, Kind, Scope, StockCount

#: What the numbers of counts begin with.
SERIES = "CT"


@dataclass(frozen=True, kw_only=True)
class BeginCount:
    """Count a storage: all that lies there, or what belongs to a scope."""

    id: UUID
    storage_id: UUID
    kind: Kind
    scope: Scope
    name: str | None = None
    is_blind: bool = False
    reference: str | None = None
    note: str | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CancelCount:
    """Give a count up."""

    id: UUID
    reason: str
    expected_versions: frozenset[int] | None = None


def begin_count(command: BeginCount, work: CountWork) -> CountStanding:
    """Begin a count, once: the same request again answers with the count that it began.

    Counts are begun one after another, as the series is held: of two that overlap the second is refused.
    Raises DuplicateId, OtherStore, Invalid, BeforeTheCompany, PeriodClosed, CountOverlaps.
    """
    missing = work.counts.missing_in(command.scope)
    stock = work.stock.lock({"storage_id": command.storage_id}, ())
    number = work.series.next(SERIES)
    overlapping = work.counts.overlapping(command.storage_id, command.kind, command.scope)
    earlier = work.find_earlier(StockCount, StockCount.Begun, command.id)
    present = work.counts.find(command.id)
    stock.check_store("storage_id", work.caller.store_ids)
    if existing := earlier.read():
        if existing.storage_id != command.storage_id:
            raise DuplicateId
        begun_by = existing_count(present).begun_by
        return CountStanding(count=existing, begun_by=begun_by, extent=work.counts.extent(existing).read())
    if wrong := [*stock.missing(), *missing.read(), *_wrong_scope(command)]:
        raise Invalid(details=wrong)
    moment = moment_of_movement(command.occurred_at, "A count", work, stock)
    if overlaps := overlapping.read():
        message = f"{', '.join(sorted(overlaps)[:3])} counts some of the same goods."
        raise CountOverlaps(details=[Detail("scope", CountOverlaps.code, message)])
    count = StockCount.begin(
        StockCount.Begun,
        command.id,
        number=f"{SERIES}-{number.read():06d}",
        series_number=number.read(),
        storage_id=command.storage_id,
        kind=command.kind,
        occurred_at=moment.occurred_at,
        scope=command.scope,
        name=command.name,
        is_blind=command.is_blind,
        reference=command.reference,
        note=command.note,
    )
    work.save(count)
    begun_by = work.caller.user_id
    return CountStanding(count=count, begun_by=begun_by, extent=work.counts.extent(count).read())


def _wrong_scope(command: BeginCount) -> list[Detail]:
    if command.kind == "partial" and command.scope.is_empty:
        return [Detail("scope", "required", "Say what a partial count is about.")]
    if command.kind == "full" and not command.scope.is_empty:
        return [Detail("scope", "not_valid", "A full count is about everything.")]
    return []


def cancel_count(command: CancelCount, work: CountWork) -> CountStanding:
    """Give it up; nothing is posted. Raises Missing, OtherStore, StaleVersion, CountNotOpen."""
    existing = existing_count(work.counts.find(command.id))
    stock = work.stock.lock({"storage_id": existing.storage_id}, ())
    locked, extent = work.counts.lock(command.id), work.counts.extent(existing)
    stock.check_store("storage_id", work.caller.store_ids)
    count = existing_count(locked)
    check_version(count.version, command.expected_versions)
    count.cancel(command.reason)
    work.save(count)
    return CountStanding(count=count, begun_by=count.begun_by, extent=extent.read())


def existing_count(answer: Pending[StockCount | None]) -> StockCount:
    """The count that was asked for. Raises Missing."""
    count = answer.read()
    if count is None:
        raise Missing
    return count
