"""Reservations in the API: goods that are promised to somebody."""

from falcon import App, Request, Response

from api.services import Services
from api.stock.reservations.listing import Reservations
from api.stock.reservations.single import ReservationById, ReservationRelease

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of reservations."""
    path = "/api/admin/inventory/reservations"
    single = f"{path}/{{reservation_id:uuid}}"
    app.add_route(path, Reservations(services))
    app.add_route(single, ReservationById(services))
    app.add_route(f"{single}/release", ReservationRelease(services))
