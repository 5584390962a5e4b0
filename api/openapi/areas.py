"""The areas of the trade that operations are grouped by, from the paths they live under."""

from api.openapi.texts import DEFINITIONS

#: The first prefix that a path begins with decides. Paths under none of them are named after themselves.
AREAS: tuple[tuple[str, str, str], ...] = (
    ("/api/auth", "Auth", "Signing in, staying signed in, and who one is."),
    ("/api/pos", "Point of sale", "Quoting and selling at a till."),
    ("/api/cashier", "Cashier", "What cashiers see of their own work."),
    ("/api/admin/products", "Catalog", "What is offered: products in variants, and how they are ordered."),
    ("/api/admin/product-status", "Catalog", ""),
    ("/api/admin/product-imports", "Catalog", ""),
    ("/api/images", "Catalog", ""),
    ("/api/admin/settings/brands", "Catalog", ""),
    ("/api/admin/settings/categories", "Catalog", ""),
    ("/api/admin/settings/units", "Catalog", ""),
    ("/api/admin/settings/variant-types", "Catalog", ""),
    ("/api/admin/inventory", "Inventory", "Stock: what is where, what it cost, and every movement of it."),
    ("/api/admin/storages/{storage_id}/stock", "Inventory", ""),
    ("/api/admin/orders", "Orders", "Every order of one's stores."),
    ("/api/receipts", "Receipts", "What whoever holds a receipt may see of it, signed in or not."),
    ("/api/admin/customers", "Customers", "Who buys: how they are reached, their groups, what they bought."),
    ("/api/admin/customer-groups", "Customers", ""),
    ("/api/admin/stores", "Stores", "Where one sells and keeps stock: stores, their registers, storages."),
    ("/api/admin/storages", "Stores", ""),
    (
        "/api/admin/companies",
        "Platform",
        "Companies, the packages they are offered, and their subscriptions.",
    ),
    ("/api/admin/packages", "Platform", ""),
    ("/api/super", "Platform", ""),
    ("/api/dev", "Operations", "How the installation itself is; for whoever runs the platform."),
    ("/api/admin/settings", "Settings", "What holds for the whole company."),
    ("/api/admin/analytics", "Analytics", "What is bought together."),
    ("/api/admin/dashboard", "Dashboard", "The company at a glance: tiles of its reports."),
    ("/api/admin/reports", "Reports", "Figures over business dates.\n\n" + DEFINITIONS),
    (
        "/api/admin/fiscal",
        "Fiscal",
        "What tax offices want to have stated, and never changed.",
    ),
    ("/api/lookups", "Lookups", "What there is to choose from, and what completes what is being typed."),
    ("/api/audit", "Audit", "Who did what and when, with the values before and after."),
    ("/api/logs", "Audit", ""),
    (
        "/api/admin/webhooks",
        "Webhooks",
        "Servers of one's own that are told of what happened, as it happens (Standard Webhooks).",
    ),
    ("/api/feed", "Feed", "The log for systems that follow it: every fact, in its order, with a cursor."),
    ("/health", "Health", "For those who watch over the service; outside `/api`."),
    ("/ready", "Health", ""),
    ("/metrics", "Health", ""),
    ("/docs", "Reference", "This contract itself."),
    ("/api/openapi.json", "Reference", ""),
    ("/llms.txt", "Reference", ""),
    ("/llms-full.txt", "Reference", ""),
    ("/console", "Reference", ""),
    ("/pages", "Reference", ""),
    ("/favicon.ico", "Reference", ""),
    ("/icon.svg", "Reference", ""),
    ("/robots.txt", "Reference", ""),
)
#: Where people arrive; of everything else below them its own area is told.
_DOORS = ("/", "/api")
_LAST = ("Health", "Reference")


def area_of(path: str) -> str:
    """The area of a path."""
    if path in _DOORS:
        return "Reference"
    for prefix, name, _ in AREAS:
        if path == prefix or path.startswith(f"{prefix}/"):
            return name
    segments = [segment for segment in path.split("/") if segment not in ("", "api", "admin")]
    return segments[0].replace("-", " ").capitalize() if segments else "Other"


def tags_of(paths: list[str]) -> list[dict[str, str]]:
    """The areas these paths lie in, in the order of the trade, with what they are about."""
    used = dict.fromkeys(area_of(path) for path in paths)
    descriptions = {name: description for _, name, description in reversed(AREAS)}
    order = dict.fromkeys([name for _, name, _ in AREAS if name not in _LAST] + list(used) + list(_LAST))
    return [{"name": name, "description": descriptions.get(name, "")} for name in order if name in used]
