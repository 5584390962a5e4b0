"""How many different orders contain a variant or a product, with however many lines and handovers.

Sums count an order once for each of its facts. Most orders are one fact, a sale; those of the back office may
be handed over in parts, and what counts them too often is taken off again, order by order: they are few.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, LiteralString

from projections.reports.columns import Measure
from projections.reports.explaining import explained
from projections.reports.first_reported import IS_IN_BASIS, JOIN_CUTS
from projections.reports.grouped import STORES, Source

#: What rows are told apart by.
Group = Literal["variant", "product"]
#: The number of its first item, by which equal ones are in order, and its id.
NUMBERS: Mapping[Group, tuple[LiteralString, LiteralString]] = {
    "variant": ("variant_no", "variant_id"),
    "product": ("product_no", "product_id"),
}
#: What a fact or a sum of an item adds to the orders of its row, and the column that this takes beside them.
_ORDERS: Mapping[Group, LiteralString] = {
    "variant": "coalesce(orders, 0)",
    "product": "coalesce(orders, 0) - coalesce(repeated_orders, 0)",
}
_BESIDE: Mapping[Group, tuple[LiteralString, ...]] = {"variant": (), "product": ("repeated_orders",)}


def counting(measures: Sequence[Measure], group: Group) -> tuple[Measure, ...]:
    """The measures of items, with orders as they are counted where rows are told apart so."""
    return tuple(replace(one, sum=_ORDERS[group]) if one.name == "orders" else one for one in measures)


def counted_columns(columns: Sequence[LiteralString], group: Group) -> tuple[LiteralString, ...]:
    """These columns of facts and sums, with all that orders are counted by."""
    return (*columns, *_BESIDE[group])


def orders_of(group: Group) -> LiteralString:
    """What a fact or a sum adds to the orders of its row."""
    return _ORDERS[group]


def counted_again(
    columns: Sequence[LiteralString],
    group: Group,
    asked: LiteralString = "true",
    sales: LiteralString = "",
) -> LiteralString:
    """Rows of items, with these columns, that take off what orders count again with further handovers.

    An order belongs to one store and one channel. Of the items only those count that are `asked` for, and of
    `sales` those that fulfil this condition as well.
    """
    own, _ = NUMBERS[group]
    taken: LiteralString = ", ".join(
        "-again AS orders" if one == "orders" else f"NULL::bigint AS {one}" for one in columns
    )
    return f"""
        SELECT item_no, {taken}
          FROM (SELECT min(line.item_no) AS item_no, sum({_ORDERS[group]}) - 1 AS again
                  FROM (SELECT order_id, position
                          FROM sales_facts
                         WHERE company_id = %(company_id)s AND kind = 4 AND {_WITHIN}{sales}
                           AND order_id IN (
                               SELECT order_id FROM sales_facts
                                WHERE company_id = %(company_id)s AND kind = 4 AND orders IS NULL
                                  AND {_WITHIN}{sales}{STORES})) AS handover
                  JOIN (SELECT position, item_no, orders, repeated_orders FROM sales_line_facts
                         WHERE company_id = %(company_id)s) AS line ON line.position = handover.position
                  JOIN report_items AS item
                    ON item.company_id = %(company_id)s AND item.item_no = line.item_no
                 WHERE {asked}
                 GROUP BY handover.order_id, item.{own}
                HAVING sum({_ORDERS[group]}) > 1) AS counted"""


_WITHIN: LiteralString = """position <= %(position)s::bigint
                           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date"""


def explained_orders(source: Source, conditions: Mapping[LiteralString, LiteralString]) -> LiteralString:
    """The orders of a row: each by the first line that has it, of the first of its handovers.

    A void takes back what its sale counted.
    """
    keyed: LiteralString = "".join(
        f"\n                   AND (NOT %(is_row)s::bool OR {one})" for one in conditions.values()
    )
    return explained(f"""
        SELECT position, line, amount
          FROM (SELECT position, line, orders AS amount,
                       row_number() OVER (PARTITION BY order_id, CASE kind WHEN 4 THEN 0 ELSE position END
                                          ORDER BY position, line) AS place
                  FROM {source.facts}{JOIN_CUTS}
                 WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
                   AND {IS_IN_BASIS}{source.where()}{keyed}
                   AND orders <> 0) AS counted
         WHERE place = 1""")
