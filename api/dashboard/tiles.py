"""Single figures of the dashboard, each a section of a report at a glance."""

from typing import Any

from falcon import Request, Response

from api.dashboard.answers import (
    DashboardLowStockAnswer,
    DashboardPaymentMethodsAnswer,
    DashboardRecentOrdersAnswer,
    DashboardSalesByHourAnswer,
    DashboardSalesByStoreAnswer,
    DashboardTopCustomersAnswer,
    DashboardTopProductsAnswer,
    DashboardTrendAnswer,
)
from api.dashboard.glance import PERMISSION, Dashboard, Glance
from api.dashboard.input import DashboardQuery, NewestQuery, ProductsQuery, TopQuery, TrendQuery
from api.dashboard.summary import REFUSALS
from api.operations import operation
from domain.errors import Invalid
from projections.base import Row
from projections.reports.dashboards import ask_newest
from projections.reports.period import Period
from projections.reports.sections.figures import quotient
from projections.reports.sections.sales_summary.by_customer import BY_CUSTOMER
from projections.reports.sections.sales_summary.by_payment_method import BY_PAYMENT_METHOD
from projections.reports.sections.sales_summary.by_period import BY_PERIOD
from projections.reports.sections.sales_summary.by_product import BY_PRODUCT
from projections.reports.sections.sales_summary.by_store import BY_STORE
from projections.reports.table import Table, change_ratio
from projections.stock.daily import StockDaily
from projections.stock.levels.filters import Filters
from projections.stock.low_stock import list_low_stock
from projections.stock.storages import visible_storages

#: How many steps a trend has at most.
MOST_POINTS = 400
#: How many hours a week has.
_DAYS, _HOURS = 7, 24


class TooManyPoints(Invalid):
    """A trend has 400 steps at most: ask for longer ones."""

    code = "too_many_points"


class SalesTrend(Dashboard):
    """Sales step by step."""

    @operation(
        PERMISSION,
        "Show the sales trend",
        query=TrendQuery(),
        answer=DashboardTrendAnswer,
        refusals=(*REFUSALS, TooManyPoints),
        projections=BY_PERIOD.sources,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The steps of the period, beside those of the one before."""
        interval = req.context.query["interval"]

        def question(glance: Glance) -> dict[str, Any]:
            if _points(glance.period, interval) > MOST_POINTS:
                raise TooManyPoints
            table = glance.ask(BY_PERIOD, interval=interval, compare_to="previous_period").read()
            return {"points": [_point(row, then, interval) for row, then in _compared(table)]}

        self.glance(req, resp, question)


def _points(period: Period, interval: str) -> int:
    return (
        period.days * _HOURS if interval == "hour" else period.days // {"day": 1, "week": 7}.get(interval, 28)
    )


def _point(row: Row, then: Row | None, interval: str) -> Row:
    point = {
        "period": row["period"],
        "net_sales": row["net_sales"],
        "orders": row["orders"],
        "previous_net_sales": then["net_sales"] if then else None,
    }
    return {**point, "hour": row["hour"]} if interval == "hour" else point


def _compared(table: Table) -> list[tuple[Row, Row | None]]:
    """The rows of a table, each beside that of the period before."""
    assert table.comparison is not None  # noqa: S101 it was asked for
    return list(zip(table.rows, table.comparison.rows, strict=True))


def _ratio(row: Row, then: Row | None) -> Any:
    return change_ratio(row["net_sales"], then["net_sales"]) if then else None


class TopProducts(Dashboard):
    """What sold best."""

    @operation(
        PERMISSION,
        "Show top products",
        query=ProductsQuery(),
        answer=DashboardTopProductsAnswer,
        refusals=REFUSALS,
        projections=BY_PRODUCT.sources,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The variants that sold best."""
        query = req.context.query

        def question(glance: Glance) -> dict[str, Any]:
            sort = f"-{query['by']}"
            found = glance.ask(BY_PRODUCT, limit=query["limit"], sort=sort, compare_to="previous_period")
            return {
                "products": [
                    {**row, "id": row["variant_id"], "change_ratio": _ratio(row, then)}
                    for row, then in _compared(found.read())
                ]
            }

        self.glance(req, resp, question)


class TopCustomers(Dashboard):
    """Who bought most."""

    @operation(
        PERMISSION,
        "Show top customers",
        query=TopQuery(),
        answer=DashboardTopCustomersAnswer,
        refusals=REFUSALS,
        projections=BY_CUSTOMER.sources,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The customers who bought most; sales to nobody known are left out."""
        limit = req.context.query["limit"]

        def question(glance: Glance) -> dict[str, Any]:
            rows = glance.ask(BY_CUSTOMER, limit=limit + 1, sort="-net_sales").read().rows
            known = [{**row, "id": row["customer_id"]} for row in rows if row["customer_id"]]
            return {"customers": known[:limit]}

        self.glance(req, resp, question)


class PaymentMethods(Dashboard):
    """How customers paid."""

    @operation(
        PERMISSION,
        "Show payment methods",
        query=DashboardQuery(),
        answer=DashboardPaymentMethodsAnswer,
        refusals=REFUSALS,
        projections=BY_PAYMENT_METHOD.sources,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """What each method brought in."""
        self.glance(req, resp, lambda glance: {"methods": glance.ask(BY_PAYMENT_METHOD).read().rows})


class SalesByHour(Dashboard):
    """When it is sold."""

    @operation(
        PERMISSION,
        "Show sales by hour",
        query=DashboardQuery(),
        answer=DashboardSalesByHourAnswer,
        refusals=REFUSALS,
        projections=BY_PERIOD.sources,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The hours of the trading day, and of each weekday."""

        def question(glance: Glance) -> dict[str, Any]:
            by_hour = glance.ask(BY_PERIOD, interval="hour_of_day")
            by_week = glance.ask(BY_PERIOD, interval="hour_of_week")
            days = glance.period.days
            hours = [{**row, "average": quotient(row["net_sales"], days)} for row in by_hour.read().rows]
            cells = [row["net_sales"] for row in by_week.read().rows]
            return {
                "hours": hours,
                "weekday": [cells[day * _HOURS : (day + 1) * _HOURS] for day in range(_DAYS)],
            }

        self.glance(req, resp, question)


class LowStock(Dashboard):
    """What has to be ordered."""

    @operation(
        PERMISSION,
        "Show low stock",
        query=NewestQuery(),
        answer=DashboardLowStockAnswer,
        refusals=REFUSALS,
        projections=(StockDaily,),
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """What is at or below its reorder level."""
        limit = req.context.query["limit"]

        def question(glance: Glance) -> dict[str, Any]:
            storages = visible_storages(glance.db, glance.ids or ())
            low, _ = list_low_stock(
                glance.db, Filters(storage_ids=storages), glance.now, sort="-shortage", page=1, limit=limit
            )
            return {"levels": [{**row, "days_left": row["days_of_cover"]} for row in low]}

        self.glance(req, resp, question)


class RecentOrders(Dashboard):
    """The newest orders."""

    @operation(
        PERMISSION,
        "Show recent orders",
        query=NewestQuery(),
        answer=DashboardRecentOrdersAnswer,
        refusals=REFUSALS,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The newest orders of the stores."""
        limit = req.context.query["limit"]
        self.glance(req, resp, lambda glance: {"orders": ask_newest(glance.db, glance.ids, limit).rows()})


class SalesByStore(Dashboard):
    """What each store sold."""

    @operation(
        PERMISSION,
        "Show sales by store",
        query=DashboardQuery(),
        answer=DashboardSalesByStoreAnswer,
        refusals=REFUSALS,
        projections=BY_STORE.sources,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The stores, the best first."""

        def question(glance: Glance) -> dict[str, Any]:
            found = glance.ask(BY_STORE, compare_to="previous_period").read()
            return {"stores": [{**row, "change_ratio": _ratio(row, then)} for row, then in _compared(found)]}

        self.glance(req, resp, question)
