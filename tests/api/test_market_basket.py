"""What is bought together, over HTTP: rights, shapes, moments, and answers that are kept."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Event
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import numpy as np
import psycopg
import pytest

from domain.business_date import business_date
from domain.market_basket import MEASURES
from projections.market_basket import companions, counting
from projections.market_basket.pairs import count_pairs
from tests.api.conftest import Stocked

BASE = "/api/admin/analytics/market-basket"
NAMES = ("bread", "butter", "jam", "tea")
MARCH = {"from": "2024-03-01", "to": "2024-03-31"}
#: Every pair, of whatever strength.
ALL = {"min_support_count": 1, "min_confidence": 0, "min_lift": 0}


class Grocer:
    """A shop that sells bread, butter, jam and tea, each at 1.00; it asks about what was sold in March."""

    def __init__(self, stocked: Stocked) -> None:
        self.stocked, self.shop = stocked, stocked.shop
        admin = self.shop.client()
        self.category = admin.post("/api/admin/settings/categories", {"name": "Breakfast"}).data["id"]
        self.brand = admin.post("/api/admin/settings/brands", {"name": "Hill"}).data["id"]
        self.products = {name: self._add(name) for name in NAMES}
        lines = [
            {"variant_id": self.variant(name), "quantity": "100", "unit_cost": 60} for name in self.products
        ]
        body = {"storage_id": stocked.storage["id"], "lines": lines}
        assert admin.post("/api/admin/inventory/receipts", body).status == 201

    def _add(self, name: str) -> Any:
        belongs = {"category_id": self.category, "brand_id": self.brand} if name in ("bread", "jam") else {}
        return self.stocked.product_of(name=name, variants=[{"sku": name, "price": 100}], **belongs)

    def variant(self, name: str) -> str:
        return str(self.products[name]["variants"][0]["id"])

    def id(self, name: str) -> str:
        return str(self.products[name]["id"])

    def sell(self, *names: str, day: str | None = "2024-03-05") -> Any:
        """The order of a sale of one of each."""
        body = {
            "register_id": self.stocked.register["id"],
            "lines": [{"variant_id": self.variant(name), "quantity": 1} for name in names],
            "payments": [{"method": "cash", "amount": 100 * len(names)}],
            **({"occurred_at": f"{day}T12:00:00Z"} if day else {}),
        }
        return self.shop.client().post("/api/pos/orders", body).data

    def refund(self, order: Any, *names: str) -> Any:
        """The answer to taking these of an order back."""
        lines = [
            {"line_id": line["id"], "quantity": "1"}
            for line in order["lines"]
            if line["variant_id"] in map(self.variant, names)
        ]
        payments = [{"method": "cash", "amount": 100 * len(lines)}]
        body = {"lines": lines, "payments": payments, "reason": "stale"}
        return self.shop.client().post(f"/api/pos/orders/{order['id']}/refunds", body).data

    def get(self, path: str, client: Any = None, **query: Any) -> Any:
        """The answer once it knows all that happened."""
        position = str(self.shop.events()[-1]["position"])
        url = f"{BASE}/{path}?{urlencode({**MARCH, **query}, doseq=True)}"
        return (client or self.shop.client()).get(url, X_Wait_For_Position=position)

    def ask(self, path: str, client: Any = None, **query: Any) -> Any:
        return self.get(path, client, **query).data

    def counts(self, **query: Any) -> dict[tuple[str, str], int]:
        """How many baskets have the one and the other, by name."""
        rules = self.ask("rules", **{**ALL, **query})["rules"]
        return {(one["antecedent"]["name"], one["consequent"]["name"]): one["pair_count"] for one in rules}


@pytest.fixture
def grocer(stocked: Stocked) -> Grocer:
    return Grocer(stocked)


@pytest.fixture
def busy(grocer: Grocer) -> Grocer:
    """Three baskets have bread and butter, one of which jam too; one has bread, and one tea alone."""
    for names in (("bread", "butter", "jam"), ("bread", "butter"), ("bread", "butter"), ("bread",), ("tea",)):
        grocer.sell(*names)
    return grocer


@pytest.fixture
def owner(stocked: Stocked) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(stocked.shop.service.database.owner, autocommit=True) as connection:
        yield connection


def paths(grocer: Grocer) -> dict[str, dict[str, Any]]:
    """Every route, with what it cannot do without."""
    sides = {"antecedent_id": grocer.id("bread"), "consequent_id": grocer.id("butter")}
    return {
        "rules": {},
        "rules/orders": sides,
        f"products/{grocer.id('bread')}/companions": {},
        "itemsets": {},
        "matrix": {},
        "summary": {},
    }


class TestRules:
    def test_have_raw_counts_and_what_follows_from_them(self, busy: Grocer) -> None:
        answer = busy.ask("rules", **ALL, antecedent_id=busy.id("butter"), include="p_value")
        assert (answer["baskets"], answer["count"], answer["level"]) == (5, 2, "product")
        assert (answer["from"], answer["to"]) == (MARCH["from"], MARCH["to"])
        bread, jam = answer["rules"]
        assert (bread["antecedent"]["id"], bread["consequent"]["id"]) == (busy.id("butter"), busy.id("bread"))
        assert (bread["antecedent"]["name"], bread["consequent"]["name"]) == ("butter", "bread")
        raw = ("baskets", "antecedent_count", "consequent_count", "pair_count")
        assert [bread[name] for name in raw] == [5, 3, 4, 3]
        assert {name: bread[name] for name in (*MEASURES, "p_value")} == {
            "support": "0.600000",
            "confidence": "1.000000",
            "reverse_confidence": "0.750000",
            "lift": "1.250000",
            "lift_low": bread["lift_low"],
            "leverage": "0.120000",
            "conviction": None,
            "zhang": "0.500000",
            "jaccard": "0.750000",
            "p_value": "4.000e-01",
        }
        assert 0 < float(bread["lift_low"]) < 1.25
        assert [jam[name] for name in raw] == [5, 3, 1, 1]
        assert "p_value" not in busy.ask("rules", **ALL)["rules"][0]

    def test_are_told_by_variant_category_and_brand_as_well(self, busy: Grocer) -> None:
        answer = busy.ask("rules", **ALL, level="variant", antecedent_id=busy.variant("jam"))
        assert {one["consequent"]["id"] for one in answer["rules"]} == {
            busy.variant("bread"),
            busy.variant("butter"),
        }
        assert {one["consequent"]["sku"] for one in answer["rules"]} == {"bread", "butter"}
        assert {one["consequent"]["product_id"] for one in answer["rules"]} == {
            busy.id("bread"),
            busy.id("butter"),
        }
        for level in ("category", "brand"):
            # Bread and jam are the same there, and what belongs to nothing is bought with nothing.
            answer = busy.ask("rules", **ALL, level=level)
            assert (answer["baskets"], answer["rules"]) == (5, [])

    def test_are_filtered_sorted_and_paged(self, busy: Grocer) -> None:
        assert busy.counts(min_support_count=3) == {("bread", "butter"): 3, ("butter", "bread"): 3}
        assert busy.counts(min_support="0.6") == busy.counts(min_support_count=3)
        assert busy.counts(min_support="0.60001") == {}
        assert busy.counts(min_confidence="0.75") == {
            ("bread", "butter"): 3,
            ("butter", "bread"): 3,
            ("jam", "bread"): 1,
            ("jam", "butter"): 1,
        }
        assert ("bread", "butter") not in busy.counts(min_confidence="0.75001")
        assert busy.counts(min_lift="1.66667") == {}
        everything = busy.ask("rules", **ALL, sort="-pair_count")
        assert (everything["count"], everything["min_support_count"]) == (6, 1)
        paged = [
            rule
            for page in (1, 2)
            for rule in busy.ask("rules", **ALL, sort="-pair_count", limit=4, page=page)["rules"]
        ]
        assert paged == everything["rules"]
        assert busy.ask("rules", **ALL, limit=4, page=3)["rules"] == []

    def test_tell_of_no_store_but_those_that_are_named(self, busy: Grocer) -> None:
        other = busy.shop.client().post("/api/admin/stores", {"name": "Harbour", "code": "H"}).data["id"]
        main = busy.stocked.store["id"]
        assert busy.ask("rules", store_id=other)["baskets"] == 0
        assert busy.ask("rules", store_id=[other, main])["baskets"] == 5
        bound = busy.shop.client("Manager", stores=[other])
        assert busy.ask("rules", bound)["baskets"] == 0
        assert busy.get("rules", bound, store_id=main).status == 403
        assert busy.ask("rules", busy.shop.client("Manager", stores=[main]))["baskets"] == 5

    def test_are_compared_with_the_month_before(self, grocer: Grocer) -> None:
        for day, names in (("2024-02-05", ("bread", "jam")), ("2024-03-05", ("bread", "butter"))):
            for _ in range(12):
                grocer.sell(*names, day=day)
            grocer.sell("tea", day=day)
            grocer.sell("bread", "tea", day=day)
        query = {**ALL, "compare_to": "previous_period", "antecedent_id": grocer.id("bread")}
        answer = grocer.ask("rules", **query, sort="-change")
        shown = answer["comparison"]
        assert (shown["from"], shown["to"], shown["baskets"]) == ("2024-02-01", "2024-02-29", 14)
        changes = [(one["consequent"]["name"], one["trend"], one["change"]) for one in answer["rules"]]
        assert changes == [
            ("butter", "rising", "0.857143"),
            ("tea", "steady", "0.000000"),
            ("jam", "fading", "-0.857143"),
        ]
        butter, _, jam = answer["rules"]
        assert (butter["pair_count"], butter["comparison"]["pair_count"]) == (12, 0)
        assert (jam["pair_count"], jam["comparison"]["pair_count"]) == (0, 12)
        assert float(butter["score"]) == -float(jam["score"]) > 1.96
        for trend in ("rising", "fading", "steady"):
            [only] = grocer.ask("rules", **query, trend=trend)["rules"]
            assert only["trend"] == trend
        # What has faded is asked for by what it was then.
        usual = {"compare_to": "previous_period", "trend": "fading", "min_support_count": 1}
        faded = grocer.ask("rules", **usual)["rules"]
        assert {one["consequent"]["name"] for one in faded} == {"bread", "jam"}

    @pytest.mark.parametrize("path", ["rules", "rules/export"])
    @pytest.mark.parametrize(
        "query", [{"sort": "-change"}, {"trend": "rising"}, {"sort": "score", "trend": "steady"}]
    )
    def test_are_not_told_to_rise_since_nothing(self, shop: Any, path: str, query: dict[str, str]) -> None:
        refused = shop.client().get(f"{BASE}/{path}?{urlencode({**MARCH, **query})}")
        assert (refused.status, refused.code, refused.fields) == (422, "compare_to_needed", {*query})
        assert b"`compare_to`" in refused.body

    def test_have_not_risen_since_a_month_without_baskets(self, busy: Grocer) -> None:
        query = {**ALL, "compare_to": "previous_period", "antecedent_id": busy.id("butter")}
        rules = busy.ask("rules", **query)["rules"]
        assert len(rules) == 2
        told = {(one["change"], one["score"], one["trend"]) for one in rules}
        assert told == {(None, None, None)}
        assert busy.ask("rules", **query, trend="steady")["rules"] == []
        file = busy.get("rules/export", **query).body.decode("utf-8-sig").splitlines()
        assert [line.rsplit(",", 3)[1:] for line in file] == [
            ["change", "score", "trend"],
            *[["", "", ""]] * 2,
        ]


class TestEvidence:
    def test_is_as_many_orders_as_the_rule_counts(self, busy: Grocer) -> None:
        query = {"antecedent_id": busy.id("bread"), "consequent_id": busy.id("butter")}
        answer = busy.ask("rules/orders", **query)
        assert answer["count"] == len(answer["orders"]) == busy.counts()["bread", "butter"] == 3
        newest = answer["orders"][0]
        order = busy.shop.client().get(f"/api/admin/orders/{newest['order_id']}").data
        assert (newest["number"], newest["total"], newest["store"]) == (order["number"], 200, "Main Street")
        assert answer["currency"] == order["currency"]
        positions = [one["position"] for one in answer["orders"]]
        assert positions == sorted(positions, reverse=True)
        paged = [busy.ask("rules/orders", **query, limit=2, page=page)["orders"] for page in (1, 2, 3)]
        assert [*paged[0], *paged[1]] == answer["orders"]
        assert paged[2] == []

    def test_is_of_two_different_things(self, busy: Grocer) -> None:
        answer = busy.get("rules/orders", antecedent_id=busy.id("bread"), consequent_id=busy.id("bread"))
        assert (answer.status, answer.code, answer.fields) == (422, "same_thing", {"consequent_id"})

    def test_is_gone_with_the_order_that_comes_back_whole(self, busy: Grocer) -> None:
        before = busy.ask("rules", **ALL)
        query = {"antecedent_id": busy.id("bread"), "consequent_id": busy.id("butter")}
        first = busy.ask("rules/orders", **query)["orders"][0]
        order = busy.shop.client().get(f"/api/admin/orders/{first['order_id']}").data
        busy.refund(order, "bread", "butter")
        assert busy.counts()["bread", "butter"] == 2
        after = busy.ask("rules/orders", **query)
        assert first["order_id"] not in [one["order_id"] for one in after["orders"]]
        assert (after["baskets"], after["count"]) == (4, 2)
        past = busy.ask("rules", **ALL, as_of=before["computed_at"])
        assert (past["baskets"], past["rules"]) == (5, before["rules"])
        assert past["as_of_position"] <= before["read_position"]
        assert busy.ask("rules/orders", **query, as_of=before["computed_at"])["count"] == 3

    def test_counts_an_order_of_which_half_came_back_for_what_is_left(self, grocer: Grocer) -> None:
        order = grocer.sell("bread", "butter", "jam")
        grocer.refund(order, "jam")
        assert grocer.counts() == {("bread", "butter"): 1, ("butter", "bread"): 1}
        assert grocer.ask("summary")["baskets"] == 1

    def test_counts_no_order_that_was_voided(self, grocer: Grocer) -> None:
        order = grocer.sell("bread", "butter", day=None)
        today = {"from": order["business_date"], "to": order["business_date"]}
        assert grocer.counts(**today) == {("bread", "butter"): 1, ("butter", "bread"): 1}
        path = f"/api/pos/orders/{order['id']}/void"
        assert grocer.shop.client().post(path, {"reason": "mistake"}).status == 200
        assert grocer.counts(**today) == {}
        assert grocer.ask("summary", **today)["baskets"] == 0


class TestOthers:
    def test_companions_are_those_of_one_product(self, busy: Grocer) -> None:
        cashier = busy.shop.client("Cashier")
        path = f"products/{busy.id('butter')}/companions"
        answer = busy.ask(path, cashier, min_support_count=1)
        assert (answer["product"]["name"], answer["product"]["count"]) == ("butter", 3)
        rules = busy.ask("rules", **ALL, antecedent_id=busy.id("butter"))["rules"]
        assert answer["companions"] == rules
        assert busy.ask(path)["companions"] == []
        tea = busy.ask(f"products/{busy.id('tea')}/companions", cashier, min_support_count=1)
        assert (tea["product"]["count"], tea["companions"]) == (1, [])

    def test_companions_are_bought_together_more_often_than_by_chance(self, busy: Grocer) -> None:
        for names in (("bread", "tea"), ("tea",), ("tea",)):
            busy.sell(*names)
        path = f"products/{busy.id('tea')}/companions"
        assert busy.ask(path, min_support_count=1)["companions"] == []
        [weak] = busy.ask(path, min_support_count=1, min_lift=0)["companions"]
        assert float(weak["lift"]) < 1

    @pytest.mark.parametrize("spare", [10, -1])
    def test_companions_can_be_sold_today(
        self, busy: Grocer, monkeypatch: pytest.MonkeyPatch, spare: int
    ) -> None:
        # With less than nothing to spare, all are looked up at last.
        monkeypatch.setattr(companions, "_SPARE", spare)
        path, admin = f"products/{busy.id('butter')}/companions", busy.shop.client()
        query = {"min_support_count": 1, "sort": "-lift", "limit": 1}
        before = busy.ask(path, **query)
        assert [one["consequent"]["name"] for one in before["companions"]] == ["jam"]
        gone = admin.post(f"/api/admin/products/{busy.id('jam')}/status", {"status": "discontinued"})
        assert gone.status == 200
        for asked in (query, {**query, "as_of": before["computed_at"]}):
            assert [one["consequent"]["name"] for one in busy.ask(path, **asked)["companions"]] == ["bread"]
        rules = busy.ask("rules", **ALL, antecedent_id=busy.id("butter"))["rules"]
        assert {one["consequent"]["name"] for one in rules} == {"bread", "jam"}

    def test_a_product_that_was_never_sold_has_no_companions(self, busy: Grocer) -> None:
        product = busy.stocked.product_of(name="salt", variants=[{"sku": "salt", "price": 100}])
        answer = busy.ask(f"products/{product['id']}/companions")
        assert (answer["product"]["id"], answer["product"]["count"]) == (product["id"], 0)
        assert answer["companions"] == []
        query = {"antecedent_id": product["id"], "consequent_id": busy.id("bread")}
        assert busy.ask("rules/orders", **query)["orders"] == []
        assert busy.ask("rules", antecedent_id=product["id"])["rules"] == []

    def test_itemsets_are_those_that_enough_baskets_have(self, busy: Grocer) -> None:
        answer = busy.ask("itemsets", min_support_count=1, max_length=5)
        sets = [({one["name"] for one in each["things"]}, each["count"]) for each in answer["itemsets"]]
        assert sets[0] == ({"bread", "butter"}, 3)
        assert ({"bread", "butter", "jam"}, 1) in sets
        assert answer["count"] == len(sets) == 4
        assert answer["itemsets"][0]["support"] == "0.600000"
        [three] = busy.ask("itemsets", min_support_count=1, min_length=3)["itemsets"]
        assert {one["id"] for one in three["things"]} == {busy.id(name) for name in NAMES[:3]}
        paged = [
            busy.ask("itemsets", min_support_count=1, limit=3, page=page)["itemsets"] for page in (1, 2, 3)
        ]
        assert [*paged[0], *paged[1]] == answer["itemsets"]
        assert paged[2] == []

    def test_the_matrix_has_each_with_each(self, busy: Grocer) -> None:
        answer = busy.ask("matrix", level="product", limit=3)
        assert [(one["name"], one["count"]) for one in answer["things"]] == [
            ("bread", 4),
            ("butter", 3),
            ("jam", 1),
        ]
        assert answer["together"] == [[4, 3, 1], [3, 3, 1], [1, 1, 1]]
        assert answer["lift"][0] == [None, "1.250000", "1.250000"]
        [category] = busy.ask("matrix")["things"]
        assert (category["name"], category["id"], category["count"]) == ("Breakfast", busy.category, 4)

    def test_the_summary_tells_how_much_is_in_baskets(self, busy: Grocer) -> None:
        answer = busy.ask("summary")
        assert {name: answer[name] for name in ("baskets", "single_item_baskets", "distinct_items")} == {
            "baskets": 5,
            "single_item_baskets": 2,
            "distinct_items": 4,
        }
        assert (answer["single_item_share"], answer["mean_items"]) == ("0.400000", "1.800000")
        sizes = [(one["size"], one["baskets"]) for one in answer["sizes"]]
        assert sizes == [(1, 2), (2, 2), (3, 1)]
        overview = (
            busy.shop.client().get(f"/api/admin/reports/sales-summary/overview?{urlencode(MARCH)}").data
        )
        assert answer["net_sales"] == overview["overall"]["net_sales"] > 0
        assert answer["mean_value"] == round(answer["net_sales"] / 5)
        assert answer["currency"] == overview["currency"]

    def test_no_sale_leaves_every_answer_empty(self, grocer: Grocer) -> None:
        for path, query in paths(grocer).items():
            answer = grocer.ask(path, **query)
            assert answer["baskets"] == 0
            assert not any(
                answer.get(name) for name in ("rules", "companions", "itemsets", "orders", "things")
            )
        summary = grocer.ask("summary")
        assert (summary["single_item_share"], summary["mean_value"], summary["sizes"]) == (None, None, [])

    def test_without_dates_the_last_year_is_counted(self, grocer: Grocer) -> None:
        grocer.sell("bread", "butter", day="2020-01-01")
        assert grocer.stocked.sell().status == 201
        position = str(grocer.shop.events()[-1]["position"])
        answer = grocer.shop.client().get(f"{BASE}/summary", X_Wait_For_Position=position).data
        assert (answer["baskets"], answer["single_item_baskets"]) == (1, 1)

    @pytest.mark.parametrize("zone", ["Pacific/Honolulu", "Europe/Berlin", "Pacific/Kiritimati"])
    def test_the_last_year_ends_where_the_stores_are(self, grocer: Grocer, zone: str) -> None:
        store = f"/api/admin/stores/{grocer.stocked.store['id']}"
        admin = grocer.shop.client()
        assert admin.patch(store, {"timezone": zone, "day_cut": "04:00"}).status == 200

        def today() -> str:
            return business_date(datetime.now(UTC), zone, time(4)).isoformat()

        before, said = today(), admin.get(f"{BASE}/summary").data
        assert said["to"] in (before, today())
        assert date.fromisoformat(said["to"]) - date.fromisoformat(said["from"]) == timedelta(days=364)

    def test_the_last_year_ends_on_the_latest_of_their_dates(self, grocer: Grocer) -> None:
        admin = grocer.shop.client()
        zones = ("Pacific/Honolulu", "Pacific/Kiritimati")
        ids = []
        for zone in zones:
            body = {"name": zone, "code": zone[8:12], "timezone": zone, "day_cut": "00:00"}
            ids.append(admin.post("/api/admin/stores", body).data["id"])
        west, east = (
            date.fromisoformat(admin.get(f"{BASE}/summary?store_id={one}").data["to"]) for one in ids
        )
        assert (east - west).days == 1
        assert admin.get(f"{BASE}/summary").data["to"] == east.isoformat()


class TestWhoMayAsk:
    @pytest.mark.parametrize(
        ("role", "is_let_in"),
        [("Admin", True), ("Manager", True), ("Cashier", False), ("Inventory Clerk", False)],
    )
    def test_is_whoever_may_see_what_is_bought_together(
        self, grocer: Grocer, role: str, *, is_let_in: bool
    ) -> None:
        for path, query in paths(grocer).items():
            answer = grocer.get(path, grocer.shop.client(role), **query)
            may = is_let_in or (role == "Cashier" and path.startswith("products"))
            assert answer.status == (200 if may else 403), (path, answer.body)

    def test_other_companies_do_not_exist(
        self, grocer: Grocer, stock: Callable[..., Stocked], make_shop: Callable[..., Any]
    ) -> None:
        theirs = Grocer(stock(make_shop()))
        theirs.sell("bread", "butter")
        theirs.ask("rules")
        strange = theirs.id("bread")
        own = grocer.id("bread")
        for path, query in (
            ("rules", {"antecedent_id": strange}),
            ("rules/orders", {"antecedent_id": own, "consequent_id": strange}),
            ("rules/orders", {"antecedent_id": strange, "consequent_id": own}),
            (f"products/{strange}/companions", {}),
        ):
            answer = grocer.get(path, **query)
            assert (answer.status, answer.code) == (404, "not_found")
        assert grocer.ask("rules", store_id=theirs.stocked.store["id"])["baskets"] == 0


class TestBadInput:
    @pytest.mark.parametrize(
        ("path", "query", "field"),
        [
            ("rules", {"min_support": "0"}, "min_support"),
            ("rules", {"min_support": "1.1"}, "min_support"),
            ("rules", {"min_support": "NaN"}, "min_support"),
            ("rules", {"min_support_count": "0"}, "min_support_count"),
            ("rules", {"min_confidence": "1.5"}, "min_confidence"),
            ("rules", {"min_lift": "-1"}, "min_lift"),
            ("rules", {"level": "shelf"}, "level"),
            ("rules", {"sort": "name"}, "sort"),
            ("rules", {"include": "everything"}, "include"),
            ("rules", {"compare_to": "tomorrow"}, "compare_to"),
            ("rules", {"trend": "flat"}, "trend"),
            ("rules", {"antecedent_id": "bread"}, "antecedent_id"),
            ("rules", {"store_id": "all"}, "store_id"),
            ("rules", {"page": "0"}, "page"),
            ("rules", {"page": "1001"}, "page"),
            ("rules", {"limit": "101"}, "limit"),
            ("rules", {"from": "2024-02-30"}, "from"),
            ("rules", {"surely": "unknown"}, "surely"),
            ("itemsets", {"max_length": "12"}, "max_length"),
            ("itemsets", {"min_length": "1"}, "min_length"),
            ("matrix", {"limit": "1"}, "limit"),
            ("matrix", {"min_lift": "1"}, "min_lift"),
            ("rules/orders", {"antecedent_id": str(uuid4())}, "consequent_id"),
            ("summary", {"as_of": "yesterday"}, "as_of"),
        ],
    )
    def test_is_refused_by_name(self, shop: Any, path: str, query: dict[str, str], field: str) -> None:
        answer = shop.client().get(f"{BASE}/{path}?{urlencode(query)}")
        assert (answer.status, answer.code, answer.fields) == (400, "invalid_parameter", {field})

    @pytest.mark.parametrize(
        ("query", "status", "code"),
        [
            ({"from": "2024-03-31", "to": "2024-03-01"}, 422, "period_not_valid"),
            ({"from": "2024-03-31"}, 422, "period_not_valid"),
            ({"from": "1900-01-01", "to": "2024-03-01"}, 422, "range_too_long"),
            ({"as_of": "2999-01-01T00:00:00Z"}, 422, "as_of_in_future"),
            (
                {"from": "0001-01-01", "to": "0001-01-02", "compare_to": "previous_year"},
                422,
                "period_not_valid",
            ),
        ],
    )
    def test_is_refused_for_what_it_means(
        self, shop: Any, query: dict[str, str], status: int, code: str
    ) -> None:
        answer = shop.client().get(f"{BASE}/rules?{urlencode(query)}")
        assert (answer.status, answer.code) == (status, code)


class TestKeptAnswers:
    def test_are_told_by_a_process_that_has_not_counted(
        self, busy: Grocer, owner: psycopg.Connection[Any], serve_here: Callable[..., Any]
    ) -> None:
        assert busy.counts()["bread", "butter"] == 3
        company = [busy.shop.company_id]
        counted = np.array([2, 4, 5], "<i4").tobytes()
        changed = owner.execute(
            "UPDATE basket_answers SET together = %s WHERE company_id = %s", [counted, *company]
        )
        assert changed.rowcount == 1
        with serve_here() as other:
            answer = busy.ask("rules", other.client(busy.shop.token()), **ALL)
            assert sorted(one["pair_count"] for one in answer["rules"]) == [2, 2, 4, 4, 5, 5]
            # What is sold on another day changes nothing of it; what is sold on the same one, all.
            busy.sell("tea", day="2024-04-05")
            again = busy.ask("rules", other.client(busy.shop.token()), **ALL)
            assert again["rules"] == answer["rules"]
            busy.sell("tea")
            told = busy.ask("rules", other.client(busy.shop.token()), **ALL)
            assert sorted(one["pair_count"] for one in told["rules"]) == [1, 1, 1, 1, 3, 3]
        kept = owner.execute("SELECT count(*) FROM basket_answers WHERE company_id = %s", company)
        assert kept.fetchone() == (1,)

    def test_a_question_that_many_ask_at_once_is_counted_once(
        self, busy: Grocer, serve_here: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        counts = []

        def count(*args: Any) -> Any:
            counts.append(args)
            return count_pairs(*args)

        monkeypatch.setattr(counting, "count_pairs", count)
        with serve_here() as other, ThreadPoolExecutor(4) as pool:
            client = other.client(busy.shop.token())
            answers = list(pool.map(lambda _: busy.ask("rules", client, **ALL), range(4)))
        assert [answer["count"] for answer in answers] == [6] * 4
        assert len(counts) == 1

    def test_questions_that_wait_for_a_count_leave_the_tills_alone(
        self, busy: Grocer, serve_here: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun, go_on = Event(), Event()

        def count(*args: Any) -> Any:
            begun.set()
            assert go_on.wait(20)
            return count_pairs(*args)

        monkeypatch.setattr(counting, "count_pairs", count)
        with serve_here() as other, ThreadPoolExecutor(8) as pool:
            client = other.client(busy.shop.token())
            questions = [{**ALL, "min_support_count": str(least)} for least in range(1, 9)]
            answers = [pool.submit(busy.ask, "rules", client, **question) for question in questions]
            assert begun.wait(20)
            # All of the company's threads would have one of them.
            assert client.get("/api/admin/stores").status == 200
            assert not any(answer.done() for answer in answers)
            go_on.set()
            assert [answer.result(20)["min_support_count"] for answer in answers] == [*range(1, 9)]

    def test_files_are_written_one_at_a_time(self, busy: Grocer, serve_here: Callable[..., Any]) -> None:
        with serve_here() as other, ThreadPoolExecutor(4) as pool:
            client = other.client(busy.shop.token())
            path = f"{BASE}/rules/export?{urlencode({**ALL, 'format': 'csv'})}"
            files = list(pool.map(lambda _: client.get(path), range(4)))
        assert [(file.status, file.body) for file in files] == [(200, files[0].body)] * 4
