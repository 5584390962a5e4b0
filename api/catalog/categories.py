"""Categories in the API."""

from api.fields import Id, Name
from api.settings import Declaration
from domain.catalog.categories import Category

CATEGORIES = Declaration(
    kind=Category,
    path="/api/admin/settings/categories",
    permission="categories",
    fields={"name": Name(required=True), "parent_id": Id(allow_none=True, load_default=None)},
)
