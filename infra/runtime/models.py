"""The composition root's lists: aggregates whose events the log knows, read models, and jobs."""

from domain.accounts import Account, StoreCredit
from domain.catalog.products import Product
from domain.companies import Company
from domain.customers import Customer
from domain.devices import Device
from domain.fiscal import Closing
from domain.held_sales import HeldSale
from domain.kinds import SETTINGS
from domain.logs import Log
from domain.messages import Message
from domain.orders import Order
from domain.packages import Package
from domain.shifts import Shift
from domain.stock.counts import StockCount
from domain.stock.movements import StockMovement
from domain.stock.purchase_orders import PurchaseOrder
from domain.stock.reorder_points import ReorderPoint
from domain.stock.reservations import Reservation
from domain.stock.transfers import Transfer
from domain.till_operations import TillOperation
from domain.unlinked_returns import UnlinkedReturn
from domain.users import User
from domain.webhooks import Webhook
from infra.eventstore.codec import EventTypes
from infra.files.expired_exports import EXPIRED_EXPORTS
from infra.files.unused_pictures import UNUSED_PICTURES
from infra.identity.forgetting import FORGET_OLD_FAILURES, FORGET_OLD_SESSIONS
from infra.jobs.answers import FORGET_OLD_ANSWERS
from infra.jobs.counts import COUNTS
from infra.jobs.expired_audit_files import EXPIRED_AUDIT_FILES
from infra.jobs.fiscal_closings import FISCAL_CLOSINGS
from infra.jobs.held_sales import HELD_SALES
from infra.jobs.job import Job
from infra.jobs.launches import LAUNCHES
from infra.jobs.log_counts import LOG_COUNTS
from infra.jobs.order_promises import ORDER_PROMISES
from infra.jobs.projection_paces import PROJECTION_PACES
from infra.jobs.report_reconciliation import report_reconciliation_job
from infra.jobs.reservations import RESERVATIONS
from infra.jobs.stock_verification import STOCK_VERIFICATION
from infra.jobs.store_credit import STORE_CREDIT
from infra.jobs.subscriptions import SUBSCRIPTIONS
from infra.runtime.report_files import FILE_CHECKS
from infra.webhooks.forgetting import FORGET_OLD_DELIVERIES
from projections.accounts.accounts import Accounts
from projections.base import Projection
from projections.catalog.images import ProductImages
from projections.catalog.listing import Listing
from projections.catalog.price_history import PriceHistory
from projections.catalog.product_status import ProductStatuses
from projections.catalog.products import Products
from projections.catalog.store_prices import StorePrices
from projections.companies import Companies
from projections.customer_aliases import CustomerAliases
from projections.customer_totals import CustomerTotals
from projections.customers import Customers
from projections.declarations import check
from projections.devices import Devices
from projections.fiscal.closings import FiscalClosings
from projections.held_sales import HeldSales
from projections.messages import Messages
from projections.orders import Orders
from projections.packages import Packages
from projections.pos_catalog.feed import PosCatalogFeed
from projections.refunds import Refunds
from projections.reports.accounts import ReportAccounts
from projections.reports.closings import ReportClosings
from projections.reports.drawers import ReportDrawers
from projections.reports.names import ReportNames
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.stock import StockReports
from projections.search.customer_index import CustomerSearch
from projections.search.index import Search
from projections.series import DocumentSeries
from projections.settings import Settings
from projections.shifts.drawers import Drawers
from projections.shifts.entries import ShiftEntries
from projections.shifts.shifts import Shifts
from projections.stock.balances import StockBalances
from projections.stock.counts import StockCounts
from projections.stock.daily import StockDaily
from projections.stock.journal import StockJournal
from projections.stock.listing import StockListing
from projections.stock.movements import StockMovements
from projections.stock.purchase_orders import PurchaseOrders
from projections.stock.purchase_units import PurchaseUnits
from projections.stock.reorder_points import ReorderPoints
from projections.stock.reservations import Reservations
from projections.stock.sums import StockSums
from projections.stock.transfers import Transfers
from projections.till_operations import TillOperations
from projections.users import Users
from projections.webhooks.webhooks import Webhooks

EVENT_TYPES = EventTypes(
    [
        Package,
        Company,
        User,
        *SETTINGS,
        Product,
        Customer,
        StoreCredit,
        Account,
        StockMovement,
        Transfer,
        StockCount,
        PurchaseOrder,
        ReorderPoint,
        Reservation,
        Order,
        UnlinkedReturn,
        HeldSale,
        Shift,
        Closing,
        TillOperation,
        Message,
        Device,
        Webhook,
        Log,
    ]
)

# Inline ones are written in this order, which no two transactions may disagree on.
PROJECTIONS: tuple[Projection, ...] = (
    Packages(),
    Companies(),
    Users(),
    Settings(),
    Products(),
    ProductImages(),
    StorePrices(),
    Customers(),
    CustomerAliases(),
    Search(),
    CustomerSearch(),
    StockBalances(),
    ReorderPoints(),
    Reservations(),
    StockJournal(),
    Accounts(),
    DocumentSeries(),
    Devices(),
    Transfers(),
    PurchaseOrders(),
    Messages(),
    StockListing(),
    StockCounts(),
    Listing(),
    TillOperations(),
    Drawers(),
    Shifts(),
    ShiftEntries(),
    Orders(),
    Refunds(),
    HeldSales(),
    FiscalClosings(),
    Webhooks(),
    ReportNames(),
    ReportDrawers(),
    ReportClosings(),
    ReportAccounts(),
    SalesReports(),
    CustomerTotals(),
    StockMovements(),
    StockDaily(),
    PurchaseUnits(),
    StockSums(),
    StockReports(),
    ProductStatuses(),
    PriceHistory(),
    PosCatalogFeed(),
)

JOBS: tuple[Job, ...] = (
    LAUNCHES,
    SUBSCRIPTIONS,
    RESERVATIONS,
    ORDER_PROMISES,
    HELD_SALES,
    STORE_CREDIT,
    COUNTS,
    FISCAL_CLOSINGS,
    FORGET_OLD_ANSWERS,
    FORGET_OLD_SESSIONS,
    FORGET_OLD_FAILURES,
    UNUSED_PICTURES,
    EXPIRED_EXPORTS,
    EXPIRED_AUDIT_FILES,
    FORGET_OLD_DELIVERIES,
    STOCK_VERIFICATION,
    PROJECTION_PACES,
    LOG_COUNTS,
    report_reconciliation_job(FILE_CHECKS),
)

check(PROJECTIONS, {kind.aggregate for kind in EVENT_TYPES.by_name.values()})
