"""Brands in the API."""

from api.fields import Name
from api.settings import Declaration, optional
from domain.catalog.brands import Brand

BRANDS = Declaration(
    kind=Brand,
    path="/api/admin/settings/brands",
    permission="brands",
    fields={"name": Name(required=True), "description": optional(2000)},
)
