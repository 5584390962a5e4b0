"""Counts in the API: begun, tallied by several people while the shop sells, completed."""

from falcon import App, Request, Response

from api.services import Services
from api.stock.counts.counts import StockCounts
from api.stock.counts.lines import StockCountLines
from api.stock.counts.single import StockCountById, StockCountCancellation, StockCountCompletion

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of counts."""
    path = "/api/admin/inventory/counts"
    single = f"{path}/{{count_id:uuid}}"
    app.add_route(path, StockCounts(services))
    app.add_route(single, StockCountById(services))
    app.add_route(f"{single}/lines", StockCountLines(services))
    app.add_route(f"{single}/complete", StockCountCompletion(services))
    app.add_route(f"{single}/cancel", StockCountCancellation(services))
