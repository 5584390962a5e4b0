"""What cashiers see of their store and of their own day."""

from typing import Any
from uuid import uuid4

STORE, DASHBOARD = "/api/cashier/store", "/api/cashier/dashboard"
COMPANY = "/api/admin/settings/company"


def set_company(stocked: Any, **settings: Any) -> None:
    assert stocked.shop.client().patch(COMPANY, settings).status == 200


def open_shift(stocked: Any, client: Any) -> Any:
    body = {"register_id": stocked.register["id"], "opening_float": 5000}
    answer = client.post("/api/pos/shifts/open", body)
    assert answer.status == 201
    return answer.data


def day_of(stocked: Any, client: Any, query: str = "") -> Any:
    """The caller's dashboard, once it knows all that has happened."""
    position = str(stocked.shop.events()[-1]["position"])
    answer = client.get(f"{DASHBOARD}?{query}", X_Wait_For_Position=position)
    assert answer.status == 200, answer.body
    return answer.data


class TestStore:
    def test_has_all_that_a_till_needs_besides_the_catalog(self, stocked: Any) -> None:
        admin, cashier = stocked.shop.client(), stocked.shop.client("Cashier")
        voucher = {"name": "Voucher", "code": "meal", "kind": "voucher", "requires_reference": True}
        admin.post("/api/admin/settings/payment-methods", voucher)
        set_company(stocked, cash_rounding=5, return_days=30, receipt_footer="Thank you.", blind_close=True)
        answer = cashier.get(STORE)
        assert answer.status == 200
        told = answer.data
        assert (told["store"]["id"], told["store"]["name"]) == (stocked.store["id"], "Main Street")
        assert (told["cash_rounding"], told["currency"]) == (5, "EUR")
        assert [(one["name"], one["open_shift"]) for one in told["registers"]] == [("Till 1", None)]
        rates = [(one["id"], one["rate"], one["inclusive"]) for one in told["tax_rates"]]
        assert rates == [(stocked.tax["id"], "19", True)]
        methods = [(one["code"], one["kind"], one["is_built_in"]) for one in told["payment_methods"]]
        assert methods == [
            ("cash", "cash", True),
            ("card", "card", True),
            ("coupon", "coupon", True),
            ("store_credit", "store_credit", True),
            ("account", "account", True),
            ("meal", "voucher", False),
        ]
        assert told["payment_methods"][-1]["requires_reference"]
        assert told["receipt"] == {"header": None, "footer": "Thank you."}
        settings = told["settings"]
        assert (settings["return_days"], settings["blind_close"], settings["held_hours"]) == (30, True, 72)
        assert str(told["position"]) == answer.headers["x-read-position"]

    def test_names_the_shift_that_is_open_at_a_register(self, stocked: Any) -> None:
        cashier = stocked.shop.client("Cashier")
        shift = open_shift(stocked, cashier)
        [register] = cashier.get(STORE).data["registers"]
        expected = {name: shift[name] for name in ("id", "opened_by", "opened_at")}
        assert register["open_shift"] == expected
        assert cashier.post(f"/api/pos/shifts/{shift['id']}/end").status == 200
        [register] = cashier.get(STORE).data["registers"]
        assert register["open_shift"] is None

    def test_leaves_out_what_is_archived_or_not_in_use(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        off = admin.post("/api/admin/settings/tax-rates", {"name": "Old", "rate": "7"}).data["id"]
        assert admin.delete(f"/api/admin/settings/tax-rates/{off}").status == 200
        registers = f"/api/admin/stores/{stocked.store['id']}/registers"
        gone = admin.post(registers, {"name": "Till 2", "code": "2"}).data["id"]
        assert admin.delete(f"{registers}/{gone}").status == 200
        told = admin.get(STORE).data
        assert [one["name"] for one in told["tax_rates"]] == ["VAT"]
        assert [one["name"] for one in told["registers"]] == ["Till 1"]

    def test_is_one_s_own_or_the_one_that_is_named_among_them(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        market = admin.post("/api/admin/stores", {"name": "Market", "code": "MKT"}).data
        bound = stocked.shop.client("Cashier", stores=[market["id"]])
        assert bound.get(STORE).data["store"]["id"] == market["id"]
        refused = bound.get(f"{STORE}?store_id={stocked.store['id']}")
        assert (refused.status, refused.code) == (403, "forbidden")
        assert admin.get(f"{STORE}?store_id={market['id']}").data["store"]["code"] == "MKT"
        assert admin.get(f"{STORE}?store_id={uuid4()}").status == 404

    def test_where_there_is_none_is_not_found(self, shop: Any) -> None:
        for path in (STORE, DASHBOARD):
            assert shop.client().get(path).status == 404

    def test_is_not_for_clerks(self, stocked: Any) -> None:
        clerk = stocked.shop.client("Inventory Clerk")
        for path in (STORE, DASHBOARD):
            assert clerk.get(path).status == 403


class TestDashboard:
    def test_adds_up_one_s_own_day(self, stocked: Any) -> None:
        cashier, manager = stocked.shop.client("Cashier"), stocked.shop.client("Manager")
        shift = open_shift(stocked, cashier)
        two = stocked.sell(2).data
        card = [{"method": "card", "amount": 119, "tip": 10}]
        one = stocked.sell(payments=card).data
        mistake = stocked.sell().data
        stocked.sell(role="Manager")
        assert manager.post(f"/api/pos/orders/{mistake['id']}/void", {"reason": "mistake"}).status == 200
        basket = {**stocked.sale(1), "payments": []}
        basket.pop("payments")
        assert cashier.post("/api/pos/orders/hold", basket).status == 201

        day = day_of(stocked, cashier, f"date={two['business_date']}")
        assert day["date"] == two["business_date"]
        assert day["sales"] == {
            "orders": 2,
            "items": "3",
            "net_sales": 300,
            "total_collected": 367,
            "average_order": 150,
            "average": 150,
            "items_per_order": "1.5000",
            "tips": 10,
        }
        assert day["refunds"] == {"count": 0, "total": 0}
        assert sum(hour["net_sales"] for hour in day["by_hour"]) == 300
        methods = {row["method"]: (row["payments"], row["amount"], row["tips"]) for row in day["by_method"]}
        assert methods == {"cash": (1, 238, 0), "card": (1, 119, 10)}
        [product] = day["top_products"]
        assert (product["sku"], product["quantity"], product["net_sales"]) == ("OAT-1", "3", 300)
        last = [(order["number"], order["status"]) for order in day["last_orders"]]
        assert last == [
            (mistake["number"], "voided"),
            (one["number"], "completed"),
            (two["number"], "completed"),
        ]
        assert (day["shift"]["id"], day["store"]["id"]) == (shift["id"], stocked.store["id"])
        own = {name: day["shift"][name] for name in ("sales", "orders", "refunds")}
        assert own == {"sales": 300, "orders": 2, "refunds": 0}
        assert day["read_position"] == stocked.shop.events()[-1]["position"]
        assert day["computed_at"] >= day["shift"]["opened_at"]
        assert day["held"] == {"count": 1, "total": 119}
        assert day["alerts"] == []

    def test_counts_a_refund_for_whoever_gave_it(self, stocked: Any) -> None:
        cashier, manager = stocked.shop.client("Cashier"), stocked.shop.client("Manager")
        order = stocked.sell(2).data
        body = {
            "lines": [{"line_id": order["lines"][0]["id"], "quantity": "1"}],
            "payments": [{"method": "cash", "amount": 119}],
            "reason": "sour",
        }
        assert manager.post(f"/api/pos/orders/{order['id']}/refunds", body).status == 201
        today = f"date={order['business_date']}"
        sold, gave = day_of(stocked, cashier, today), day_of(stocked, manager, today)
        assert (sold["sales"]["net_sales"], sold["refunds"]["count"]) == (200, 0)
        assert gave["refunds"] == {"count": 1, "total": 119}
        assert (gave["sales"]["orders"], gave["sales"]["net_sales"], gave["sales"]["average"]) == (
            0,
            -100,
            None,
        )
        assert gave["last_orders"] == []

    def test_says_what_one_did_in_the_shift_that_one_has_opened(self, stocked: Any) -> None:
        cashier, manager = stocked.shop.client("Cashier"), stocked.shop.client("Manager")
        before = stocked.sell(3).data
        open_shift(stocked, manager)
        assert day_of(stocked, cashier)["shift"] is None
        order = stocked.sell(2, role="Manager").data
        stocked.sell(1)
        body = {
            "lines": [{"line_id": order["lines"][0]["id"], "quantity": "1"}],
            "payments": [{"method": "cash", "amount": 119}],
            "reason": "sour",
        }
        assert manager.post(f"/api/pos/orders/{order['id']}/refunds", body).status == 201
        shift = day_of(stocked, manager, f"date={before['business_date']}")["shift"]
        assert (shift["sales"], shift["orders"], shift["refunds"]) == (100, 1, 119)

    def test_counts_what_is_handed_over_of_a_placed_order_once_and_as_no_refund(self, stocked: Any) -> None:
        manager = stocked.shop.client("Manager")
        body = {
            "store_id": stocked.store["id"],
            "channel": "phone",
            "lines": [{"variant_id": stocked.variant_id, "quantity": "2"}],
            "payments": [{"method": "card", "amount": 50}],
        }
        order = manager.post("/api/admin/orders", body).data
        part = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": "1"}]}
        for _ in range(2):
            assert manager.post(f"/api/admin/orders/{order['id']}/fulfil", part).status == 200
        day = day_of(stocked, manager, f"date={order['business_date']}")
        assert (day["sales"]["orders"], day["sales"]["items"], day["sales"]["net_sales"]) == (1, "2", 200)
        assert day["refunds"] == {"count": 0, "total": 0}
        assert [(row["method"], row["amount"]) for row in day["by_method"]] == [("card", 50)]
        assert [one["number"] for one in day["last_orders"]] == [order["number"]]

    def test_is_of_the_day_that_is_asked_for_and_says_what_the_summary_says(self, stocked: Any) -> None:
        manager = stocked.shop.client("Manager")
        for day, quantity in (("2024-03-01", 1), ("2024-03-02", 3)):
            stocked.sell(quantity, role="Manager", occurred_at=f"{day}T12:00:00Z")
        told = day_of(stocked, manager, "date=2024-03-02")
        report = "/api/admin/reports/sales-summary/overview?from=2024-03-02&to=2024-03-02"
        summary = manager.get(report, X_Wait_For_Position=str(stocked.shop.events()[-1]["position"])).data[
            "overall"
        ]
        same = ("orders", "items", "net_sales", "total_collected", "tips")
        assert {name: told["sales"][name] for name in same} == {name: summary[name] for name in same}
        assert told["sales"]["average"] == summary["average_order"]
        assert day_of(stocked, manager, "date=2024-03-03")["sales"]["orders"] == 0

    def test_hides_what_was_paid_by_method_where_counts_are_blind(self, stocked: Any) -> None:
        set_company(stocked, blind_close=True)
        cashier, manager = stocked.shop.client("Cashier"), stocked.shop.client("Manager")
        open_shift(stocked, cashier)
        stocked.sell()
        day = day_of(stocked, cashier)
        assert "by_method" not in day
        assert not {"expected_cash", "over_short", "tenders"} & set(day["shift"])
        assert day_of(stocked, manager)["by_method"] == []

    def test_tells_of_shifts_that_somebody_should_look_at(self, stocked: Any) -> None:
        manager = stocked.shop.client("Manager")
        set_company(stocked, over_short_limit=100)
        shift = open_shift(stocked, manager)
        assert manager.post(f"/api/pos/shifts/{shift['id']}/close", {"counted_cash": 4000}).status == 200
        assert day_of(stocked, manager)["alerts"] == [{"code": "needs_review", "count": 1}]
        body = {
            "register_id": stocked.register["id"],
            "opening_float": 4000,
            "occurred_at": "2026-01-01T12:00:00Z",
        }
        assert manager.post("/api/pos/shifts/open", body).status == 201
        alerts = {one["code"]: one["count"] for one in day_of(stocked, manager)["alerts"]}
        assert alerts == {"stale_shift": 1, "needs_review": 1}
