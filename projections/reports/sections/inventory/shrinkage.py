"""Shrinkage: what is missing, and what was found, by reason and by who booked it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import LiteralString

from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.columns import COSTS, Column, Derived, Key, Measure, ratio, sums_of
from projections.reports.explaining import explained
from projections.reports.grouped import whole
from projections.reports.names import ReportNames, user_name_of
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Chart, Criteria, Result, Section
from projections.reports.sections.figures import measures_of
from projections.reports.sections.inventory.explaining import WITHIN, moved, quantities
from projections.reports.sections.inventory.goods import (
    FILTERS,
    GOODS,
    GROUP_OF_ROW,
    GROUPS,
    KEYS,
    NAME,
    NAMED_BY_KEYS,
)
from projections.reports.sections.inventory.places import here
from projections.reports.sections.inventory.ranking import goods_params
from projections.reports.sections.inventory.sold_goods import (
    GROUP_OF_ITEM,
    NET_SALES,
    sales_by,
    sales_params,
    sold_lines,
)
from projections.reports.stock import StockReports

#: Each column: its name, the condition of its facts, its sign, and what it means.
_PARTS: tuple[tuple[LiteralString, LiteralString, LiteralString, str], ...] = (
    ("damaged", "change.kind = 'damaged'", "-", "What broke, on the way as well."),
    ("lost", "change.kind = 'lost'", "-", "What was lost, on the way as well."),
    ("expired", "change.kind = 'expired'", "-", "What expired."),
    ("theft", "change.kind = 'theft'", "-", "What was stolen."),
    ("count_short", "change.kind = 'counted' AND change.quantity < 0", "-", "What counts missed."),
    ("count_over", "change.kind = 'counted' AND change.quantity > 0", "", "What counts found too much."),
    ("found", "change.kind = 'found'", "", "What was found otherwise."),
)
_LOSSES = ("damaged", "lost", "expired", "theft", "count_short")
_GAINS = ("count_over", "found")
_SIGNS: tuple[LiteralString, ...] = ("+", "+", "+", "+", "+", "-", "-")


def _both() -> Iterator[Measure]:
    for name, _, _, meaning in _PARTS:
        label = name.replace("_", " ").capitalize()
        quantity, value = f"{name}_quantity", f"{name}_value"
        yield Measure(name=quantity, label=label, unit="quantity", meaning=meaning, example="2")
        yield Measure(
            name=value, label=f"{label}: value", unit="money", meaning=meaning, needs=COSTS, example=800
        )


def _net(row: Row, figure: str) -> int | Decimal:
    """The losses less the gains; the first of both is there, whatever it is."""
    first, *more = (row[f"{one}_{figure}"] for one in _LOSSES)
    net: int | Decimal = sum(more, first) - sum(row[f"{one}_{figure}"] for one in _GAINS)
    return net


COLUMNS: tuple[Column, ...] = (
    *_both(),
    Derived(
        name="net_shrinkage_quantity",
        label="Net shrinkage",
        unit="quantity",
        meaning="What is missing, less what was found.",
        of=lambda row, _: _net(row, "quantity"),
        inputs=tuple(f"{name}_quantity" for name, *_ in _PARTS),
        signs=_SIGNS,
        text="damaged + lost + expired + theft + count_short - count_over - found",
        example="3",
    ),
    Derived(
        name="net_shrinkage_value",
        label="Net shrinkage: value",
        unit="money",
        meaning="What is missing, less what was found, at its cost.",
        needs=COSTS,
        of=lambda row, _: _net(row, "value"),
        inputs=tuple(f"{name}_value" for name, *_ in _PARTS),
        signs=_SIGNS,
        text="damaged + lost + expired + theft + count_short - count_over - found",
        example=1_200,
    ),
    Column(
        name="net_sales",
        label="Net sales",
        unit="money",
        meaning="What was sold of it; null where sales are not told apart so.",
        example=121_400,
    ),
    Derived(
        name="rate",
        label="Rate",
        unit="ratio",
        meaning="What the net shrinkage is worth in proportion to net sales.",
        needs=COSTS,
        of=lambda row, _: ratio(row["net_shrinkage_value"], row["net_sales"]),
        inputs=("net_shrinkage_value", "net_sales"),
        text="net_shrinkage_value / net_sales",
        example="0.0099",
        is_percent=True,
    ),
)
_MEASURES = measures_of(COLUMNS)
_GROUPS = (*GROUPS, "reason", "actor")
_REASON = Key(
    name="reason",
    label="Reason",
    unit="text",
    meaning="Why, where that tells the rows apart.",
    example="damaged",
)
_ROW: LiteralString = ", ".join(
    f"coalesce({sign}sum(change.{figure}) FILTER (WHERE {condition}), 0) AS {name}_{figure}"
    for name, condition, sign, _ in _PARTS
    for figure in ("quantity", "value")
)
_NAMES: LiteralString = ", ".join(one.name for one in _MEASURES)
_SUMS: LiteralString = ", ".join(f"sum({one.name}) AS {one.name}" for one in _MEASURES)
_NOTHING: LiteralString = ", ".join("0" for _ in _MEASURES)
_SHOWN: LiteralString = ", ".join(
    f"trim_scale(section.{one.name} * 0.00001) AS {one.name}"
    if one.unit == "quantity"
    else f"section.{one.name}"
    for one in _MEASURES
)

# What broke or was lost on the way is missing where it was sent to. Sales are added up with it: how many rows
# shrank is not known beforehand, and a join for few of them takes far too long for many.
_STATEMENT: LiteralString = f"""
    WITH change AS (
        SELECT coalesce(for_storage_id, storage_id) AS storage_id, variant_id, kind, actor_id, quantity, value
          FROM stock_facts
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND kind IN ('damaged', 'lost', 'expired', 'theft', 'found', 'counted') AND quantity <> 0
           {here("coalesce(for_storage_id, storage_id)")}
    ), {sales_by(GROUP_OF_ITEM)}shrunk AS (
        SELECT CASE %(group)s::text
                    WHEN 'reason' THEN NULL
                    WHEN 'actor' THEN change.actor_id
                    ELSE {GROUP_OF_ROW} END AS id,
               CASE %(group)s::text WHEN 'reason' THEN
                    CASE WHEN change.kind <> 'counted' THEN change.kind
                         WHEN change.quantity < 0 THEN 'count_short'
                         ELSE 'count_over' END END AS reason,
               {_ROW}
          FROM change{GOODS}
         GROUP BY 1, 2
    ), section AS (
        SELECT id, reason, {_SUMS}, sum(net_sales) AS net_sales
          FROM (SELECT id, reason, {_NAMES}, NULL::numeric AS net_sales, true AS has_shrunk FROM shrunk
             UNION ALL
                SELECT id, NULL, {_NOTHING}, net_sales, false FROM sale WHERE %(are_of_goods)s::bool) AS part
         GROUP BY id, reason
        HAVING bool_or(has_shrunk)
    )
    SELECT section.id, section.reason, coalesce({NAME}, {user_name_of("section.id")}) AS name, own.sku,
           own.name AS variant_name, own.product_id, {_SHOWN}, section.net_sales,
           (SELECT sum(net_sales) FROM sale) AS overall_net_sales
      FROM section{NAMED_BY_KEYS}
     ORDER BY section.id, section.reason
"""
_OF_ROW: LiteralString = f"""
           AND (NOT %(is_row)s::bool
                OR (CASE %(group)s::text
                         WHEN 'reason' THEN NULL
                         WHEN 'actor' THEN change.actor_id
                         ELSE {GROUP_OF_ROW} END) IS NOT DISTINCT FROM %(key_id)s::uuid)"""
_CONDITIONS: dict[LiteralString, LiteralString] = {
    name: f"({condition}) AND change.quantity <> 0 "
    f"AND (NOT %(is_row)s::bool OR %(key_reason)s::text IS NULL OR %(key_reason)s::text = '{name}')"
    for name, condition, *_ in _PARTS
}
_AMOUNTS: dict[LiteralString, LiteralString] = {
    "quantity": quantities("change.quantity"),
    "value": "change.value",
}


def _explained(amount: LiteralString, condition: LiteralString) -> LiteralString:
    place: LiteralString = "coalesce(fact.for_storage_id, fact.storage_id)"
    return explained(moved(amount, WITHIN, condition, place=place, of_row=_OF_ROW))


# What is missing counts up, and what was found counts down.
_EXPLANATIONS: dict[LiteralString, LiteralString] = {
    **{
        f"{name}_{figure}": _explained(amount if sign == "" else f"-({amount})", _CONDITIONS[name])
        for name, _, sign, _ in _PARTS
        for figure, amount in _AMOUNTS.items()
    },
    **{
        f"net_shrinkage_{figure}": _explained(
            f"-({amount})", f"({' OR '.join(f'({one})' for one in _CONDITIONS.values())})"
        )
        for figure, amount in _AMOUNTS.items()
    },
}
_SALES_OF_ROW: LiteralString = f"""
        SELECT position, line, amount
          FROM ({sold_lines(NET_SALES)}) AS item
         WHERE NOT %(is_row)s::bool OR {GROUP_OF_ITEM} IS NOT DISTINCT FROM %(key_id)s::uuid"""
_ORDER = "-net_shrinkage_quantity"


def ask_shrinkage(db: Database, criteria: Criteria) -> Pending[Result]:
    """Ask what is missing and what was found."""
    are_of_goods = criteria.group not in {"storage", "reason", "actor"}
    params = {
        **sales_params(db, criteria),
        **goods_params(db, criteria, _ORDER),
        "are_of_goods": are_of_goods,
    }
    answer = db.ask(_STATEMENT, params)
    return Pending(lambda: _found(answer.rows()))


def _found(rows: list[Row]) -> Result:
    sold = rows[0]["overall_net_sales"] if rows else None
    known = [_with_sales(whole(row, _MEASURES), row["net_sales"]) for row in rows]
    return Result(rows=known, overall=_with_sales(sums_of(known, COLUMNS), sold))


def _with_sales(row: Row, net_sales: Decimal | None) -> Row:
    row["net_sales"] = None if net_sales is None else int(net_sales)
    return row


SHRINKAGE = Section(
    area="inventory-report",
    path="shrinkage",
    title="Shrinkage",
    meaning=(
        "What broke, was lost, expired, was stolen or missed by counts in the period, less what was found; "
        "what happens on the way counts where the goods were sent to. What was used or given away is none."
    ),
    keys=(*KEYS, _REASON),
    identity=("id", "reason"),
    parts={**dict.fromkeys(_GROUPS, ("id",)), "reason": ("reason",)},
    optional=("id",),
    columns=COLUMNS,
    question=ask_shrinkage,
    sources=(StockReports, SalesReports, ReportNames),
    explanations=_EXPLANATIONS,
    origins={"net_sales": explained(_SALES_OF_ROW)},
    order=_ORDER,
    filters=FILTERS,
    groups=_GROUPS,
    chart=Chart(kind="bar", of=("net_shrinkage_quantity",), label="name", other_labels=("reason",)),
)
