"""What a change of stock is decided on: its balances, locked in the order of their keys; its storages."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from domain.business_date import business_date
from domain.catalog.units import Measure, UnitChange
from domain.companies import Backdating, Purchasing
from domain.costing import Balance
from domain.errors import Detail, Invalid
from domain.pending import Pending
from domain.settings import OtherStore
from domain.stock.goods import Goods
from domain.stock.levels import Level
from domain.storages import Storage
from domain.suppliers import Supplier
from projections.base import Answer, Database, Row
from projections.catalog.units import MEASURES_OF_GOODS, measures_of
from projections.catalog.variant_names import variant_name
from projections.companies import backdating_of
from projections.guards.references import References
from projections.guards.stock_precision import HALF, ask_units_in_use, hold_precisions

# A balance that does not exist yet cannot be locked, so it is made first; a refusal takes it away again.
ENSURE_BALANCES: LiteralString = """
    INSERT INTO stock_balances (company_id, storage_id, variant_id)
    SELECT %(company_id)s, storage_id, variant_id
      FROM unnest(%(storages)b::uuid[]) AS place(storage_id)
     CROSS JOIN unnest(%(variants)b::uuid[]) AS requested(variant_id)
     ORDER BY storage_id, variant_id
        ON CONFLICT DO NOTHING
"""

_BALANCES: LiteralString = """
    SELECT storage_id, variant_id, on_hand, value, last_unit_cost, reserved, last_counted_at
      FROM stock_balances
     WHERE company_id = %(company_id)s AND storage_id = ANY(%(storages)b::uuid[])
       AND variant_id = ANY(%(variants)b::uuid[])
     ORDER BY storage_id, variant_id
"""

LOCK_BALANCES: LiteralString = f"{_BALANCES} FOR UPDATE"

# Held until the end, so that no variant is removed and no product archived while its stock comes in; in the
# order of the variants, one after another by their keys, whatever the planner knows of the tables.
_GOODS: LiteralString = f"""
    SELECT v.id AS variant_id, v.product_id, v.sku, p.name, v.name AS variant_name, v.cost, p.unit_id,
           p.supplier_id,
           coalesce((SELECT (unit.fields ->> 'precision')::int FROM settings AS unit
                      WHERE unit.company_id = %(company_id)s AND unit.id = p.unit_id), 5) AS precision
      FROM (SELECT id FROM unnest(%(variants)b::uuid[]) AS listed(id) ORDER BY id) AS requested
     CROSS JOIN LATERAL (
            SELECT id, product_id, sku, {variant_name("variants")} AS name, cost FROM variants
             WHERE company_id = %(company_id)s AND id = requested.id
             LIMIT 1 FOR SHARE
           ) AS v
     CROSS JOIN LATERAL (
            SELECT name, unit_id, supplier_id FROM products
             WHERE company_id = %(company_id)s AND id = v.product_id AND track_stock AND status <> 'archived'
             LIMIT 1 FOR SHARE
           ) AS p
"""

_STORAGES: LiteralString = """
    SELECT storage.id, storage.parent_id AS store_id,
           coalesce(store.fields ->> 'timezone', c.timezone) AS timezone,
           coalesce(store.fields ->> 'day_cut', '00:00') AS day_cut
      FROM companies AS c
      JOIN settings AS storage ON storage.company_id = c.company_id AND storage.kind = 'storages'
            AND storage.id = ANY(%(storages)b::uuid[])
      LEFT JOIN settings AS store ON store.company_id = c.company_id AND store.kind = 'stores'
            AND store.id = storage.parent_id
     WHERE c.company_id = %(company_id)s
"""

_COMPANY: LiteralString = """
    SELECT created_at AS founded_at, backdating_days, books_closed_until, timezone, currency,
           over_receive_percent
      FROM companies
     WHERE company_id = %(company_id)s
"""


_LAST_COUNT: LiteralString = """
    SELECT (SELECT number FROM counts WHERE company_id = %(company_id)s AND id = result.count_id) AS number
      FROM count_results AS result
     WHERE company_id = %(company_id)s AND storage_id = %(storage_id)s AND variant_id = %(variant_id)s
     ORDER BY counted_at DESC
     LIMIT 1
"""


def level_of(row: Mapping[str, Any]) -> Level:
    """The level that a row of a balance holds."""
    return Level(
        balance=Balance(quantity=row["on_hand"], value=row["value"], last_unit_cost=row["last_unit_cost"]),
        reserved=row["reserved"],
        last_counted_at=row["last_counted_at"],
    )


class StockContext:
    """What a change of stock is decided on; its balances are locked, save for a plan."""

    def __init__(
        self,
        db: Database,
        storages: Mapping[str, UUID],
        *,
        company: Answer,
        places: Answer,
        references: References,
        measures: Answer | None,
        goods: Answer,
        balances: Answer,
    ) -> None:
        self._db = db
        self._storages = storages
        self._company = company
        self._places = places
        self._references = references
        self._measures = measures
        self._goods = goods
        self._balances = balances
        # Handlers ask line by line, so what rows mean is worked out once.
        self._known: Mapping[UUID, Goods] | None = None
        self._levels: dict[str, dict[UUID, Level]] = {}

    def check_store(self, field: str, store_ids: Collection[UUID | None]) -> None:
        """Raise OtherStore when that storage lies in none of these stores; no stores are no bounds."""
        place = self._place(field)
        if store_ids and place and place["store_id"] not in store_ids:
            raise OtherStore

    def missing(self) -> list[Detail]:
        """What is wrong with each storage and supplier that is not there, or archived."""
        return self._references.missing()

    def backdating(self) -> Backdating:
        """How far back a movement of them may lie. Raises Invalid where there is no company."""
        return backdating_of(self._existing_company())

    def purchasing(self) -> Purchasing:
        """What the company has agreed with its suppliers. Raises Invalid where there is no company."""
        company = self._existing_company()
        return Purchasing(currency=company["currency"], over_receive_percent=company["over_receive_percent"])

    def business_date(self, field: str, moment: datetime) -> date:
        """The day by the clock of the storage's store, or of the company in a warehouse.

        Raises Invalid where there is no company.
        """
        place = self._place(field)
        if place is None:
            return business_date(moment, self._existing_company()["timezone"], time())
        return business_date(moment, place["timezone"], time.fromisoformat(place["day_cut"]))

    def goods(self) -> Mapping[UUID, Goods]:
        """Those of the variants whose stock is counted and that are not archived."""
        if self._known is None:
            self._known = {row["variant_id"]: Goods(**row) for row in self._goods.rows()}
        return self._known

    def measures(self) -> Mapping[UUID, Measure]:
        """If units were named: these, those that the variants are counted in, and all below them."""
        return measures_of(self._measures) if self._measures else {}

    def levels(self, field: str = "storage_id") -> Mapping[UUID, Level]:
        """What that storage has, by variant."""
        if field not in self._levels:
            storage_id, rows = self._storages[field], self._balances.rows()
            own = {row["variant_id"]: level_of(row) for row in rows if row["storage_id"] == storage_id}
            self._levels[field] = own
        return self._levels[field]

    def last_count(self, field: str, variant_id: UUID) -> str:
        """The number of the last count of that variant in that storage; it costs a round trip."""
        params = {
            "company_id": self._db.company_id,
            "storage_id": self._storages[field],
            "variant_id": variant_id,
        }
        row = self._db.ask(_LAST_COUNT, params).row()
        return str(row["number"]) if row else ""

    def _place(self, field: str) -> Row | None:
        storage_id = self._storages[field]
        return next((row for row in self._places.rows() if row["id"] == storage_id), None)

    def _existing_company(self) -> Row:
        company = self._company.row()
        if company is None:
            raise Invalid(details=[Detail("company_id", "not_found", "There is no such company.")])
        return company


class StockGuard:
    """What commands ask of the stock before they decide."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def hold_precisions(self, quantities: Iterable[Decimal]) -> None:
        """Let no unit become coarser until the end, if some of these quantities are fractions."""
        hold_precisions(self._db, quantities)

    def units_in_use(self, changes: Mapping[UUID, UnitChange]) -> Pending[Collection[UUID]]:
        """Ask which products have stock that keeps them from such a change of their unit."""
        answer = ask_units_in_use(self._db, changes, alone=True)
        return Pending(lambda: {row["product_id"] for row in answer.rows()})

    def lock(
        self,
        storages: Mapping[str, UUID],
        variant_ids: Iterable[UUID],
        *,
        supplier_id: UUID | None = None,
        quantities: Iterable[Decimal] = (),
        unit_ids: Iterable[UUID] = (),
        is_plan: bool = False,
    ) -> StockContext:
        """Lock the balances of each of these variants in each of these storages, with the next round trip."""
        unit_ids = sorted(set(unit_ids))
        # A whole number of one unit may be a fraction of another.
        self.hold_precisions([*quantities, *([HALF] if unit_ids else [])])
        params = {
            "company_id": self._db.company_id,
            "storages": sorted(set(storages.values())),
            "variants": sorted(set(variant_ids)),
            "units": unit_ids,
        }
        targets = [(field, Storage.kind, storage_id) for field, storage_id in storages.items()]
        if supplier_id is not None:
            targets.append(("supplier_id", Supplier.kind, supplier_id))
        company = self._db.ask(_COMPANY, params)
        places = self._db.ask(_STORAGES, params)
        references = References(self._db, targets)
        measures = self._db.ask(MEASURES_OF_GOODS, params) if unit_ids else None
        goods = self._db.ask(_GOODS, params)
        return StockContext(
            self._db,
            storages,
            company=company,
            places=places,
            references=references,
            measures=measures,
            goods=goods,
            balances=self._db.ask(_BALANCES, params) if is_plan else self._lock_balances(params),
        )

    def _lock_balances(self, params: Mapping[str, Any]) -> Answer:
        self._db.execute(ENSURE_BALANCES, params)
        return self._db.ask(LOCK_BALANCES, params)
