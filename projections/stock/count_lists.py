"""Counts as they are listed and shown: how far each is, and what it found so far."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from projections.base import Answer, Database, Row
from projections.pages import PAGE, list_and_count
from projections.stock.count_moments import FINDINGS
from projections.stock.count_scope import EXTENT, scope_of, scope_params
from projections.stock.movements import LINES_PER_EVENT

_COUNTS: LiteralString = """
           counts AS c
      JOIN settings AS storage ON storage.company_id = c.company_id AND storage.id = c.storage_id
"""
#: Whoever is bound to stores sees the counts of their storages, and those of warehouses.
_VISIBLE: LiteralString = """
       (%(store_ids)b::uuid[] IS NULL OR storage.parent_id = ANY(%(store_ids)b::uuid[])
            OR (storage.parent_id IS NULL AND %(with_warehouses)s::bool))
"""
_STATUS: LiteralString = "CASE c.status WHEN 'completing' THEN 'open' ELSE c.status END"
_FILTER: LiteralString = f"""
       c.company_id = %(company_id)s AND {_VISIBLE}
       AND (%(status)s::text IS NULL OR c.status = %(status)s::text
            OR (%(status)s::text = 'open' AND c.status = 'completing'))
       AND (%(storage_id)s::uuid IS NULL OR c.storage_id = %(storage_id)s::uuid)
       AND (%(from_time)s::timestamptz IS NULL OR c.created_at >= %(from_time)s::timestamptz)
       AND (%(to_time)s::timestamptz IS NULL OR c.created_at < %(to_time)s::timestamptz)
"""
_SHOWN: LiteralString = f"""
           c.*, {_STATUS} AS shown_status, c.status = 'completing' AS is_completing,
           storage.name AS storage_name
"""
_LIST: LiteralString = f"""
    SELECT {_SHOWN} FROM {_COUNTS}
     WHERE {_FILTER}
     ORDER BY CASE %(sort)s::text WHEN 'created_at' THEN c.created_at END,
              CASE %(sort)s::text WHEN '-created_at' THEN c.created_at END DESC, c.id
    {PAGE}
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM {_COUNTS} WHERE {_FILTER}"
_FIND: LiteralString = f"""
    SELECT {_SHOWN} FROM {_COUNTS}
     WHERE c.company_id = %(company_id)s AND c.id = %(count_id)s AND {_VISIBLE}
"""

#: What a difference is worth by what the storage has now; posting it may come to another figure.
ESTIMATE: LiteralString = """
    CASE WHEN b.on_hand > 0 AND -finding.difference <= b.on_hand
         THEN round(b.value * finding.difference / b.on_hand)
         ELSE round(finding.difference * coalesce(nullif(b.last_unit_cost, 0), v.cost, 0)) END
"""
#: The balance and the cost of a finding, one after another by their keys.
BESIDE: LiteralString = """
      LEFT JOIN LATERAL (
            SELECT on_hand, value, last_unit_cost FROM stock_balances
             WHERE company_id = %(company_id)s AND storage_id = %(storage_id)s
               AND variant_id = finding.variant_id
             LIMIT 1
           ) AS b ON true
      LEFT JOIN LATERAL (
            SELECT cost FROM variants WHERE company_id = %(company_id)s AND id = finding.variant_id LIMIT 1
           ) AS v ON true
"""
#: What was found and is not posted yet, with its difference.
DIFFERING: LiteralString = f"""
    SELECT *, counted_quantity - expected_quantity - late_quantity AS difference FROM ({FINDINGS}) AS found
"""
_DIFFERENCES: LiteralString = f"""
    SELECT coalesce(sum(difference), 0) AS quantity, coalesce(sum(value), 0) AS value
      FROM (SELECT finding.difference, {ESTIMATE} AS value
              FROM ({DIFFERING}) AS finding
              {BESIDE}
             WHERE finding.difference <> 0
             UNION ALL
            SELECT difference, difference_value FROM count_results
             WHERE company_id = %(company_id)s AND count_id = %(count_id)s) AS each
"""


def list_counts(
    db: Database,
    *,
    page: int,
    limit: int,
    sort: str,
    store_ids: Collection[UUID] = (),
    with_warehouses: bool = True,
    status: str | None = None,
    storage_id: UUID | None = None,
    from_time: datetime | None = None,
    to_time: datetime | None = None,
) -> tuple[list[Row], int]:
    """One page of counts and how many there are; of one that is not completed, how far it is by now."""
    rows, total = list_and_count(
        db,
        _LIST,
        _COUNT,
        page=page,
        limit=limit,
        sort=sort,
        store_ids=list(store_ids) if store_ids else None,
        with_warehouses=with_warehouses,
        status=status,
        storage_id=storage_id,
        from_time=from_time,
        to_time=to_time,
    )
    asked = [(row, *_ask_standing(db, row)) for row in rows]
    return [_standing(*one) for one in asked], total


def find_count(db: Database, count_id: UUID, store_ids: Collection[UUID] = ()) -> Row | None:
    """The count of that id, for whoever works in these stores; warehouses are seen by everybody."""
    params = {
        "company_id": db.company_id,
        "count_id": count_id,
        "store_ids": list(store_ids) if store_ids else None,
        "with_warehouses": True,
    }
    row = db.ask(_FIND, params).row()
    return None if row is None else _standing(row, *_ask_standing(db, row))


def finding_params(company_id: UUID, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters of the statements about a count's findings and scope."""
    own = scope_params(company_id, row["storage_id"], row["kind"], scope_of(row))
    return {**own, "count_id": row["id"], "variants": None, "lines_per_event": LINES_PER_EVENT}


def _ask_standing(db: Database, row: Row) -> tuple[Answer | None, Answer | None]:
    """Ask how far a count is that has not ended as completed: how much is counted, and what differs."""
    if row["status"] == "completed":
        return None, None
    params = finding_params(db.company_id, row)
    return db.ask(EXTENT, params), db.ask(_DIFFERENCES, params) if row["status"] != "cancelled" else None


def _standing(row: Row, extent: Answer | None, differences: Answer | None) -> Row:
    status = {"status": row["shown_status"], "scope": scope_of(row)}
    if extent is None:
        total = row["counted"] + row["uncounted"]
        restated = {
            "restated_quantity": row["difference_quantity"] + row["late_quantity"],
            "restated_value": row["difference_value"] + row["late_value"],
        }
        return {**row, **status, **restated, "lines_total": total}
    (known,) = extent.rows()
    difference = differences.rows()[0] if differences else {"quantity": None, "value": None}
    return {
        **row,
        **status,
        **known,
        "uncounted": known["lines_total"] - known["counted"],
        "difference_quantity": difference["quantity"],
        "difference_value": difference["value"],
        "restated_quantity": None,
        "restated_value": None,
    }
