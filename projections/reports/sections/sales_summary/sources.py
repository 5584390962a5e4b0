"""The facts of sales and their daily sums, as the sections of the sales summary add them up."""

from collections.abc import Mapping
from typing import LiteralString, TypeVar

from projections.reports.grouped import ALL_STORES, STORE_IDS, Source
from projections.reports.section import Criteria

T = TypeVar("T")

#: What can be asked of facts of sales, by the names of the parameters.
SALE_FILTERS: Mapping[str, LiteralString] = {
    "channel": "(%(channel)s::text IS NULL OR channel = %(channel)s::text)",
    "register": """(%(register)s::uuid IS NULL OR register_no = (
                SELECT no FROM report_places
                 WHERE company_id = %(company_id)s AND kind = 'register' AND id = %(register)s::uuid))""",
    "cashier": """(%(cashier)s::uuid IS NULL OR cashier_no = (
                SELECT no FROM report_places
                 WHERE company_id = %(company_id)s AND kind = 'cashier' AND id = %(cashier)s::uuid))""",
    "customer": "(%(customer)s::uuid IS NULL OR customer_id = %(customer)s::uuid)",
}

COMPANY_DAYS = Source(facts="sales_facts", daily="sales_company_day", by=(), stores=ALL_STORES)
STORE_DAYS = Source(facts="sales_facts", daily="sales_store_day", company=COMPANY_DAYS)
#: For rows that tell no days apart.
STORE_MONTHS = Source(
    facts="sales_facts", daily="sales_store_day", monthly="sales_store_month", company=COMPANY_DAYS
)
STORE_HOURS = Source(
    facts="sales_facts",
    daily="sales_store_hour",
    by=("store_no", "hour"),
    company=Source(facts="sales_facts", daily="sales_company_hour", by=("hour",), stores=ALL_STORES),
)
REGISTER_DAYS = Source(facts="sales_facts", daily="sales_register_day", by=("store_no", "register_no"))
CASHIER_DAYS = Source(facts="sales_facts", daily="sales_cashier_day", by=("store_no", "cashier_no"))
PAYMENT_DAYS = Source(facts="sales_payment_facts", daily="sales_payment_day", by=("store_no", "method_no"))
#: What was paid back, of which there is little.
REFUND_PAYMENTS = Source(facts="sales_payment_facts", filters={"refund": "refund_count IS NOT NULL"})
#: Payments with what their sales say of them.
PAYMENT_FACTS = Source(
    facts="""(
                SELECT paid.*, sale.channel, sale.register_no, sale.cashier_no, sale.customer_id,
                       method.method
                  FROM sales_payment_facts AS paid
                  JOIN sales_facts AS sale USING (company_id, business_date, store_no, position)
                  JOIN report_methods AS method USING (company_id, method_no)
                 WHERE paid.company_id = %(company_id)s) AS paid""",
    filters=SALE_FILTERS,
)
DRAWER_FACTS = Source(facts="drawer_facts", stores=STORE_IDS)
#: The facts themselves, for what the daily sums do not tell apart.
SALE_FACTS = Source(facts="sales_facts", filters=SALE_FILTERS)


def with_channel(facts: LiteralString) -> LiteralString:
    """Facts of sales with the channel, which only the sale says."""
    return f"""(
                SELECT fact.*, sale.channel
                  FROM {facts} AS fact
                  JOIN sales_facts AS sale USING (company_id, business_date, store_no, position)
                 WHERE fact.company_id = %(company_id)s) AS fact"""


def of_basis(criteria: Criteria, current: T, of_channel: T, first_reported: T) -> T:
    """Which of these to ask: sums tell neither channels apart nor what days were first reported as."""
    if criteria.basis == "first_reported":
        return first_reported
    return current if criteria.filters.get("channel") is None else of_channel
