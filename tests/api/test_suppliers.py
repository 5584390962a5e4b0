"""Suppliers over HTTP: what is known of them, and that goods come from those there are."""

from typing import Any
from uuid import uuid4

import pytest

PATH = "/api/admin/settings/suppliers"


@pytest.fixture
def admin(shop: Any) -> Any:
    """Who knows the suppliers."""
    return shop.client()


def test_all_that_is_known_of_one_is_kept(admin: Any) -> None:
    body = {
        "name": "Hillside Roasters",
        "code": "HILL",
        "contact_name": "The sales desk",
        "email": "sales@hillside.example",
        "phone": "+49 30 1",
        "address": "Hill 1\nBerlin",
        "tax_number": "DE811907980",
        "payment_terms_days": 30,
        "lead_time_days": 5,
        "minimum_order": 25_000,
        "note": "Delivers on Mondays",
    }
    supplier = admin.post(PATH, body).data
    assert body.items() <= supplier.items()
    assert admin.get(f"{PATH}/{supplier['id']}").data == supplier


def test_a_name_is_enough(admin: Any) -> None:
    supplier = admin.post(PATH, {"name": "Hillside"}).data
    unsaid = ("code", "payment_terms_days", "lead_time_days", "minimum_order")
    assert [supplier[field] for field in unsaid] == [None] * len(unsaid)
    assert admin.post(PATH, {"name": "Other"}).status == 201


def test_each_group_of_fields_is_a_fact_of_its_own(shop: Any, admin: Any) -> None:
    supplier = admin.post(PATH, {"name": "Hillside"}).data
    before = len(shop.events())
    edit = {
        "name": "Hillside Roasters",
        "code": "H",
        "phone": "1",
        "address": "2",
        "tax_number": "3",
        "payment_terms_days": 0,
        "lead_time_days": 2,
        "note": "4",
    }
    assert admin.patch(f"{PATH}/{supplier['id']}", edit).data.items() >= edit.items()
    types = [event["type"].rpartition(".")[2] for event in shop.events()[before:]]
    assert types == [
        *("Renamed", "Recoded", "Relocated", "TaxNumberNoted", "TermsAgreed", "LeadTimeAgreed", "Annotated")
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("payment_terms_days", 366),
        ("payment_terms_days", -1),
        ("payment_terms_days", 1.5),
        ("lead_time_days", 366),
        ("lead_time_days", -1),
        ("minimum_order", -1),
        ("minimum_order", 1.5),
        ("email", "nobody"),
        ("email", "a@b@c"),
        ("email", "a b@c"),
        ("email", "a,b@x.example"),
        ("email", "a:b@x.example"),
        ("email", "(c)a@b.example"),
        ("email", "x" * 250 + "@shop"),
        ("code", "a b"),
        ("code", ""),
        ("note", "x" * 2001),
        ("contact_name", "x" * 10_000),
    ],
)
def test_a_field_that_means_nothing_is_named(admin: Any, field: str, value: Any) -> None:
    refused = admin.post(PATH, {"name": "S", field: value})
    assert (refused.status, refused.fields) == (422, {field})


def test_a_delivery_names_a_supplier_there_is(stocked: Any) -> None:
    admin = stocked.shop.client()
    supplier = admin.post(PATH, {"name": "Hillside"}).data
    received = stocked.receive(1, 60, supplier_id=supplier["id"])
    assert (received.status, received.data["supplier_id"]) == (201, supplier["id"])
    admin.delete(f"{PATH}/{supplier['id']}")
    for unknown in (str(uuid4()), stocked.store["id"], supplier["id"]):
        refused = stocked.receive(1, 60, supplier_id=unknown)
        assert (refused.status, refused.fields) == (422, {"supplier_id"})
    assert stocked.on_hand() == "11"


def test_an_inventory_clerk_keeps_them_and_a_cashier_does_not_see_them(shop: Any) -> None:
    clerk, cashier = shop.client("Inventory Clerk"), shop.client("Cashier")
    supplier = clerk.post(PATH, {"name": "Hillside"}).data
    assert clerk.patch(f"{PATH}/{supplier['id']}", {"note": "Slow"}).status == 200
    assert clerk.delete(f"{PATH}/{supplier['id']}").status == 200
    for answer in (
        cashier.get(PATH),
        cashier.post(PATH, {"name": "X"}),
        cashier.get(f"{PATH}/{supplier['id']}"),
    ):
        assert (answer.status, answer.code) == (403, "forbidden")
