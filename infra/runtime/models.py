"""The composition root's lists: every aggregate whose events the log knows, and every read model."""

from domain.catalog.brands import Brand
from domain.catalog.categories import Category
from domain.catalog.products import Product
from domain.catalog.units import Unit
from domain.companies import Company
from domain.customers import Customer
from domain.orders import Order
from domain.registers import Register
from domain.stock import StockMovement
from domain.storages import Storage
from domain.stores import Store
from domain.tax_rates import TaxRate
from domain.users import User
from infra.eventstore.codec import EventTypes
from projections.base import Projection
from projections.catalog.products import Products
from projections.companies import Companies
from projections.customers import Customers
from projections.orders import Orders
from projections.reports.sale_facts import SaleFacts
from projections.reports.sales_daily import SalesDaily
from projections.settings import Settings
from projections.stock import StockBalances
from projections.stock_movements import StockMovements
from projections.users import Users

EVENT_TYPES = EventTypes(
    [
        Company,
        User,
        Store,
        Storage,
        Register,
        TaxRate,
        Brand,
        Category,
        Unit,
        Product,
        Customer,
        StockMovement,
        Order,
    ]
)

# Inline ones are written in this order, which no two transactions may disagree on.
PROJECTIONS: tuple[Projection, ...] = (
    Companies(),
    Users(),
    Settings(),
    Products(),
    Customers(),
    StockBalances(),
    Orders(),
    SalesDaily(),
    SaleFacts(),
    StockMovements(),
)
