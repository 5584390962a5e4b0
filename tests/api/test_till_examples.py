"""The examples of the till's routes do what they show, once their ids are real ones."""

from typing import Any

import pytest

from tests.api.newcomer import Json, Newcomer, written_document
from tests.conftest import PASSWORD

#: What is done at a till, in an order in which all of it is possible, and what each answer is called then.
STORIES: dict[str, tuple[tuple[str, str], ...]] = {
    "a shift": (
        ("POST /api/pos/shifts/open", "shift_id"),
        ("POST /api/pos/shifts/{shift_id}/cash-movements", ""),
        ("POST /api/pos/shifts/{shift_id}/close", ""),
        ("POST /api/pos/shifts/{shift_id}/recount", ""),
        ("POST /api/pos/shifts/{shift_id}/report/prints", ""),
    ),
    "a sale that is refunded": (
        ("POST /api/pos/quote", ""),
        ("POST /api/pos/orders", "order_id"),
        ("POST /api/cashier/orders/{order_id}/receipt/prints", ""),
        ("POST /api/cashier/orders/{order_id}/receipt/send", ""),
        ("POST /api/pos/approvals", ""),
        ("POST /api/pos/orders/{order_id}/refunds/quote", ""),
        ("POST /api/pos/orders/{order_id}/refunds", "refund_id"),
        ("POST /api/pos/orders/{order_id}/refunds/{refund_id}/receipt/prints", ""),
        ("POST /api/pos/orders/{order_id}/refunds/{refund_id}/receipt/send", ""),
    ),
    "a sale that is voided": (
        ("POST /api/pos/orders", "order_id"),
        ("POST /api/pos/orders/{order_id}/void", ""),
    ),
    "an exchange": (("POST /api/pos/orders", "order_id"), ("POST /api/pos/exchange", "")),
    "a parked sale": (
        ("POST /api/pos/orders/hold", "order_id"),
        ("POST /api/pos/orders/{order_id}/resume", ""),
    ),
    "a return": (("POST /api/pos/returns", ""),),
    "a customer": (("POST /api/pos/customers", ""),),
    "a device": (
        ("POST /api/pos/devices", "device_id"),
        ("POST /api/pos/sync", ""),
        ("POST /api/pos/devices/{device_id}/retire", ""),
    ),
}
#: What needs a setting of its own; its tests are those of signing in, and of the inbox.
ELSEWHERE = {"POST /api/pos/sync/inbox/{entry_id}/resolve"}


@pytest.fixture(scope="module")
def document() -> Json:
    return written_document()


@pytest.fixture
def newcomer(shop: Any, stock: Any, document: Json) -> Newcomer:
    """At a till that sells what the examples sell: at 450, to which 7.25 % are added."""
    stocked = stock(shop)
    admin = shop.client()
    tax = admin.post(
        "/api/admin/settings/tax-rates", {"name": "Sales", "rate": "7.25", "inclusive": False}
    ).data
    beans = stocked.product_of(tax_rate_ids=[tax["id"]], variants=[{"sku": "BEANS-250", "price": 450}])
    ids = {
        "variant_id": beans["variants"][0]["id"],
        "untaxed_id": stocked.product_of(tax_rate_ids=[], variants=[{"sku": "TEA", "price": 450}])[
            "variants"
        ][0]["id"],
        "register_id": stocked.register["id"],
        "username": shop.username("Admin"),
        "password": PASSWORD,
    }
    stocked.receive("10", 200, lines=[{"variant_id": ids["variant_id"], "quantity": "10", "unit_cost": 200}])
    return Newcomer(admin, document, ids)


@pytest.mark.parametrize("story", STORIES)
def test_the_examples_are_taken(newcomer: Newcomer, story: str) -> None:
    if story == "a return":
        # Its example pays out the price, as of goods that no tax is added to.
        newcomer.ids["variant_id"] = newcomer.ids["untaxed_id"]
    for step, single in STORIES[story]:
        answered = newcomer.send(*step.split())
        if single:
            newcomer.remember(single, answered)
        assert [one["status"] for one in (answered or {}).get("results", [])] in ([], ["applied"])


def test_every_example_is_tried(document: Json) -> None:
    tried = {step for story in STORIES.values() for step, _ in story}
    shown = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if path.startswith(("/api/pos/", "/api/cashier/")) and "requestBody" in operation
    }
    assert shown == tried | ELSEWHERE
