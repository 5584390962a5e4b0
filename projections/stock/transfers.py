"""Transfers as they are found again, and what of each of their lines is on the way."""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, LiteralString

from domain.settings import name_key
from domain.stock.transfers import Transfer
from projections.base import Projection

_REMOVE_LINES: LiteralString = """
    DELETE FROM transfer_lines WHERE company_id = %(company_id)s AND transfer_id = %(stream_id)s
"""
_ADD_LINES: LiteralString = """
    INSERT INTO transfer_lines (company_id, transfer_id, line_id, variant_id)
    SELECT %(company_id)s, %(stream_id)s, unnest(%(planned_ids)b::uuid[]), unnest(%(variant_ids)b::uuid[])
    RETURNING company_id
"""
_SET_IN_TRANSIT: LiteralString = """
    UPDATE transfer_lines AS line
       SET in_transit = rest.quantity, transit_value = rest.value
      FROM (SELECT unnest(%(line_ids)b::uuid[]) AS line_id,
                   unnest(%(transit_quantities)b::numeric[]) AS quantity,
                   unnest(%(transit_values)b::bigint[]) AS value) AS rest
     WHERE line.company_id = %(company_id)s AND line.transfer_id = %(stream_id)s
       AND line.line_id = rest.line_id
"""


def _each(field: str) -> Callable[[Iterable[Any]], list[Any]]:
    """The values that a field has in the lines of an event."""
    value_of = attrgetter(field)
    return lambda lines: [value_of(line) for line in lines]


def _search_key(text: str | None) -> str | None:
    return text and name_key(text)


class Transfers(Projection):
    """One row a transfer with what lists are filtered by, and one a line; the rest is read from the log.

    A line's `transit_value` is minor currency units.
    """

    name = "transfers"
    version = 3
    mode = "inline"
    tables = ("transfers", "transfer_lines")
    on = {
        Transfer.Drafted: (
            """
            INSERT INTO transfers (company_id, id, number, series_number, status, from_storage_id,
                                   to_storage_id, lines_total, expected_at, reference, reference_key, note,
                                   created_at, created_by, version)
            VALUES (%(company_id)s, %(stream_id)s, %(number)s, %(series_number)s, 'draft',
                    %(from_storage_id)s, %(to_storage_id)s, %(lines_total)s, %(expected_at)s, %(reference)s,
                    %(reference_key)s, %(note)s, %(at)s, %(actor_id)s, %(version)s)
            """,
            _ADD_LINES,
        ),
        Transfer.Amended: (
            """
            UPDATE transfers
               SET lines_total = %(lines_total)s, expected_at = %(expected_at)s, reference = %(reference)s,
                   reference_key = %(reference_key)s, note = %(note)s, version = %(version)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
            """,
            _REMOVE_LINES,
            _ADD_LINES,
        ),
        Transfer.Discarded: """
            UPDATE transfers SET status = 'discarded', version = %(version)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Transfer.Shipped: (
            """
            UPDATE transfers
               SET status = 'in_transit', shipped_at = %(occurred_at)s, carrier = %(carrier)s,
                   tracking = %(tracking)s, tracking_key = %(tracking_key)s, version = %(version)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
            """,
            """
            UPDATE transfer_lines AS line
               SET in_transit = sent.quantity, transit_value = sent.value
              FROM (SELECT unnest(%(line_ids)b::uuid[]) AS line_id,
                           unnest(%(quantities)b::numeric[]) AS quantity,
                           unnest(%(values)b::bigint[]) AS value) AS sent
             WHERE line.company_id = %(company_id)s AND line.transfer_id = %(stream_id)s
               AND line.line_id = sent.line_id
            """,
        ),
        Transfer.Received: (
            """
            UPDATE transfers
               SET status = CASE WHEN %(is_final)s::bool THEN 'received' ELSE 'partially_received' END,
                   version = %(version)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
            """,
            _SET_IN_TRANSIT,
        ),
        Transfer.Cancelled: (
            """
            UPDATE transfers
               SET status = CASE WHEN status = 'partially_received' THEN 'received' ELSE 'cancelled' END,
                   version = %(version)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
            """,
            _SET_IN_TRANSIT,
        ),
    }
    derives = {
        "lines_total": (len, "lines"),
        "planned_ids": (_each("id"), "lines"),
        "variant_ids": (_each("variant_id"), "lines"),
        "line_ids": (_each("line_id"), "lines"),
        "quantities": (_each("quantity"), "lines"),
        "values": (_each("value"), "lines"),
        "transit_quantities": (_each("transit_quantity"), "lines"),
        "transit_values": (_each("transit_value"), "lines"),
        "reference_key": (_search_key, "reference"),
        "tracking_key": (_search_key, "tracking"),
    }
    schema = """
        CREATE TABLE transfers (
            company_id      uuid NOT NULL,
            id              uuid NOT NULL,
            number          text NOT NULL,
            series_number   bigint NOT NULL,
            status          text NOT NULL,
            from_storage_id uuid NOT NULL,
            to_storage_id   uuid NOT NULL,
            lines_total     bigint NOT NULL,
            expected_at     timestamptz,
            reference       text,
            reference_key   text,
            note            text,
            shipped_at      timestamptz,
            carrier         text,
            tracking        text,
            tracking_key    text,
            created_at      timestamptz NOT NULL,
            created_by      uuid,
            version         bigint NOT NULL,
            PRIMARY KEY (company_id, id)
        );
        CREATE INDEX transfers_in_order ON transfers (company_id, series_number);
        CREATE INDEX transfers_by_time ON transfers (company_id, created_at, series_number);
        CREATE INDEX transfers_by_expectation ON transfers (company_id, expected_at, series_number);
        CREATE INDEX transfers_by_late_expectation
            ON transfers (company_id, expected_at DESC NULLS LAST, series_number DESC);
        CREATE INDEX transfers_by_status ON transfers (company_id, status, created_at);
        CREATE INDEX transfers_by_source ON transfers (company_id, from_storage_id, created_at);
        CREATE INDEX transfers_by_destination ON transfers (company_id, to_storage_id, created_at);
        CREATE INDEX transfers_by_number ON transfers (company_id, number text_pattern_ops);
        CREATE INDEX transfers_by_reference ON transfers (company_id, reference_key text_pattern_ops);
        CREATE INDEX transfers_by_tracking ON transfers (company_id, tracking_key text_pattern_ops);
        CREATE TABLE transfer_lines (
            company_id    uuid NOT NULL,
            transfer_id   uuid NOT NULL,
            line_id       uuid NOT NULL,
            variant_id    uuid NOT NULL,
            in_transit    numeric NOT NULL DEFAULT 0,
            transit_value bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (company_id, transfer_id, line_id)
        );
        CREATE INDEX transfer_lines_by_variant ON transfer_lines (company_id, variant_id, transfer_id);
        CREATE INDEX transfer_lines_in_transit ON transfer_lines (company_id, variant_id)
            WHERE in_transit <> 0;
    """


#: How transfers refer to a storage (`id`) that is to be archived: what does not arrive goes back there.
USES: LiteralString = """
    EXISTS (SELECT 1 FROM transfers
             WHERE company_id = %(company_id)s AND from_storage_id = %(id)s
               AND status IN ('in_transit', 'partially_received'))
"""
