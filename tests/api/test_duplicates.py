"""What is taken is refused with whoever has it: each `duplicate_…` that there is, also one to come."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS, PRODUCTS = "/api/admin/settings", "/api/admin/products"
Refused = tuple[Any, Mapping[str, str]]


def product(admin: Any, **variant: Any) -> Any:
    body = {"name": f"Tea {uuid4()}", "variants": [{"sku": str(uuid4()), "price": 1, **variant}]}
    return admin.post(PRODUCTS, body)


def taken_name(admin: Any) -> Refused:
    brand = admin.post(f"{SETTINGS}/brands", {"name": "Nordic"}).data
    answer = admin.post(f"{SETTINGS}/brands", {"name": " nordic"})
    return answer, {"field": "name", "id": brand["id"], "name": "Nordic", "status": "active"}


def taken_code(admin: Any) -> Refused:
    supplier = admin.post(f"{SETTINGS}/suppliers", {"name": "Mill", "code": "MILL"}).data
    answer = admin.post(f"{SETTINGS}/suppliers", {"name": "Other", "code": "mill"})
    return answer, {"field": "code", "id": supplier["id"], "name": "Mill", "status": "active"}


def taken_username(admin: Any) -> Refused:
    name = f"anna@{uuid4()}"
    body = {"username": name, "password": "correct horse battery", "role_id": "cashier"}
    user = admin.post(f"{SETTINGS}/users", body).data
    answer = admin.post(f"{SETTINGS}/users", {**body, "username": name.upper()})
    return answer, {"field": "username", "id": user["id"], "name": name, "status": "active"}


def taken_sku(admin: Any) -> Refused:
    holder = product(admin, sku="TEA-1").data
    answer = product(admin, sku="tea-1")
    return answer, {"field": "variants.0.sku", "id": holder["id"], "name": holder["name"], "status": "draft"}


def taken_barcode(admin: Any) -> Refused:
    holder = product(admin, barcodes=["012345678905"]).data
    answer = product(admin, barcodes=["0012345678905"])
    return answer, {
        "field": "variants.0.barcodes",
        "id": holder["id"],
        "name": holder["name"],
        "status": "draft",
    }


#: What somebody has already, by its code, with how it comes to be refused.
TAKEN: Mapping[str, Callable[[Any], Refused]] = {
    "duplicate_name": taken_name,
    "duplicate_code": taken_code,
    "duplicate_username": taken_username,
    "duplicate_sku": taken_sku,
    "duplicate_barcode": taken_barcode,
}
#: What names no holder, and why.
UNHELD: Mapping[str, str] = {
    "duplicate_id": "The id that was sent is the holder's, who may be of another company.",
    "duplicate_line": "It is twice in what was sent, and the detail says where.",
    "duplicate_column": "It is twice in the file, and the detail says which.",
}


@pytest.mark.parametrize("code", sorted(TAKEN))
def test_what_is_taken_names_who_has_it(shop: Any, code: str) -> None:
    answer, holder = TAKEN[code](shop.client())
    assert (answer.status, answer.code) == (409, code)
    (detail,) = answer.json["error"]["details"]
    assert detail["code"] == code
    assert holder.items() <= detail.items()


def test_there_is_no_code_of_which_nobody_knows_whether_it_names_one(service: Any) -> None:
    document = service.client().get("/api/openapi.json").json
    listed = {one["code"] for name in ("x-error-codes", "x-detail-codes") for one in document[name]}
    written = {
        code
        for layer in ("domain", "commands", "projections", "api")
        for path in (ROOT / layer).rglob("*.py")
        for code in re.findall(r'"(duplicate_[a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert {code for code in listed | written if code.startswith("duplicate_")} == {*TAKEN, *UNHELD}
