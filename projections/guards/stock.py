"""What a movement of stock is decided on: its balances, locked in the order of their keys; its storage."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from domain.business_date import business_date
from domain.catalog.units import too_precise
from domain.companies import Backdating
from domain.costing import Balance
from domain.errors import Detail, Invalid
from domain.pending import Pending
from domain.settings import OtherStore
from domain.storages import Storage
from domain.suppliers import Supplier
from projections.base import Answer, Database, Row
from projections.companies import backdating_of
from projections.guards.references import References
from projections.guards.stock_precision import ask_finer, hold_precisions

# A balance that does not exist yet cannot be locked, so it is made first; a refusal takes it away again.
ENSURE_BALANCES: LiteralString = """
    INSERT INTO stock_balances (company_id, storage_id, variant_id, on_hand, value, last_unit_cost)
    SELECT %(company_id)s, %(storage_id)s, variant_id, 0, 0, 0
      FROM unnest(%(variants)b::uuid[]) AS requested(variant_id)
     ORDER BY variant_id
        ON CONFLICT DO NOTHING
"""

LOCK_BALANCES: LiteralString = """
    SELECT variant_id, on_hand, value, last_unit_cost FROM stock_balances
     WHERE company_id = %(company_id)s AND storage_id = %(storage_id)s
       AND variant_id = ANY(%(variants)b::uuid[])
     ORDER BY storage_id, variant_id
       FOR UPDATE
"""

# Held until the end, so that no variant is removed and no product archived while its stock comes in; in the
# order of the variants, one after another by their keys, whatever the planner knows of the tables.
_COUNTED: LiteralString = """
    SELECT v.id, coalesce((SELECT (unit.fields ->> 'precision')::int FROM settings AS unit
                            WHERE unit.company_id = %(company_id)s AND unit.id = p.unit_id), 5) AS precision
      FROM (SELECT id FROM unnest(%(variants)b::uuid[]) AS listed(id) ORDER BY id) AS requested
     CROSS JOIN LATERAL (
            SELECT id, product_id FROM variants
             WHERE company_id = %(company_id)s AND id = requested.id
             LIMIT 1 FOR SHARE
           ) AS v
     CROSS JOIN LATERAL (
            SELECT unit_id FROM products
             WHERE company_id = %(company_id)s AND id = v.product_id AND track_stock AND status <> 'archived'
             LIMIT 1 FOR SHARE
           ) AS p
"""

_STORAGE: LiteralString = """
    SELECT c.created_at AS founded_at, c.backdating_days, storage.parent_id AS store_id,
           storage.id IS NOT NULL AS is_known, coalesce(store.fields ->> 'timezone', c.timezone) AS timezone,
           coalesce(store.fields ->> 'day_cut', '00:00') AS day_cut
      FROM companies AS c
      LEFT JOIN settings AS storage ON storage.company_id = c.company_id AND storage.kind = 'storages'
            AND storage.id = %(storage_id)s
      LEFT JOIN settings AS store ON store.company_id = c.company_id AND store.kind = 'stores'
            AND store.id = storage.parent_id
     WHERE c.company_id = %(company_id)s
"""


def balance_of(row: Mapping[str, Any]) -> Balance:
    """The balance that a row holds."""
    return Balance(quantity=row["on_hand"], value=row["value"], last_unit_cost=row["last_unit_cost"])


class StockContext:
    """What a movement of a storage is decided on; its balances are locked."""

    def __init__(
        self,
        quantities: Sequence[tuple[UUID, Decimal]],
        *,
        storage: Answer,
        references: References,
        counted: Answer,
        locked: Answer,
    ) -> None:
        self._quantities = quantities
        self._storage = storage
        self._references = references
        self._counted = counted
        self._locked = locked

    def check_storage(self, store_ids: Collection[UUID]) -> None:
        """Raise OtherStore when the storage lies in none of these stores; no stores are no bounds."""
        storage = self._storage.row()
        if store_ids and storage and storage["is_known"] and storage["store_id"] not in store_ids:
            raise OtherStore

    def backdating(self) -> Backdating:
        """How far back a movement of them may lie. Raises Invalid where there is no company."""
        return backdating_of(self._existing_storage())

    def business_date(self, moment: datetime) -> date:
        """The day by the clock of the storage's store, or of the company in a warehouse.

        Raises Invalid where there is no company.
        """
        storage = self._existing_storage()
        return business_date(moment, storage["timezone"], time.fromisoformat(storage["day_cut"]))

    def _existing_storage(self) -> Row:
        storage = self._storage.row()
        if storage is None:
            raise Invalid(details=[Detail("company_id", "not_found", "There is no such company.")])
        return storage

    def balances(self) -> Mapping[UUID, Balance]:
        """By variant.

        Raises Invalid for an unknown storage or supplier, a variant that is not counted, or a quantity of
        more decimal places than its unit has.
        """
        if details := [*self._references.missing(), *self._wrong_lines()]:
            raise Invalid(details=details)
        return {row["variant_id"]: balance_of(row) for row in self._locked.rows()}

    def _wrong_lines(self) -> Iterator[Detail]:
        precisions = {row["id"]: row["precision"] for row in self._counted.rows()}
        for index, (variant_id, quantity) in enumerate(self._quantities):
            if variant_id not in precisions:
                message = "There is no such variant with counted stock."
                yield Detail(f"lines.{index}.variant_id", "not_found", message)
            elif wrong := too_precise(f"lines.{index}.quantity", quantity, precisions[variant_id]):
                yield wrong


class StockGuard:
    """What commands ask of the stock before they decide."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def hold_precisions(self, quantities: Iterable[Decimal]) -> None:
        """Let no unit become coarser until the end, if some of these quantities are fractions."""
        hold_precisions(self._db, quantities)

    def finer(self, units: Mapping[UUID, UUID | None]) -> Pending[Collection[UUID]]:
        """Ask which products have stock that is finer than the units they are to have, None for none."""
        answer = ask_finer(self._db, units, alone=True)
        return Pending(lambda: {row["product_id"] for row in answer.rows()})

    def lock(
        self,
        storage_id: UUID,
        quantities: Sequence[tuple[UUID, Decimal]],
        *,
        supplier_id: UUID | None = None,
    ) -> StockContext:
        """Lock the balances of these variants, of which so much comes, with the next round trip.

        They are locked in key order; the supplier is looked for as well.
        """
        params = {
            "company_id": self._db.company_id,
            "storage_id": storage_id,
            "variants": sorted({variant_id for variant_id, _ in quantities}),
        }
        self.hold_precisions(quantity for _, quantity in quantities)
        targets = [("storage_id", Storage.kind, storage_id)]
        if supplier_id is not None:
            targets.append(("supplier_id", Supplier.kind, supplier_id))
        storage = self._db.ask(_STORAGE, params)
        references = References(self._db, targets)
        counted = self._db.ask(_COUNTED, params)
        self._db.execute(ENSURE_BALANCES, params)
        locked = self._db.ask(LOCK_BALANCES, params)
        return StockContext(
            quantities, storage=storage, references=references, counted=counted, locked=locked
        )
