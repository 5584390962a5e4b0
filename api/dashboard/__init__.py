"""The company's dashboard: how business stands, at a glance."""

from falcon import App, Request, Response

from api.dashboard.hours import SalesByHour
from api.dashboard.recent_orders import RecentOrders
from api.dashboard.summary import DashboardSummary
from api.dashboard.tiles import DashboardLowStock, PaymentMethods, SalesByStore, TopCustomers
from api.dashboard.top_products import TopProducts
from api.dashboard.trend import SalesTrend
from api.services import Services

__all__ = ["add_routes"]

_PATH = "/api/admin/dashboard"


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of the company's dashboard."""
    app.add_route(f"{_PATH}/summary", DashboardSummary(services))
    app.add_route(f"{_PATH}/sales-trend", SalesTrend(services))
    app.add_route(f"{_PATH}/top-products", TopProducts(services))
    app.add_route(f"{_PATH}/top-customers", TopCustomers(services))
    app.add_route(f"{_PATH}/payment-methods", PaymentMethods(services))
    app.add_route(f"{_PATH}/sales-by-hour", SalesByHour(services))
    app.add_route(f"{_PATH}/low-stock", DashboardLowStock(services))
    app.add_route(f"{_PATH}/recent-orders", RecentOrders(services))
    app.add_route(f"{_PATH}/sales-by-store", SalesByStore(services))
