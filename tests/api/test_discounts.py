"""Giving discounts takes the right to, and each role has a ceiling that the company sets."""

from typing import Any

import pytest

SETTINGS = "/api/admin/settings/company"
PATHS = ("/api/pos/quote", "/api/pos/orders")


def off(percent: Any, **more: Any) -> list[dict[str, Any]]:
    return [{"type": "percent", "value": percent, **more}]


def basket(stocked: Any, path: str, percent: Any, *, on_line: bool) -> dict[str, Any]:
    """One piece of 119 with so much off, paid by card."""
    line = {"variant_id": stocked.variant_id, "quantity": 1}
    body = {"register_id": stocked.register["id"], "lines": [line]}
    (line if on_line else body)["discounts"] = off(percent)
    if path.endswith("orders"):
        rest = 119 - int(119 * percent / 100 + 0.5)
        body["payments"] = [{"method": "card", "amount": rest}]
    return body


class TestTheCeilings:
    def test_are_shown_as_nobody_set_them(self, shop: Any) -> None:
        shown = shop.client().get(SETTINGS).data
        assert shown["discount_ceilings"] == {"Admin": "100", "Manager": "100", "Cashier": "20"}

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize("on_line", [True, False])
    def test_hold_for_quotes_and_sales(self, stocked: Any, path: str, on_line: bool) -> None:
        events = len(stocked.shop.events())
        cashier = stocked.shop.client("Cashier")
        for percent in (100, 50, 21):
            refused = cashier.post(path, basket(stocked, path, percent, on_line=on_line))
            assert (refused.status, refused.code) == (403, "discount_above_ceiling")
            assert refused.fields == {"lines.0.discounts"} | (set() if on_line else {"discounts"})
        assert len(stocked.shop.events()) == events
        assert cashier.post(path, basket(stocked, path, 20, on_line=on_line)).data["discount_total"] == 24
        for role in ("Manager", "Admin"):
            client = stocked.shop.client(role)
            assert client.post(path, basket(stocked, path, 100, on_line=on_line)).data["total"] == 0

    def test_are_set_for_one_role_and_the_others_stay(self, stocked: Any) -> None:
        admin, cashier = stocked.shop.client(), stocked.shop.client("Cashier")
        set_now = admin.patch(SETTINGS, {"discount_ceilings": {"Cashier": "50", "Manager": "7.5"}})
        expected = {"Admin": "100", "Manager": "7.5", "Cashier": "50"}
        assert set_now.data["discount_ceilings"] == admin.get(SETTINGS).data["discount_ceilings"] == expected
        path = PATHS[0]
        assert cashier.post(path, basket(stocked, path, 50, on_line=True)).status == 200
        refused = stocked.shop.client("Manager").post(path, basket(stocked, path, 10, on_line=True))
        assert (refused.status, refused.code) == (403, "discount_above_ceiling")
        assert "7.5 percent" in refused.json["error"]["details"][0]["message"]
        again = admin.patch(SETTINGS, {"discount_ceilings": {"Cashier": "50.0"}})
        assert again.data["version"] == set_now.data["version"]

    @pytest.mark.parametrize("wrong", [-1, 101, "much", None, "1.000001"])
    def test_are_percentages(self, shop: Any, wrong: Any) -> None:
        refused = shop.client().patch(SETTINGS, {"discount_ceilings": {"Cashier": wrong}})
        assert (refused.status, refused.fields) == (422, {"discount_ceilings.Cashier"})

    @pytest.mark.parametrize("role", ["Super Admin", "Boss", "cashier"])
    def test_are_those_of_the_shops_roles(self, shop: Any, role: str) -> None:
        refused = shop.client().patch(SETTINGS, {"discount_ceilings": {role: 5}})
        assert (refused.status, refused.fields) == (422, {f"discount_ceilings.{role}"})

    def test_count_what_a_price_of_ones_own_leaves(self, stocked: Any) -> None:
        stocked.shop.client().patch(SETTINGS, {"discount_ceilings": {"Manager": "10"}})
        line = {"variant_id": stocked.variant_id, "quantity": 1, "unit_price": 50, "discounts": off(10)}
        body = {"register_id": stocked.register["id"], "lines": [line]}
        assert stocked.shop.client("Manager").post(PATHS[0], body).data["total"] == 45

    def test_keep_the_reason_of_what_is_given(self, stocked: Any) -> None:
        discounts = off(10, reason="Torn box")
        sold = stocked.sell(discounts=discounts, payments=[{"method": "card", "amount": 107}]).data
        assert sold["discounts"] == [{"type": "percent", "value": "10", "reason": "Torn box"}]


class TestTheRight:
    def allow(self, stocked: Any, role: str, **keys: Any) -> Any:
        """Sign in as that user after these keys were granted or denied."""
        user = f"/api/admin/settings/users/{stocked.shop.users[role]}/permissions"
        assert stocked.shop.client().put(user, keys).status == 200
        body = {"username": stocked.shop.username(role), "password": "correct horse battery staple"}
        token = stocked.shop.service.client().post("/api/auth/login", body).data["token"]
        return stocked.shop.service.client(token)

    @pytest.mark.parametrize("path", PATHS)
    def test_can_be_denied(self, stocked: Any, path: str) -> None:
        cashier = self.allow(stocked, "Cashier", denied=["pos.discount"])
        refused = cashier.post(path, basket(stocked, path, 1, on_line=False))
        assert (refused.status, refused.code) == (403, "forbidden")
        assert cashier.post(path, basket(stocked, path, 0, on_line=True)).data["total"] == 119
