"""What becomes of an event that a read model cannot apply: it is tried again, or passed over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from commands.ports import Missing, UnitOfWork
from commands.read_models import Mode
from domain.errors import Conflict


class InlineCannotSkip(Conflict):
    """Decisions are made on this read model: none of its events is passed over; rebuild it."""

    code = "inline_cannot_skip"
    remedy = "Rebuild the read model: `POST /api/dev/projections/{name}/rebuild`."


class RebuildNeeded(Conflict):
    """The log is not what was recorded there: bring the event back from a backup, then rebuild."""

    code = "rebuild_needed"
    remedy = "Bring the event back from a backup, then rebuild the read model."


@dataclass(frozen=True, kw_only=True)
class FailedEvent:
    """An event before which a read model of a company is parked, and why."""

    id: UUID
    projection: str
    mode: Mode
    company_id: UUID
    position: int
    type: str | None
    stream_id: UUID | None
    error: str
    parked_at: datetime
    attempts: int
    #: Whether the log is not what was recorded there.
    is_altered: bool

    @property
    def can_be_skipped(self) -> bool:
        """Whether something else than a rebuild helps."""
        return self.mode == "async" and not self.is_altered


@dataclass(frozen=True, kw_only=True)
class RetryEvent:
    """Let the read model try it again."""

    id: UUID


@dataclass(frozen=True, kw_only=True)
class SkipEvent:
    """Have the read model pass over it, for a reason."""

    id: UUID
    reason: str


class FailedEventsPort(Protocol):
    """Events that read models cannot apply."""

    def find(self, failed_id: UUID) -> FailedEvent | None:
        """It, as long as something is parked there."""

    def release(self, failed: FailedEvent) -> bool:
        """Let it be tried again; False if it is parked there no more."""

    def skip(self, failed: FailedEvent, reason: str) -> bool:
        """Pass over it, and note who did that and why; False if it is parked there no more."""


class FailedEventWork(UnitOfWork, Protocol):
    """What it takes to settle them."""

    @property
    def failed_events(self) -> FailedEventsPort:
        """Events that read models cannot apply."""


def retry_event(command: RetryEvent, work: FailedEventWork) -> FailedEvent:
    """Let it be tried again. Raises Missing, InlineCannotSkip, RebuildNeeded."""
    failed = _failed(command.id, work)
    if not work.failed_events.release(failed):
        raise Missing
    return failed


def skip_event(command: SkipEvent, work: FailedEventWork) -> FailedEvent:
    """Pass over it. Raises Missing, InlineCannotSkip, RebuildNeeded."""
    failed = _failed(command.id, work)
    if not work.failed_events.skip(failed, command.reason):
        raise Missing
    return failed


def _failed(failed_id: UUID, work: FailedEventWork) -> FailedEvent:
    failed = work.failed_events.find(failed_id)
    if failed is None:
        raise Missing
    if failed.mode == "inline":
        raise InlineCannotSkip
    if failed.is_altered:
        raise RebuildNeeded
    return failed
