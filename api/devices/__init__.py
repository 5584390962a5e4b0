"""Devices that sell at registers, in the API."""

from falcon import App, Request, Response

from api.devices.listing import Devices
from api.devices.single import DeviceById, DeviceRetirement
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of devices."""
    path = "/api/pos/devices"
    single = f"{path}/{{device_id:uuid}}"
    app.add_route(path, Devices(services))
    app.add_route(single, DeviceById(services))
    app.add_route(f"{single}/retire", DeviceRetirement(services))
