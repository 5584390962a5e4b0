"""A unit of work in memory: every port of a request, over plain dictionaries instead of a database."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from commands.creations import Content
from commands.ports import Caller, DuplicateId, Missing
from domain.aggregate import Aggregate
from domain.pending import Pending
from infra.decisions.creations import rows_at_creation
from infra.decisions.signing import NO_DEVICE
from infra.eventstore.codec import Metadata
from infra.runtime.models import EVENT_TYPES
from tests.commands.memory.accounts import MemoryAccounts
from tests.commands.memory.approvals import MemoryApprovals
from tests.commands.memory.audit_jobs import MemoryAuditJobs
from tests.commands.memory.catalog import MemoryCatalog, MemoryPictures
from tests.commands.memory.counts import MemoryCounts
from tests.commands.memory.customers import MemoryCustomers
from tests.commands.memory.deliveries import MemoryDeliveries
from tests.commands.memory.devices import MemoryDevices
from tests.commands.memory.drawers import MemoryDrawers
from tests.commands.memory.erasure import MemoryErasure, MemoryTexts
from tests.commands.memory.failed_events import MemoryFailedEvents
from tests.commands.memory.imports import MemoryAssortment, MemoryExports, MemoryImports
from tests.commands.memory.packages import MemoryPlan, MemoryPlatform
from tests.commands.memory.read_models import MemoryReadModels
from tests.commands.memory.sales import MemoryPayingTills, MemorySales
from tests.commands.memory.settings import MemorySettings
from tests.commands.memory.shelf_prices import MemoryShelfPrices
from tests.commands.memory.stock import (
    MemoryJournal,
    MemoryPurchaseUnits,
    MemoryReorderPoints,
    MemorySeries,
    MemoryStock,
)
from tests.commands.memory.users import MemoryCredentials, MemoryUsers
from tests.commands.memory.webhooks import MemoryWebhooks
from tests.commands.memory.world import World

A = TypeVar("A", bound=Aggregate)


class MemoryWork:
    """One decision about a company."""

    def __init__(
        self, world: World, company_id: UUID, caller: Caller, now: datetime, content: Content | None = None
    ) -> None:
        self.caller = caller
        self.now = now
        self.is_repetition = False
        self.events: list[Aggregate.Event] = []
        self.settings = MemorySettings(world, company_id)
        self.catalog = MemoryCatalog(world, company_id)
        self.shelf_prices = MemoryShelfPrices(world, company_id)
        self.pictures = MemoryPictures(world, company_id)
        self.stock = MemoryStock(world, company_id)
        self.series = MemorySeries(world, company_id)
        self.journal = MemoryJournal(world, company_id)
        self.purchase_units = MemoryPurchaseUnits()
        self.reorder_points = MemoryReorderPoints(world, company_id)
        self.counts = MemoryCounts(world, company_id)
        self.devices = MemoryDevices()
        self.deliveries = MemoryDeliveries(world, company_id)
        self.drawers = MemoryDrawers(world, company_id)
        self.fiscal = NO_DEVICE
        self.accounts = MemoryAccounts(world, company_id, self.new_id)
        self.sales = MemorySales(world, company_id, self.accounts)
        self.paying_tills = MemoryPayingTills(world, company_id)
        self.plan = MemoryPlan(world, company_id, now)
        self.platform = MemoryPlatform(world, company_id, now)
        self.customers = MemoryCustomers(world, company_id)
        self.erasure = MemoryErasure(world, company_id, now)
        self.stored_texts = MemoryTexts()
        self.users = MemoryUsers(world, company_id)
        self.approvals = MemoryApprovals(world)
        self.credentials = MemoryCredentials(world, company_id, now)
        self.assortment = MemoryAssortment(world, company_id)
        self.imports = MemoryImports(world)
        self.exports = MemoryExports(world)
        self.audit_jobs = MemoryAuditJobs(world)
        self.webhooks = MemoryWebhooks(world, company_id)
        self.failed_events = MemoryFailedEvents(world)
        self.read_models = MemoryReadModels(world)
        self._world = world
        self._company_id = company_id
        self._content = content

    def new_id(self) -> UUID:
        self._world.ids += 1
        return UUID(int=0xF0_0000 + self._world.ids)

    def find_earlier(
        self, kind: type[A], by: type[Aggregate.Event], own_id: UUID | None, *, within: UUID | None = None
    ) -> Pending[A | None]:
        if own_id is None:
            return Pending(lambda: None)

        def earlier() -> A | None:
            stream = self._world.stream(self._company_id, within or own_id)
            rows = rows_at_creation(stream, own_id, EVENT_TYPES.by_event[by].name, self._content)
            aggregate = EVENT_TYPES.rebuild(rows)
            if aggregate is None:
                return None
            if not isinstance(aggregate, kind) or not aggregate.is_within(self.caller.store_ids):
                raise DuplicateId
            self.is_repetition = True
            return aggregate

        return Pending(earlier)

    def ask(self, kind: type[A], aggregate_id: UUID) -> Pending[A]:
        return Pending(lambda: self.load(kind, aggregate_id))

    def load(self, kind: type[A], aggregate_id: UUID) -> A:
        aggregate = self._world.find(self._company_id, aggregate_id)
        if not isinstance(aggregate, kind):
            raise Missing
        return aggregate

    def hold_person(self, person_id: UUID | None) -> None:
        """Nobody else decides meanwhile."""

    def save(self, *aggregates: Aggregate) -> None:
        for aggregate in aggregates:
            if events := aggregate.new_events():
                self.events += events
                for event in events:
                    event.stamp(self.now)
                aggregate.stamp(self.now, self.caller.user_id)

    def record(self) -> None:
        """Take what was saved into the company's log."""
        content = self._content.fingerprint if self._content else None
        metadata = Metadata(
            at=self.now,
            actor=self.caller.user_id,
            request=self.caller.request_id,
            content=content,
            approved_by=self.caller.approved_by,
        )
        self._world.record(self._company_id, self.events, metadata)
