"""What requests are decided with: everything that some handler lists."""

from typing import Protocol

from commands.accounts.payments import PaymentWork
from commands.approvals import ApprovalWork
from commands.audit_jobs import AuditJobWork
from commands.catalog.assortment import ImportWork, KeepingWork
from commands.catalog.products import ProductsWork
from commands.companies import CompaniesWork
from commands.customers.erasure import ErasureWork
from commands.customers.merging import MergingWork
from commands.devices import DeviceWork
from commands.failed_events import FailedEventWork
from commands.orders.back_office.occasions import OrderWork
from commands.orders.refunds import RefundWork
from commands.orders.sales import SaleWork
from commands.read_models import ReadModelWork
from commands.reports.exports import ExportingWork
from commands.shifts.closing import ClosingWork
from commands.stock.counts.ports import CountWork
from commands.stock.ports import JournalWork
from commands.stock.purchase_orders.suggested import SuggestionWork
from commands.stock.reorder_points import ReorderWork
from commands.sync.ports import SyncWork
from commands.users import UsersWork
from commands.webhooks import WebhookWork


class Work(
    ProductsWork,
    SaleWork,
    OrderWork,
    ClosingWork,
    RefundWork,
    CountWork,
    JournalWork,
    ReorderWork,
    SuggestionWork,
    SyncWork,
    UsersWork,
    ApprovalWork,
    CompaniesWork,
    MergingWork,
    ErasureWork,
    DeviceWork,
    PaymentWork,
    ImportWork,
    KeepingWork,
    ExportingWork,
    AuditJobWork,
    WebhookWork,
    ReadModelWork,
    FailedEventWork,
    Protocol,
):
    """A unit of work with every port; a handler that a resource runs asks for no more than this."""
