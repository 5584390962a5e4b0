"""Receipts: what is printed for the customer, as data, as a page, on paper and for printers."""

from falcon import App, Request, Response

from api.receipts.prints import ReceiptPrints
from api.receipts.public.proof import PublicProof
from api.receipts.public.receipt import PublicReceipt
from api.receipts.sending import ReceiptSending
from api.receipts.shown import Receipt
from api.receipts.sources import KINDS
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of receipts."""
    app.add_route("/api/receipts/{token}", PublicReceipt(services))
    app.add_route("/api/receipts/{token}/proof", PublicProof(services))
    for kind in KINDS:
        app.add_route(kind.path, Receipt(services, kind))
        app.add_route(f"{kind.path}/prints", ReceiptPrints(services, kind))
        app.add_route(f"{kind.path}/send", ReceiptSending(services, kind))
