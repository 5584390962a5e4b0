"""Categories: the tree in which a shop files its goods."""

from uuid import UUID

from domain.settings import Reference, Setting

#: How many levels the tree has at most.
DEEPEST = 20


class Category(Setting):
    """A branch of the tree; its name is unique among its siblings, so its identity is its path."""

    type_name = "categories.Category"
    kind = "categories"
    noun = "category"
    scope = "parent_id"
    parent = "parent_id"
    deepest = DEEPEST
    references = (Reference("parent_id", "categories"),)

    class Registered(Setting.Registered):
        """A category was added to the tree."""

        name: str
        parent_id: UUID | None = None

    class Renamed(Setting.Revised):
        """The category goes by another name."""

        name: str

    class Moved(Setting.Revised):
        """The category hangs under another parent, or at the root."""

        parent_id: UUID | None
