"""Every section of every report: whoever adds one adds it to its report."""

from projections.reports.sections.financial import FINANCIAL_REPORT
from projections.reports.sections.inventory import INVENTORY_REPORT
from projections.reports.sections.sales_summary import SALES_SUMMARY

SECTIONS = (*SALES_SUMMARY, *INVENTORY_REPORT, *FINANCIAL_REPORT)
