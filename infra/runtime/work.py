"""The unit of work of a request: every port that a handler may list, over one transaction."""

from datetime import datetime

from commands.creations import Content
from commands.ports import Caller
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


class RequestWork(PostgresUnitOfWork):
    """A decision with its ports; `guesses` are shared by all decisions of a process.

    Making them all takes less time than three cached properties would.
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
        # Ports that held the work itself would keep all of a decision until the collector of cycles came.
        new_id, changed_rows = weakly(self.new_id), weakly(self.changed_rows)
        self.settings = SettingsGuard(transaction)
        self.catalog = CatalogGuard(transaction)
        self.shelf_prices = ShelfPriceGuard(transaction, writer.types.rebuild)
        self.stock = StockGuard(transaction)
        self.series = SeriesGuard(transaction)
        self.journal = JournalGuard(transaction)
        self.purchase_units = PurchaseUnitGuard(transaction)
        self.reorder_points = ReorderPointGuard(transaction, writer.types.rebuild)
        self.counts = CountsGuard(transaction)
        self.deliveries = DeliveriesGuard(transaction, writer.types.rebuild, changed_rows)
        self.devices = DevicesGuard(transaction)
        self.drawers = DrawersGuard(transaction, writer.types.decode)
        self.accounts = AccountsGuard(transaction, new_id, self.keys.learn)
        self.sales = SalesGuard(transaction, guesses, self.keys.learn, self.accounts)
        self.paying_tills = PayingTillsGuard(transaction)
        self.plan = PlanGuard(transaction, now)
        self.platform = PlatformGuard(transaction, now)
        self.credentials = Credentials(transaction, now, changed_rows)
        self.approvals = Approvals(transaction, caller, changed_rows)
        self.customers = CustomersGuard(transaction)
        self.erasure = Forgetting(transaction, self.keys, now)
        self.users = UsersGuard(transaction)
        self.stored_texts = StoredTexts(transaction)
        self.pictures = PictureShelf(transaction)
        self.assortment = Assortment(transaction, writer.types.rebuild)
        self.imports = ImportDesk(transaction, caller, now, changed_rows)
        self.exports = ExportDesk(transaction, caller, now, changed_rows)
        self.audit_jobs = AuditJobDesk(transaction, caller, now, changed_rows)
        self.webhooks = WebhookDesk(transaction, writer.types.data_keys, now, changed_rows)
        self.failed_events = FailedEvents(transaction, caller, changed_rows)
        self.read_models = ReadModelDesk(transaction, caller, now, changed_rows)
