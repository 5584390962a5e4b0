"""The examples of the documentation do what they show, once their ids are real ones."""

from typing import Any

import pytest

from tests.api.newcomer import Json, Newcomer, written_document

INVENTORY = "/api/admin/inventory"
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
    return written_document()


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
