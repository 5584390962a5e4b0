"""The application: every route in one place."""

from functools import cache
from typing import Any

import falcon
from falcon import App, Request, Response

from api import (
    accounts,
    approvals,
    audit,
    auth,
    cashier,
    catalog,
    companies,
    company_settings,
    console,
    customers,
    dashboard,
    devices,
    docs,
    doctor,
    failed_events,
    feed,
    fiscal,
    health,
    logs,
    lookups,
    market_basket,
    orders,
    packages,
    pages,
    pos_catalog,
    pos_customers,
    pos_products,
    read_models,
    receipts,
    reports,
    shifts,
    stats,
    stock,
    super_dashboard,
    sync,
    users,
    webhooks,
    welcome,
)
from api.catalog.brands import BRANDS
from api.catalog.categories import CATEGORIES
from api.catalog.units import UNITS, UnitConversion
from api.catalog.variant_types import VARIANT_TYPES
from api.customer_groups import CUSTOMER_GROUPS
from api.errors import Failures
from api.middleware import Gatekeeper
from api.near_routes import NearRoutes
from api.openapi import OpenApi, document_of
from api.openapi.document import routes_of
from api.pages.missing import show_missing
from api.paths import IdConverter, NumberConverter
from api.payment_methods import PAYMENT_METHODS
from api.registers import REGISTERS
from api.services import Services
from api.settings import SettingListing, add_setting
from api.storages import STORAGES, STORE_STORAGES
from api.stores import STORES
from api.suppliers import SUPPLIERS
from api.tax_rates import TAX_RATES
from domain.errors import Refusal

#: Every kind of setting, each with a list and single ones.
SETTINGS = (
    STORES,
    REGISTERS,
    STORAGES,
    TAX_RATES,
    PAYMENT_METHODS,
    SUPPLIERS,
    BRANDS,
    CATEGORIES,
    UNITS,
    VARIANT_TYPES,
    CUSTOMER_GROUPS,
)


#: Everything else there is; each area adds its own routes.
AREAS = (
    health,
    auth,
    users,
    lookups,
    packages,
    companies,
    super_dashboard,
    doctor,
    logs,
    read_models,
    failed_events,
    stats,
    company_settings,
    catalog,
    stock,
    customers,
    pos_customers,
    pos_products,
    pos_catalog,
    devices,
    orders,
    cashier,
    accounts,
    approvals,
    receipts,
    shifts,
    sync,
    reports,
    dashboard,
    market_basket,
    fiscal,
    audit,
    console,
    pages,
    webhooks,
    feed,
    welcome,
)


class _Wsgi(App[Request, Response]):
    # NOTE: falcon keeps one method for itself and would refuse it before anybody counts it.
    _META_METHODS = frozenset[str]()


def create_app(services: Services) -> App[Request, Response]:
    """The WSGI application. Raises UndeclaredOperation when a route lacks a declaration."""
    app = _Wsgi(middleware=_middleware(services))
    app.req_options.keep_blank_qs_values = True
    app.req_options.auto_parse_qs_csv = False
    app.router_options.converters["uuid"] = IdConverter
    app.router_options.converters["int"] = NumberConverter
    failures = Failures(services.public_url, show_missing)
    app.add_error_handler(Exception, failures.fail)
    app.add_error_handler(falcon.HTTPError, failures.refuse_http)
    app.add_error_handler(Refusal, failures.refuse)
    _add_routes(app, services)
    failures.routes = NearRoutes({route.template for route in routes_of(app)})
    return app


def _middleware(services: Services) -> list[Any]:
    """The gatekeeper, and for origins that were allowed by name, the headers that let browsers in."""
    if not services.cors_origins:
        return [Gatekeeper(services)]
    shared = ["ETag", "Idempotent-Replayed", "X-Event-Position", "X-Read-Position", "X-Request-Id"]
    shared += ["Content-Range", "X-Report-About", "X-Report-Checksum"]
    shared += ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After"]
    return [
        falcon.CORSMiddleware(allow_origins=services.cors_origins, expose_headers=shared),
        Gatekeeper(services),
    ]


def _add_routes(app: App[Request, Response], services: Services) -> None:
    for area in AREAS:
        area.add_routes(app, services)
    for declared in SETTINGS:
        add_setting(app, services, declared)
    app.add_route(f"{UNITS.path}/{{unit_id:uuid}}/convert", UnitConversion(services))
    app.add_route(STORE_STORAGES.path, SettingListing(services, STORE_STORAGES))

    document, openapi = cache(lambda: document_of(app)), OpenApi(services)
    docs.add_routes(app, services, document)
    app.add_route("/api/openapi.json", openapi)
    openapi.document = document
