"""What each customer bought: the page is ranked by one figure first, and all others are added up for it."""

from collections.abc import Mapping
from typing import LiteralString

from domain.pending import Pending
from projections.base import Database
from projections.reports.closings import ReportClosings
from projections.reports.columns import Key
from projections.reports.explaining import explained, explanations, first_of_days, of_first_day, of_last_day
from projections.reports.first_reported import WITH_CUTS
from projections.reports.grouped import Source, total
from projections.reports.ranked import ask_page, in_keys, order_by, order_params, overall_of
from projections.reports.sales.rollups import NOBODY
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Criteria, Result, Section
from projections.reports.sections.figures import SALES, measures_of
from projections.reports.sections.sales_summary.customers import customer_params, customer_rows
from projections.reports.sections.sales_summary.sources import SALE_FACTS, SALE_FILTERS, STORE_DAYS

_MEASURES = measures_of(SALES)
_NAMES: tuple[LiteralString, ...] = tuple(one.name for one in _MEASURES)
_NET: LiteralString = "gross_sales - discounts - returns"
_OF_NET: tuple[LiteralString, ...] = ("gross_sales", "discounts", "returns")
_COLLECTED: LiteralString = f"{_NET} + tax + tips + rounding"
#: What can be sorted by: the columns that it is made of, and how, over the sums of a row.
_ORDERS: Mapping[LiteralString, tuple[tuple[LiteralString, ...], LiteralString]] = {
    **{one: ((one,), one) for one in _NAMES},
    "net_sales": (_OF_NET, _NET),
    "total_collected": ((*_OF_NET, "tax", "tips", "rounding"), _COLLECTED),
    "average_order": ((*_OF_NET, "orders"), f"({_NET}) / nullif(orders, 0)::numeric"),
    "gross_profit": ((*_OF_NET, "cost_of_goods"), f"{_NET} - cost_of_goods"),
    "margin": ((*_OF_NET, "cost_of_goods"), f"({_NET} - cost_of_goods) / nullif({_NET}, 0)::numeric"),
}
_ORDER = "-net_sales"

_IN_GROUP: LiteralString = """(%(customer_group)s::uuid IS NULL OR customer_id IN (
                SELECT member.customer_id FROM customer_group_members AS member
                 WHERE member.company_id = %(company_id)s AND member.group_id = %(customer_group)s::uuid))"""
_SUMS: LiteralString = ",\n               ".join(map(total, _MEASURES))

_IN_KEYS: LiteralString = in_keys(f"nullif(key, {NOBODY})")
#: What a row `page` says of its customer: a name of now, and when they bought in the period.
_CUSTOMER: LiteralString = f"""
           nullif(page.key, {NOBODY}) AS customer_id, called.name, visit.first_visit, visit.last_visit,
           visit.visits"""
_IN_CUTS: LiteralString = "JOIN cuts USING (business_date, store_no)"


def _joins(cuts: LiteralString = "", condition: LiteralString = "") -> LiteralString:
    return f"""
      LEFT JOIN LATERAL (
            SELECT CASE WHEN erased_at IS NULL THEN name ELSE 'erased' END AS name FROM customers
             WHERE company_id = %(company_id)s AND id = page.key
             LIMIT 1
           ) AS called ON true
      LEFT JOIN LATERAL (
            SELECT min(day.business_date) AS first_visit, max(day.business_date) AS last_visit,
                   nullif(count(*), 0) AS visits
              FROM (SELECT business_date FROM sales_facts {cuts}
                     WHERE company_id = %(company_id)s AND customer_id = page.key
                       AND position <= %(position)s::bigint{condition}{SALE_FACTS.where()}
                     GROUP BY business_date
                    HAVING sum(orders) > 0) AS day
           ) AS visit ON true"""


def _ranked(columns: tuple[LiteralString, ...], order: LiteralString) -> LiteralString:
    """All customers of the stores, ranked by one figure; the whole is that of the stores' days."""
    # Facts say nothing of what they have nothing of, and neither does a sum of such.
    added: LiteralString = ", ".join(f"coalesce(sum({one}), 0) AS {one}" for one in columns)
    place: LiteralString = "CASE WHEN %(descending)s::text IS NULL THEN rank ELSE -rank END NULLS LAST"
    return f"""
    WITH summed AS (
        SELECT customer_id AS key, {added}
          FROM ({customer_rows(columns)}) AS known
         GROUP BY customer_id
    ), ranked AS MATERIALIZED (
        SELECT key, {order} AS rank FROM summed
    ), chosen AS MATERIALIZED (
        SELECT key, rank FROM ranked
         WHERE {_IN_KEYS}
         ORDER BY {place}, key
         LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint
    ), page AS (
        SELECT chosen.key, chosen.rank, sums.*
          FROM chosen
          JOIN (SELECT customer_id, {_SUMS}
                  FROM ({customer_rows(_NAMES)}) AS known
                 WHERE customer_id IN (SELECT key FROM chosen)
                 GROUP BY customer_id) AS sums ON sums.customer_id = chosen.key
    ), days AS (
        SELECT {_SUMS} FROM ({STORE_DAYS.rows(_NAMES)}) AS known
    )
    SELECT whole.*, {", ".join(f"page.{one}" for one in _NAMES)}, page.key,{_CUSTOMER}
      FROM (SELECT (SELECT count(*) FROM ranked) AS number, {overall_of(_MEASURES)} FROM days) AS whole
      LEFT JOIN page ON true{_joins()}
     ORDER BY {place}, page.key
"""


def _whole(rows: LiteralString, cuts: LiteralString = "", joins: LiteralString = _joins()) -> LiteralString:
    """The customers of these rows, which are also what the whole is added up from."""
    orders = {name: sql for name, (_, sql) in _ORDERS.items()}
    return f"""
    WITH {cuts}sold AS MATERIALIZED (
        SELECT customer_id AS key, {_SUMS}
          FROM ({rows}) AS known
         WHERE {_IN_GROUP}
         GROUP BY customer_id
    ), page AS (
        SELECT * FROM sold
         WHERE {_IN_KEYS}
         ORDER BY {order_by(orders, "key")}
         LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint
    )
    SELECT whole.*, page.*,{_CUSTOMER}
      FROM (SELECT count(*) AS number, {overall_of(_MEASURES)} FROM sold) AS whole
      LEFT JOIN page ON true{joins}
     ORDER BY {order_by(orders, "page.key")}
"""


_RANKED: Mapping[str, LiteralString] = {name: _ranked(*order) for name, order in _ORDERS.items()}
_OF_GROUP: LiteralString = _whole(customer_rows(_NAMES))
_OF_FACTS: tuple[LiteralString, ...] = (f"coalesce(customer_id, {NOBODY}) AS customer_id", *_NAMES)
_OF_CHANNEL: LiteralString = _whole(SALE_FACTS.rows(_OF_FACTS))
_FIRST_REPORTED: LiteralString = _whole(
    SALE_FACTS.first_reported(_OF_FACTS), WITH_CUTS, _joins(_IN_CUTS, " AND position <= cut")
)


def ask_customers(db: Database, criteria: Criteria) -> Pending[Result]:
    """Ask for one page of the customers that bought something, or gave it back."""
    params = {**customer_params(db, criteria), **order_params(criteria, _ORDER)}
    found = ask_page(db, _statement(criteria), params, _MEASURES, "key")
    return Pending(lambda: _own(found.read()))


def _statement(criteria: Criteria) -> LiteralString:
    if criteria.basis == "first_reported":
        return _FIRST_REPORTED
    if criteria.filters["channel"] is not None:
        return _OF_CHANNEL
    if criteria.filters["customer_group"] is not None:
        return _OF_GROUP
    return _RANKED[(criteria.sort or _ORDER).removeprefix("-")]


def _own(found: Result) -> Result:
    """Without what only the question needs."""
    for row in found.rows:
        del row["key"]
    return found


def _key(name: LiteralString, label: str, meaning: str) -> Key:
    return Key(name=name, label=label, unit="date", meaning=meaning, example="2026-03-02")


_IS_CUSTOMER: LiteralString = "customer_id IS NOT DISTINCT FROM %(key_customer_id)s::uuid"
_VISITS: LiteralString = first_of_days(SALE_FACTS, (), _IS_CUSTOMER)

BY_CUSTOMER = Section(
    area="sales-summary",
    path="by-customer",
    title="Sales by customer",
    meaning="What each customer bought and gave back, under the name that they have now; who was forgotten "
    "keeps the figures. A row without a customer has what was sold to nobody known. Visits are business "
    "dates of the period on which they bought something.",
    keys=(
        Key(name="customer_id", label="Customer id", unit="id", meaning="The customer; null for nobody."),
        Key(
            name="name",
            label="Customer",
            unit="text",
            meaning="What they are called; `erased` once they were forgotten.",
            example="Ada",
        ),
        _key("first_visit", "First visit", "The first date of the period on which they bought something."),
        _key("last_visit", "Last visit", "The last one."),
        Key(name="visits", label="Visits", unit="count", meaning="How many dates these are.", example=4),
    ),
    identity=("customer_id",),
    optional=("customer_id",),
    columns=SALES,
    question=ask_customers,
    sources=(SalesReports, ReportClosings),
    explanations=explanations(
        Source(facts="sales_facts", filters={**SALE_FILTERS, "customer_group": _IN_GROUP}),
        SALES,
        {"customer_id": _IS_CUSTOMER},
    ),
    origins={
        "first_visit": explained(of_first_day(_VISITS)),
        "last_visit": explained(of_last_day(_VISITS)),
        "visits": explained(_VISITS),
    },
    has_first_reported=True,
    order=_ORDER,
    filters=("customer_group", "channel"),
    sorts=(*_ORDERS,),
    is_ranked=True,
)
