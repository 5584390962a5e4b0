"""Sales by store and day, as the financial report adds them up."""

from projections.reports.grouped import Source

SALES_DAYS = Source(facts="sales_facts", daily="sales_store_day")
