"""Reorder points as they hold: from which stock on a storage orders a variant again, and how much."""

from collections.abc import Collection
from typing import LiteralString
from uuid import UUID

from domain.stock.reorder_points import ReorderPoint
from projections.base import Database, Projection, Row
from projections.pages import PAGE, list_and_count


class ReorderPoints(Projection):
    """One row for each reorder point that was not lifted, in the product's unit."""

    name = "reorder_points"
    mode = "inline"
    tables = ("reorder_points",)
    on = {
        **dict.fromkeys(
            (ReorderPoint.Set, ReorderPoint.Adjusted),
            """
            INSERT INTO reorder_points (company_id, storage_id, variant_id, reorder_level, reorder_quantity,
                                        max_level)
            VALUES (%(company_id)s, %(storage_id)s, %(variant_id)s, %(reorder_level)s, %(reorder_quantity)s,
                    %(max_level)s)
                ON CONFLICT (company_id, storage_id, variant_id) DO UPDATE
               SET reorder_level = excluded.reorder_level, reorder_quantity = excluded.reorder_quantity,
                   max_level = excluded.max_level
            """,
        ),
        ReorderPoint.Lifted: """
            DELETE FROM reorder_points
             WHERE company_id = %(company_id)s AND storage_id = %(storage_id)s
               AND variant_id = %(variant_id)s
        """,
    }
    schema = """
        CREATE TABLE reorder_points (
            company_id       uuid NOT NULL,
            storage_id       uuid NOT NULL,
            variant_id       uuid NOT NULL,
            reorder_level    numeric NOT NULL,
            reorder_quantity numeric,
            max_level        numeric,
            PRIMARY KEY (company_id, storage_id, variant_id)
        );
        CREATE INDEX reorder_points_by_variant ON reorder_points (company_id, variant_id, storage_id);
    """


_FILTER: LiteralString = """
       company_id = %(company_id)s
       AND (%(storages)b::uuid[] IS NULL OR storage_id = ANY(%(storages)b::uuid[]))
       AND (%(variant_id)s::uuid IS NULL OR variant_id = %(variant_id)s::uuid)
"""
_LIST: LiteralString = f"""
    SELECT storage_id, variant_id, reorder_level, reorder_quantity, max_level FROM reorder_points
     WHERE {_FILTER}
     ORDER BY storage_id, variant_id
    {PAGE}
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM reorder_points WHERE {_FILTER}"


def list_reorder_points(
    db: Database,
    *,
    page: int,
    limit: int,
    storages: Collection[UUID] | None = None,
    variant_id: UUID | None = None,
) -> tuple[list[Row], int]:
    """One page of reorder points, of these storages or of all, and how many there are in all."""
    return list_and_count(
        db,
        _LIST,
        _COUNT,
        page=page,
        limit=limit,
        storages=None if storages is None else list(storages),
        variant_id=variant_id,
    )
