"""Transfers in the API: planned, shipped, received in parts, cancelled."""

from falcon import App, Request, Response

from api.services import Services
from api.stock.transfers.listing import Transfers
from api.stock.transfers.single import TransferById
from api.stock.transfers.steps import TransferCancelling, TransferReceiving, TransferShipping

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of transfers."""
    path = "/api/admin/inventory/transfers"
    single = f"{path}/{{transfer_id:uuid}}"
    app.add_route(path, Transfers(services))
    app.add_route(single, TransferById(services))
    app.add_route(f"{single}/ship", TransferShipping(services))
    app.add_route(f"{single}/receive", TransferReceiving(services))
    app.add_route(f"{single}/cancel", TransferCancelling(services))
