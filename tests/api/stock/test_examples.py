"""The examples of the documentation do what they show, once their ids are real ones."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

import pytest

from api.app import create_app
from api.openapi.document import document_of
from api.services import Services

Json = dict[str, Any]

INVENTORY = "/api/admin/inventory"
UNUSED = cast("Any", None)
#: The documents, and what is done with each, in an order in which all of it is possible.
STORIES: dict[str, tuple[str, ...]] = {
    "receipts": ("POST receipts", "POST movements/{movement_id}/reverse"),
    "adjustments": ("POST adjustments",),
    "supplier-returns": ("POST supplier-returns",),
    "transfers": (
        "POST transfers",
        "PATCH transfers/{transfer_id}",
        "POST transfers/{transfer_id}/ship",
        "POST transfers/{transfer_id}/receive",
    ),
    "cancelled transfers": ("POST transfers", "POST transfers/{transfer_id}/cancel"),
    "counts": ("POST counts", "PUT counts/{count_id}/lines", "POST counts/{count_id}/complete"),
    "cancelled counts": ("POST counts", "POST counts/{count_id}/cancel"),
    "purchase orders": (
        "POST purchase-orders",
        "PATCH purchase-orders/{purchase_order_id}",
        "POST purchase-orders/{purchase_order_id}/order",
        "POST purchase-orders/{purchase_order_id}/receive",
        "POST purchase-orders/{purchase_order_id}/cancel",
    ),
    "reservations": ("POST reservations", "POST reservations/{reservation_id}/release"),
    "reorder points": ("PUT reorder-points",),
}


@pytest.fixture(scope="module")
def document() -> Json:
    now = datetime.now(UTC)
    services = Services(
        application=UNUSED, authentication=UNUSED, health=UNUSED, pictures=UNUSED, now=lambda: now
    )
    return document_of(create_app(services))


@dataclass
class Newcomer:
    """Copies examples, puts in the ids of the shop and of the answers so far, and a day still to come."""

    client: Any
    document: Json
    ids: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str) -> Json:
        operation = self.document["paths"][path][method.lower()]
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        body = self.with_real_ids(content["example"]) if content else None
        answer = self.client.call(method, path.format(**self.ids), body)
        assert answer.status < 300, (method, path, body, answer.body)
        return cast("Json", answer.data)

    def with_real_ids(self, example: Any, name: str = "") -> Any:
        if isinstance(example, dict):
            return {inner: self.with_real_ids(value, inner) for inner, value in example.items()}
        if isinstance(example, list):
            return [self.with_real_ids(value, name.removesuffix("s")) for value in example]
        if name == "expires_at":
            return "2999-01-01T00:00:00Z"
        if name == "id":
            return str(uuid4())
        return self.ids[name] if name.endswith("_id") else example

    def remember(self, single: str, answered: Json) -> None:
        self.ids[single] = answered["id"]
        lines = answered.get("lines") or [{}]
        self.ids["line_id"] = lines[0].get("id", "")


@pytest.fixture
def newcomer(stocked: Any, document: Json) -> Newcomer:
    client = stocked.shop.client()
    warehouse = client.post("/api/admin/storages", {"name": "Warehouse", "code": "W"}).data
    supplier = client.post("/api/admin/settings/suppliers", {"name": "Hillside"}).data
    ids = {
        "variant_id": stocked.variant_id,
        "storage_id": stocked.storage["id"],
        "from_storage_id": stocked.storage["id"],
        "to_storage_id": warehouse["id"],
        "supplier_id": supplier["id"],
    }
    return Newcomer(client, document, ids)


@pytest.mark.parametrize("story", STORIES)
def test_a_documents_examples_are_taken(newcomer: Newcomer, story: str) -> None:
    singles = {"receipts": "movement_id"}
    for step in STORIES[story]:
        method, path = step.split()
        answered = newcomer.send(method, f"{INVENTORY}/{path}")
        if "/" not in path and isinstance(answered, dict):
            newcomer.remember(singles.get(path, f"{path.removesuffix('s').replace('-', '_')}_id"), answered)


def test_every_example_of_the_stock_routes_is_tried(document: Json) -> None:
    tried = {step for story in STORIES.values() for step in story}
    shown = {
        f"{method.upper()} {path.removeprefix(f'{INVENTORY}/')}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if path.startswith(f"{INVENTORY}/") and "requestBody" in operation
    }
    assert shown <= tried


@pytest.mark.parametrize("kind", ["units", "suppliers"])
def test_the_examples_of_what_goods_are_measured_in_and_who_brings_them_are_taken(
    newcomer: Newcomer, kind: str
) -> None:
    path = f"/api/admin/settings/{kind}"
    single = next(one for one in newcomer.document["paths"] if one.startswith(f"{path}/{{"))
    newcomer.remember(single.rpartition("{")[2][:-1], newcomer.send("POST", path))
    newcomer.send("PATCH", single)
