"""Whether facts of stock agree with what was sold, with the ledger, and with the balances."""

from typing import LiteralString

from projections.reports.reconciliation.checks import Check, figures
from projections.reports.sections.inventory.places import ON_SHELVES

# What of an order the ledger has is of counted stock; the lines of other goods have a cost, and move nothing.
# Movements of before they knew their business date are compared with all that was ever sold of the order.
_SOLD: LiteralString = """
    WITH known AS (
        SELECT DISTINCT order_id,
               NOT EXISTS (SELECT FROM stock_movements AS moved
                            WHERE moved.company_id = %(company_id)s AND moved.order_id = sales_facts.order_id
                              AND moved.business_date IS NULL) AS is_dated
          FROM sales_facts
         WHERE company_id = %(company_id)s AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND position <= %(position)s::bigint AND kind IN (1, 2, 3, 4)
    ), moved AS (
        SELECT order_id, ledger.variant_id, coalesce(sum(-coalesce(fact.value, 0)) FILTER (
                    WHERE NOT is_dated
                       OR fact.business_date BETWEEN %(from_date)s::date AND %(to_date)s::date), 0) AS value
          FROM known JOIN stock_movements AS ledger USING (order_id)
          LEFT JOIN stock_facts AS fact
            ON fact.company_id = %(company_id)s AND fact.position = ledger.place / 100000
           AND fact.number = ledger.place %% 100000
         WHERE ledger.company_id = %(company_id)s AND ledger.type IN ('sale', 'void', 'return')
           AND ledger.place < (%(position)s::bigint + 1) * 100000
         GROUP BY order_id, ledger.variant_id
    ), sold AS (
        SELECT order_id, item.variant_id, sum(line.cost_of_goods) AS cost, min(sale.store_no) AS store_no
          FROM known JOIN sales_facts AS sale USING (order_id)
         CROSS JOIN LATERAL (
                SELECT item_no, cost_of_goods FROM sales_line_facts
                 WHERE company_id = %(company_id)s AND position = sale.position
                OFFSET 0
               ) AS line
          JOIN report_items AS item ON item.company_id = %(company_id)s AND item.item_no = line.item_no
         WHERE sale.company_id = %(company_id)s AND sale.position <= %(position)s::bigint
           AND (NOT is_dated OR sale.business_date BETWEEN %(from_date)s::date AND %(to_date)s::date)
         GROUP BY order_id, item.variant_id
    )
    SELECT place.id AS store_id, 'order ' || order_id || ' variant ' || variant_id AS subject,
           'cost_of_goods' AS figure, coalesce(sold.cost, 0)::numeric AS a, moved.value::numeric AS b,
           NULL::bigint AS position
      FROM moved LEFT JOIN sold USING (order_id, variant_id)
      LEFT JOIN report_places AS place
        ON place.company_id = %(company_id)s AND place.kind = 'store' AND place.no = sold.store_no
     WHERE coalesce(sold.cost, 0) <> moved.value
"""

# Of goods that came back without their order, by variant: nobody knows more of them.
_TAKEN_BACK: LiteralString = """
    WITH moved AS (
        SELECT fact.variant_id, sum(fact.value) AS value
          FROM stock_facts AS fact
          JOIN stock_movements AS ledger
            ON ledger.company_id = %(company_id)s AND ledger.place = fact.position * 100000 + fact.number
         WHERE fact.company_id = %(company_id)s
           AND fact.business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND fact.position <= %(position)s::bigint AND ledger.type = 'return' AND ledger.order_id IS NULL
         GROUP BY fact.variant_id
    ), taken AS (
        SELECT item.variant_id, sum(-line.cost_of_goods) AS cost
          FROM sales_facts AS back
          JOIN sales_line_facts AS line
            ON line.company_id = %(company_id)s AND line.business_date = back.business_date
           AND line.store_no = back.store_no AND line.position = back.position
          JOIN report_items AS item ON item.company_id = %(company_id)s AND item.item_no = line.item_no
         WHERE back.company_id = %(company_id)s
           AND back.business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND back.position <= %(position)s::bigint AND back.kind = 7
         GROUP BY item.variant_id
    )
    SELECT NULL::uuid AS store_id, 'returns without order, variant ' || variant_id AS subject,
           'cost_of_goods' AS figure, coalesce(taken.cost, 0)::numeric AS a, moved.value::numeric AS b,
           NULL::bigint AS position
      FROM moved LEFT JOIN taken USING (variant_id)
     WHERE coalesce(taken.cost, 0) <> moved.value
"""

_TRANSFERS: LiteralString = f"""
    WITH moved AS (
        SELECT position, variant_id,
               coalesce(sum(quantity) FILTER (WHERE kind = 'transferred_in'), 0) AS quantity_in,
               coalesce(sum(-quantity) FILTER (WHERE kind = 'transferred_out'), 0) AS quantity_out,
               coalesce(sum(value) FILTER (WHERE kind = 'transferred_in'), 0) AS value_in,
               coalesce(sum(-value) FILTER (WHERE kind = 'transferred_out'), 0) AS value_out
          FROM stock_facts
         WHERE company_id = %(company_id)s AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND position <= %(position)s::bigint AND kind IN ('transferred_in', 'transferred_out')
         GROUP BY position, variant_id
    )
    SELECT NULL::uuid AS store_id, 'transfers, variant ' || variant_id AS subject, figure,
           sum(a) AS a, sum(b) AS b, min(position) FILTER (WHERE a <> b) AS position
      FROM moved{figures({"quantity": ("quantity_in", "quantity_out"), "value": ("value_in", "value_out")})}
     GROUP BY variant_id, figure
    HAVING bool_or(a <> b)
"""

# The balances that moved within the span; goods in transit are balanced transfer by transfer.
_MOVED: LiteralString = f"""
        SELECT DISTINCT storage_id, variant_id FROM stock_facts
         WHERE company_id = %(company_id)s AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND position <= %(position)s::bigint AND {ON_SHELVES}"""

_SUBJECT: LiteralString = "'storage ' || storage_id || ' variant ' || variant_id"

# What movements come to, from the first on, is what the last of them says that it left.
_CLOSING: LiteralString = f"""
    WITH moved AS ({_MOVED}
    ), facts AS (
        SELECT storage_id, variant_id, sum(quantity) AS quantity, sum(value) AS value,
               max(position * 100000 + number) AS place
          FROM moved JOIN stock_facts USING (storage_id, variant_id)
         WHERE stock_facts.company_id = %(company_id)s AND position <= %(position)s::bigint
         GROUP BY storage_id, variant_id
    )
    SELECT NULL::uuid AS store_id, {_SUBJECT} AS subject, figure, a, b, NULL::bigint AS position
      FROM (SELECT facts.storage_id, facts.variant_id, facts.quantity, facts.value,
                   ledger.balance_quantity * 100000 AS left_quantity, ledger.balance_value AS left_value
              FROM facts
              JOIN stock_movements AS ledger
                ON ledger.company_id = %(company_id)s AND ledger.place = facts.place) AS closing{
    figures({"quantity": ("quantity", "left_quantity"), "value": ("value", "left_value")})
}
     WHERE a <> b
"""

_TOTALS: LiteralString = f"""
    WITH moved AS ({_MOVED}
    ), facts AS (
        SELECT storage_id, variant_id, sum(quantity) AS quantity, sum(value) AS value,
               max(position) AS position
          FROM moved JOIN stock_facts USING (storage_id, variant_id)
         WHERE stock_facts.company_id = %(company_id)s
         GROUP BY storage_id, variant_id
    )
    SELECT NULL::uuid AS store_id, 'stock_totals ' || {_SUBJECT} AS subject, figure, a, b, position
      FROM (SELECT facts.*, coalesce(total.quantity, 0) AS kept_quantity,
                   coalesce(total.value, 0) AS kept_value
              FROM facts
              LEFT JOIN stock_totals AS total
                ON total.company_id = %(company_id)s AND total.storage_id = facts.storage_id
               AND total.variant_id = facts.variant_id) AS totals{
    figures({"quantity": ("quantity", "kept_quantity"), "value": ("value", "kept_value")})
}
     WHERE a <> b
"""

# Balances are those of the end of the log, so those that moved since are left out.
_BALANCES: LiteralString = f"""
    WITH moved AS ({_MOVED}
        EXCEPT SELECT unnest(%(storages)b::uuid[]), unnest(%(variants)b::uuid[])
    )
    SELECT NULL::uuid AS store_id, {_SUBJECT} AS subject, figure, a, b,
           (SELECT max(position) FROM stock_facts
             WHERE company_id = %(company_id)s AND stock_facts.variant_id = known.variant_id
               AND stock_facts.storage_id = known.storage_id) AS position
      FROM (SELECT moved.*, coalesce(total.quantity, 0) AS quantity, coalesce(total.value, 0) AS value,
                   coalesce(total.reserved, 0) AS reserved, coalesce(total.ordered, 0) AS ordered,
                   coalesce(total.in_transit, 0) AS in_transit,
                   coalesce(balance.on_hand, 0) * 100000 AS kept_quantity,
                   coalesce(balance.value, 0) AS kept_value,
                   coalesce(balance.reserved, 0) * 100000 AS kept_reserved,
                   coalesce(balance.incoming_ordered, 0) * 100000 AS kept_ordered,
                   coalesce(balance.incoming_transit, 0) * 100000 AS kept_in_transit
              FROM moved
              LEFT JOIN stock_totals AS total
                ON total.company_id = %(company_id)s AND total.storage_id = moved.storage_id
               AND total.variant_id = moved.variant_id
              LEFT JOIN stock_balances AS balance
                ON balance.company_id = %(company_id)s AND balance.storage_id = moved.storage_id
               AND balance.variant_id = moved.variant_id) AS known{
    figures(
        {
            "on_hand": ("kept_quantity", "quantity"),
            "value": ("kept_value", "value"),
            "reserved": ("kept_reserved", "reserved"),
            "ordered": ("kept_ordered", "ordered"),
            "in_transit": ("kept_in_transit", "in_transit"),
        }
    )
}
     WHERE a <> b
"""

_MODELS = ("report_stock",)
SOLD, TAKEN_BACK = (
    Check(
        rule="R6",
        meaning="What leaves stock with sales is the cost of goods of their lines of counted stock, by day.",
        ways=("sales", "stock"),
        statement=statement,
        models=("report_stock", "report_sales"),
        across_events=True,
    )
    for statement in (_SOLD, _TAKEN_BACK)
)
TRANSFERS = Check(
    rule="R7",
    meaning="What leaves a storage for another is in transit, and what arrives no longer is.",
    ways=("goods in", "goods out"),
    statement=_TRANSFERS,
    models=_MODELS,
)
CLOSING = Check(
    rule="R7",
    meaning="Opening stock and all movements come to closing stock.",
    ways=("movements", "the ledger"),
    statement=_CLOSING,
    models=_MODELS,
)
TOTALS = Check(
    rule="R2",
    meaning="Stock on hand of reports is what its movements add up to.",
    ways=("facts", "sums"),
    statement=_TOTALS,
    models=_MODELS,
)
BALANCES = Check(
    rule="R10",
    meaning="Balances that decisions are made on are what reports of stock say.",
    ways=("balances", "reports"),
    statement=_BALANCES,
    models=("report_stock", "stock"),
)
