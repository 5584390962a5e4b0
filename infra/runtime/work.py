"""The unit of work of a request: every port that a handler may list, over one transaction."""

from datetime import datetime
from typing import TypeVar

from commands.creations import Content
from commands.ports import Caller
from infra.decisions.ports import Port
from infra.decisions.unit_of_work import EventWriter, PostgresUnitOfWork
from infra.eventstore.forgetting import Forgetting
from infra.files.export_desk import ExportDesk
from infra.files.import_desk import ImportDesk
from infra.files.picture_shelf import PictureShelf
from infra.identity.approvals import Approvals
from infra.identity.credentials import Credentials
from infra.jobs.audit_desk import AuditJobDesk
from infra.process.garbage import weakly
from infra.projections.desk import ReadModelDesk
from infra.projections.failed_events import FailedEvents
from infra.webhooks.desk import WebhookDesk
from projections.base import Database
from projections.guards.accounts import AccountsGuard
from projections.guards.catalog.assortment import Assortment
from projections.guards.catalog.products import CatalogGuard
from projections.guards.catalog.shelf_prices import ShelfPriceGuard
from projections.guards.counts import CountsGuard
from projections.guards.customers import CustomersGuard
from projections.guards.deliveries import DeliveriesGuard
from projections.guards.devices import DevicesGuard
from projections.guards.drawers import DrawersGuard
from projections.guards.journal import JournalGuard
from projections.guards.orders import Guesses, SalesGuard
from projections.guards.packages import PlanGuard, PlatformGuard
from projections.guards.paying_tills import PayingTillsGuard
from projections.guards.purchase_units import PurchaseUnitGuard
from projections.guards.reorder_points import ReorderPointGuard
from projections.guards.series import SeriesGuard
from projections.guards.settings import SettingsGuard
from projections.guards.stock import StockGuard
from projections.guards.stored_texts import StoredTexts
from projections.guards.users import UsersGuard

P = TypeVar("P")


class _Port(Port["RequestWork", P]):
    """A port of it."""


class RequestWork(PostgresUnitOfWork):
    """A decision with its ports; `guesses` are shared by all decisions of a process.

    Ports that held the work itself would keep all of a decision until the collector of cycles came.
    """

    def __init__(
        self,
        transaction: Database,
        writer: EventWriter,
        caller: Caller,
        now: datetime,
        content: Content | None = None,
        *,
        guesses: Guesses,
    ) -> None:
        super().__init__(transaction, writer, caller, now, content)
        self.guesses = guesses

    settings = _Port(lambda work: SettingsGuard(work.transaction))
    catalog = _Port(lambda work: CatalogGuard(work.transaction))
    shelf_prices = _Port(lambda work: ShelfPriceGuard(work.transaction, work.writer.types.rebuild))
    stock = _Port(lambda work: StockGuard(work.transaction))
    series = _Port(lambda work: SeriesGuard(work.transaction))
    journal = _Port(lambda work: JournalGuard(work.transaction))
    purchase_units = _Port(lambda work: PurchaseUnitGuard(work.transaction))
    reorder_points = _Port(lambda work: ReorderPointGuard(work.transaction, work.writer.types.rebuild))
    counts = _Port(lambda work: CountsGuard(work.transaction))
    deliveries = _Port(
        lambda work: DeliveriesGuard(work.transaction, work.writer.types.rebuild, weakly(work.changed_rows))
    )
    devices = _Port(lambda work: DevicesGuard(work.transaction))
    drawers = _Port(lambda work: DrawersGuard(work.transaction, work.writer.types.decode))
    accounts = _Port(lambda work: AccountsGuard(work.transaction, weakly(work.new_id), work.keys.learn))
    sales = _Port(lambda work: SalesGuard(work.transaction, work.guesses, work.keys.learn, work.accounts))
    paying_tills = _Port(lambda work: PayingTillsGuard(work.transaction))
    plan = _Port(lambda work: PlanGuard(work.transaction, work.now))
    platform = _Port(lambda work: PlatformGuard(work.transaction, work.now))
    credentials = _Port(lambda work: Credentials(work.transaction, work.now, weakly(work.changed_rows)))
    approvals = _Port(lambda work: Approvals(work.transaction, work.caller, weakly(work.changed_rows)))
    customers = _Port(lambda work: CustomersGuard(work.transaction))
    erasure = _Port(lambda work: Forgetting(work.transaction, work.keys, work.now))
    users = _Port(lambda work: UsersGuard(work.transaction))
    stored_texts = _Port(lambda work: StoredTexts(work.transaction))
    pictures = _Port(lambda work: PictureShelf(work.transaction))
    assortment = _Port(lambda work: Assortment(work.transaction, work.writer.types.rebuild))
    imports = _Port(
        lambda work: ImportDesk(work.transaction, work.caller, work.now, weakly(work.changed_rows))
    )
    exports = _Port(
        lambda work: ExportDesk(work.transaction, work.caller, work.now, weakly(work.changed_rows))
    )
    audit_jobs = _Port(
        lambda work: AuditJobDesk(work.transaction, work.caller, work.now, weakly(work.changed_rows))
    )
    webhooks = _Port(
        lambda work: WebhookDesk(
            work.transaction, work.writer.types.data_keys, work.now, weakly(work.changed_rows)
        )
    )
    failed_events = _Port(lambda work: FailedEvents(work.transaction, work.caller, weakly(work.changed_rows)))
    read_models = _Port(
        lambda work: ReadModelDesk(work.transaction, work.caller, work.now, weakly(work.changed_rows))
    )
