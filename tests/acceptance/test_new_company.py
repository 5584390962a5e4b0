"""A company joins the platform: from its package to its first sale, to the day it is suspended."""

from typing import Any
from uuid import uuid4

PASSWORD = "correct horse battery staple"
NARROW = {"stores": 1, "storages": 2, "users": 3, "products": 10, "orders_per_month": 2}


def sign_in(service: Any, username: str, path: str = "/api/auth/login") -> Any:
    answer = service.client().post(path, {"username": username, "password": PASSWORD})
    assert answer.status == 200, answer.body
    return service.client(answer.data["token"])


def test_a_company_from_its_package_to_its_suspension(service: Any, platform: Any) -> None:
    mark = uuid4().hex[:8]
    corner = {"name": f"Corner {mark}", "price": 2900, "currency": "EUR", "billing_period": "monthly"}
    package = platform.post("/api/admin/packages", {**corner, "trial_days": 14, "limits": NARROW}).data
    boss = {"username": f"boss-{mark}", "password": PASSWORD}
    bakery = {"name": f"Bakery {mark}", "currency": "EUR", "timezone": "Europe/Berlin", "admin": boss}
    joined = platform.post("/api/admin/companies", {**bakery, "package_id": package["id"]})
    assert joined.status == 201, joined.body
    company = joined.data
    subscription = f"/api/admin/companies/{company['id']}/subscription"
    assert platform.get(subscription).data["status"] == "trial"

    admin = sign_in(service, boss["username"])
    store = admin.post("/api/admin/stores", {"name": "Main", "code": "M"}).data
    second = admin.post("/api/admin/stores", {"name": "Second", "code": "S"})
    assert (second.status, second.code) == (403, "plan_limit_reached")
    back = {"name": "Back", "code": "B", "store_id": store["id"], "allow_negative": True}
    admin.post("/api/admin/storages", back)
    till = admin.post(f"/api/admin/stores/{store['id']}/registers", {"name": "Till", "code": "1"}).data
    variant = {"sku": "RYE", "price": 450, "cost": 180}
    bread = admin.post("/api/admin/products", {"name": "Rye bread", "variants": [variant]}).data
    admin.post(f"/api/admin/products/{bread['id']}/status", {"status": "active"})

    hired = {}
    for role in ("cashier", "manager"):
        person = {"username": f"{role}-{mark}", "password": PASSWORD, "role_id": role}
        answer = admin.post("/api/admin/settings/users", {**person, "store_ids": [store["id"]]})
        assert answer.status == 201, answer.body
        hired[role] = answer.data
    fourth = {"username": f"fourth-{mark}", "password": PASSWORD, "role_id": "cashier"}
    assert admin.post("/api/admin/settings/users", fourth).code == "plan_limit_reached"

    cashier = sign_in(service, f"cashier-{mark}", "/api/auth/pos/login")
    sale = {
        "register_id": till["id"],
        "lines": [{"variant_id": bread["variants"][0]["id"], "quantity": 1}],
        "payments": [{"method": "cash", "amount": 450}],
    }
    sold = cashier.post("/api/pos/orders", sale)
    assert sold.status == 201, sold.body
    for path in ("/api/admin/products", "/api/admin/settings/users", "/api/admin/stores"):
        assert cashier.get(path).status == 403
    manager = sign_in(service, f"manager-{mark}")
    assert [one["id"] for one in manager.get("/api/admin/stores").data] == [store["id"]]
    assert manager.get("/api/admin/settings/users").status == 403
    assert manager.post("/api/pos/orders", sale).status == 201
    assert cashier.post("/api/pos/orders", sale).code == "plan_limit_reached"

    wider = {**NARROW, "stores": 2, "orders_per_month": None}
    assert platform.patch(f"/api/admin/packages/{package['id']}", {"limits": wider}).status == 200
    assert cashier.post("/api/pos/orders", sale).status == 201
    assert admin.post("/api/admin/stores", {"name": "Second", "code": "S"}).status == 201

    suspended = platform.post(f"/api/admin/companies/{company['id']}/suspend")
    assert suspended.data["status"] == "suspended"
    refused = cashier.post("/api/pos/orders", sale)
    assert (refused.status, refused.code) == (403, "company_suspended")
    assert len(cashier.get("/api/cashier/orders").data) == 2
    body = {"username": boss["username"], "password": PASSWORD}
    assert service.client().post("/api/auth/login", body).code == "company_suspended"
    platform.post(f"/api/admin/companies/{company['id']}/activate")
    assert cashier.post("/api/pos/orders", sale).status == 201
