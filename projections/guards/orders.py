"""What a sale is decided on: company, store, till, catalog, taxes and stock, in one round trip."""

from collections.abc import Iterable, Mapping
from datetime import time
from decimal import Decimal
from functools import cache
from typing import Any, LiteralString
from uuid import UUID

from domain.costing import Balance
from domain.errors import Detail, Invalid
from domain.orders import series_of, till_code
from domain.pricing import TaxRate
from domain.sale_context import SaleContext, StoreAtSale, VariantAtSale
from domain.settings import OtherStore
from domain.stores import StoreClosed
from projections.base import Answer, Database, Row
from projections.companies import backdating_of, rules_of
from projections.guards.stock import ENSURE_BALANCES, LOCK_BALANCES, balance_of
from projections.selling_places import ONLY_STORE, SELLS_FROM

# The store is the register's, else the one that was named, else the only one there is.
_PLACE: LiteralString = f"""
    SELECT c.currency, c.rounding_level, c.rounding_mode, c.cash_rounding,
           c.created_at AS founded_at, c.backdating_days, c.discount_ceilings,
           register.id AS register_id, register.fields ->> 'code' AS register_code,
           store.id AS store_id, store.fields ->> 'code' AS store_code,
           store.is_active AS is_open, store.fields ->> 'timezone' AS timezone,
           store.fields ->> 'day_cut' AS day_cut,
           (SELECT jsonb_agg(jsonb_build_object('id', rate.id, 'name', rate.name,
                                                'rate', rate.fields ->> 'rate',
                                                'inclusive', rate.fields -> 'inclusive')
                             ORDER BY wanted.place)
              FROM jsonb_array_elements_text(store.fields -> 'tax_rate_ids')
                   WITH ORDINALITY AS wanted(id, place)
             CROSS JOIN LATERAL (
                    SELECT id, name, fields FROM settings
                     WHERE company_id = %(company_id)s AND id = wanted.id::uuid
                     LIMIT 1
                   ) AS rate) AS tax_rates,
           storage.id AS storage_id, (storage.fields ->> 'allow_negative')::bool AS allow_negative,
           package.orders_per_month AS orders_limit, c.timezone AS company_timezone
      FROM companies AS c
      LEFT JOIN LATERAL (
            SELECT orders_per_month FROM packages
             WHERE company_id = '00000000-0000-4000-8000-000000000000' AND id = c.package_id
             LIMIT 1
           ) AS package ON true
      LEFT JOIN LATERAL (
            SELECT id, parent_id, fields FROM settings
             WHERE company_id = %(company_id)s AND kind = 'registers' AND id = %(register_id)s::uuid
               AND NOT is_archived
             LIMIT 1
           ) AS register ON true
      LEFT JOIN LATERAL (
            SELECT id, is_active, fields FROM settings
             WHERE company_id = %(company_id)s AND kind = 'stores' AND NOT is_archived
               AND id = coalesce(register.parent_id, %(store_id)s::uuid, {ONLY_STORE})
             LIMIT 1
           ) AS store ON true
      LEFT JOIN LATERAL (
            SELECT id, fields FROM settings
             WHERE company_id = %(company_id)s AND kind = 'storages' AND NOT is_archived
               AND id = {SELLS_FROM}
             LIMIT 1
           ) AS storage ON true
     WHERE c.company_id = %(company_id)s
"""

# One after another by their keys, whatever the planner knows of the tables. The store is found as above, once
# for the statement, so that it need not wait for that answer.
_VARIANTS: LiteralString = f"""
    SELECT v.id, v.product_id, v.sku, p.name, v.name AS variant_name, p.category_id, p.brand_id,
           coalesce(own.price, v.price) AS price, v.cost, p.status, p.track_stock, p.tax_rate_ids,
           unit.precision
      FROM unnest(%(variants)b::uuid[]) AS wanted(id)
     CROSS JOIN LATERAL (
            SELECT id, product_id, sku, name, price, cost FROM variants
             WHERE company_id = %(company_id)s AND id = wanted.id
             LIMIT 1
           ) AS v
     CROSS JOIN LATERAL (
            SELECT name, category_id, brand_id, status, track_stock, tax_rate_ids, unit_id FROM products
             WHERE company_id = %(company_id)s AND id = v.product_id
             LIMIT 1
           ) AS p
      LEFT JOIN LATERAL (
            SELECT price FROM store_prices
             WHERE company_id = %(company_id)s AND variant_id = v.id
               AND store_id = (SELECT coalesce(
            (SELECT till.parent_id FROM settings AS till
              WHERE till.company_id = %(company_id)s AND till.kind = 'registers'
                AND till.id = %(register_id)s::uuid AND NOT till.is_archived),
            %(store_id)s::uuid, {ONLY_STORE}))
             LIMIT 1
           ) AS own ON true
      LEFT JOIN LATERAL (
            SELECT (fields ->> 'precision')::int AS precision FROM settings
             WHERE company_id = %(company_id)s AND id = p.unit_id
             LIMIT 1
           ) AS unit ON true
"""

_TAX_RATES: LiteralString = """
    SELECT rate.id, rate.name, rate.fields ->> 'rate' AS rate,
           (rate.fields ->> 'inclusive')::bool AS inclusive
      FROM (SELECT DISTINCT charged.id
              FROM unnest(%(variants)b::uuid[]) AS wanted(id)
             CROSS JOIN LATERAL (
                    SELECT product_id FROM variants
                     WHERE company_id = %(company_id)s AND id = wanted.id
                     LIMIT 1
                   ) AS v
             CROSS JOIN LATERAL (
                    SELECT tax_rate_ids FROM products
                     WHERE company_id = %(company_id)s AND id = v.product_id
                     LIMIT 1
                   ) AS p
             CROSS JOIN LATERAL unnest(p.tax_rate_ids) AS charged(id)) AS wanted
     CROSS JOIN LATERAL (
            SELECT id, name, fields FROM settings
             WHERE company_id = %(company_id)s AND id = wanted.id
             LIMIT 1
           ) AS rate
"""

_CUSTOMER: LiteralString = """
    SELECT id FROM customers
     WHERE company_id = %(company_id)s AND id = %(customer_id)s::uuid AND NOT is_archived
"""

# Where a sale may go below zero, no balance keeps a variant from being removed or archived meanwhile, so the
# variant itself is held; it is read after that.
_HOLD_VARIANTS: LiteralString = """
    SELECT held.id
      FROM (SELECT id FROM unnest(%(variants)b::uuid[]) AS told(id) ORDER BY id) AS wanted
     CROSS JOIN LATERAL (
            SELECT id FROM variants
             WHERE company_id = %(company_id)s AND id = wanted.id
             LIMIT 1 FOR KEY SHARE
           ) AS held
"""

_LOCK_SERIES: LiteralString = """
    SELECT last_number FROM order_series
     WHERE company_id = %(company_id)s AND series_id = %(series_id)s
       FOR UPDATE
"""

# Whoever moves a storage to another store looks for what lies there, so a balance is made before or after.
_HOLD_STORAGE: LiteralString = """
    SELECT id FROM settings WHERE company_id = %(company_id)s AND id = %(storage_id)s FOR SHARE
"""


#: Where a till's sale went: the storage, whether it may go below zero, and the number series.
Place = tuple[UUID | None, bool, UUID]
#: For each till (company, register, store): where its last sale went.
Guesses = dict[tuple[UUID, UUID | None, UUID | None], Place]


class SalesGuard:
    """What the till's commands ask before they decide.

    The balances and the number to lock follow from the till's settings. To lock them in the same round trip
    that reads those settings, the guard guesses that they are where this till's last sale found them; what
    was read tells whether the guess holds, and if not, the right ones are locked in one round trip more.
    """

    def __init__(self, db: Database, guesses: Guesses) -> None:
        self._db = db
        self._guesses = guesses

    def context(
        self,
        *,
        store_id: UUID | None,
        register_id: UUID | None,
        store_ids: tuple[UUID, ...],
        variant_ids: Iterable[UUID],
        customer_id: UUID | None,
        lock: bool,
    ) -> SaleContext:
        """Read it all; with `lock`, hold the balances and the till's number until the end.

        Raises Invalid for an unknown register, store or customer, OtherStore, StoreClosed.
        """
        if store_id is None and register_id is None and len(store_ids) == 1:
            store_id = store_ids[0]
        till = (self._db.company_id, register_id, store_id)
        wanted = {
            "company_id": self._db.company_id,
            "store_id": store_id,
            "register_id": register_id,
            "customer_id": customer_id,
            "variants": sorted(set(variant_ids)),
        }
        guess = self._guesses.get(till) if lock else None
        place = self._db.ask(_PLACE, wanted)
        variants, rates = self._catalog(wanted, hold=guess is not None and guess[1])
        customer = self._db.ask(_CUSTOMER, wanted) if customer_id else None
        locked = self._lock(guess, wanted) if guess else None
        row = place.row()
        if row is None:
            raise Invalid(details=[Detail("company_id", "not_found", "There is no such company.")])
        _check_place(row, wanted, customer)
        if row["store_id"] and store_ids and row["store_id"] not in store_ids:
            raise OtherStore
        if row["store_id"] and not row["is_open"]:
            raise StoreClosed
        code = till_code(row["store_code"], row["register_code"]) if lock and row["store_id"] else None
        found = (row["storage_id"], bool(row["allow_negative"]), series_of(code)) if code else None
        if found and found != guess:
            self._guesses[till] = found
            if found[1]:
                variants, rates = self._catalog(wanted, hold=True)
            locked = self._lock(found, wanted)
        catalog = _variants(variants, rates, row["tax_rates"] or ())
        balances: Mapping[UUID, Balance] = {}
        number = 0
        if found and locked:
            balances = {balance["variant_id"]: balance_of(balance) for balance in locked[0].rows()}
            series = locked[1].row()
            number = series["last_number"] if series else 0
            if found[1]:
                balances = self._ensured(balances, catalog, found, wanted)
        return SaleContext(
            rules=rules_of(row),
            store=_store(row) if row["store_id"] else None,
            register_id=row["register_id"],
            register_code=row["register_code"],
            variants=catalog,
            balances=balances,
            next_number=number + 1,
            backdating=backdating_of(row),
            discount_ceilings={role: Decimal(most) for role, most in row["discount_ceilings"].items()},
            orders_limit=row["orders_limit"],
            company_timezone=row["company_timezone"],
        )

    def _catalog(self, wanted: Mapping[str, Any], *, hold: bool) -> tuple[Answer, Answer]:
        """Ask for the variants and their tax rates; with `hold` they stay for sale until the end."""
        if hold:
            self._db.execute(_HOLD_VARIANTS, wanted)
        return self._db.ask(_VARIANTS, wanted), self._db.ask(_TAX_RATES, wanted)

    def _lock(self, where: Place, wanted: Mapping[str, Any]) -> tuple[Answer, Answer]:
        storage_id, _, series_id = where
        params = {**wanted, "storage_id": storage_id or UUID(int=0), "series_id": series_id}
        return self._db.ask(LOCK_BALANCES, params), self._db.ask(_LOCK_SERIES, params)

    def _ensured(
        self,
        balances: Mapping[UUID, Balance],
        catalog: Mapping[UUID, VariantAtSale],
        where: Place,
        wanted: Mapping[str, Any],
    ) -> Mapping[UUID, Balance]:
        counted = {variant.id for variant in catalog.values() if variant.track_stock}
        if counted <= balances.keys():
            return balances
        # With `allow_negative` a balance may have to be made before it can be locked.
        params = {**wanted, "storage_id": where[0], "variants": sorted(counted)}
        self._db.execute(_HOLD_STORAGE, params)
        self._db.execute(ENSURE_BALANCES, params)
        return {row["variant_id"]: balance_of(row) for row in self._lock(where, wanted)[0].rows()}


def _check_place(row: Row, wanted: Mapping[str, Any], customer: Answer | None) -> None:
    details = []
    if wanted["register_id"] and row["register_id"] is None:
        details.append(Detail("register_id", "not_found", "There is no such register."))
    if wanted["store_id"] and row["store_id"] is None:
        details.append(Detail("store_id", "not_found", "There is no such store."))
    if wanted["register_id"] and wanted["store_id"] and row["store_id"] != wanted["store_id"]:
        details.append(Detail("store_id", "not_found", "The register stands in another store."))
    if customer is not None and customer.row() is None:
        details.append(Detail("customer_id", "not_found", "There is no such customer."))
    if details:
        raise Invalid(details=details)


def _store(row: Row) -> StoreAtSale:
    return StoreAtSale(
        id=row["store_id"],
        code=row["store_code"],
        timezone=row["timezone"],
        day_cut=_time(row["day_cut"]),
        storage_id=row["storage_id"],
        allow_negative=bool(row["allow_negative"]),
    )


@cache
def _time(text: str) -> time:
    return time.fromisoformat(text)


def _tax_rate(row: Row) -> TaxRate:
    return TaxRate(id=row["id"], name=row["name"], rate=Decimal(row["rate"]), inclusive=row["inclusive"])


def _variants(variants: Answer, rates: Answer, of_store: Iterable[Row]) -> dict[UUID, VariantAtSale]:
    """The variants by id; what has no tax rates of its own takes the store's."""
    by_id = {row["id"]: _tax_rate(row) for row in rates.rows()}
    others = tuple(_tax_rate({**row, "id": UUID(row["id"])}) for row in of_store)
    return {
        row["id"]: VariantAtSale(
            id=row["id"],
            product_id=row["product_id"],
            sku=row["sku"],
            name=row["name"],
            variant_name=row["variant_name"],
            category_id=row["category_id"],
            brand_id=row["brand_id"],
            price=row["price"],
            cost=row["cost"],
            status=row["status"],
            track_stock=row["track_stock"],
            precision=5 if row["precision"] is None else row["precision"],
            tax_rates=tuple(by_id[rate] for rate in row["tax_rate_ids"]) or others,
        )
        for row in variants.rows()
    }
