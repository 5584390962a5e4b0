"""Stock in the API: deliveries, what is on hand, and the ledger of every movement."""

from falcon import App, Request, Response

from api.services import Services
from api.stock import reservations
from api.stock.levels import StockLevels, StorageStock
from api.stock.movements import StockMovements
from api.stock.receipts import StockReceipts

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of stock."""
    app.add_route("/api/admin/storages/{storage_id:uuid}/stock", StorageStock(services))
    app.add_route("/api/admin/inventory/receipts", StockReceipts(services))
    app.add_route("/api/admin/inventory/levels", StockLevels(services))
    app.add_route("/api/admin/inventory/movements", StockMovements(services))
    reservations.add_routes(app, services)
