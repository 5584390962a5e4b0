"""A shop's first day, told as its people live it: from signing in to the evening's report."""

from typing import Any
from uuid import uuid4

PASSWORD = "correct horse battery staple"


def sign_in(shop: Any, role: str) -> Any:
    body = {"username": shop.username(role), "password": PASSWORD}
    token = shop.service.client().post("/api/auth/login", body).data["token"]
    return shop.service.client(token)


def test_a_shops_first_day(shop: Any) -> None:
    owner = sign_in(shop, "Admin")
    store = owner.post("/api/admin/stores", {"name": "Corner", "code": "C", "day_cut": "04:00"}).data
    back = {"name": "Back room", "code": "BACK", "store_id": store["id"]}
    storage = owner.post("/api/admin/storages", back).data
    till = owner.post(f"/api/admin/stores/{store['id']}/registers", {"name": "Till", "code": "1"}).data
    vat = {"name": "VAT 7", "rate": "7", "inclusive": True}
    tax = owner.post("/api/admin/settings/tax-rates", vat).data
    owner.patch("/api/admin/settings/company", {"backdating_days": 3650})
    piece = owner.post("/api/admin/settings/units", {"name": "Piece", "symbol": "pc"}).data

    manager = sign_in(shop, "Manager")
    bread = {
        "name": "Rye bread",
        "unit_id": piece["id"],
        "tax_rate_ids": [tax["id"]],
        "variants": [{"sku": "RYE", "price": 450, "cost": 180, "reorder_level": 3}],
    }
    product = manager.post("/api/admin/products", bread).data
    manager.post(f"/api/admin/products/{product['id']}/status", {"status": "active"})
    variant = product["variants"][0]["id"]

    clerk = sign_in(shop, "Inventory Clerk")
    for quantity, unit_cost in ((6, 180), (4, 200)):
        line = {"variant_id": variant, "quantity": quantity, "unit_cost": unit_cost}
        delivery = {"storage_id": storage["id"], "lines": [line]}
        assert clerk.post("/api/admin/inventory/receipts", delivery).status == 201

    cashier = sign_in(shop, "Cashier")
    basket = {"register_id": till["id"], "lines": [{"variant_id": variant, "quantity": 2}]}
    assert cashier.post("/api/pos/quote", basket).data["total"] == 900
    cash = [{"method": "cash", "amount": 900, "tendered": 1000}]
    sale = {**basket, "id": str(uuid4()), "payments": cash, "occurred_at": "2024-05-04T01:30:00Z"}
    sold = cashier.post("/api/pos/orders", sale)
    assert (sold.data["number"], sold.data["change_total"]) == ("C-1-000001", 100)
    assert sold.data["business_date"] == "2024-05-03"
    assert cashier.post("/api/pos/orders", sale).body == sold.body
    paid = [{"method": "card", "amount": 9 * 450}]
    too_many = {**basket, "lines": [{"variant_id": variant, "quantity": 9}], "payments": paid}
    assert cashier.post("/api/pos/orders", too_many).code == "insufficient_stock"
    receipt = cashier.get(f"/api/cashier/orders/{sold.data['id']}/receipt").data
    assert receipt["store"]["name"] == "Corner"
    assert cashier.get("/api/admin/inventory/levels").status == 403

    level = clerk.get("/api/admin/inventory/levels").data[0]
    assert (level["on_hand"], level["value"]) == ("8", 1880 - 376)
    position = sold.headers["x-event-position"]
    rows = clerk.get("/api/admin/inventory/movements", X_Wait_For_Position=position).data
    assert [row["type"] for row in rows] == ["receipt", "receipt", "sale"]

    evening = "/api/admin/reports/sales-summary/overview?from=2024-05-03&to=2024-05-03"
    report = manager.get(evening, X_Wait_For_Position=position).data["overall"]
    assert (report["orders"], report["total_collected"], report["tax"]) == (1, 900, 59)
    assert (report["net_sales"], report["cost_of_goods"], report["gross_profit"]) == (841, 376, 465)
