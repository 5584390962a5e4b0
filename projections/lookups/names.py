"""Every lookup by its name."""

from collections.abc import Mapping
from types import MappingProxyType

from projections.lookups.catalog import products, variants
from projections.lookups.customers import customers
from projections.lookups.fixed import (
    currencies,
    order_statuses,
    permissions,
    product_statuses,
    roles,
    timezones,
)
from projections.lookups.lists import companies, fixed, packages, users
from projections.lookups.selection import Lookup
from projections.lookups.settings import payment_methods, setting

LOOKUPS: Mapping[str, Lookup] = MappingProxyType(
    {
        "stores": setting("stores"),
        "storages": setting("storages"),
        "products": products,
        "variants": variants,
        "customers": customers,
        "suppliers": setting("suppliers"),
        "brands": setting("brands"),
        "categories": setting("categories"),
        "units": setting("units"),
        "variant-types": setting("variant-types"),
        "users": users,
        "roles": fixed(roles),
        "permissions": fixed(permissions),
        "packages": packages,
        "companies": companies,
        "payment-methods": payment_methods,
        "tax-rates": setting("tax-rates"),
        "order-statuses": fixed(order_statuses),
        "product-statuses": fixed(product_statuses),
        "currencies": fixed(currencies),
        "timezones": fixed(timezones),
    }
)
