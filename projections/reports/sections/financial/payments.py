"""Payments by method: what came in, what went back, what of it is money, and which dues are not settled."""

from collections.abc import Mapping
from typing import LiteralString

from projections.reports.accounts import ReportAccounts
from projections.reports.explaining import amounts_of
from projections.reports.grouped import STORES, Grouping, Joined, Source, grouped, total
from projections.reports.groups import by_group, rows_of
from projections.reports.names import ReportNames, name_of
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Chart, Question, Section
from projections.reports.sections.financial.behind import facts_behind, in_group
from projections.reports.sections.financial.payment_figures import (
    DUES_PAID,
    FIGURES,
    KEYS,
    OF_SALES,
    UNSETTLED_DUES,
)
from projections.reports.sections.payment_kinds import kind_of

_DAYS = Source(facts="sales_payment_facts", daily="sales_payment_day", by=("store_no", "method_no"))
_COLUMNS: tuple[LiteralString, ...] = ("method_no", *(one.name for one in OF_SALES))


_METHOD: LiteralString = """
      JOIN report_methods AS paid ON paid.company_id = %(company_id)s AND paid.method_no = summed.method_no"""
_LABELS: Mapping[LiteralString, LiteralString] = {
    "method": "paid.method",
    "kind": kind_of("paid.method"),
}
_BY_METHOD = Grouping(
    source=_DAYS,
    keys={"method_no": "method_no"},
    measures=OF_SALES,
    columns=_COLUMNS,
    labels=_LABELS,
    joins=_METHOD,
)
_BY_STORE = Grouping(
    source=_DAYS,
    keys={"store_no": "store_no", "method_no": "method_no"},
    measures=OF_SALES,
    columns=("store_no", *_COLUMNS),
    labels={**_LABELS, "store_id": "place.id", "store": name_of("place.id")},
    joins=f"""{_METHOD}
      JOIN report_places AS place ON place.company_id = %(company_id)s AND place.kind = 'store'
                                 AND place.no = summed.store_no""",
)
_BY_DAY = Grouping(
    source=_DAYS,
    keys={"business_date": "business_date", "method_no": "method_no"},
    measures=OF_SALES,
    columns=("business_date", *_COLUMNS),
    labels=_LABELS,
    joins=_METHOD,
)

# Which register it was is said by the sale or refund itself.
_SUMS: LiteralString = ", ".join(map(total, OF_SALES))
_BY_REGISTER: LiteralString = f"""
    WITH known AS (
        SELECT {", ".join(f"paid.{name}" for name in _COLUMNS)}, sold.store_no, sold.register_no
          FROM (SELECT * FROM sales_payment_facts
                 WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
                   AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date{STORES}) AS paid
          JOIN sales_facts AS sold ON sold.company_id = %(company_id)s
           AND sold.business_date = paid.business_date AND sold.store_no = paid.store_no
           AND sold.position = paid.position
    ), summed AS (
        SELECT store_no, register_no, method_no, {_SUMS}
          FROM known
         GROUP BY store_no, register_no, method_no
    )
    SELECT summed.*, paid.method, {kind_of("paid.method")} AS kind, store.id AS store_id,
           {name_of("store.id")} AS store, register.id AS register_id, {name_of("register.id")} AS register
      FROM summed{_METHOD}
      JOIN report_places AS store ON store.company_id = %(company_id)s AND store.kind = 'store'
                                 AND store.no = summed.store_no
      LEFT JOIN report_places AS register ON register.company_id = %(company_id)s
            AND register.kind = 'register' AND register.no = summed.register_no
     ORDER BY store_no, register_no, method_no
"""

#: The accounts on which customers owe, of the stores where they bought.
_DUES: LiteralString = """
      FROM account_facts
     WHERE company_id = %(company_id)s AND account = 'due' AND position <= %(position)s::bigint
       AND (%(stores)b::uuid[] IS NULL OR store_id = ANY(%(stores)b::uuid[]))"""


def _dues_paid(key: LiteralString, label: LiteralString) -> LiteralString:
    """What was paid of dues by method, and by what else rows are told apart by; it is paid at no register."""
    return f"""
    SELECT method, {kind_of("method")} AS kind{label}, sum(-amount) AS dues_paid{_DUES} AND kind = 'redeemed'
       AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
     GROUP BY method{key}
     ORDER BY method{key}
"""


def _unsettled(key: LiteralString, label: LiteralString) -> LiteralString:
    return f"""
    SELECT 'account' AS method, 'on_account' AS kind{label}, sum(amount) AS unsettled_dues{_DUES}
       AND business_date <= %(to_date)s::date
     GROUP BY 1{key}
    HAVING sum(amount) <> 0
     ORDER BY 1{key}
"""


_FACTS: LiteralString = f"""
        SELECT paid.position, paid.line, method.method, paid.business_date, store.id AS store_id,
               register.id AS register_id, paid.payments, paid.amount, paid.tips, paid.change,
               paid.refund_count, paid.refunds, NULL::bigint AS dues_paid, NULL::bigint AS unsettled_dues
          FROM (SELECT * FROM sales_payment_facts
                 WHERE company_id = %(company_id)s AND position <= %(position)s::bigint{_DAYS.where()}
               ) AS paid
          JOIN report_methods AS method
            ON method.company_id = %(company_id)s AND method.method_no = paid.method_no
          JOIN report_places AS store ON store.company_id = %(company_id)s AND store.kind = 'store'
                                     AND store.no = paid.store_no
          JOIN sales_facts AS sold ON sold.company_id = %(company_id)s
           AND sold.business_date = paid.business_date AND sold.store_no = paid.store_no
           AND sold.position = paid.position
          LEFT JOIN report_places AS register ON register.company_id = %(company_id)s
                AND register.kind = 'register' AND register.no = sold.register_no
     UNION ALL
        SELECT position, 0, method, business_date, store_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
               -amount, NULL{_DUES} AND kind = 'redeemed'
           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
     UNION ALL
        SELECT position, 0, 'account', NULL, store_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
               amount{_DUES} AND business_date <= %(to_date)s::date
           AND coalesce(%(group)s::text, 'method') IN ('method', 'store')"""
_IN_ROW: LiteralString = f"""method = %(key_method)s::text AND {
    in_group(
        {
            "method": "true",
            "store": "store_id = %(key_store_id)s::uuid",
            "register": "store_id = %(key_store_id)s::uuid"
            " AND register_id IS NOT DISTINCT FROM %(key_register_id)s::uuid",
            "day": "business_date = %(key_business_date)s::date",
        }
    )
}"""
_STORE: LiteralString = f", store_id, {name_of('store_id')} AS store"
_DUES_PAID: Mapping[str, LiteralString] = {
    "method": _dues_paid("", ""),
    "store": _dues_paid(", store_id", _STORE),
    "register": _dues_paid(", store_id", f"{_STORE}, NULL::uuid AS register_id"),
    "day": _dues_paid(", business_date", ", business_date"),
}
_UNSETTLED: Mapping[str, LiteralString] = {
    "method": _unsettled("", ""),
    "store": _unsettled(", store_id", _STORE),
}
_SALES: Mapping[str, Question] = {
    "method": grouped(_BY_METHOD),
    "store": grouped(_BY_STORE),
    "register": rows_of(_BY_REGISTER, OF_SALES),
    "day": grouped(_BY_DAY),
}


#: By the group, what tells its rows apart beside the method.
_PARTS: Mapping[str, tuple[LiteralString, ...]] = {
    "method": (),
    "store": ("store_id",),
    "register": ("store_id", "register_id"),
    "day": ("business_date",),
}


def _joined(group: str, *keys: LiteralString) -> Question:
    questions = [_SALES[group], rows_of(_DUES_PAID[group], (DUES_PAID,))]
    if group in _UNSETTLED:
        questions.append(rows_of(_UNSETTLED[group], (UNSETTLED_DUES,)))
    return Joined(keys=("method", *keys), questions=tuple(questions), measures=(*KEYS, *FIGURES))


PAYMENTS = Section(
    area="financial-report",
    path="payments",
    title="Payments",
    meaning=(
        "What was paid and paid back by each method, on the days on which that was. Of what is no "
        "`on_account`, net + dues_paid comes to total_collected, what was paid ahead of goods, and "
        "dues_paid, without what was sold on account: the bridge from sales to money. By register, what is "
        "paid in the back office is at none."
    ),
    keys=KEYS,
    identity=("method", "store_id", "register_id", "business_date"),
    parts={group: ("method", *keys) for group, keys in _PARTS.items()},
    optional=("register_id",),
    columns=FIGURES,
    question=by_group({group: _joined(group, *keys) for group, keys in _PARTS.items()}),
    sources=(SalesReports, ReportAccounts, ReportNames),
    explanations=facts_behind(_FACTS, amounts_of(FIGURES), _IN_ROW),
    order="-amount",
    groups=tuple(_SALES),
    chart=Chart(kind="bar", of=("amount",), label="method"),
)
