"""The facts behind the figures of the inventory report: rows of the ledger, promises, orders to suppliers."""

from typing import LiteralString

from projections.reports.sections.inventory.goods import GOODS, GROUP_OF_ROW
from projections.reports.sections.inventory.places import here

#: The days whose facts a figure adds up.
WITHIN: LiteralString = "change.business_date BETWEEN %(from_date)s::date AND %(to_date)s::date"
BEFORE: LiteralString = "change.business_date < %(from_date)s::date"
UNTIL: LiteralString = "change.business_date <= %(to_date)s::date"
#: The row that a fact `change` belongs to.
OF_ROW: LiteralString = f"""
           AND (NOT %(is_row)s::bool OR {GROUP_OF_ROW} IS NOT DISTINCT FROM %(key_id)s::uuid)"""
_EVERY: LiteralString = "true"


def quantities(amount: LiteralString) -> LiteralString:
    """An amount that is counted in hundred-thousandths, as it is answered."""
    return f"trim_scale(({amount}) * 0.00001)"


def moved(
    amount: LiteralString,
    span: LiteralString,
    condition: LiteralString = _EVERY,
    *,
    place: LiteralString = "fact.storage_id",
    of_row: LiteralString = OF_ROW,
    goods: LiteralString = GOODS,
    counts: LiteralString = "",
) -> LiteralString:
    """Facts of stock: of these days, of a row, on a condition, in the places that are asked about.

    Without what `counts`, those count that add something.
    """
    counting: LiteralString = counts or f"({amount}) <> 0"
    return f"""
        SELECT change.position, change.number AS line, {amount} AS amount, change.business_date
          FROM (SELECT fact.position, fact.number, fact.business_date, fact.variant_id, fact.kind,
                       fact.quantity, fact.value, fact.supplier_id, fact.actor_id, fact.for_storage_id,
                       {place} AS storage_id
                  FROM stock_facts AS fact
                 WHERE fact.company_id = %(company_id)s AND fact.position <= %(position)s::bigint) AS change
               {goods}
           AND {span} AND {condition}{here("change.storage_id")}{of_row} AND {counting}"""


def promised(amount: LiteralString, *, of_row: LiteralString = OF_ROW) -> LiteralString:
    """Facts of what is reserved and on order, up to the end of the period."""
    return f"""
        SELECT change.position, change.number AS line, {amount} AS amount, change.promised_on
          FROM (SELECT * FROM stock_promises
                 WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
                   AND promised_on <= %(to_date)s::date) AS change{GOODS}
           {here("change.storage_id")}{of_row} AND ({amount}) <> 0"""


def in_transit(*, of_row: LiteralString = OF_ROW) -> LiteralString:
    """Facts of what is on the way to the places that are asked about, up to the end of the period."""
    return moved(
        quantities("change.quantity"),
        UNTIL,
        "change.for_storage_id IS NOT NULL",
        place="fact.for_storage_id",
        of_row=of_row,
    )


def incoming(*, of_row: LiteralString = OF_ROW) -> LiteralString:
    """The same with what is on order from suppliers."""
    return both(promised(quantities("change.ordered"), of_row=of_row), in_transit(of_row=of_row))


def both(one: LiteralString, other: LiteralString) -> LiteralString:
    """The facts of two kinds."""
    return f"{one}\n     UNION ALL{other}"
