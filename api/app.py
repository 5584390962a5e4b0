"""The application: every route in one place."""

from typing import Any

import falcon
from falcon import App, Request, Response

from api import auth, errors, health, orders, pos_products, stock
from api.catalog import products
from api.catalog.brands import BRANDS
from api.catalog.categories import CATEGORIES
from api.catalog.units import UNITS
from api.docs import Docs
from api.gateway import House
from api.middleware import Gatekeeper
from api.openapi import OpenApi, document_of
from api.registers import REGISTERS
from api.reports import sales_summary
from api.settings import add_setting
from api.storages import STORAGES
from api.stores import STORES
from api.tax_rates import TAX_RATES
from api.wire import JSON_HANDLER
from domain.errors import Refusal


def create_app(house: House) -> App[Request, Response]:
    """The WSGI application. Raises UndeclaredOperation when a route lacks a declaration."""
    app: App[Request, Response] = falcon.App(middleware=_middleware(house))
    app.req_options.strip_url_path_trailing_slash = True
    app.req_options.keep_blank_qs_values = True
    app.req_options.auto_parse_qs_csv = False
    app.resp_options.media_handlers[falcon.MEDIA_JSON] = JSON_HANDLER
    app.add_error_handler(Exception, errors.fail)
    app.add_error_handler(falcon.HTTPError, errors.refuse_http)
    app.add_error_handler(Refusal, errors.refuse)
    _add_routes(app, house)
    return app


def _middleware(house: House) -> list[Any]:
    """The gatekeeper, and for origins that were allowed by name, the headers that let browsers in."""
    if not house.cors_origins:
        return [Gatekeeper(house)]
    shared = ["ETag", "X-Event-Position", "X-Read-Position", "X-Request-Id"]
    return [falcon.CORSMiddleware(allow_origins=house.cors_origins, expose_headers=shared), Gatekeeper(house)]


def _add_routes(app: App[Request, Response], house: House) -> None:
    app.add_route("/health", health.Alive(house))
    app.add_route("/ready", health.Ready(house))
    app.add_route("/metrics", health.Metrics(house))

    app.add_route("/api/auth/login", auth.Login(house))
    app.add_route("/api/auth/refresh", auth.Refresh(house))
    app.add_route("/api/auth/me", auth.Me(house))

    for told in (STORES, REGISTERS, STORAGES, TAX_RATES, BRANDS, CATEGORIES, UNITS):
        add_setting(app, house, told)

    app.add_route("/api/admin/products", products.Products(house))
    app.add_route("/api/admin/products/{product_id:uuid}", products.ProductById(house))
    app.add_route("/api/admin/products/{product_id:uuid}/status", products.ProductStatus(house))
    app.add_route("/api/admin/products/{product_id:uuid}/variants", products.ProductVariants(house))
    app.add_route(
        "/api/admin/products/{product_id:uuid}/variants/{variant_id:uuid}", products.VariantById(house)
    )

    app.add_route("/api/admin/inventory/receipts", stock.StockReceipts(house))
    app.add_route("/api/admin/inventory/levels", stock.StockLevels(house))
    app.add_route("/api/admin/inventory/movements", stock.StockMovements(house))

    app.add_route("/api/pos/products", pos_products.PosProducts(house))
    app.add_route("/api/pos/quote", orders.PosQuote(house))
    app.add_route("/api/pos/orders", orders.PosOrders(house))
    app.add_route("/api/cashier/orders", orders.CashierOrders(house))
    app.add_route("/api/cashier/orders/{order_id:uuid}", orders.CashierOrder(house))
    app.add_route("/api/cashier/orders/{order_id:uuid}/receipt", orders.CashierReceipt(house))

    sales_summary.add_routes(app, house)

    docs, openapi = Docs(house), OpenApi(house)
    app.add_route("/docs", docs)
    app.add_route("/api/openapi.json", openapi)
    openapi.document = document_of(app)
    docs.document = openapi.document
