"""What variants were called: a row for each time that one was called something else than before."""

from collections.abc import Iterable
from typing import Any, LiteralString

from projections.base import Database, Fact
from projections.reports.sales.readings import OrderedLine
from projections.rows import add_rows
from projections.search.within import joined_words

NAMES: LiteralString = """
    CREATE TABLE sales_variant_names (
        company_id   uuid NOT NULL,
        variant_id   uuid NOT NULL,
        product_id   uuid NOT NULL,
        position     bigint NOT NULL,
        line         int NOT NULL,
        sku          text NOT NULL,
        name         text NOT NULL,
        variant_name text NOT NULL,
        searched     text NOT NULL,
        PRIMARY KEY (company_id, variant_id, position, line)
    );
    CREATE INDEX sales_variant_names_by_product ON sales_variant_names (company_id, product_id, position);
"""


class VariantNames:
    """What the lines of a batch call their variants, as far as it is not what the line before called them."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self._called: dict[str, tuple[str, str, str]] = {}

    def note(self, fact: Fact, lines: Iterable[OrderedLine]) -> None:
        """Note each line that calls its variant something else than the line before."""
        called = self._called
        for number, line in enumerate(lines):
            name = (line.sku, line.name, line.variant_name)
            before = called.get(line.variant_id)
            if before != name:
                called[line.variant_id] = name
                source = (line.variant_id, fact.position, number, line.product_id)
                self._rows.append((*source, *name, joined_words(*name), before is None))

    def write(self, db: Database) -> None:
        """Add them to those from before."""
        add_rows(db, _ADD, _COLUMNS, self._rows)


_COLUMNS = "variant_id position line product_id sku name variant_name searched is_first"

# Where a batch begins must leave no trace: its first name of a variant counts only if it is another one
# than the last name from the batches before.
_ADD: LiteralString = """
    INSERT INTO sales_variant_names (company_id, variant_id, position, line, product_id, sku, name,
                                     variant_name, searched)
    SELECT %(company_id)s, called.variant_id, called.position, called.line, called.product_id, called.sku,
           called.name, called.variant_name, called.searched
      FROM (SELECT unnest(%(variant_id)b::uuid[]) AS variant_id, unnest(%(position)b::bigint[]) AS position,
                   unnest(%(line)b::int[]) AS line, unnest(%(product_id)b::uuid[]) AS product_id,
                   unnest(%(sku)b::text[]) AS sku, unnest(%(name)b::text[]) AS name,
                   unnest(%(variant_name)b::text[]) AS variant_name,
                   unnest(%(searched)b::text[]) AS searched,
                   unnest(%(is_first)b::bool[]) AS is_first) AS called
      LEFT JOIN LATERAL (
            SELECT sku, name, variant_name FROM sales_variant_names
             WHERE company_id = %(company_id)s AND variant_id = called.variant_id AND called.is_first
             ORDER BY position DESC, line DESC LIMIT 1
           ) AS earlier ON true
     WHERE (called.sku, called.name, called.variant_name)
           IS DISTINCT FROM (earlier.sku, earlier.name, earlier.variant_name)
    RETURNING company_id
"""
