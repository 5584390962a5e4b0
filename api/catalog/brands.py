"""Brands in the API."""

from api.fields import Name, optional
from api.settings import Declaration
from domain.catalog.brands import Brand

BRANDS = Declaration(
    kind=Brand,
    path="/api/admin/settings/brands",
    permission="brands",
    fields={"name": Name(required=True), "description": optional(2000)},
)
