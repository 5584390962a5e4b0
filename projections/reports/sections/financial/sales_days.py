"""Sales by store and day or month, as the financial report adds them up."""

from projections.reports.grouped import Source

SALES_DAYS = Source(facts="sales_facts", daily="sales_store_day")
#: For rows that tell no days apart.
SALES_MONTHS = Source(facts="sales_facts", daily="sales_store_day", monthly="sales_store_month")
#: The steps of time that whole months come to.
OF_MONTHS = frozenset({"month", "quarter", "year"})
