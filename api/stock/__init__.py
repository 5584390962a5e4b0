"""Stock in the API: deliveries, what is on hand, and the ledger of every movement."""

from falcon import App, Request, Response

from api.services import Services
from api.stock import counts, purchase_orders, reservations, transfers
from api.stock.adjustments import StockAdjustment, StockAdjustments
from api.stock.availability import Availability
from api.stock.levels import StockLevels, StorageStock, VariantLevels
from api.stock.low_stock import LowStock
from api.stock.movements import StockMovements
from api.stock.receipts import StockReceipt, StockReceipts
from api.stock.reorder_points import ReorderPoints
from api.stock.reversals import MovementReversal
from api.stock.suggestions import ReorderSuggestions
from api.stock.supplier_returns import SupplierReturnById, SupplierReturns

__all__ = ["add_routes"]

_INVENTORY = "/api/admin/inventory"


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of stock."""
    app.add_route("/api/admin/storages/{storage_id:uuid}/stock", StorageStock(services))
    app.add_route(f"{_INVENTORY}/receipts", StockReceipts(services))
    app.add_route(f"{_INVENTORY}/receipts/{{receipt_id:uuid}}", StockReceipt(services))
    app.add_route(f"{_INVENTORY}/adjustments", StockAdjustments(services))
    app.add_route(f"{_INVENTORY}/adjustments/{{adjustment_id:uuid}}", StockAdjustment(services))
    app.add_route(f"{_INVENTORY}/supplier-returns", SupplierReturns(services))
    app.add_route(f"{_INVENTORY}/supplier-returns/{{supplier_return_id:uuid}}", SupplierReturnById(services))
    app.add_route(f"{_INVENTORY}/movements/{{movement_id:uuid}}/reverse", MovementReversal(services))
    app.add_route(f"{_INVENTORY}/reorder-points", ReorderPoints(services))
    app.add_route(f"{_INVENTORY}/reorder-suggestions", ReorderSuggestions(services))
    app.add_route(f"{_INVENTORY}/levels", StockLevels(services))
    app.add_route(f"{_INVENTORY}/levels/{{variant_id:uuid}}", VariantLevels(services))
    app.add_route("/api/pos/products/{variant_id:uuid}/stock", Availability(services))
    app.add_route(f"{_INVENTORY}/movements", StockMovements(services))
    app.add_route(f"{_INVENTORY}/low-stock", LowStock(services))
    reservations.add_routes(app, services)
    transfers.add_routes(app, services)
    purchase_orders.add_routes(app, services)
    counts.add_routes(app, services)
