"""Past sales decided again, over HTTP: by whom, with which changes, and what comes of it."""

import csv
import io
from typing import Any
from uuid import uuid4

import pytest

from commands.ports import Caller
from infra.identity.tokens import Tokens
from tests.conftest import SECRET
from tests.waiting import eventually

WHAT_IF = "/api/audit/what-if"
SEVERAL_YEARS = {"from": "2020-01-01", "to": "2029-12-27"}
SALES = "/api/admin/reports/sales-summary"


def what_if(client: Any, changes: Any, **more: Any) -> Any:
    """Sales that are decided again."""
    asked = client.post(WHAT_IF, {**SEVERAL_YEARS, "changes": changes, **more})
    assert (asked.status, asked.data["status"]) == (202, "queued"), asked.body
    path = f"{WHAT_IF}/{asked.data['id']}"
    eventually(lambda: client.get(path).data["status"] in {"done", "failed"})
    return client.get(path).data


def lines_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.body.decode())))


@pytest.fixture
def sold(stocked: Any) -> Any:
    """Two sales of the one product at 119, of two and of one, the latter voided; and one refunded in part."""
    assert stocked.sell(2).status == 201
    voided = stocked.sell(1).data["id"]
    path = f"/api/pos/orders/{voided}/void"
    assert stocked.shop.client().post(path, {"reason": "mistake"}).status == 200
    return stocked


class TestWhatItComesTo:
    def test_with_another_tax(self, sold: Any) -> None:
        done = what_if(sold.shop.client(), {"tax_rates": [{"id": sold.tax["id"], "rate": "20"}]})
        result = done["result"]
        assert (done["done"], done["total"], done["error"]) == (1, 1, None)
        assert (result["orders"], result["differing"], result["currency"]) == (1, 1, "EUR")
        # 2.38 with 19 % contained is 2.00 and 0.38; with 20 % 1.98 and 0.40.
        assert result["as_sold"] == {
            "gross_sales": 200,
            "discounts": 0,
            "net_sales": 200,
            "tax": 38,
            "total": 238,
            "rounding": 0,
            "gross_profit": 80,
        }
        assert (result["what_if"]["net_sales"], result["what_if"]["tax"]) == (198, 40)
        assert (result["difference"]["gross_profit"], result["difference"]["total"]) == (-2, 0)
        (tax,) = result["by_tax_rate"]
        assert (tax["name"], tax["rate"], tax["what_if_rate"], tax["inclusive"]) == ("VAT", "19", "20", True)
        assert (tax["as_sold"], tax["difference"]) == ({"taxable": 200, "tax": 38}, {"taxable": -2, "tax": 2})
        (store,) = result["by_store"]
        assert (store["store"], store["difference"]) == ("Main Street", result["difference"])

    def test_as_sold_is_what_the_report_says(self, sold: Any) -> None:
        admin = sold.shop.client()
        result = what_if(admin, {"cash_rounding": 5})["result"]
        overview = admin.get(f"{SALES}/overview?from=2020-01-01&to=2029-12-27").data["totals"]
        for figure in ("gross_sales", "discounts", "net_sales", "tax", "rounding", "gross_profit"):
            assert result["as_sold"][figure] == overview[figure]
        assert result["difference"]["rounding"] == 2

    def test_with_another_price(self, sold: Any) -> None:
        changes = {"prices": [{"variant_id": sold.variant_id, "price": 100}]}
        assert what_if(sold.shop.client(), changes)["result"]["what_if"]["total"] == 200

    def test_with_prices_of_a_category_and_all_below_it(self, sold: Any) -> None:
        admin = sold.shop.client()
        above = admin.post("/api/admin/settings/categories", {"name": "Drinks"}).data["id"]
        own = admin.post("/api/admin/settings/categories", {"name": "Milk", "parent_id": above}).data["id"]
        edit = {"category_id": own}
        assert admin.patch(f"/api/admin/products/{sold.product['id']}", edit).status == 200
        assert sold.sell(1).status == 201
        result = what_if(admin, {"prices": [{"category_id": above, "percent": "10"}]})["result"]
        # Only what was sold since it has the category: 119 rises by 11.9.
        assert (result["differing"], result["difference"]["total"]) == (1, 12)

    def test_with_a_promotion(self, sold: Any) -> None:
        changes = {"promotions": [{"type": "percent", "value": "10", "min_subtotal": 200}]}
        result = what_if(sold.shop.client(), changes)["result"]
        assert (result["difference"]["total"], result["difference"]["discounts"]) == (-24, 20)

    def test_in_one_store_only(self, sold: Any) -> None:
        changes = {"rounding_level": "order"}
        result = what_if(sold.shop.client(), changes, store_id=sold.store["id"])["result"]
        assert (result["orders"], result["differing"]) == (1, 0)

    def test_records_nothing(self, sold: Any) -> None:
        before = sold.shop.events()
        what_if(sold.shop.client(), {"prices": [{"variant_id": sold.variant_id, "price": 1}]})
        assert sold.shop.events() == before

    def test_that_is_too_much_fails_and_says_of_which_order(self, sold: Any) -> None:
        done = what_if(sold.shop.client(), {"prices": [{"variant_id": sold.variant_id, "price": 2**53}]})
        assert (done["status"], done["result"]) == ("failed", None)
        assert done["error"] == "Order MAIN-1-000001: The basket is worth more than can be sold at once."


class TestFiles:
    def test_the_table_has_a_row_for_each_figure(self, sold: Any) -> None:
        admin = sold.shop.client()
        done = what_if(admin, {"tax_rates": [{"id": sold.tax["id"], "rate": "20"}]})
        answer = admin.get(f"{WHAT_IF}/{done['id']}?format=csv")
        lines = lines_of(answer)
        assert [line["scope"] for line in lines] == ["all"] * 7 + ["store"] * 7 + ["tax_rate"] * 2
        figures = ["gross_sales", "discounts", "net_sales", "tax", "total", "rounding", "gross_profit"]
        assert [line["figure"] for line in lines] == [*figures, *figures, "taxable", "tax"]
        (tax,) = [line for line in lines if (line["scope"], line["figure"]) == ("all", "tax")]
        assert (tax["as_sold"], tax["what_if"], tax["difference"]) == ("0.38", "0.40", "0.02")
        assert (tax["currency"], lines[-1]["what_if_rate"]) == ("EUR", "20")
        (rate,) = done["result"]["by_tax_rate"]
        assert lines[-1]["jurisdiction"] == (rate["jurisdiction"] or "")
        (net,) = [line for line in lines if (line["scope"], line["figure"]) == ("all", "net_sales")]
        assert net["difference"] == "-0.02"

    def test_the_orders_that_would_differ_have_a_row_each(self, sold: Any) -> None:
        admin = sold.shop.client()
        assert sold.sell(1, lines=[{"variant_id": sold.variant_id, "quantity": 1}]).status == 201
        done = what_if(admin, {"promotions": [{"type": "amount", "value": 10, "min_subtotal": 200}]})
        (line,) = lines_of(admin.get(f"{WHAT_IF}/{done['id']}/orders"))
        assert (line["total_as_sold"], line["total_what_if"]) == ("2.38", "2.28")
        assert (line["store_id"], line["currency"]) == (sold.store["id"], "EUR")
        order = admin.get(f"/api/admin/orders/{line['order_id']}").data
        assert (line["number"], line["business_date"]) == (order["number"], order["business_date"])
        assert not any("cost" in name or "profit" in name for name in line)


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("changes", "fields"),
        [
            ({}, {"changes"}),
            ({"tax_rates": [], "prices": []}, {"changes"}),
            ({"tax_rates": [{"id": str(uuid4()), "rate": "20"}]}, {"changes.tax_rates.0.id"}),
            ({"tax_rates": [{"id": str(uuid4()), "rate": "100.1"}]}, {"changes.tax_rates.0.rate"}),
            ({"tax_rates": [{"id": str(uuid4()), "rate": "-1"}]}, {"changes.tax_rates.0.rate"}),
            ({"tax_rates": [{"id": str(uuid4()), "rate": "7.123456"}]}, {"changes.tax_rates.0.rate"}),
            ({"tax_rates": [{"id": str(uuid4())}]}, {"changes.tax_rates.0.rate"}),
            ({"prices": [{"variant_id": str(uuid4()), "price": 1}]}, {"changes.prices.0.variant_id"}),
            ({"prices": [{"category_id": str(uuid4()), "percent": 1}]}, {"changes.prices.0.category_id"}),
            (
                {"prices": [{"variant_id": str(uuid4()), "price": 1, "percent": "5"}]},
                {f"changes.prices.0.{name}" for name in ("variant_id", "price", "percent")},
            ),
            ({"prices": [{"variant_id": str(uuid4()), "price": -1}]}, {"changes.prices.0.price"}),
            ({"prices": [{"price": 1}]}, {"changes.prices.0.price"}),
            ({"prices": [{}]}, {"changes.prices.0.variant_id"}),
            ({"prices": [{"category_id": str(uuid4()), "percent": "-101"}]}, {"changes.prices.0.percent"}),
            ({"rounding_level": "receipt"}, {"changes.rounding_level"}),
            ({"rounding_mode": "down"}, {"changes.rounding_mode"}),
            ({"cash_rounding": 3}, {"changes.cash_rounding"}),
            ({"cash_rounding": -5}, {"changes.cash_rounding"}),
            ({"promotions": [{"type": "percent", "value": "101"}]}, {"changes.promotions.0.value"}),
            ({"promotions": [{"type": "amount", "value": "0.5"}]}, {"changes.promotions.0.value"}),
            (
                {"promotions": [{"type": "amount", "value": 5, "variant_id": str(uuid4())}]},
                {"changes.promotions.0.variant_id"},
            ),
            (
                {"promotions": [{"type": "percent", "value": 5, "min_quantity": 2}]},
                {"changes.promotions.0.min_quantity"},
            ),
            ({"demand": "more"}, {"changes.demand"}),
        ],
    )
    def test_changes_that_say_nothing_or_cannot_be(self, sold: Any, changes: Any, fields: set[str]) -> None:
        refused = sold.shop.client().post(WHAT_IF, {**SEVERAL_YEARS, "changes": changes})
        assert (refused.status, refused.code) == (422, "validation_failed")
        assert refused.fields == fields

    def test_the_same_twice(self, sold: Any) -> None:
        tax = {"id": sold.tax["id"], "rate": "20"}
        price = {"variant_id": sold.variant_id, "price": 5}
        changes = {"tax_rates": [tax, tax], "prices": [price, {**price, "price": 6}]}
        refused = sold.shop.client().post(WHAT_IF, {**SEVERAL_YEARS, "changes": changes})
        assert (refused.status, refused.fields) == (
            422,
            {"changes.tax_rates.1.id", "changes.prices.1.variant_id"},
        )

    @pytest.mark.parametrize(
        ("days", "code", "fields"),
        [
            ({"from": "2026-03-02", "to": "2026-03-01"}, "period_not_valid", {"to"}),
            ({"from": "1990-01-01", "to": "2026-03-01"}, "range_too_long", {"from", "to"}),
            ({"from": "1990-01-01", "to": "1990-12-31"}, "nothing_sold", {"from", "to"}),
            ({"from": "2026-02-30", "to": "2026-03-01"}, "validation_failed", {"from"}),
            ({"to": "2026-03-01"}, "validation_failed", {"from"}),
            ({**SEVERAL_YEARS, "store_id": str(uuid4())}, "validation_failed", {"store_id"}),
        ],
    )
    def test_a_range_of_nothing(self, sold: Any, days: Any, code: str, fields: set[str]) -> None:
        refused = sold.shop.client().post(WHAT_IF, {**days, "changes": {"cash_rounding": 5}})
        assert (refused.status, refused.code, refused.fields) == (422, code, fields)

    def test_its_files_before_it_is_done(self, sold: Any) -> None:
        path = f"{WHAT_IF}/{uuid4()}"
        for file in (f"{path}?format=csv", f"{path}/orders", path):
            assert sold.shop.client().get(file).status == 404


class TestWhoMay:
    def test_nobody_but_admins(self, sold: Any) -> None:
        body = {**SEVERAL_YEARS, "changes": {"cash_rounding": 5}}
        for role in ("Manager", "Cashier", "Inventory Clerk"):
            assert sold.shop.client(role).post(WHAT_IF, body).status == 403

    def test_whoever_lacks_costs_sees_no_profit(self, sold: Any) -> None:
        shop = sold.shop
        user_id = shop.users["Admin"]
        caller = Caller(company_id=shop.company_id, user_id=user_id, session_id=user_id, role="Admin")
        blind = shop.service.client(Tokens(SECRET, 3600).issue(caller, denied=["costs.view"]))
        done = what_if(blind, {"cash_rounding": 5})
        for one in (done["result"], *done["result"]["by_store"]):
            for side in ("as_sold", "what_if", "difference"):
                assert "gross_profit" not in one[side]
        assert b"profit" not in blind.get(f"{WHAT_IF}/{done['id']}?format=csv").body

    def test_whoever_is_bound_to_stores_sees_these(self, sold: Any) -> None:
        admin, bound = sold.shop.client(), sold.shop.client(stores=[sold.store["id"]])
        changes = {"cash_rounding": 5}
        of_all = what_if(admin, changes)["id"]
        refused = bound.post(WHAT_IF, {**SEVERAL_YEARS, "changes": changes})
        assert refused.status == 403
        for path in (of_all, f"{of_all}?format=csv", f"{of_all}/orders"):
            assert bound.get(f"{WHAT_IF}/{path}").status == 404
        own = what_if(bound, changes, store_id=sold.store["id"])
        assert own["result"]["orders"] == 1

    def test_nobody_else_sees_it(self, sold: Any, make_shop: Any) -> None:
        done = what_if(sold.shop.client(), {"cash_rounding": 5})
        assert make_shop().client().get(f"{WHAT_IF}/{done['id']}").status == 404
