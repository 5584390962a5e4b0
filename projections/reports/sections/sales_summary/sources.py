"""The facts of sales and their daily sums, as the sections of the sales summary add them up."""

from collections.abc import Mapping
from typing import LiteralString

from projections.reports.grouped import Source

#: What can be asked of facts of sales, by the names of the parameters.
_FILTERS: Mapping[str, LiteralString] = {
    "channel": "(%(channel)s::text IS NULL OR channel = %(channel)s::text)",
    "register": """(%(register)s::uuid IS NULL OR register_no = (
                SELECT no FROM report_places
                 WHERE company_id = %(company_id)s AND kind = 'register' AND id = %(register)s::uuid))""",
    "cashier": """(%(cashier)s::uuid IS NULL OR cashier_no = (
                SELECT no FROM report_places
                 WHERE company_id = %(company_id)s AND kind = 'cashier' AND id = %(cashier)s::uuid))""",
    "customer": "(%(customer)s::uuid IS NULL OR customer_id = %(customer)s::uuid)",
}

STORE_DAYS = Source(facts="sales_facts", daily="sales_store_day")
STORE_HOURS = Source(facts="sales_facts", daily="sales_store_hour", by=("store_no", "hour"))
REGISTER_DAYS = Source(facts="sales_facts", daily="sales_register_day", by=("store_no", "register_no"))
CASHIER_DAYS = Source(facts="sales_facts", daily="sales_cashier_day", by=("store_no", "cashier_no"))
PAYMENT_DAYS = Source(facts="sales_payment_facts", daily="sales_payment_day", by=("store_no", "method_no"))
#: The facts themselves, for what the daily sums do not tell apart.
SALE_FACTS = Source(facts="sales_facts", filters=_FILTERS)
