"""Brands in the API."""

from api.fields import Name, optional
from api.settings import Declaration
from domain.catalog.brands import Brand

BRANDS = Declaration(
    kind=Brand,
    path="/api/admin/settings/brands",
    permission="brands",
    fields={
        "name": Name(required=True, meaning="What it is called.", example="Nordic Roast"),
        "description": optional(2000, meaning="More about it.", example="Whole beans, dark roast."),
    },
)
