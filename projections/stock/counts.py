"""Counts as they stand: the documents, what was tallied in them, and what came of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from types import MappingProxyType
from typing import LiteralString
from uuid import UUID

from domain.stock.counts import Scope, StockCount
from domain.stock.movements import StockMovement
from projections.base import Database, Event, Fact, Projection
from projections.records import Reading

#: How counts refer to a storage (`id`) that is to be archived: what differs is still to be posted there.
USES: LiteralString = """
    EXISTS (SELECT 1 FROM counts
             WHERE company_id = %(company_id)s AND storage_id = %(id)s AND status IN ('open', 'completing'))
"""


class TalliedLine(Reading):
    """What is read of a tally: all of it."""

    variant_id: UUID
    area: str
    quantity: Decimal
    counted_at: datetime
    expected_quantity: Decimal
    known_position: int


class Tallied(Reading):
    """What is read of what somebody counted."""

    lines: tuple[TalliedLine, ...]


class CountedLine(Reading):
    """What is read of a line that posts a difference."""

    variant_id: UUID
    quantity: Decimal
    value_change: int
    counted_quantity: Decimal
    expected_quantity: Decimal
    late_quantity: Decimal
    counted_at: datetime


class Counted(Reading):
    """What is read of a movement by which a count was posted."""

    storage_id: UUID
    count_id: UUID
    lines: tuple[CountedLine, ...]


class CorrectedLine(Reading):
    """What is read of a line that gives back what a late sale took."""

    variant_id: UUID
    quantity: Decimal
    value_change: int


class Corrected(Reading):
    """What is read of a correction."""

    count_id: UUID
    lines: tuple[CorrectedLine, ...]


def _ids(name: str) -> Callable[[Scope], list[UUID]]:
    return lambda scope: list(getattr(scope, name))


class StockCounts(Projection):
    """One row a count, one for what was found of a variant in an area, and one for what came of a variant.

    A difference stays as it was posted; what late sales give back of it stands beside it (`late_*`).
    """

    name = "counts"
    mode = "inline"
    tables = ("counts", "count_lines", "count_results")
    on = {
        StockCount.Begun: """
            INSERT INTO counts (company_id, id, number, storage_id, kind, category_ids, brand_ids,
                                supplier_ids, variant_ids, name, is_blind, reference, note, occurred_at,
                                status, created_at, created_by, updated_at, version)
            VALUES (%(company_id)s, %(stream_id)s, %(number)s, %(storage_id)s, %(kind)s,
                    %(category_ids)b::uuid[], %(brand_ids)b::uuid[], %(supplier_ids)b::uuid[],
                    %(variant_ids)b::uuid[], %(name)s, %(is_blind)s, %(reference)s, %(note)s,
                    %(occurred_at)s, 'open', %(at)s, %(actor_id)s, %(at)s, %(version)s)
        """,
        StockCount.CompletionBegun: """
            UPDATE counts
               SET status = 'completing', uncounted_rule = %(uncounted)s, completing_at = %(moment)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        StockCount.Completed: """
            UPDATE counts
               SET status = 'completed', ended_at = %(at)s, ended_by = %(actor_id)s, version = %(version)s,
                   uncounted = %(uncounted)s, counted = result.counted, updated_at = %(at)s,
                   difference_quantity = result.quantity, difference_value = result.value
              FROM (SELECT count(*) AS counted, coalesce(sum(difference), 0) AS quantity,
                           coalesce(sum(difference_value), 0) AS value
                      FROM count_results
                     WHERE company_id = %(company_id)s AND count_id = %(stream_id)s) AS result
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        StockCount.Cancelled: """
            UPDATE counts
               SET status = 'cancelled', ended_at = %(at)s, ended_by = %(actor_id)s, reason = %(reason)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
    }
    folds = {
        StockCount.Tallied: Tallied,
        StockMovement.Counted: Counted,
        StockMovement.CountCorrected: Corrected,
    }
    # What else moves becomes known to a count when its lines are compared with the ledger.
    ignores = frozenset(
        {
            StockMovement.Received,
            StockMovement.Issued,
            StockMovement.Returned,
            StockMovement.Voided,
            StockMovement.Adjusted,
            StockMovement.SupplierReturned,
            StockMovement.TransferredOut,
            StockMovement.TransferredIn,
            StockMovement.Reversed,
        }
    )
    derives = {
        name: (_ids(name), "scope") for name in ("category_ids", "brand_ids", "supplier_ids", "variant_ids")
    }
    schema = """
        CREATE TABLE counts (
            company_id          uuid NOT NULL,
            id                  uuid NOT NULL,
            number              text NOT NULL,
            storage_id          uuid NOT NULL,
            kind                text NOT NULL,
            category_ids        uuid[] NOT NULL,
            brand_ids           uuid[] NOT NULL,
            supplier_ids        uuid[] NOT NULL,
            variant_ids         uuid[] NOT NULL,
            name                text,
            is_blind            boolean NOT NULL,
            reference           text,
            note                text,
            occurred_at         timestamptz NOT NULL,
            status              text NOT NULL,
            uncounted_rule      text,
            completing_at       timestamptz,
            reason              text,
            counted             bigint,
            uncounted           bigint,
            difference_quantity numeric,
            difference_value    numeric,
            late_quantity       numeric NOT NULL DEFAULT 0,
            late_value          numeric NOT NULL DEFAULT 0,
            created_at          timestamptz NOT NULL,
            created_by          uuid,
            updated_at          timestamptz NOT NULL,
            ended_at            timestamptz,
            ended_by            uuid,
            version             bigint NOT NULL,
            PRIMARY KEY (company_id, id)
        );
        CREATE INDEX counts_by_time ON counts (company_id, created_at, id);
        CREATE INDEX counts_by_storage ON counts (company_id, storage_id, created_at, id);
        CREATE INDEX counts_by_status ON counts (company_id, status, created_at, id);
        CREATE INDEX counts_unfinished ON counts (updated_at) WHERE status = 'completing';
        CREATE TABLE count_lines (
            company_id        uuid NOT NULL,
            count_id          uuid NOT NULL,
            variant_id        uuid NOT NULL,
            area              text NOT NULL,
            quantity          numeric NOT NULL,
            counted_at        timestamptz NOT NULL,
            counted_by        uuid,
            expected_quantity numeric NOT NULL,
            known_position    bigint NOT NULL,
            PRIMARY KEY (company_id, count_id, variant_id, area)
        );
        CREATE TABLE count_results (
            company_id        uuid NOT NULL,
            count_id          uuid NOT NULL,
            variant_id        uuid NOT NULL,
            storage_id        uuid NOT NULL,
            counted_at        timestamptz NOT NULL,
            counted_quantity  numeric NOT NULL,
            expected_quantity numeric NOT NULL,
            late_quantity     numeric NOT NULL,
            difference        numeric NOT NULL,
            difference_value  bigint NOT NULL,
            restated_quantity numeric NOT NULL,
            restated_value    bigint NOT NULL,
            PRIMARY KEY (company_id, count_id, variant_id)
        );
        CREATE INDEX count_results_by_moment
            ON count_results (company_id, storage_id, variant_id, counted_at, count_id);
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Write tallies and results in bulk: a run of them is one statement a table."""
        for event, run in groupby(facts, lambda fact: fact.event):
            if event in _FOLDED:
                _FOLDED[event](list(run), db)
            else:
                super().apply(list(run), db)


def _put_tallies(facts: Sequence[Fact], db: Database) -> None:
    lines = {
        (fact.stream_id, line.variant_id, line.area): (line, fact.actor_id)
        for fact in facts
        for line in fact.data.lines
    }
    keys = sorted(lines)
    found = [lines[key][0] for key in keys]
    params = {
        "company_id": db.company_id,
        "counts": [count_id for count_id, _, _ in keys],
        "variants": [line.variant_id for line in found],
        "areas": [line.area for line in found],
        "quantities": [line.quantity for line in found],
        "moments": [line.counted_at for line in found],
        "actors": [lines[key][1] for key in keys],
        "expected": [line.expected_quantity for line in found],
        "positions": [line.known_position for line in found],
    }
    db.execute(_PUT_LINES, params)
    for fact in {fact.stream_id: fact for fact in facts}.values():
        db.execute(
            _NOTE_VERSION,
            {
                "company_id": db.company_id,
                "count_id": fact.stream_id,
                "version": fact.version,
                "at": fact.at,
            },
        )


def _put_results(facts: Sequence[Fact], db: Database) -> None:
    rows = [(fact.data, line) for fact in facts for line in fact.data.lines]
    db.execute(
        _PUT_RESULTS,
        {
            "company_id": db.company_id,
            "counts": [data.count_id for data, _ in rows],
            "storages": [data.storage_id for data, _ in rows],
            "variants": [line.variant_id for _, line in rows],
            "moments": [line.counted_at for _, line in rows],
            "counted": [line.counted_quantity for _, line in rows],
            "expected": [line.expected_quantity for _, line in rows],
            "late": [line.late_quantity for _, line in rows],
            "differences": [line.quantity for _, line in rows],
            "values": [line.value_change for _, line in rows],
        },
    )


def _restate(facts: Iterable[Fact], db: Database) -> None:
    for fact in facts:
        lines = fact.data.lines
        params = {
            "company_id": db.company_id,
            "count_id": fact.data.count_id,
            "variants": [line.variant_id for line in lines],
            "quantities": [line.quantity for line in lines],
            "values": [line.value_change for line in lines],
        }
        db.execute(_RESTATE_RESULTS, params)
        db.execute(_RESTATE_COUNT, params)


_FOLDED: Mapping[Event, Callable[[Sequence[Fact], Database], None]] = MappingProxyType(
    {
        StockCount.Tallied: _put_tallies,
        StockMovement.Counted: _put_results,
        StockMovement.CountCorrected: _restate,
    }
)

_PUT_LINES: LiteralString = """
    INSERT INTO count_lines (company_id, count_id, variant_id, area, quantity, counted_at, counted_by,
                             expected_quantity, known_position)
    SELECT %(company_id)s, unnest(%(counts)b::uuid[]), unnest(%(variants)b::uuid[]),
           unnest(%(areas)b::text[]), unnest(%(quantities)b::numeric[]), unnest(%(moments)b::timestamptz[]),
           unnest(%(actors)b::uuid[]), unnest(%(expected)b::numeric[]), unnest(%(positions)b::bigint[])
        ON CONFLICT (company_id, count_id, variant_id, area) DO UPDATE
       SET quantity = excluded.quantity, counted_at = excluded.counted_at, counted_by = excluded.counted_by,
           expected_quantity = excluded.expected_quantity, known_position = excluded.known_position
"""

_NOTE_VERSION: LiteralString = """
    UPDATE counts SET version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s AND id = %(count_id)s
"""

_PUT_RESULTS: LiteralString = """
    INSERT INTO count_results (company_id, count_id, variant_id, storage_id, counted_at, counted_quantity,
                               expected_quantity, late_quantity, difference, difference_value,
                               restated_quantity, restated_value)
    SELECT %(company_id)s, count_id, variant_id, storage_id, counted_at, counted, expected, late, difference,
           value, difference, value
      FROM (SELECT unnest(%(counts)b::uuid[]) AS count_id, unnest(%(variants)b::uuid[]) AS variant_id,
                   unnest(%(storages)b::uuid[]) AS storage_id,
                   unnest(%(moments)b::timestamptz[]) AS counted_at,
                   unnest(%(counted)b::numeric[]) AS counted, unnest(%(expected)b::numeric[]) AS expected,
                   unnest(%(late)b::numeric[]) AS late, unnest(%(differences)b::numeric[]) AS difference,
                   unnest(%(values)b::bigint[]) AS value) AS posted
    RETURNING company_id
"""

_RESTATE_RESULTS: LiteralString = """
    UPDATE count_results AS result
       SET restated_quantity = result.restated_quantity + late.quantity,
           restated_value = result.restated_value + late.value
      FROM (SELECT variant_id, sum(quantity) AS quantity, sum(value)::bigint AS value
              FROM (SELECT unnest(%(variants)b::uuid[]) AS variant_id,
                           unnest(%(quantities)b::numeric[]) AS quantity,
                           unnest(%(values)b::bigint[]) AS value) AS corrected
             GROUP BY variant_id) AS late
     WHERE result.company_id = %(company_id)s AND result.count_id = %(count_id)s
       AND result.variant_id = late.variant_id
"""

_RESTATE_COUNT: LiteralString = """
    UPDATE counts
       SET late_quantity = counts.late_quantity + late.quantity, late_value = counts.late_value + late.value
      FROM (SELECT sum(quantity) AS quantity, sum(value) AS value
              FROM (SELECT unnest(%(quantities)b::numeric[]) AS quantity,
                           unnest(%(values)b::bigint[]) AS value) AS corrected
           ) AS late
     WHERE company_id = %(company_id)s AND id = %(count_id)s
"""
