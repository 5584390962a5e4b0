"""The settings of the caller's own company in the API."""

from falcon import App, Request, Response

from api.company_settings.settings import CompanySettings
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The route of the company's settings."""
    app.add_route("/api/admin/settings/company", CompanySettings(services))
