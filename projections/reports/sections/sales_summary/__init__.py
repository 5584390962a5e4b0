"""The sales summary: what was sold, in total and by what sales are told apart by."""

from projections.reports.section import Section
from projections.reports.sections.sales_summary.by_brand import BY_BRAND
from projections.reports.sections.sales_summary.by_cashier import BY_CASHIER
from projections.reports.sections.sales_summary.by_category import BY_CATEGORY
from projections.reports.sections.sales_summary.by_customer import BY_CUSTOMER
from projections.reports.sections.sales_summary.by_payment_method import BY_PAYMENT_METHOD
from projections.reports.sections.sales_summary.by_period import BY_PERIOD
from projections.reports.sections.sales_summary.by_product import BY_PRODUCT
from projections.reports.sections.sales_summary.by_register import BY_REGISTER
from projections.reports.sections.sales_summary.by_store import BY_STORE
from projections.reports.sections.sales_summary.discounts import DISCOUNTS
from projections.reports.sections.sales_summary.overview import OVERVIEW
from projections.reports.sections.sales_summary.refunds import REFUNDS
from projections.reports.sections.sales_summary.restatements import RESTATEMENTS

#: In the order in which the document lists them.
SALES_SUMMARY: tuple[Section, ...] = (
    OVERVIEW,
    BY_PERIOD,
    BY_STORE,
    BY_REGISTER,
    BY_CASHIER,
    BY_PRODUCT,
    BY_CATEGORY,
    BY_BRAND,
    BY_CUSTOMER,
    BY_PAYMENT_METHOD,
    DISCOUNTS,
    REFUNDS,
    RESTATEMENTS,
)
