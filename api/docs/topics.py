"""Areas that are too long for one page: what of them has a page of its own, by the paths it lives under."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """What of an area is told on a page of its own."""

    title: str
    about: str
    prefixes: tuple[str, ...]

    def has(self, path: str) -> bool:
        """Whether a path lives under it."""
        return any(path == prefix or path.startswith(f"{prefix}/") for prefix in self.prefixes)


#: The topics of each area that has some; what is in none of them stays on the page of the area.
TOPICS: Mapping[str, tuple[Topic, ...]] = {
    "Point of sale": (
        Topic("Shifts", "Drawers of cash: opened, counted, closed and reported.", ("/api/pos/shifts",)),
        Topic(
            "Refunds and exchanges",
            "Goods that come back, and money with them.",
            (
                "/api/pos/orders/{order_id}/refunds",
                "/api/pos/returns",
                "/api/pos/exchange",
            ),
        ),
        Topic(
            "Tills without a connection",
            "Devices that sell on their own, and deliver what they did.",
            (
                "/api/pos/sync",
                "/api/pos/devices",
                "/api/pos/catalog",
            ),
        ),
    ),
    "Catalog": (
        Topic(
            "Import and export",
            "Whole catalogs, as files.",
            (
                "/api/admin/products/import",
                "/api/admin/product-imports",
                "/api/admin/products/export",
            ),
        ),
        Topic(
            "Products by status",
            "Drafts, and what is coming soon, discontinued or archived.",
            ("/api/admin/product-status",),
        ),
        Topic(
            "Brands, categories, units",
            "What products are filed under, measured in and chosen by.",
            (
                "/api/admin/settings/brands",
                "/api/admin/settings/categories",
                "/api/admin/settings/units",
                "/api/admin/settings/variant-types",
            ),
        ),
    ),
    "Inventory": (
        Topic(
            "Purchasing",
            "What is ordered, received and sent back.",
            (
                "/api/admin/inventory/purchase-orders",
                "/api/admin/inventory/receipts",
                "/api/admin/inventory/reorder-points",
                "/api/admin/inventory/reorder-suggestions",
                "/api/admin/inventory/supplier-returns",
            ),
        ),
        Topic(
            "Transfers and counts",
            "Stock on its way, and stock that is counted.",
            (
                "/api/admin/inventory/transfers",
                "/api/admin/inventory/counts",
            ),
        ),
    ),
    "Customers": (
        Topic("Customer groups", "Customers that are treated alike.", ("/api/admin/customer-groups",)),
    ),
    "Stores": (
        Topic(
            "Registers and storages",
            "Where is sold and where is kept.",
            (
                "/api/admin/stores/{store_id}/registers",
                "/api/admin/storages",
            ),
        ),
    ),
    "Platform": (Topic("Packages", "What companies are offered, and its limits.", ("/api/admin/packages",)),),
    "Settings": (
        Topic(
            "Users",
            "Who works here, and what each of them may do.",
            (
                "/api/admin/settings/users",
                "/api/admin/settings/roles",
                "/api/admin/settings/permissions",
            ),
        ),
    ),
    "Reports": (
        Topic("Sales summary", "What was sold, by whatever one asks.", ("/api/admin/reports/sales-summary",)),
        Topic(
            "Inventory report",
            "What is in stock, what it is worth, and what moves.",
            ("/api/admin/reports/inventory-report",),
        ),
        Topic(
            "Financial report",
            "Profit, tax, payments and what is owed.",
            ("/api/admin/reports/financial-report",),
        ),
    ),
    "Audit": (
        Topic(
            "Seals and proofs",
            "That nothing in the log was changed, for whoever wants to know.",
            (
                "/api/audit/seals",
                "/api/audit/key",
                "/api/audit/consistency",
                "/api/audit/events/{position}/proof",
                "/api/audit/log",
                "/api/logs",
            ),
        ),
    ),
}


def topic_of(area: str, path: str) -> Topic | None:
    """The topic of a path of an area; None if it stays with the area."""
    return next((topic for topic in TOPICS.get(area, ()) if topic.has(path)), None)
