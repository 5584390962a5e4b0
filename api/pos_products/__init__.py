"""What a till offers, in the API."""

from falcon import App, Request, Response

from api.pos_products.offers import PosProducts
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The route of the till's catalog."""
    app.add_route("/api/pos/products", PosProducts(services))
