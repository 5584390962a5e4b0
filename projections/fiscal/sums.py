"""What stores took on days that are to be closed, from the facts and sums of the reports of sales."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from domain.fiscal import (
    ClosedFigures,
    ClosedPart,
    ClosedTax,
    ClosedTender,
    ClosingKind,
    LateFigures,
    StoreToClose,
)
from domain.fiscal.figures import cash_first
from projections.base import Database, Row
from projections.fiscal.due import Horizon, StoreDue

#: Of a fact of a sale, a void and a handover, and of a refund and a return: what it came to, tax included.
_SOLD: LiteralString = "coalesce(gross_sales, 0) - coalesce(discounts, 0) + coalesce(tax, 0)"
_GIVEN_BACK: LiteralString = "coalesce(returns, 0) - coalesce(tax, 0)"

_STORES: LiteralString = """
        SELECT unnest(%(store_no)b::int[]) AS store_no, unnest(%(closed_until)b::date[]) AS closed_until,
               unnest(%(until)b::date[]) AS until, unnest(%(covered)b::bigint[]) AS covered
"""
_MEASURES: LiteralString = """
       coalesce(sum(taxable), 0) AS taxable, coalesce(sum(tax), 0) AS tax,
       coalesce(sum(returned_taxable), 0) AS returned_taxable, coalesce(sum(returned_tax), 0) AS returned_tax
"""
_TENDER_MEASURES: LiteralString = """
       coalesce(sum(amount), 0) AS amount, coalesce(sum(tips), 0) AS tips,
       coalesce(sum(refunds), 0) AS refunds
"""
_TAX_ROW: LiteralString = """
           jsonb_agg(jsonb_build_array(tax.name, trim_scale(tax.rate)::text, tax.is_inclusive,
                                       tax.jurisdiction, summed.taxable, summed.tax,
                                       summed.returned_taxable, summed.returned_tax)
                     ORDER BY summed.tax_no)
"""
_TENDER_ROW: LiteralString = """
           jsonb_agg(jsonb_build_array(method.method, summed.amount, summed.tips, summed.refunds)
                     ORDER BY method.method)
"""


def _of_day(table: LiteralString) -> LiteralString:
    """The sums of a table for the store's `day`."""
    return f"""
              FROM {table} AS kept
             WHERE kept.company_id = %(company_id)s AND kept.business_date = day.business_date
               AND kept.store_no = day.store_no"""


# The sums of a day are those of its facts: no fact of it lies beyond the position at which they are read.
# Only what they do not tell apart is counted, on days that had any of it.
_DAYS: LiteralString = f"""
    WITH stores AS MATERIALIZED ({_STORES}
    ), day AS MATERIALIZED (
        SELECT day.* FROM stores
          JOIN sales_store_day AS day
            ON day.company_id = %(company_id)s AND day.store_no = stores.store_no
         WHERE day.business_date > closed_until AND day.business_date <= until
         ORDER BY day.store_no, day.business_date
         LIMIT %(days)s::bigint
    )
    SELECT day.store_no, day.business_date, day.orders, day.refund_count, day.voids, day.overrides, day.items,
           day.gross_sales, day.discounts, day.returns, day.tax, day.tips, day.rounding, day.deposits,
           taxed.rows AS taxes, taxed.sold AS sold_tax, taxed.returned AS returned_tax, paid.rows AS tenders,
           told.unlinked, told.voided
      FROM day
      LEFT JOIN LATERAL (
            SELECT {_TAX_ROW} AS rows, sum(summed.tax) AS sold, sum(summed.returned_tax) AS returned
              FROM (SELECT kept.tax_no, kept.taxable, kept.tax, kept.returned_taxable, kept.returned_tax
                    {_of_day("sales_tax_day")}
                       AND (kept.taxable, kept.tax, kept.returned_taxable, kept.returned_tax)
                           <> (0, 0, 0, 0)) AS summed
              LEFT JOIN report_taxes AS tax
                ON tax.company_id = %(company_id)s AND tax.tax_no = summed.tax_no
           ) AS taxed ON true
      LEFT JOIN LATERAL (
            SELECT {_TENDER_ROW} AS rows
              FROM (SELECT kept.method_no, kept.amount, kept.tips, kept.refunds
                    {_of_day("sales_payment_day")}
                       AND (kept.payments, kept.refund_count) <> (0, 0)) AS summed
              JOIN report_methods AS method
                ON method.company_id = %(company_id)s AND method.method_no = summed.method_no
           ) AS paid ON true
      LEFT JOIN LATERAL (
            SELECT count(*) FILTER (WHERE kind = 7) AS unlinked,
                   -sum({_SOLD}) FILTER (WHERE kind = 3) AS voided
              {_of_day("sales_facts")}
               AND (day.voids <> 0 OR day.refund_count <> 0)
           ) AS told ON true
     ORDER BY day.store_no, day.business_date
"""

# What became known of days that were closed. A void (3) of a sale (1) that an earlier closing has takes
# nothing out of what the store took since it began.
_LATE: LiteralString = f"""
    WITH stores AS MATERIALIZED ({_STORES}
    ), fact AS MATERIALIZED (
        SELECT fact.*,
               fact.kind = 3 AND EXISTS (
                    SELECT FROM sales_facts AS sold
                     WHERE sold.company_id = %(company_id)s AND sold.order_id = fact.order_id
                       AND sold.kind = 1 AND sold.position <= stores.covered) AS reverses
          FROM stores
          JOIN sales_store_day AS day
            ON day.company_id = %(company_id)s AND day.store_no = stores.store_no
           AND day.business_date <= stores.closed_until AND day.last_position > stores.covered
          JOIN sales_facts AS fact
            ON fact.company_id = %(company_id)s AND fact.business_date = day.business_date
           AND fact.store_no = stores.store_no AND fact.position > stores.covered
    ), taxed AS (
        SELECT summed.store_no, {_TAX_ROW} AS rows
          FROM (SELECT fact.store_no, kept.tax_no, {_MEASURES.replace("sum(", "sum(kept.")}
                  FROM fact
                  JOIN sales_tax_facts AS kept
                    ON kept.company_id = %(company_id)s AND kept.position = fact.position
                   AND kept.business_date = fact.business_date AND kept.store_no = fact.store_no
                 GROUP BY fact.store_no, kept.tax_no) AS summed
          LEFT JOIN report_taxes AS tax
            ON tax.company_id = %(company_id)s AND tax.tax_no = summed.tax_no
         GROUP BY summed.store_no
    ), paid AS (
        SELECT summed.store_no, {_TENDER_ROW} AS rows
          FROM (SELECT fact.store_no, kept.method_no, {_TENDER_MEASURES.replace("sum(", "sum(kept.")}
                  FROM fact
                  JOIN sales_payment_facts AS kept
                    ON kept.company_id = %(company_id)s AND kept.position = fact.position
                   AND kept.business_date = fact.business_date AND kept.store_no = fact.store_no
                 GROUP BY fact.store_no, kept.method_no) AS summed
          JOIN report_methods AS method
            ON method.company_id = %(company_id)s AND method.method_no = summed.method_no
         GROUP BY summed.store_no
    )
    SELECT store_no, facts, orders, refund_count, voids, overrides, items, gross_sales, discounts, returns,
           tax, tips, rounding, deposits, sold, given_back, unlinked, voided, reversed_total,
           reversed_receipts, taxed.rows AS taxes, paid.rows AS tenders
      FROM (SELECT store_no, count(*) AS facts, coalesce(sum(orders), 0) AS orders,
                   coalesce(sum(refund_count), 0) AS refund_count, coalesce(sum(voids), 0) AS voids,
                   coalesce(sum(overrides), 0) AS overrides, coalesce(sum(items), 0) AS items,
                   coalesce(sum(gross_sales), 0) AS gross_sales, coalesce(sum(discounts), 0) AS discounts,
                   coalesce(sum(returns), 0) AS returns, coalesce(sum(tax), 0) AS tax,
                   coalesce(sum(tips), 0) AS tips, coalesce(sum(rounding), 0) AS rounding,
                   coalesce(sum(deposits), 0) AS deposits,
                   sum({_SOLD}) FILTER (WHERE kind IN (1, 3, 4)) AS sold,
                   sum({_GIVEN_BACK}) FILTER (WHERE kind IN (2, 7)) AS given_back,
                   count(*) FILTER (WHERE kind = 7) AS unlinked,
                   -sum({_SOLD}) FILTER (WHERE kind = 3) AS voided,
                   -sum({_SOLD}) FILTER (WHERE reverses) AS reversed_total,
                   -sum(orders) FILTER (WHERE reverses) AS reversed_receipts
              FROM fact
             GROUP BY store_no) AS whole
      LEFT JOIN taxed USING (store_no)
      LEFT JOIN paid USING (store_no)
"""

# What months and years add up that were closed before: days since the last month, and months since the last
# year, of stores that have such a one to close.
_PARTS: LiteralString = """
    SELECT part.store_id, part.kind, part.last_day, part.figures, part.late
      FROM (SELECT unnest(%(store_id)b::uuid[]) AS store_id, unnest(%(month_last)b::date[]) AS month_last,
                   unnest(%(year_last)b::date[]) AS year_last) AS store
      JOIN fiscal_closings AS part
        ON part.company_id = %(company_id)s AND part.store_id = store.store_id
       AND (part.kind = 'day' AND part.last_day > store.month_last
            OR part.kind = 'month' AND part.last_day > store.year_last)
     ORDER BY part.store_id, part.kind, part.number
"""


def stores_to_close(db: Database, due: Sequence[StoreDue], known: Horizon, days: int) -> list[StoreToClose]:
    """What these stores have to close, of their oldest days at most so many."""
    params = {
        "company_id": db.company_id,
        "store_no": [one.store_no for one in due],
        "store_id": [one.store_id for one in due],
        "closed_until": [one.closed_until or date.min for one in due],
        "until": [one.until for one in due],
        "covered": [one.covered for one in due],
        "month_last": [_parts_after(one, "month") for one in due],
        "year_last": [_parts_after(one, "year") for one in due],
        "days": days,
    }
    own: dict[int, dict[date, ClosedFigures]] = {}
    rows = db.ask(_DAYS, params).rows()
    for row in rows:
        own.setdefault(row["store_no"], {})[row["business_date"]] = _of_day_row(row)
    late = {row["store_no"]: _late(row) for row in db.ask(_LATE, params).rows()}
    parts: dict[UUID, dict[ClosingKind, list[ClosedPart]]] = {}
    for row in db.ask(_PARTS, params).rows():
        parts.setdefault(row["store_id"], {}).setdefault(row["kind"], []).append(_part(row))
    return [
        _to_close(one, known, own.get(one.store_no, {}), late.get(one.store_no), parts.get(one.store_id, {}))
        for one in due
    ]


def _parts_after(store: StoreDue, kind: ClosingKind) -> date:
    """After which day closings are added up for one of this kind; after all days where none is due.

    A store that was given up may be due once more with what is closed now.
    """
    if not store.is_longer_due(kind) and not store.is_archived:
        return date.max
    return store.last[kind].period.last_day if kind in store.last else date.min


def _to_close(
    store: StoreDue,
    known: Horizon,
    days: Mapping[date, ClosedFigures],
    late: LateFigures | None,
    parts: Mapping[ClosingKind, Sequence[ClosedPart]],
) -> StoreToClose:
    return StoreToClose(
        store_id=store.store_id,
        currency=store.currency,
        # Of days that were left for later nothing may be closed that comes after them.
        until=store.until if len(days) == store.days else max(days),
        is_archived=store.is_archived,
        last=store.last,
        perpetual=store.perpetual,
        days=days,
        late=late if store.is_late else None,
        head_position=known.position,
        head_hash=known.head_hash,
        parts=parts,
        first_day=store.first_day,
    )


def _part(row: Row) -> ClosedPart:
    return ClosedPart(
        last_day=row["last_day"],
        figures=msgspec.convert(row["figures"], ClosedFigures),
        late=msgspec.convert(row["late"], LateFigures | None),
    )


def _of_day_row(row: Row) -> ClosedFigures:
    net = row["gross_sales"] - row["discounts"]
    sold = net + (row["sold_tax"] or 0)
    returned = row["returns"] + (row["returned_tax"] or 0)
    return figures_of(row, sold, returned)


def _late(row: Row) -> LateFigures:
    return LateFigures(
        facts=row["facts"],
        figures=figures_of(row, row["sold"] or 0, row["given_back"] or 0),
        reversed_receipts=int(row["reversed_receipts"] or 0),
        reversed_total=int(row["reversed_total"] or 0),
    )


def figures_of(row: Mapping[str, Any], sold: Decimal | int, returned: Decimal | int) -> ClosedFigures:
    """The figures of sums; quantities are counted in hundred-thousandths there."""
    gross, discounts, returns = int(row["gross_sales"]), int(row["discounts"]), int(row["returns"])
    net, tax, tips = gross - discounts - returns, int(row["tax"]), int(row["tips"])
    rounding, deposits = int(row["rounding"]), int(row["deposits"])
    return ClosedFigures(
        receipts=int(row["orders"]),
        refunds=int(row["refund_count"]),
        unlinked_returns=int(row["unlinked"] or 0),
        voids=int(row["voids"]),
        void_total=int(row["voided"] or 0),
        price_overrides=int(row["overrides"]),
        items=(Decimal(row["items"]) / 100_000).normalize() + 0,
        gross_sales=gross,
        discounts=discounts,
        returns=returns,
        net_sales=net,
        tax=tax,
        tips=tips,
        rounding=rounding,
        deposits=deposits,
        total_collected=net + tax + tips + rounding + deposits,
        sales=int(sold),
        returned=int(returned),
        taxes=tuple(_tax(*one) for one in row["taxes"] or ()),
        tenders=tuple(sorted((_tender(*one) for one in row["tenders"] or ()), key=cash_first)),
    )


def _tax(
    name: str | None, rate: str | None, is_inclusive: bool | None, jurisdiction: str | None, *sums: int
) -> ClosedTax:
    return ClosedTax(
        name=name,
        rate=Decimal(rate or 0),
        inclusive=bool(is_inclusive),
        jurisdiction=jurisdiction,
        sales_taxable=sums[0],
        sales_amount=sums[1],
        returns_taxable=sums[2],
        returns_amount=sums[3],
    )


def _tender(method: str, sales: int, tips: int, refunds: int) -> ClosedTender:
    return ClosedTender(method=method, sales=sales, tips=tips, refunds=refunds, net=sales + tips - refunds)
