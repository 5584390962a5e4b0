"""Reservations: what is promised, to whom and until when, and what became of it."""

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from domain.customers import Customer
from domain.stock.reservations import PlacedLine, Reservation, ReservedLine
from projections.base import Database, Projection, Row, all_but
from projections.pages import PAGE, list_and_count

# What lapses is counted as released: of a line that has ended, each unit was handed over or let go.
_ADD_RELEASED: LiteralString = """
    UPDATE reservation_lines AS line SET released = line.released + change.quantity
      FROM (SELECT unnest(%(variants)b::uuid[]) AS variant_id,
                   unnest(%(quantities)b::numeric[]) AS quantity) AS change
     WHERE line.company_id = %(company_id)s AND line.reservation_id = %(stream_id)s
       AND line.variant_id = change.variant_id
"""
# In the order of their key, which only the index has: for any one, lines of all reservations would be read.
_IS_OPEN: LiteralString = """
    (SELECT true FROM reservation_lines AS line
      WHERE line.company_id = %(company_id)s AND line.reservation_id = %(stream_id)s
        AND line.quantity > line.fulfilled + line.released
      ORDER BY line.variant_id LIMIT 1) IS NOT NULL
"""


def _variants(lines: Iterable[ReservedLine]) -> list[UUID]:
    return [line.variant_id for line in lines]


def _quantities(lines: Iterable[ReservedLine]) -> list[Decimal]:
    return [line.quantity for line in lines]


def _units(lines: Iterable[PlacedLine]) -> list[UUID | None]:
    return [line.unit_id for line in lines]


def _entered(lines: Iterable[PlacedLine]) -> list[Decimal]:
    return [line.quantity if line.entered_quantity is None else line.entered_quantity for line in lines]


class Reservations(Projection):
    """One row for each reservation, and one for each of its lines, in the product's unit.

    What is said of it in words goes with its customer.
    """

    name = "reservations"
    version = 3
    mode = "inline"
    tables = ("reservations", "reservation_lines")
    on = {
        Reservation.Placed: (
            """
            INSERT INTO reservations (company_id, id, storage_id, order_id, customer_id, status, occurred_at,
                                      expires_at, reference, note, created_by, created_at, version)
            VALUES (%(company_id)s, %(stream_id)s, %(storage_id)s, %(order_id)s, %(customer_id)s, 'placed',
                    %(occurred_at)s, %(expires_at)s, %(reference)s, %(note)s, %(actor_id)s, %(at)s,
                    %(version)s)
            """,
            """
            INSERT INTO reservation_lines (company_id, reservation_id, variant_id, ordinal, quantity, unit_id,
                                           entered_quantity, fulfilled, released)
            SELECT %(company_id)s, %(stream_id)s, unnest(%(variants)b::uuid[]),
                   generate_subscripts(%(variants)b::uuid[], 1), unnest(%(quantities)b::numeric[]),
                   unnest(%(units)b::uuid[]), unnest(%(entered)b::numeric[]), 0, 0
                   RETURNING company_id
            """,
        ),
        Reservation.Fulfilled: (
            """
            UPDATE reservation_lines AS line SET fulfilled = line.fulfilled + change.quantity
              FROM (SELECT unnest(%(variants)b::uuid[]) AS variant_id,
                           unnest(%(quantities)b::numeric[]) AS quantity) AS change
             WHERE line.company_id = %(company_id)s AND line.reservation_id = %(stream_id)s
               AND line.variant_id = change.variant_id
            """,
            f"""
            UPDATE reservations
               SET status = CASE WHEN {_IS_OPEN} THEN status ELSE 'fulfilled' END, version = %(version)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
            """,
        ),
        Reservation.Released: (
            _ADD_RELEASED,
            f"""
            UPDATE reservations
               SET status = CASE WHEN {_IS_OPEN} THEN status ELSE 'released' END,
                   release_reason = coalesce(%(reason)s, release_reason), version = %(version)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
            """,
        ),
        Reservation.Expired: (
            _ADD_RELEASED,
            """
            UPDATE reservations SET status = 'expired', version = %(version)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
            """,
        ),
        Customer.Erased: """
            UPDATE reservations SET reference = NULL, note = NULL, release_reason = NULL
             WHERE company_id = %(company_id)s
               AND (customer_id = %(stream_id)s OR customer_id = ANY(%(customer_ids)b::uuid[]))
        """,
    }
    derives = {
        "variants": (_variants, "lines"),
        "quantities": (_quantities, "lines"),
        "units": (_units, "lines"),
        "entered": (_entered, "lines"),
    }
    # Nothing else about its customer is kept of a reservation.
    ignores = all_but(Customer, Customer.Erased)
    schema = """
        CREATE TABLE reservations (
            company_id     uuid NOT NULL,
            id             uuid NOT NULL,
            storage_id     uuid NOT NULL,
            order_id       uuid,
            customer_id    uuid,
            status         text NOT NULL,
            occurred_at    timestamptz NOT NULL,
            expires_at     timestamptz,
            reference      text,
            note           text,
            release_reason text,
            created_by     uuid,
            created_at     timestamptz NOT NULL,
            version        bigint NOT NULL,
            PRIMARY KEY (company_id, id)
        ) WITH (fillfactor = 70);
        CREATE INDEX reservations_by_time ON reservations (company_id, created_at, id);
        CREATE INDEX reservations_by_status ON reservations (company_id, status, created_at, id);
        CREATE INDEX reservations_by_storage ON reservations (company_id, storage_id, created_at, id);
        CREATE INDEX reservations_by_order ON reservations (company_id, order_id) WHERE order_id IS NOT NULL;
        -- They would keep words that nobody could erase.
        ALTER TABLE reservations ALTER COLUMN reference SET STATISTICS 0,
            ALTER COLUMN note SET STATISTICS 0, ALTER COLUMN release_reason SET STATISTICS 0;
        CREATE INDEX reservations_by_customer ON reservations (company_id, customer_id)
            WHERE customer_id IS NOT NULL;
        CREATE INDEX reservations_by_end ON reservations (expires_at) WHERE status = 'placed';
        CREATE TABLE reservation_lines (
            company_id       uuid NOT NULL,
            reservation_id   uuid NOT NULL,
            variant_id       uuid NOT NULL,
            ordinal          bigint NOT NULL,
            quantity         numeric NOT NULL,
            unit_id          uuid,
            entered_quantity numeric NOT NULL,
            fulfilled        numeric NOT NULL,
            released         numeric NOT NULL,
            PRIMARY KEY (company_id, reservation_id, variant_id)
        ) WITH (fillfactor = 70);
        CREATE INDEX reservation_lines_by_variant
            ON reservation_lines (company_id, variant_id, reservation_id);
    """


_FILTER: LiteralString = """
       r.company_id = %(company_id)s
       AND (%(status)s::text IS NULL OR r.status = %(status)s::text)
       AND (%(order_id)s::uuid IS NULL OR r.order_id = %(order_id)s::uuid)
       AND (%(variant_id)s::uuid IS NULL
            OR r.id IN (SELECT reservation_id FROM reservation_lines
                         WHERE company_id = %(company_id)s AND variant_id = %(variant_id)s::uuid))
       AND (%(storages)b::uuid[] IS NULL OR r.storage_id = ANY(%(storages)b::uuid[]))
"""
_LIST: LiteralString = f"""
    SELECT r.id, r.storage_id, r.order_id, r.customer_id, r.status, r.occurred_at, r.expires_at, r.reference,
           r.note, r.release_reason, r.created_by, r.created_at, r.version
      FROM reservations AS r
     WHERE {_FILTER}
     ORDER BY r.created_at DESC, r.id DESC
    {PAGE}
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM reservations AS r WHERE {_FILTER}"

_LINES: LiteralString = """
    SELECT reservation_id, variant_id, quantity, entered_quantity, unit_id, quantity AS base_quantity,
           trim_scale(fulfilled) AS fulfilled, trim_scale(released) AS released
      FROM reservation_lines
     WHERE company_id = %(company_id)s AND reservation_id = ANY(%(ids)b::uuid[])
     ORDER BY reservation_id, ordinal
"""


def list_reservations(
    db: Database, *, page: int, limit: int, storages: Collection[UUID] | None = None, **filters: Any
) -> tuple[list[Row], int]:
    """One page of reservations, each with its `lines`, the newest first, and how many there are in all.

    With `storages` those in these alone. The other filters are `status`, `order_id` and `variant_id`.
    """
    asked = {name: filters.get(name) for name in ("status", "order_id", "variant_id")}
    rows, total = list_and_count(
        db,
        _LIST,
        _COUNT,
        page=page,
        limit=limit,
        storages=None if storages is None else list(storages),
        **asked,
    )
    params = {"company_id": db.company_id, "ids": [row["id"] for row in rows]}
    lines: dict[UUID, list[Row]] = {}
    for line in db.ask(_LINES, params).rows() if rows else ():
        lines.setdefault(line["reservation_id"], []).append(line)
    return [{**row, "lines": lines[row["id"]]} for row in rows], total
