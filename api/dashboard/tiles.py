"""Dashboards that are one tile each: customers, payment methods, stores, and low stock."""

from typing import Any

from falcon import Request, Response

from api.dashboard.answers import ChangeRatio, tile_of
from api.dashboard.look import Dashboard, Look
from api.dashboard.query import DashboardQuery, NewestQuery, StoresQuery, TopQuery
from api.dashboard.refusals import REFUSALS
from api.operations import operation
from projections.dashboard.tiles import LOW_STOCK_TILE, PAYMENT_METHODS, SALES_BY_STORE, TOP_CUSTOMERS
from projections.reports.tiles import with_change

_USUAL = "Without dates, of the last 30 days."


class TopCustomers(Dashboard):
    """The customers who buy most."""

    @operation(
        "dashboard.view",
        "Show who buys most",
        query=TopQuery(),
        answer=tile_of(TOP_CUSTOMERS, "TopCustomers"),
        refusals=REFUSALS,
        projections=TOP_CUSTOMERS.sources,
        description="The first known customers of the sales by customer, under the names that they have now; "
        f"who was forgotten is called `erased`. {_USUAL}",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The customers, the first ones first."""
        limit = req.context.query["limit"]

        def find(look: Look) -> dict[str, Any]:
            # What was sold to nobody known is a row of the section as well, and may be among the first.
            table = TOP_CUSTOMERS.ask(look.db, look.view, look.usual, limit=limit + 1)
            rows = [row for row in TOP_CUSTOMERS.rows(table.read()) if row["id"] is not None]
            return {**look.frame(), "rows": rows[:limit]}

        self.look(req, resp, find)


class PaymentMethods(Dashboard):
    """How customers pay."""

    @operation(
        "dashboard.view",
        "Show how customers pay",
        query=DashboardQuery(),
        answer=tile_of(PAYMENT_METHODS, "DashboardPaymentMethods"),
        refusals=REFUSALS,
        projections=PAYMENT_METHODS.sources,
        description=f"The sales by payment method. {_USUAL}",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The methods, the largest amount first."""

        def find(look: Look) -> dict[str, Any]:
            table = PAYMENT_METHODS.ask(look.db, look.view, look.usual)
            return {**look.frame(), "rows": PAYMENT_METHODS.rows(table.read())}

        self.look(req, resp, find)


class SalesByStore(Dashboard):
    """What each store sells."""

    @operation(
        "dashboard.view",
        "Show what each store sells",
        query=StoresQuery(),
        answer=tile_of(SALES_BY_STORE, "DashboardStores", ("change_ratio", ChangeRatio)),
        refusals=REFUSALS,
        projections=SALES_BY_STORE.sources,
        description=f"The sales by store, beside those of the period before. {_USUAL}",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The stores, the highest net sales first."""
        limit = req.context.query["limit"]

        def find(look: Look) -> dict[str, Any]:
            table = SALES_BY_STORE.ask(
                look.db, look.view, look.usual, compare_to="previous_period", limit=limit
            )
            return {**look.frame(), "rows": with_change(SALES_BY_STORE, table.read(), "net_sales")}

        self.look(req, resp, find)


class DashboardLowStock(Dashboard):
    """What runs out."""

    @operation(
        "dashboard.view",
        "Show what runs out",
        query=NewestQuery(),
        answer=tile_of(LOW_STOCK_TILE, "DashboardLowStock"),
        refusals=REFUSALS,
        projections=LOW_STOCK_TILE.sources,
        description="The section of low stock: what is available at or below its reorder level at the end of "
        "the period, without one now, of what most is missing first.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The levels, the largest shortfall first."""
        limit = req.context.query["limit"]

        def find(look: Look) -> dict[str, Any]:
            table = LOW_STOCK_TILE.ask(look.db, look.view, look.usual, limit=limit)
            return {**look.frame(), "rows": LOW_STOCK_TILE.rows(table.read())}

        self.look(req, resp, find)
