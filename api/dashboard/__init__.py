"""The company's dashboard: figures of its reports at a glance."""

from falcon import App, Request, Response

from api.dashboard.summary import Summary
from api.dashboard.tiles import (
    LowStock,
    PaymentMethods,
    RecentOrders,
    SalesByHour,
    SalesByStore,
    SalesTrend,
    TopCustomers,
    TopProducts,
)
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of the dashboard."""
    base = "/api/admin/dashboard"
    app.add_route(f"{base}/summary", Summary(services))
    app.add_route(f"{base}/sales-trend", SalesTrend(services))
    app.add_route(f"{base}/top-products", TopProducts(services))
    app.add_route(f"{base}/top-customers", TopCustomers(services))
    app.add_route(f"{base}/payment-methods", PaymentMethods(services))
    app.add_route(f"{base}/sales-by-hour", SalesByHour(services))
    app.add_route(f"{base}/low-stock", LowStock(services))
    app.add_route(f"{base}/recent-orders", RecentOrders(services))
    app.add_route(f"{base}/sales-by-store", SalesByStore(services))
