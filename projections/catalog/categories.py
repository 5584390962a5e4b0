"""The tree of categories: where each stands, how many products it has, and what lies below it."""

from collections.abc import Callable, Sequence
from typing import LiteralString
from uuid import UUID

from domain.catalog.categories import Category
from domain.errors import Conflict
from projections.base import Database, Row
from projections.pages import total_of

#: How many categories a tree that is answered at once has at most.
MOST_NODES = 10_000


class TreeTooLarge(Conflict):
    """There are too many categories to answer them all at once; ask for them by their parent."""

    code = "tree_too_large"
    remedy = "Ask for the categories below one with `parent_id`."


# NOTE: UNION in the recursions, so that even a ring would end.
_PATHS: LiteralString = """
    WITH RECURSIVE above AS (
        SELECT id AS of, id, name, parent_id, 0 AS up FROM settings
         WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[]) AND kind = 'categories'
     UNION
        SELECT above.of, parent.id, parent.name, parent.parent_id, above.up + 1
          FROM above
          JOIN settings AS parent ON parent.company_id = %(company_id)s AND parent.id = above.parent_id
         WHERE above.up < %(most)s::bigint
    )
    SELECT of, id, name FROM above ORDER BY of, up DESC
"""

_CHILDREN: LiteralString = """
          FROM below
          JOIN settings AS child ON child.company_id = %(company_id)s AND child.parent_id = below.id
         WHERE child.kind = 'categories'
"""

# Each category is counted once, from the index alone, however many of those asked for are above it.
_COUNTS: LiteralString = f"""
    WITH RECURSIVE below AS (
        SELECT top, top AS id FROM unnest(%(ids)b::uuid[]) AS listed(top)
     UNION
        SELECT below.top, child.id {_CHILDREN}
    ), counted AS MATERIALIZED (
        SELECT node.id, had.number
          FROM (SELECT DISTINCT id FROM below) AS node
         CROSS JOIN LATERAL (
                SELECT count(*) AS number FROM products
                 WHERE company_id = %(company_id)s AND category_id = node.id AND status <> 'archived'
               ) AS had
    )
    SELECT below.top AS id, sum(counted.number)::bigint AS total_product_count,
           (sum(counted.number) FILTER (WHERE counted.id = below.top))::bigint AS product_count
      FROM below JOIN counted ON counted.id = below.id
     GROUP BY below.top
"""

_SUBTREE: LiteralString = f"""
    WITH RECURSIVE below AS (
        SELECT %(id)s::uuid AS id
     UNION
        SELECT child.id {_CHILDREN}
    )
    SELECT id FROM below
"""

_NUMBER: LiteralString = """
    SELECT count(*) AS total FROM settings
     WHERE company_id = %(company_id)s AND kind = 'categories' AND NOT is_archived
"""

_TREE: LiteralString = """
    SELECT id, fields, is_active, is_archived, version, created_at, updated_at FROM settings
     WHERE company_id = %(company_id)s AND kind = 'categories' AND NOT is_archived
     ORDER BY name_key, id
     LIMIT %(limit)s::bigint
"""

_FILED: LiteralString = """
    SELECT category_id AS id, count(*) AS number FROM products
     WHERE company_id = %(company_id)s AND category_id IS NOT NULL AND status <> 'archived'
     GROUP BY category_id
"""


def ask_positions(db: Database, ids: Sequence[UUID]) -> Callable[[], dict[UUID, Row]]:
    """Ask where these categories stand: path from the root, depth (1 at the root), numbers of products."""
    params = {"company_id": db.company_id, "ids": list(ids), "most": MOST_NODES}
    paths, counts = db.ask(_PATHS, params), db.ask(_COUNTS, params)

    def by_id() -> dict[UUID, Row]:
        above: dict[UUID, list[Row]] = {one: [] for one in ids}
        for row in paths.rows():
            above[row.pop("of")].append(row)
        numbers = {row.pop("id"): row for row in counts.rows()}
        return {one: {**_position(path), **numbers[one]} for one, path in above.items()}

    return by_id


def _position(path: list[Row]) -> Row:
    return {"path": path, "depth": len(path)}


def position_of(db: Database, category: Category) -> Row:
    """The same of one that is being decided about: the rows do not say yet where it goes."""
    parent_id, own = category.values["parent_id"], {"id": category.id, "name": category.values["name"]}
    positions = ask_positions(db, [category.id, *([parent_id] if parent_id else [])])()
    above = positions[parent_id]["path"] if parent_id else []
    return {**positions[category.id], **_position([*above, own])}


def subtree_of(db: Database, category_id: UUID | None) -> list[UUID] | None:
    """The category and all below it; None for none."""
    if category_id is None:
        return None
    rows = db.ask(_SUBTREE, {"company_id": db.company_id, "id": category_id}).rows()
    return [row["id"] for row in rows]


def list_tree(db: Database, show: Callable[[Row], Row]) -> list[Row]:
    """The roots, in the order of their names, each with its `children`, and so on. Raises TreeTooLarge."""
    number = db.ask(_NUMBER, {"company_id": db.company_id})
    tree = db.ask(_TREE, {"company_id": db.company_id, "limit": MOST_NODES})
    filed = db.ask(_FILED, {"company_id": db.company_id})
    if total_of(number) > MOST_NODES:
        raise TreeTooLarge
    numbers = {str(row["id"]): row["number"] for row in filed.rows()}
    nodes = {str(row["id"]): {**show(row), "children": []} for row in tree.rows()}
    for node_id, node in nodes.items():
        node["product_count"] = numbers.get(node_id, 0)
    roots: list[Row] = []
    for node in nodes.values():
        parent = nodes.get(node["parent_id"] or "")
        (parent["children"] if parent else roots).append(node)
    for root in roots:
        _sum_up(root, 1)
    return roots


def _sum_up(node: Row, depth: int) -> int:
    """Write into a node and all below it how deep they lie and how many products they have in all."""
    node["depth"] = depth
    below = sum(_sum_up(child, depth + 1) for child in node["children"])
    node["total_product_count"] = node["product_count"] + below
    total: int = node["total_product_count"]
    return total
