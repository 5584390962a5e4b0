"""What was sold of each category, a parent with all that is below it."""

from collections.abc import Iterable, Mapping
from typing import LiteralString
from uuid import UUID

from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.closings import ReportClosings
from projections.reports.columns import Key, sums_of
from projections.reports.names import ReportNames, name_of
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Chart, Criteria, Result, Section
from projections.reports.sections.figures import LINES
from projections.reports.sections.sales_summary.items import item_explanations
from projections.reports.sections.sales_summary.sums_of_items import sums_of_items

# Where each category was in the tree: a few hundred rows, of which the last by the position counts.
_TREE: LiteralString = f"""
    SELECT place.id, place.parent_id, {name_of("place.id")} AS name
      FROM (SELECT DISTINCT ON (id) id, parent_id
              FROM report_categories
             WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
             ORDER BY id, position DESC) AS place
     ORDER BY place.id
"""
_BELOW: LiteralString = """CASE WHEN %(key_category_id)s::uuid IS NULL THEN item.category_id IS NULL
                ELSE item.category_id IN (
                WITH RECURSIVE below AS (
                    SELECT %(key_category_id)s::uuid AS id
                 UNION
                    SELECT place.id
                      FROM below
                      JOIN report_categories AS place ON place.parent_id = below.id
                     WHERE place.company_id = %(company_id)s AND place.position = (
                           SELECT max(position) FROM report_categories AS later
                            WHERE later.company_id = %(company_id)s AND later.id = place.id
                              AND later.position <= %(position)s::bigint)
                )
                SELECT id FROM below) END"""

_ask_own = sums_of_items("category_id", {})


def ask_categories(db: Database, criteria: Criteria) -> Pending[Result]:
    """Ask for what was sold of each category and of those below it, down to the depth that is asked for."""
    own = _ask_own(db, criteria)
    tree = db.ask(_TREE, {"company_id": db.company_id, "position": criteria.position})
    depth = criteria.filters["depth"]

    def found() -> Result:
        rows = _tree({row["id"]: row for row in tree.rows()}, own.read().rows)
        shown = [row for row in rows if depth is None or row["depth"] <= depth]
        return Result(rows=shown, overall=sums_of(filter(_is_root, rows), LINES))

    return Pending(found)


def _tree(places: Mapping[UUID, Row], own: Iterable[Row]) -> list[Row]:
    """The rows of all categories of which something was sold, in them or below."""
    sold: dict[UUID | None, list[Row]] = {}
    for row in own:
        for above in _up(places, row["category_id"]):
            sold.setdefault(above, []).append(row)
    return [
        {**_place(places, category_id), **sums_of(rows, LINES)}
        for category_id, rows in sorted(sold.items(), key=lambda item: str(item[0]))
    ]


def _up(places: Mapping[UUID, Row], category_id: UUID | None) -> list[UUID | None]:
    """A category and those above it, up to its root."""
    path = [category_id]
    while (place := places.get(path[-1]) if path[-1] else None) and place["parent_id"] not in {None, *path}:
        path.append(place["parent_id"])
    return path


def _place(places: Mapping[UUID, Row], category_id: UUID | None) -> Row:
    path = _up(places, category_id)
    names = [places[one]["name"] for one in path if one and one in places]
    return {
        "category_id": category_id,
        "name": names[0] if names else None,
        "path": " / ".join(reversed(names)) if names else None,
        "parent_id": path[1] if len(path) > 1 else None,
        "depth": len(path),
    }


def _is_root(row: Row) -> bool:
    return bool(row["depth"] == 1)


BY_CATEGORY = Section(
    area="sales-summary",
    path="by-category",
    title="Sales by category",
    meaning="What was sold of each category that goods were filed under when they were sold. A category has "
    "all that is below it in the tree, under the names and in the places that they had; footers add up the "
    "roots alone.",
    keys=(
        Key(name="category_id", label="Category id", unit="id", meaning="The category; null for none."),
        Key(name="name", label="Category", unit="text", meaning="What it is called.", example="Coffee"),
        Key(
            name="path",
            label="Path",
            unit="text",
            meaning="The names from its root down to it.",
            example="Drinks / Coffee",
        ),
        Key(
            name="parent_id", label="Parent id", unit="id", meaning="The category above it; null for a root."
        ),
        Key(name="depth", label="Depth", unit="count", meaning="How far down it is: a root is 1.", example=2),
    ),
    identity=("category_id",),
    optional=("category_id",),
    columns=LINES,
    question=ask_categories,
    sources=(SalesReports, ReportNames, ReportClosings),
    explanations=item_explanations(LINES, {"category_id": _BELOW}),
    has_first_reported=True,
    order="-net_sales",
    filters=("depth", "channel"),
    in_footer=_is_root,
    chart=Chart(kind="bar", of=("net_sales",), label="name"),
)
