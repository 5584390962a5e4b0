"""The application: every route in one place."""

import falcon
from falcon import App, Request, Response

from api import auth, errors, health, orders, settings, stock
from api.catalog import products
from api.gateway import House
from api.middleware import Gatekeeper
from api.openapi import OpenApi, document_of
from api.docs import Docs
from api.operations import operations_of
from api.reports import sales_summary
from api.wire import JSON_HANDLER
from domain.errors import Refusal


def create_app(house: House) -> App[Request, Response]:
    """The WSGI application. Raises UndeclaredOperation when a route lacks a declaration."""
    app: App[Request, Response] = falcon.App(
        middleware=[Gatekeeper(house)],
        cors_enable=False,
    )
    app.req_options.strip_url_path_trailing_slash = True
    app.req_options.keep_blank_qs_values = True
    app.req_options.auto_parse_qs_csv = False
    app.resp_options.media_handlers[falcon.MEDIA_JSON] = JSON_HANDLER
    app.add_error_handler(Exception, errors.fail)
    app.add_error_handler(falcon.HTTPError, errors.refuse_http)
    app.add_error_handler(Refusal, errors.refuse)
    _add_routes(app, house)
    return app


def _add_routes(app: App[Request, Response], house: House) -> None:
    app.add_route("/health", health.Alive(house))
    app.add_route("/ready", health.Ready(house))
    app.add_route("/metrics", health.Metrics(house))

    app.add_route("/api/auth/login", auth.Login(house))
    app.add_route("/api/auth/refresh", auth.Refresh(house))
    app.add_route("/api/auth/me", auth.Me(house))

    settings.add_routes(app, house)

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

    app.add_route("/api/pos/quote", orders.PosQuote(house))
    app.add_route("/api/pos/orders", orders.PosOrders(house))
    app.add_route("/api/cashier/orders", orders.CashierOrders(house))
    app.add_route("/api/cashier/orders/{order_id:uuid}", orders.CashierOrder(house))
    app.add_route("/api/cashier/orders/{order_id:uuid}/receipt", orders.CashierReceipt(house))

    base = "/api/admin/reports/sales-summary"
    app.add_route(f"{base}/overview", sales_summary.Overview(house))
    app.add_route(f"{base}/by-period", sales_summary.ByPeriod(house))
    app.add_route(f"{base}/by-store", sales_summary.ByStore(house))
    app.add_route(f"{base}/by-product", sales_summary.ByProduct(house))
    app.add_route(f"{base}/by-payment-method", sales_summary.ByPaymentMethod(house))

    docs, openapi = Docs(house), OpenApi(house)
    app.add_route("/docs", docs)
    app.add_route("/api/openapi.json", openapi)
    openapi.document = document_of(app)
    docs.document = openapi.document
