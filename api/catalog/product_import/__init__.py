"""Importing the catalog from a CSV file, in the API."""

from falcon import App, Request, Response

from api.catalog.product_import.imports import ProductImportById, ProductImports
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of imports."""
    app.add_route("/api/admin/products/import", ProductImports(services))
    app.add_route("/api/admin/products/imports/{import_id:uuid}", ProductImportById(services))
