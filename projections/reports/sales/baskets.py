"""What was bought together: a basket for each sale, as narrow as it can be, and what has left it since."""

from dataclasses import dataclass, field
from typing import Any, LiteralString

from projections.base import Database, Fact
from projections.reports.sales.additions import Addition, FactKind
from projections.reports.sales.origins import Origin
from projections.rows import add_rows

#: How many baskets a chunk has.
CHUNK: LiteralString = "4096"


@dataclass(frozen=True)
class Baskets:
    """The facts of a batch that make baskets and change them; of which items their lines say.

    A basket is the distinct items of a sale, or of the first goods of a placed order; it keeps that date and
    store. What was sold in no quantity is not in it.
    """

    _begun: list[int] = field(default_factory=list)
    _voids: list[tuple[int, Any]] = field(default_factory=list)
    _later: list[tuple[int, Any]] = field(default_factory=list)
    _refunds: list[tuple[int, Any]] = field(default_factory=list)

    def note(self, fact: Fact, addition: Addition) -> None:
        """Note what a fact does to a basket, if it does anything."""
        match addition.kind:
            case FactKind.SALE:
                self._begun.append(fact.position)
            case FactKind.HANDOVER if fact.data.is_first:
                self._begun.append(fact.position)
            case FactKind.HANDOVER:
                self._later.append((fact.position, fact.stream_id))
            case FactKind.VOID:
                self._voids.append((fact.position, fact.stream_id))
            case FactKind.REFUND if addition.lines:
                self._refunds.append((fact.position, fact.stream_id))

    def write(self, db: Database, origins: dict[Any, Origin]) -> None:
        """Add them, once the rows of the lines are there; `origins` say where orders were sold first."""
        if self._begun:
            params = {"company_id": db.company_id, "position": self._begun}
            db.execute(_ADD, params)
            db.execute(_PACK, params)
        for statement, facts in ((_TAKE_AWAY, self._voids), (_JOIN, self._later), (_LEAVE, self._refunds)):
            rows = [(position, origins[order_id].position, order_id) for position, order_id in facts]
            # A damaged log may take back what it does not know as sold: no basket has that.
            known = [row for row in rows if row[1] is not None]
            add_rows(db, statement, "position basket_position order_id", known)


# The numbers of items (`report_items`) are those of the lines that were sold. A chunk has exactly so many
# baskets, in the order of the log, so that one made anew is the same to the byte; numbers in it have the
# most significant byte first. A year of 155,848 orders takes 39 chunks. The codec is named, as servers that
# were built without lz4 refuse it.
BASKETS: LiteralString = """
    CREATE TABLE basket_tail (
        company_id    uuid NOT NULL,
        basket_no     bigint NOT NULL,
        position      bigint NOT NULL,
        business_date date NOT NULL,
        store_no      int NOT NULL,
        items         int[] NOT NULL,
        PRIMARY KEY (company_id, basket_no)
    );
    -- `sizes` are numbers of items in two bytes; `days` (since 1970), `stores`, `positions` (after the first)
    -- and `items`, basket after basket, are numbers in four bytes.
    CREATE TABLE basket_chunks (
        company_id     uuid NOT NULL,
        chunk_no       bigint NOT NULL,
        first_position bigint NOT NULL,
        last_position  bigint NOT NULL,
        first_date     date NOT NULL,
        last_date      date NOT NULL,
        baskets        int NOT NULL,
        sizes          bytea COMPRESSION pglz NOT NULL,
        days           bytea COMPRESSION pglz NOT NULL,
        stores         bytea COMPRESSION pglz NOT NULL,
        positions      bytea COMPRESSION pglz NOT NULL,
        items          bytea COMPRESSION pglz NOT NULL,
        PRIMARY KEY (company_id, chunk_no)
    );
    -- What leaves a basket (-1) or joins it (1) after its sale. A variant leaves as its first item
    -- (`variant_no`), when all of it has come back; item 0 is all that is in the basket.
    CREATE TABLE basket_changes (
        company_id      uuid NOT NULL,
        position        bigint NOT NULL,
        basket_position bigint NOT NULL,
        item_no         int NOT NULL,
        change          smallint NOT NULL,
        PRIMARY KEY (company_id, position, item_no)
    );
"""

# Position by position: of all at once, and with nothing known of the table, all of the company was read.
_ADD: LiteralString = f"""
    INSERT INTO basket_tail (company_id, basket_no, position, business_date, store_no, items)
    SELECT %(company_id)s, last.basket_no + row_number() OVER (ORDER BY sold.position), sold.*
      FROM (SELECT asked.position, basket.*
              FROM unnest(%(position)b::bigint[]) AS asked(position)
             CROSS JOIN LATERAL (
                   SELECT business_date, store_no, array_agg(DISTINCT item_no ORDER BY item_no)
                     FROM sales_line_facts
                    WHERE company_id = %(company_id)s AND position = asked.position AND quantity > 0
                    GROUP BY business_date, store_no) AS basket) AS sold
     CROSS JOIN (SELECT greatest(
                   (SELECT max(basket_no) FROM basket_tail WHERE company_id = %(company_id)s),
                   (SELECT max(chunk_no) FROM basket_chunks WHERE company_id = %(company_id)s) * {CHUNK},
                   0) AS basket_no) AS last
    RETURNING company_id
"""

#: The columns of a chunk, of rows of the tail that have its `first_position`.
PACKED: LiteralString = """
           string_agg(int2send(cardinality(items)::smallint), '' ORDER BY basket_no) AS sizes,
           string_agg(int4send(business_date - date '1970-01-01'), '' ORDER BY basket_no) AS days,
           string_agg(int4send(store_no), '' ORDER BY basket_no) AS stores,
           string_agg(int4send((position - first_position)::int), '' ORDER BY basket_no) AS positions,
           string_agg((SELECT string_agg(int4send(item), '' ORDER BY place)
                         FROM unnest(items) WITH ORDINALITY AS one(item, place)), ''
                      ORDER BY basket_no) AS items"""

# What is whole of the tail becomes chunks; mostly nothing is, which one look into its key tells. It begins
# where the last chunk ends, as the key leads also to what was taken away before and is not vacuumed yet.
_PACK: LiteralString = f"""
    WITH whole AS (
        DELETE FROM basket_tail
         WHERE company_id = %(company_id)s
           AND basket_no > (SELECT coalesce(max(chunk_no), 0) * {CHUNK} FROM basket_chunks
                             WHERE company_id = %(company_id)s)
           AND basket_no <= (SELECT max(basket_no) / {CHUNK} * {CHUNK} FROM basket_tail
                              WHERE company_id = %(company_id)s)
        RETURNING *
    ), told AS (
        SELECT whole.*, (basket_no - 1) / {CHUNK} + 1 AS chunk_no,
               min(position) OVER (PARTITION BY (basket_no - 1) / {CHUNK}) AS first_position
          FROM whole
    )
    INSERT INTO basket_chunks (company_id, chunk_no, first_position, last_position, first_date, last_date,
                               baskets, sizes, days, stores, positions, items)
    SELECT company_id, chunk_no, first_position, max(position), min(business_date), max(business_date),
           count(*),{PACKED}
      FROM told
     GROUP BY company_id, chunk_no, first_position
"""

_TAKE_AWAY: LiteralString = """
    INSERT INTO basket_changes (company_id, position, basket_position, item_no, change)
    SELECT %(company_id)s, unnest(%(position)b::bigint[]), unnest(%(basket_position)b::bigint[]), 0, -1
    RETURNING company_id
"""

# What is handed over later of an order joins the basket of its first goods.
_JOIN: LiteralString = """
    INSERT INTO basket_changes (company_id, position, basket_position, item_no, change)
    SELECT DISTINCT %(company_id)s, later.position, later.basket_position, line.item_no, 1
      FROM (SELECT unnest(%(position)b::bigint[]) AS position,
                   unnest(%(basket_position)b::bigint[]) AS basket_position) AS later
     CROSS JOIN LATERAL (
            SELECT item_no FROM sales_line_facts
             WHERE company_id = %(company_id)s AND position = later.position AND quantity > 0
            OFFSET 0
           ) AS line
    RETURNING company_id
"""

# A variant has left when no more of it was sold, in all lines of the order, than came back up to here.
_LEAVE: LiteralString = """
    INSERT INTO basket_changes (company_id, position, basket_position, item_no, change)
    SELECT %(company_id)s, refund.position, refund.basket_position, gone.variant_no, -1
      FROM (SELECT unnest(%(position)b::bigint[]) AS position,
                   unnest(%(basket_position)b::bigint[]) AS basket_position,
                   unnest(%(order_id)b::uuid[]) AS order_id) AS refund
     CROSS JOIN LATERAL (
            SELECT item.variant_no
              FROM sales_facts AS fact
              JOIN sales_line_facts AS line
                ON line.company_id = %(company_id)s AND line.position = fact.position
              JOIN report_items AS item ON item.company_id = %(company_id)s AND item.item_no = line.item_no
             WHERE fact.company_id = %(company_id)s AND fact.order_id = refund.order_id
               AND fact.position <= refund.position
             GROUP BY item.variant_no
            HAVING bool_or(fact.position = refund.position AND line.returned_quantity > 0)
               AND sum(coalesce(line.quantity, 0) - coalesce(line.returned_quantity, 0)) <= 0
           ) AS gone
    RETURNING company_id
"""
