"""Reorder points over HTTP: a storage's own stand in place of what the variant says."""

from typing import Any

PATH = "/api/admin/inventory/reorder-points"


def line(stocked: Any, **values: Any) -> dict[str, Any]:
    return {"storage_id": stocked.storage["id"], "variant_id": stocked.variant_id, **values}


def test_are_set_listed_and_lifted(stocked: Any) -> None:
    clerk = stocked.shop.client("Inventory Clerk")
    own = line(stocked, reorder_level="10", reorder_quantity="40", max_level=None)
    answer = clerk.put(PATH, {"lines": [own]})
    assert (answer.status, answer.data) == (200, [own])
    for query, expected in (
        ("", [own]),
        (f"?storage_id={stocked.storage['id']}&variant_id={stocked.variant_id}", [own]),
        (f"?storage_id={stocked.variant_id}", []),
        (f"?variant_id={stocked.storage['id']}", []),
    ):
        assert clerk.get(f"{PATH}{query}").data == expected, query
    lifted = clerk.put(PATH, {"lines": [line(stocked, reorder_level=None)]})
    assert lifted.data == [line(stocked, reorder_level=None, reorder_quantity=None, max_level=None)]
    assert clerk.get(PATH).data == []


def test_are_set_all_together_or_not_at_all(stocked: Any) -> None:
    clerk, before = stocked.shop.client("Inventory Clerk"), len(stocked.shop.events())
    own = line(stocked, reorder_level="10")
    refused = clerk.put(PATH, {"lines": [own, {**own, "variant_id": stocked.storage["id"]}, own]})
    assert (refused.status, refused.fields) == (422, {"lines.1.variant_id", "lines.2.variant_id"})
    assert clerk.put(PATH, {"lines": [line(stocked, reorder_level="-1")]}).status == 422
    assert clerk.put(PATH, {"lines": [own] * 1001}).status == 422
    assert (len(stocked.shop.events()), clerk.get(PATH).data) == (before, [])


def test_a_thousand_are_set_at_once(stocked: Any) -> None:
    variants = [{"sku": f"V{number}", "price": 100} for number in range(100)]
    ids = [
        variant["id"]
        for number in range(10)
        for variant in stocked.product_of(
            variants=[{**one, "sku": f"{one['sku']}-{number}"} for one in variants]
        )["variants"]
    ]
    clerk = stocked.shop.client("Inventory Clerk")
    lines = [line(stocked, variant_id=one, reorder_level="10") for one in ids]
    answer = clerk.put(PATH, {"lines": lines})
    assert (answer.status, len(answer.data)) == (200, 1000)
    assert clerk.get(PATH).json["pagination"]["total"] == 1000
    before = len(stocked.shop.events())
    assert clerk.put(PATH, {"lines": lines}).status == 200
    assert len(stocked.shop.events()) == before


def test_who_is_bound_sees_warehouses_and_sets_their_own_storages(stocked: Any) -> None:
    warehouse = stocked.shop.client().post("/api/admin/storages", {"name": "W", "code": "W"}).data
    there = line(stocked, storage_id=warehouse["id"], reorder_level="10")
    assert stocked.shop.client().put(PATH, {"lines": [there]}).status == 200
    bound = stocked.shop.client("Inventory Clerk", stores=[stocked.store["id"]])
    refused = bound.put(PATH, {"lines": [line(stocked, reorder_level="10"), there]})
    assert (refused.status, refused.code) == (403, "forbidden")
    assert bound.put(PATH, {"lines": [line(stocked, reorder_level="10")]}).status == 200
    assert len(bound.get(PATH).data) == 2
