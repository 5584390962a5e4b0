"""Categories in the API."""

from marshmallow import fields

from api.fields import Body, Id, Name, Text, Whole
from api.settings import Declaration, Tree
from domain.catalog.categories import Category
from projections.catalog.categories import TreeTooLarge, ask_places, list_tree


class Branch(Body):
    """A category on the way from the root."""

    id = Id()
    name = Text()


CATEGORIES = Declaration(
    kind=Category,
    path="/api/admin/settings/categories",
    permission="categories",
    fields={"name": Name(required=True), "parent_id": Id(allow_none=True, load_default=None)},
    tree=Tree(
        fields={
            "path": fields.List(fields.Nested(Branch())),
            "depth": Whole(),
            "product_count": Whole(),
            "total_product_count": Whole(),
            "children": fields.List(fields.Dict()),
        },
        ask=ask_places,
        whole=list_tree,
        too_large=TreeTooLarge,
    ),
)
