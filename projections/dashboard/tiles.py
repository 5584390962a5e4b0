"""The tiles of the company's dashboard."""

from projections.reports.sections.inventory.low_stock import LOW_STOCK
from projections.reports.sections.sales_summary.by_customer import BY_CUSTOMER
from projections.reports.sections.sales_summary.by_payment_method import BY_PAYMENT_METHOD
from projections.reports.sections.sales_summary.by_period import BY_PERIOD
from projections.reports.sections.sales_summary.by_product import BY_PRODUCT
from projections.reports.sections.sales_summary.by_store import BY_STORE
from projections.reports.sections.sales_summary.overview import OVERVIEW
from projections.reports.tiles import Tile

SUMMARY = Tile(
    section=OVERVIEW,
    columns={
        "net_sales": "net_sales",
        "total_collected": "total_collected",
        "orders": "orders",
        "average_order": "average_order",
        "items": "items",
        "items_per_order": "items_per_order",
        "refunds": "returns",
        "refund_count": "refund_count",
        "discounts": "discounts",
        "gross_profit": "gross_profit",
        "margin": "margin",
        "customers": "customers",
        "new_customers": "new_customers",
    },
)
TREND = Tile(
    section=BY_PERIOD,
    columns={
        "period": "period",
        "is_partial": "is_partial",
        "hour": "hour",
        "net_sales": "net_sales",
        "orders": "orders",
    },
)
HOURS_OF_WEEK = Tile(
    section=BY_PERIOD,
    columns={"weekday": "weekday", "hour": "hour", "net_sales": "net_sales", "orders": "orders"},
    filters={"interval": "hour_of_week"},
)
TOP_PRODUCTS = Tile(
    section=BY_PRODUCT,
    columns={
        "id": "variant_id",
        "product_id": "product_id",
        "sku": "sku",
        "name": "name",
        "variant_name": "variant_name",
        "quantity": "quantity",
        "net_sales": "net_sales",
        "gross_profit": "gross_profit",
        "share": "share",
    },
)
TOP_CUSTOMERS = Tile(
    section=BY_CUSTOMER,
    columns={
        "id": "customer_id",
        "name": "name",
        "orders": "orders",
        "net_sales": "net_sales",
        "last_visit": "last_visit",
    },
)
PAYMENT_METHODS = Tile(
    section=BY_PAYMENT_METHOD,
    columns={"method": "method", "amount": "amount", "refunds": "refunds", "share": "share"},
)
SALES_BY_STORE = Tile(
    section=BY_STORE,
    columns={"store_id": "store_id", "store": "name", "net_sales": "net_sales", "orders": "orders"},
)
LOW_STOCK_TILE = Tile(
    section=LOW_STOCK,
    columns={
        "variant_id": "id",
        "sku": "sku",
        "name": "name",
        "variant_name": "variant_name",
        "storage_id": "storage_id",
        "storage": "storage_name",
        "available": "available",
        "reorder_level": "reorder_level",
        "days_left": "days_left",
    },
)
