"""What counts are decided on: the count, locked; its scope; what was found, and what moved around that."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from domain.catalog.brands import Brand
from domain.catalog.categories import Category
from domain.catalog.gtin import barcode_key
from domain.errors import Detail
from domain.pending import Pending
from domain.stock.counts import Difference, Kind, Scope, StockCount, TalliedLine
from domain.stock.findings import CountedArea, Extent, Finding, Moved
from domain.suppliers import Supplier
from projections.base import Answer, Database, Row
from projections.guards.references import References
from projections.stock.count_moments import FINDINGS, MOVED_SINCE
from projections.stock.count_scope import BELOW, EXTENT, IN_SCOPE, PRESENT, scope_of, scope_params
from projections.stock.movements import LINES_PER_EVENT

_FIND: LiteralString = "SELECT * FROM counts WHERE company_id = %(company_id)s AND id = %(count_id)s"

_LOCK: LiteralString = f"{_FIND} FOR UPDATE"

_VARIANTS: LiteralString = """
    SELECT id FROM variants WHERE company_id = %(company_id)s AND id = ANY(%(variant_ids)b::uuid[])
"""

# Two counts overlap where they are about the same of what the storage has or had, or of what one names.
_OVERLAPPING: LiteralString = f"""
    WITH {BELOW}, other AS MATERIALIZED (
        SELECT * FROM counts
         WHERE company_id = %(company_id)s AND storage_id = %(storage_id)s
           AND status IN ('open', 'completing')
    ), under AS (
        SELECT other.id AS count_id, category.id
          FROM other
         CROSS JOIN LATERAL (
                WITH RECURSIVE own AS (
                    SELECT unnest(other.category_ids) AS id
                 UNION
                    SELECT child.id
                      FROM own
                      JOIN settings AS child
                        ON child.company_id = %(company_id)s AND child.parent_id = own.id
                     WHERE child.kind = 'categories'
                )
                SELECT id FROM own
               ) AS category
    ), goods AS MATERIALIZED (
        SELECT v.id, p.category_id, p.brand_id, p.supplier_id
          FROM (SELECT variant_id AS id FROM stock_balances
                 WHERE company_id = %(company_id)s AND storage_id = %(storage_id)s
                 UNION
                SELECT unnest(%(variant_ids)b::uuid[])
                 UNION
                SELECT unnest(variant_ids) FROM other) AS listed
          JOIN variants AS v ON v.company_id = %(company_id)s AND v.id = listed.id
          JOIN products AS p ON p.company_id = %(company_id)s AND p.id = v.product_id
         WHERE {IN_SCOPE}
    )
    SELECT other.number FROM other
     WHERE %(is_full)s::bool OR other.kind = 'full'
        OR EXISTS (SELECT FROM goods
                    WHERE goods.category_id IN (SELECT id FROM under WHERE count_id = other.id)
                       OR goods.brand_id = ANY(other.brand_ids) OR goods.supplier_id = ANY(other.supplier_ids)
                       OR goods.id = ANY(other.variant_ids))
"""

_OWNERS: LiteralString = """
    SELECT barcode, variant_id FROM barcodes
     WHERE company_id = %(company_id)s AND barcode = ANY(%(barcodes)b::text[]) AND NOT is_free
"""

# One after another by their keys, whatever the planner knows of the tables.
_WITHIN: LiteralString = f"""
    WITH {BELOW}
    SELECT v.id
      FROM unnest(%(variants)b::uuid[]) AS listed(id)
     CROSS JOIN LATERAL (
            SELECT id, product_id FROM variants WHERE company_id = %(company_id)s AND id = listed.id LIMIT 1
           ) AS v
     CROSS JOIN LATERAL (
            SELECT track_stock, status, category_id, brand_id, supplier_id FROM products
             WHERE company_id = %(company_id)s AND id = v.product_id
             LIMIT 1
           ) AS p
     WHERE {IN_SCOPE}
"""

_ELSEWHERE: LiteralString = """
    SELECT DISTINCT line.variant_id
      FROM counts AS other
     CROSS JOIN LATERAL (
            SELECT variant_id FROM count_lines
             WHERE company_id = %(company_id)s AND count_id = other.id
               AND variant_id = ANY(%(variants)b::uuid[])
           ) AS line
     WHERE other.company_id = %(company_id)s AND other.storage_id = %(storage_id)s
       AND other.status IN ('open', 'completing') AND other.id <> %(count_id)s
"""

_TALLIED: LiteralString = """
    SELECT variant_id, area, quantity, counted_at, expected_quantity, known_position FROM count_lines
     WHERE company_id = %(company_id)s AND count_id = %(count_id)s AND variant_id = ANY(%(variants)b::uuid[])
"""

_POSITION: LiteralString = "SELECT position FROM company_head WHERE company_id = %(company_id)s"

# Variants are posted in the order of their ids, so what was tallied of those before the last is posted.
_REMAINING: LiteralString = f"""
    WITH {BELOW}
    SELECT line.variant_id
      FROM (SELECT variant_id FROM count_lines
             WHERE company_id = %(company_id)s AND count_id = %(count_id)s
               AND variant_id > coalesce((SELECT variant_id FROM count_results
                                           WHERE company_id = %(company_id)s AND count_id = %(count_id)s
                                           ORDER BY variant_id DESC
                                           LIMIT 1), '00000000-0000-0000-0000-000000000000')
             UNION
            SELECT variant_id FROM (SELECT {PRESENT} AND %(with_uncounted)s::bool) AS present) AS line
     CROSS JOIN LATERAL (
            SELECT id FROM variants WHERE company_id = %(company_id)s AND id = line.variant_id LIMIT 1
           ) AS v
      LEFT JOIN LATERAL (
            SELECT true AS is_posted FROM count_results
             WHERE company_id = %(company_id)s AND count_id = %(count_id)s AND variant_id = line.variant_id
             LIMIT 1
           ) AS result ON true
     WHERE result.is_posted IS NULL
     ORDER BY line.variant_id
     LIMIT %(limit)s::bigint
"""

_FINDINGS: LiteralString = f"""
    SELECT finding.variant_id, counted_quantity, counted_at, expected_quantity, late_quantity,
           coalesce(v.cost, 0) AS assumed_cost
      FROM ({FINDINGS}) AS finding
      LEFT JOIN LATERAL (
            SELECT cost FROM variants WHERE company_id = %(company_id)s AND id = finding.variant_id LIMIT 1
           ) AS v ON true
     ORDER BY finding.variant_id
"""

_POSTED: LiteralString = """
    SELECT variant_id, difference AS quantity, difference_value AS value_change FROM count_results
     WHERE company_id = %(company_id)s AND count_id = %(count_id)s
     ORDER BY variant_id
"""

_CORRECTED_BY: LiteralString = """
    SELECT DISTINCT ON (variant_id) variant_id, count_id FROM count_results
     WHERE company_id = %(company_id)s AND storage_id = %(storage_id)s
       AND variant_id = ANY(%(variants)b::uuid[]) AND counted_at > %(moment)s::timestamptz
     ORDER BY variant_id, counted_at, count_id
"""


def count_of(row: Row | None) -> StockCount | None:
    """The count that a row holds."""
    if row is None:
        return None
    return StockCount.standing(
        row["id"],
        row["version"],
        row["created_at"],
        number=row["number"],
        storage_id=row["storage_id"],
        kind=row["kind"],
        occurred_at=row["occurred_at"],
        scope=scope_of(row),
        name=row["name"],
        is_blind=row["is_blind"],
        reference=row["reference"],
        note=row["note"],
        status=row["status"],
        uncounted_rule=row["uncounted_rule"],
        completing_at=row["completing_at"],
        differences=(),
        uncounted=row["uncounted"],
        reason=row["reason"],
        begun_by=row["created_by"],
    )


class CountsGuard:
    """What commands ask of the counts before they decide."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def find(self, count_id: UUID) -> Pending[StockCount | None]:
        """Ask for a count; nothing is locked."""
        return self._count(self._db.ask(_FIND, {"company_id": self._db.company_id, "count_id": count_id}))

    def lock(self, count_id: UUID) -> Pending[StockCount | None]:
        """Lock a count and ask for it."""
        return self._count(self._db.ask(_LOCK, {"company_id": self._db.company_id, "count_id": count_id}))

    def _count(self, answer: Answer) -> Pending[StockCount | None]:
        return Pending(lambda: count_of(answer.row()))

    def missing_in(self, scope: Scope) -> Pending[list[Detail]]:
        """Ask what of a scope is not there."""
        references = References(self._db, list(_targets(scope)))
        ids = list(scope.variant_ids)
        known = self._db.ask(_VARIANTS, {"company_id": self._db.company_id, "variant_ids": ids})

        def missing() -> list[Detail]:
            there = {row["id"] for row in known.rows()}
            return references.missing() + [
                Detail(f"scope.variant_ids.{index}", "not_found", "There is no such variant.")
                for index, variant_id in enumerate(ids)
                if variant_id not in there
            ]

        return Pending(missing)

    def overlapping(self, storage_id: UUID, kind: Kind, scope: Scope) -> Pending[Collection[str]]:
        """Ask for the numbers of open counts of this storage that count some of the same goods."""
        answer = self._db.ask(_OVERLAPPING, scope_params(self._db.company_id, storage_id, kind, scope))
        return Pending(lambda: [row["number"] for row in answer.rows()])

    def variants_of(self, barcodes: Iterable[str]) -> Pending[Mapping[str, UUID]]:
        """Ask whose barcodes these are."""
        keys = {barcode: barcode_key(barcode) for barcode in barcodes}
        params = {"company_id": self._db.company_id, "barcodes": sorted(set(keys.values()))}
        answer = self._db.ask(_OWNERS, params)

        def owners() -> Mapping[str, UUID]:
            by_key = {row["barcode"]: row["variant_id"] for row in answer.rows()}
            return {barcode: by_key[key] for barcode, key in keys.items() if key in by_key}

        return Pending(owners)

    def within(self, count: StockCount, variant_ids: Iterable[UUID]) -> Pending[Collection[UUID]]:
        """Ask which of these variants belong to what is counted."""
        answer = self._db.ask(_WITHIN, {**self._scope(count), "variants": sorted(variant_ids)})
        return Pending(lambda: {row["id"] for row in answer.rows()})

    def counted_elsewhere(self, count: StockCount, variant_ids: Iterable[UUID]) -> Pending[Collection[UUID]]:
        """Ask which of these variants other open counts of the storage have counted already."""
        answer = self._db.ask(_ELSEWHERE, {**self._scope(count), "variants": sorted(variant_ids)})
        return Pending(lambda: {row["variant_id"] for row in answer.rows()})

    def tallied(
        self, count_id: UUID, variant_ids: Iterable[UUID]
    ) -> Pending[Mapping[CountedArea, TalliedLine]]:
        """Ask what was found of these variants so far."""
        params = {"company_id": self._db.company_id, "count_id": count_id, "variants": sorted(variant_ids)}
        answer = self._db.ask(_TALLIED, params)

        def lines() -> Mapping[CountedArea, TalliedLine]:
            return {CountedArea(row["variant_id"], row["area"]): TalliedLine(**row) for row in answer.rows()}

        return Pending(lines)

    def moved_since(self, storage_id: UUID, moved: Iterable[Moved]) -> Pending[Mapping[Moved, Decimal]]:
        """Ask how much of each variant came since its moment."""
        pairs = sorted(set(moved))
        if not pairs:
            return Pending(dict)
        answer = self._db.ask(
            MOVED_SINCE,
            {
                "company_id": self._db.company_id,
                "storage_id": storage_id,
                "variants": [pair.variant_id for pair in pairs],
                "moments": [pair.moment for pair in pairs],
                "earliest": min(pair.moment for pair in pairs),
            },
        )
        return Pending(
            lambda: {Moved(row["variant_id"], row["moment"]): row["quantity"] for row in answer.rows()}
        )

    def known_position(self) -> Pending[int]:
        """Ask for the position of the log that everything so far is known at."""
        answer = self._db.ask(_POSITION, {"company_id": self._db.company_id})

        def position() -> int:
            row = answer.row()
            return row["position"] if row else 0

        return Pending(position)

    def extent(self, count: StockCount) -> Pending[Extent]:
        """Ask how much of a count is counted."""
        answer = self._db.ask(EXTENT, self._scope(count))
        return Pending(lambda: Extent(**answer.rows()[0]))

    def remaining(self, count: StockCount, *, with_uncounted: bool, limit: int) -> Pending[list[UUID]]:
        """Ask for variants whose differences are not posted yet, and, at will, for those nobody counted."""
        params = {**self._scope(count), "with_uncounted": with_uncounted, "limit": limit}
        answer = self._db.ask(_REMAINING, params)
        return Pending(lambda: [row["variant_id"] for row in answer.rows()])

    def findings(self, count: StockCount, variant_ids: Iterable[UUID]) -> Pending[list[Finding]]:
        """Ask what was found of those of these variants that are not posted yet."""
        answer = self._db.ask(
            _FINDINGS,
            {
                "company_id": self._db.company_id,
                "count_id": count.id,
                "storage_id": count.storage_id,
                "variants": sorted(variant_ids),
                "lines_per_event": LINES_PER_EVENT,
            },
        )
        return Pending(lambda: [Finding(**row) for row in answer.rows()])

    def posted(self, count_id: UUID) -> Pending[list[Difference]]:
        """Ask for all that was posted of a count so far."""
        answer = self._db.ask(_POSTED, {"company_id": self._db.company_id, "count_id": count_id})
        return Pending(lambda: [Difference(**row) for row in answer.rows()])

    def corrected_by(
        self, storage_id: UUID, variant_ids: Iterable[UUID], moment: datetime
    ) -> Pending[Mapping[UUID, UUID]]:
        """Ask for the first completed count of each variant that was counted after this moment."""
        params = {
            "company_id": self._db.company_id,
            "storage_id": storage_id,
            "variants": sorted(variant_ids),
            "moment": moment,
        }
        answer = self._db.ask(_CORRECTED_BY, params)
        return Pending(lambda: {row["variant_id"]: row["count_id"] for row in answer.rows()})

    def _scope(self, count: StockCount) -> Mapping[str, Any]:
        own = scope_params(self._db.company_id, count.storage_id, count.kind, count.scope)
        return {**own, "count_id": count.id}


def _targets(scope: Scope) -> Iterable[tuple[str, str, UUID]]:
    for field, kind in (("category_ids", Category), ("brand_ids", Brand), ("supplier_ids", Supplier)):
        for index, one in enumerate(getattr(scope, field)):
            yield f"scope.{field}.{index}", kind.kind, one
