"""What dashboards show beside sections: what stands now, the newest orders, and a day up to the same hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.pending import Pending
from projections.base import Answer, Database, Row
from projections.reports.columns import derive, sums_of
from projections.reports.grouped import total, whole
from projections.reports.names import user_name_of
from projections.reports.sections.figures import SALES, measures_of

#: How many orders the newest are.
NEWEST = 20

_STANDING: LiteralString = """
    WITH place AS (
        SELECT id FROM settings
         WHERE company_id = %(company_id)s AND kind = 'storages'
           AND (%(stores)b::uuid[] IS NULL OR parent_id = ANY(%(stores)b::uuid[]))
    ), register AS (
        SELECT id FROM settings
         WHERE company_id = %(company_id)s AND kind = 'registers'
           AND (%(stores)b::uuid[] IS NULL OR parent_id = ANY(%(stores)b::uuid[]))
    )
    SELECT (SELECT count(*) FROM stock_listing AS listed
              JOIN stock_balances AS balance
                ON balance.company_id = listed.company_id AND balance.storage_id = listed.storage_id
               AND balance.variant_id = listed.variant_id
             WHERE listed.company_id = %(company_id)s AND listed.reorder_level IS NOT NULL
               AND listed.storage_id IN (SELECT id FROM place)
               AND balance.on_hand - balance.reserved <= listed.reorder_level) AS low_stock_count,
           (SELECT count(*) FROM stock_balances AS balance
             WHERE balance.company_id = %(company_id)s AND balance.on_hand - balance.reserved <= 0
               AND balance.storage_id IN (SELECT id FROM place)) AS out_of_stock_count,
           (SELECT count(*) FROM drawers
             WHERE company_id = %(company_id)s AND shift_id IS NOT NULL
               AND register_id IN (SELECT id FROM register)) AS open_shifts,
           (SELECT count(DISTINCT device.register_id) FROM devices AS device
              LEFT JOIN device_deliveries AS delivery
                ON delivery.company_id = %(company_id)s AND delivery.device_id = device.id
             WHERE device.company_id = %(company_id)s AND device.retired_at IS NULL
               AND device.register_id IN (SELECT id FROM register)
               AND (NOT isempty(int8multirange(int8range(1, delivery.last_seq + 1)) - delivery.received)
                    OR EXISTS (SELECT FROM waiting_operations AS waiting
                                WHERE waiting.company_id = %(company_id)s
                                  AND waiting.device_id = device.id))) AS unsynced_tills
"""

_NEWEST: LiteralString = f"""
    SELECT sold.id, sold.number, sold.occurred_at, sold.store_id, store.name AS store_name, sold.cashier_id,
           {user_name_of("sold.cashier_id")} AS cashier_name, sold.total, sold.status,
           sold.payment_status, sold.fulfilment_status
      FROM (SELECT * FROM orders
             WHERE company_id = %(company_id)s
               AND (%(stores)b::uuid[] IS NULL OR store_id = ANY(%(stores)b::uuid[]))
             ORDER BY occurred_at DESC, id DESC
             LIMIT %(limit)s::bigint) AS sold
      LEFT JOIN settings AS store ON store.company_id = %(company_id)s AND store.id = sold.store_id
     ORDER BY sold.occurred_at DESC, sold.id DESC
"""

_MEASURES = measures_of(SALES)
_NAMES: LiteralString = ", ".join(one.name for one in _MEASURES)
_SUMS: LiteralString = ", ".join(total(one) for one in _MEASURES)
# Of the hour that runs, what had been recorded by the same time.
_SAME_TIME: LiteralString = f"""
    WITH clock AS (
        SELECT place.no AS store_no, store.cut, store.running
          FROM unnest(%(ids)b::uuid[], %(cuts)b::int[], %(running)b::int[]) AS store(id, cut, running)
          JOIN report_places AS place
            ON place.company_id = %(company_id)s AND place.kind = 'store' AND place.id = store.id
    ), known AS (
        SELECT {_NAMES} FROM sales_store_hour AS sum JOIN clock USING (store_no)
         WHERE sum.company_id = %(company_id)s AND sum.business_date = %(day)s::date
           AND (sum.hour - clock.cut + 24) %% 24 < clock.running
     UNION ALL
        SELECT {_NAMES} FROM sales_facts AS fact JOIN clock USING (store_no)
         WHERE fact.company_id = %(company_id)s AND fact.business_date = %(day)s::date
           AND (fact.hour - clock.cut + 24) %% 24 = clock.running
           AND fact.recorded_at <= %(moment)s::timestamptz
    )
    SELECT {_SUMS} FROM known
"""


def ask_standing(db: Database, stores: tuple[UUID, ...] | None) -> Answer:
    """Ask how much is low or out of stock, how many shifts are open, and how many tills hold back."""
    return db.ask(_STANDING, {"company_id": db.company_id, "stores": None if stores is None else [*stores]})


def ask_newest(db: Database, stores: tuple[UUID, ...] | None, limit: int = NEWEST) -> Answer:
    """Ask for the newest orders."""
    params = {"stores": None if stores is None else [*stores], "limit": limit}
    return db.ask(_NEWEST, {"company_id": db.company_id, **params})


def ask_same_time(db: Database, stores: Sequence[Row], day: date, now: datetime, days: int) -> Pending[Row]:
    """Ask for the sales of a day that many days ago, up to the time that it is now in each of the stores."""
    clocks = [Clock.of(store, now) for store in stores]
    params = {
        "company_id": db.company_id,
        "ids": [store["id"] for store in stores],
        "cuts": [clock.cut for clock in clocks],
        "running": [clock.running for clock in clocks],
        "day": day,
        "moment": now - timedelta(days=days),
    }
    answer = db.ask(_SAME_TIME, params)

    def same_time() -> Row:
        sums = sums_of([whole(answer.rows()[0], _MEASURES)], SALES)
        return derive(sums, sums, SALES)

    return Pending(same_time)


@dataclass(frozen=True, slots=True)
class Clock:
    """The hour at which a store's trading day begins, and which hour of it runs, from 0."""

    cut: int
    running: int

    @classmethod
    def of(cls, store: Row, now: datetime) -> "Clock":
        """That of a store at a moment."""
        cut = int(store["day_cut"][:2])
        return cls(cut, (now.astimezone(ZoneInfo(store["timezone"])).hour - cut) % 24)
