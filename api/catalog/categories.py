"""Categories in the API."""

from typing import Annotated, Any
from uuid import UUID

from api.answers import Answer, Meaning
from api.fields import Id, Name
from api.settings import Declaration, Tree
from domain.catalog.categories import Category
from projections.catalog.categories import TreeTooLarge, ask_positions, list_tree


class BranchAnswer(Answer):
    """A category on the way from the root."""

    id: Annotated[UUID, Meaning("By which products name it as `category_id`.")]
    name: Annotated[str, Meaning("What it is called.", "Drinks")]


class PlaceAnswer(Answer):
    """Where in the tree a category stands, where that is known."""

    path: Annotated[list[BranchAnswer], Meaning("The way to it from the root, itself last.")]
    depth: Annotated[int, Meaning("At which level of the tree it lies, 1 at the root; 20 at most.", 2)]
    product_count: Annotated[int, Meaning("How many products are filed in it, but the archived.", 12)]
    total_product_count: Annotated[int, Meaning("The same with all that lies below it.", 40)]
    children: Annotated[
        list[dict[str, Any]],
        Meaning("With `tree=true`: the categories below it, by name, each with its own."),
    ]


CATEGORIES = Declaration(
    kind=Category,
    path="/api/admin/settings/categories",
    permission="categories",
    fields={
        "name": Name(required=True, meaning="What it is called.", example="Coffee"),
        "parent_id": Id(allow_none=True, load_default=None, meaning="What it lies under; null at the top."),
    },
    tree=Tree(position=PlaceAnswer, ask=ask_positions, whole=list_tree, too_large=TreeTooLarge),
)
