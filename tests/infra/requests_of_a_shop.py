"""One request of each kind that a shop makes, for tests of what refuses all of them."""

from collections.abc import Callable
from typing import Any

from tests.api.conftest import Stocked
from tests.conftest import PASSWORD

REPORT = "/api/admin/reports/sales-summary/overview?from=2021-01-01&to=2030-12-31"


def quote(it: Stocked) -> Any:
    basket = {name: value for name, value in it.sale().items() if name != "payments"}
    return it.shop.client().post("/api/pos/quote", basket)


def sign_in(it: Stocked) -> Any:
    body = {"username": it.shop.username("Admin"), "password": PASSWORD}
    return it.shop.service.client().post("/api/auth/login", body)


REQUESTS: dict[str, Callable[[Stocked], Any]] = {
    "a sale": lambda it: it.sell(),
    "a quote": quote,
    "a list": lambda it: it.shop.client().get("/api/admin/products"),
    "a resource": lambda it: it.shop.client().get(f"/api/admin/products/{it.product['id']}"),
    "a report": lambda it: it.shop.client().get(REPORT),
    "the audit": lambda it: it.shop.client().get("/api/audit/events"),
    "a sign-in": sign_in,
}
