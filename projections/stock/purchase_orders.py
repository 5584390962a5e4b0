"""Purchase orders as they are found again, and what is still to come of each of their lines."""

from collections.abc import Callable, Sequence
from typing import Any, LiteralString

from domain.stock.purchase_lines import cost_of
from domain.stock.purchase_orders import PurchaseOrder
from projections.base import Projection

_KEEP_LINES: LiteralString = """
    INSERT INTO purchase_order_lines AS line
           (company_id, order_id, id, number, variant_id, sku, quantity, unit_id, factor, base_quantity)
    SELECT %(company_id)s, %(stream_id)s, unnest(%(line_ids)b::uuid[]), unnest(%(line_numbers)b::bigint[]),
           unnest(%(variant_ids)b::uuid[]), unnest(%(skus)b::text[]), unnest(%(quantities)b::numeric[]),
           unnest(%(unit_ids)b::uuid[]), unnest(%(factors)b::numeric[]),
           unnest(%(base_quantities)b::numeric[])
        ON CONFLICT (company_id, order_id, id) DO UPDATE
       SET number = excluded.number, sku = excluded.sku, quantity = excluded.quantity,
           unit_id = excluded.unit_id, factor = excluded.factor, base_quantity = excluded.base_quantity
"""

_DROP_LINES: LiteralString = """
    DELETE FROM purchase_order_lines
     WHERE company_id = %(company_id)s AND order_id = %(stream_id)s AND id <> ALL(%(line_ids)b::uuid[])
"""

# Of a delivery that is taken back all figures are negative.
_COUNT_DELIVERY: LiteralString = """
    UPDATE purchase_orders
       SET status = %(status)s, received_total = received_total + %(value)s,
           version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s AND id = %(stream_id)s
"""

_COUNT_DELIVERED_LINES: LiteralString = """
    UPDATE purchase_order_lines AS line
       SET received = line.received + taken.received, rejected = line.rejected + taken.rejected,
           base_received = line.base_received + taken.base_received
      FROM (SELECT unnest(%(delivered_ids)b::uuid[]) AS id, unnest(%(received)b::numeric[]) AS received,
                   unnest(%(rejected)b::numeric[]) AS rejected,
                   unnest(%(base_received)b::numeric[]) AS base_received) AS taken
     WHERE line.company_id = %(company_id)s AND line.order_id = %(stream_id)s AND line.id = taken.id
"""


def _each(name: str) -> tuple[Callable[[Sequence[Any]], list[Any]], str]:
    return lambda lines: [getattr(line, name) for line in lines], "lines"


def _subtotal(lines: Sequence[Any]) -> int:
    return sum(cost_of(line.quantity, line.unit_cost, line.discount_percent) for line in lines)


class PurchaseOrders(Projection):
    """One row for each purchase order, and one for each of its lines; the order itself is read from the log.

    `placed_at` is when it was ordered, of a draft when it was drafted. What is still to come of a line is
    `base_quantity` less `base_received`, if that is more than nothing and the order is open (`OPEN`).
    """

    name = "purchase_orders"
    mode = "inline"
    tables = ("purchase_orders", "purchase_order_lines")
    on = {
        PurchaseOrder.Drafted: (
            """
            INSERT INTO purchase_orders (company_id, id, number, number_key, series_number, status,
                                         supplier_id, storage_id, currency, expected_at, placed_at, reference,
                                         reference_key, note, line_count, subtotal, received_total, version,
                                         created_by, created_at, updated_at)
            VALUES (%(company_id)s, %(stream_id)s, %(number)s, %(number_key)s, %(series_number)s, 'draft',
                    %(supplier_id)s, %(storage_id)s, %(currency)s, %(expected_at)s, %(at)s, %(reference)s,
                    %(reference_key)s, %(note)s, %(line_count)s, %(subtotal)s, 0, %(version)s, %(actor_id)s,
                    %(at)s, %(at)s)
            """,
            _KEEP_LINES,
        ),
        PurchaseOrder.Amended: (
            """
            UPDATE purchase_orders
               SET supplier_id = %(supplier_id)s, storage_id = %(storage_id)s, expected_at = %(expected_at)s,
                   reference = %(reference)s, reference_key = %(reference_key)s, note = %(note)s,
                   status = %(status)s, line_count = %(line_count)s, subtotal = %(subtotal)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
            """,
            _DROP_LINES,
            _KEEP_LINES,
        ),
        PurchaseOrder.Discarded: """
            UPDATE purchase_orders SET status = 'discarded', version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        PurchaseOrder.Ordered: (
            """
            UPDATE purchase_orders
               SET status = 'ordered', ordered_at = %(ordered_at)s, placed_at = %(ordered_at)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
            """,
            _KEEP_LINES,
        ),
        PurchaseOrder.DeliveryTaken: (_COUNT_DELIVERY, _COUNT_DELIVERED_LINES),
        PurchaseOrder.DeliveryReversed: (_COUNT_DELIVERY, _COUNT_DELIVERED_LINES),
        PurchaseOrder.Rescheduled: """
            UPDATE purchase_orders
               SET expected_at = %(expected_at)s, note = %(note)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        PurchaseOrder.Cancelled: """
            UPDATE purchase_orders SET status = 'cancelled', version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        PurchaseOrder.Closed: """
            UPDATE purchase_orders SET status = 'closed', version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
    }
    derives = {
        "number_key": (str.lower, "number"),
        "reference_key": (lambda reference: reference and reference.lower(), "reference"),
        "line_count": (len, "lines"),
        "subtotal": (_subtotal, "lines"),
        "line_ids": _each("id"),
        "line_numbers": (lambda lines: list(range(len(lines))), "lines"),
        "variant_ids": _each("variant_id"),
        "skus": _each("sku"),
        "quantities": _each("quantity"),
        "unit_ids": _each("unit_id"),
        "factors": _each("factor"),
        "base_quantities": _each("base_quantity"),
        "delivered_ids": _each("line_id"),
        "received": _each("received"),
        "rejected": _each("rejected"),
        "base_received": _each("base_received"),
        "value": (lambda lines: sum(line.value for line in lines), "lines"),
    }
    # NOTE: keys are compared byte by byte, whatever the database's language, so that a beginning is a range.
    schema = """
        CREATE TABLE purchase_orders (
            company_id     uuid NOT NULL,
            id             uuid NOT NULL,
            number         text NOT NULL,
            number_key     text COLLATE "C" NOT NULL,
            series_number  bigint NOT NULL,
            status         text NOT NULL,
            supplier_id    uuid NOT NULL,
            storage_id     uuid NOT NULL,
            currency       text NOT NULL,
            expected_at    timestamptz,
            ordered_at     timestamptz,
            placed_at      timestamptz NOT NULL,
            reference      text,
            reference_key  text COLLATE "C",
            note           text,
            line_count     bigint NOT NULL,
            subtotal       bigint NOT NULL,
            received_total bigint NOT NULL,
            version        bigint NOT NULL,
            created_by     uuid,
            created_at     timestamptz NOT NULL,
            updated_at     timestamptz NOT NULL,
            PRIMARY KEY (company_id, id)
        );
        CREATE INDEX purchase_orders_by_series ON purchase_orders (company_id, series_number);
        CREATE INDEX purchase_orders_by_number ON purchase_orders (company_id, number_key);
        CREATE INDEX purchase_orders_by_reference ON purchase_orders (company_id, reference_key)
            WHERE reference_key IS NOT NULL;
        CREATE INDEX purchase_orders_by_time ON purchase_orders (company_id, placed_at, id);
        CREATE INDEX purchase_orders_by_ordering ON purchase_orders (company_id, ordered_at, id);
        CREATE INDEX purchase_orders_by_status ON purchase_orders (company_id, status, expected_at, id);
        CREATE INDEX purchase_orders_by_supplier ON purchase_orders (company_id, supplier_id, status, id);
        CREATE INDEX purchase_orders_by_storage ON purchase_orders (company_id, storage_id, status, id);
        CREATE INDEX purchase_orders_by_expectation ON purchase_orders (company_id, expected_at, id);
        CREATE INDEX purchase_orders_by_total ON purchase_orders (company_id, subtotal, id);
        CREATE TABLE purchase_order_lines (
            company_id    uuid NOT NULL,
            order_id      uuid NOT NULL,
            id            uuid NOT NULL,
            number        bigint NOT NULL,
            variant_id    uuid NOT NULL,
            sku           text NOT NULL,
            quantity      numeric NOT NULL,
            unit_id       uuid,
            factor        numeric NOT NULL,
            base_quantity numeric NOT NULL,
            received      numeric NOT NULL DEFAULT 0,
            rejected      numeric NOT NULL DEFAULT 0,
            base_received numeric NOT NULL DEFAULT 0,
            PRIMARY KEY (company_id, order_id, id)
        );
        CREATE INDEX purchase_order_lines_by_variant
            ON purchase_order_lines (company_id, variant_id, order_id);
    """
