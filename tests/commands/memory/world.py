"""What units of work in memory decide on: logs as the database keeps them, and what is kept beside them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from commands.audit_jobs import RequestAuditJob
from commands.failed_events import FailedEvent
from commands.read_models import RequestJob
from commands.reports.exports import RequestExport, TryRun
from commands.webhooks.ports import ReplayRequest
from domain.aggregate import Aggregate
from domain.approvals import Approval
from domain.companies import PLATFORM_ID, Company
from domain.customer_erasure import Tombstone
from domain.deliveries import Waiting
from domain.kinds import KINDS
from domain.packages import Limits, Package
from domain.settings import Setting
from infra.eventstore.codec import Metadata, encode_metadata
from infra.runtime.models import EVENT_TYPES

A = TypeVar("A", bound=Aggregate)
Row = dict[str, Any]


@dataclass
class Session:
    """Where a user is signed in."""

    company_id: UUID
    user_id: UUID
    expires_at: datetime
    is_open: bool = True


@dataclass
class World:
    """Every company's log, and what is kept beside it."""

    logs: dict[UUID, dict[UUID, list[Row]]] = field(default_factory=lambda: defaultdict(dict))
    #: The events of each log in their order.
    journal: dict[UUID, list[Row]] = field(default_factory=lambda: defaultdict(list))
    passwords: dict[UUID, str] = field(default_factory=dict)
    pins: dict[UUID, str] = field(default_factory=dict)
    approvals: list[Approval] = field(default_factory=list)
    resets: dict[tuple[UUID, bytes], datetime] = field(default_factory=dict)
    sessions: dict[UUID, Session] = field(default_factory=dict)
    imports: list[UUID] = field(default_factory=list)
    exports: dict[UUID, RequestExport] = field(default_factory=dict)
    audit_jobs: dict[UUID, RequestAuditJob] = field(default_factory=dict)
    tries: list[TryRun] = field(default_factory=list)
    read_model_jobs: list[RequestJob] = field(default_factory=list)
    #: Events that read models cannot apply, and what was passed over for which reason, by position.
    failed_events: dict[UUID, FailedEvent] = field(default_factory=dict)
    skipped_events: list[tuple[int, str]] = field(default_factory=list)
    #: Read models that rest, each for a company or for all.
    paused: set[tuple[str, UUID | None]] = field(default_factory=set)
    #: By delivery, its webhook; and what is to be sent once more.
    deliveries: dict[UUID, UUID] = field(default_factory=dict)
    replays: list[ReplayRequest] = field(default_factory=list)
    pictures: set[str] = field(default_factory=set)
    #: Who was forgotten.
    erased: dict[UUID, Tombstone] = field(default_factory=dict)
    #: Operations of tills that wait, each with its number, and which of them arrived, by device.
    waiting: dict[UUID, tuple[Waiting, int]] = field(default_factory=dict)
    delivered: dict[UUID, set[int]] = field(default_factory=dict)
    #: How many ids were given.
    ids: int = 0

    def record(self, company_id: UUID, events: Iterable[Aggregate.Event], metadata: Metadata) -> None:
        """Add events to a log, encoded as they are stored."""
        for event in events:
            name, state = EVENT_TYPES.encode(event)
            row = {
                "stream_id": event.originator_id,
                "stream_version": event.originator_version,
                "type": name,
                "state": state,
                "metadata": encode_metadata(metadata),
            }
            self.logs[company_id].setdefault(event.originator_id, []).append(row)
            self.journal[company_id].append(row)

    def stream(self, company_id: UUID, stream_id: UUID) -> list[Row]:
        """The events of a stream."""
        return self.logs[company_id].get(stream_id, [])

    def find(self, company_id: UUID, stream_id: UUID) -> Aggregate | None:
        """What has this id."""
        return EVENT_TYPES.rebuild(self.stream(company_id, stream_id))

    def all(self, company_id: UUID, kind: type[A]) -> Iterator[A]:
        """Everything of a kind, in the order in which it was made."""
        for stream_id in list(self.logs[company_id]):
            if isinstance(one := self.find(company_id, stream_id), kind):
                yield one

    def settings(self, company_id: UUID) -> list[Setting]:
        """Every setting of a company, archived ones too."""
        return [one for one in self.all(company_id, Setting) if one.kind in KINDS]

    def company(self, company_id: UUID) -> Company | None:
        """The company itself."""
        return next(self.all(company_id, Company), None)

    def package_of(self, company_id: UUID) -> Package | None:
        """The package that a company has."""
        company = self.company(company_id)
        if company is None or company.subscription is None:
            return None
        package = self.find(PLATFORM_ID, company.subscription.package_id)
        return package if isinstance(package, Package) else None

    def limits_of(self, company_id: UUID) -> Limits:
        """What its package allows."""
        package = self.package_of(company_id)
        return package.values["limits"] if package else Limits()
