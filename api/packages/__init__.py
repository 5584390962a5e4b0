"""Packages in the API: what the platform offers its companies."""

from falcon import App, Request, Response

from api.packages.listing import Packages
from api.packages.single import PackageById, PackageSwitch
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of packages."""
    path = "/api/admin/packages"
    single = f"{path}/{{package_id:uuid}}"
    app.add_route(path, Packages(services))
    app.add_route(single, PackageById(services))
    app.add_route(f"{single}/activate", PackageSwitch(services, is_active=True))
    app.add_route(f"{single}/deactivate", PackageSwitch(services, is_active=False))
