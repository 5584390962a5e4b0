"""Prices of single stores: set, sold at, lifted, and every price a variant ever had."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from infra.projections.rebuild import rebuild
from infra.projections.verify import verify
from infra.runtime.models import EVENT_TYPES
from projections.catalog.price_history import PriceHistory
from projections.catalog.products import Products
from projections.catalog.store_prices import StorePrices

STORES = "/api/admin/stores"
PRODUCTS = "/api/admin/products"
POS = "/api/pos"


@dataclass(frozen=True)
class Two:
    """Two stores, each with a till, and a product that costs 119; the first has ten of it."""

    stocked: Any
    other: Any
    till: Any

    @property
    def admin(self) -> Any:
        return self.stocked.shop.client()

    @property
    def store_id(self) -> str:
        return str(self.stocked.store["id"])

    @property
    def path(self) -> str:
        return f"{PRODUCTS}/{self.stocked.product['id']}/prices"

    def named(self, price: Any, store_id: str | None = None, variant_id: str | None = None) -> dict[str, Any]:
        return {
            "variant_id": variant_id or self.stocked.variant_id,
            "store_id": store_id or self.store_id,
            "price": price,
        }

    def put(self, *prices: dict[str, Any], client: Any = None, **headers: str) -> Any:
        return (client or self.admin).put(self.path, {"prices": list(prices)}, **headers)

    def price(self, price: int | None) -> Any:
        """Give the first store a price of its own, or lift it."""
        answer = self.put(self.named(price))
        assert answer.status == 200, answer.body
        return answer

    def basket(self, register: Any = None, **line: Any) -> dict[str, Any]:
        till = register or self.stocked.register
        line = {"variant_id": self.stocked.variant_id, "quantity": 2, **line}
        return {"register_id": till["id"], "lines": [line]}

    def quoted(self, register: Any = None) -> Any:
        cashier = self.stocked.shop.client("Cashier")
        return cashier.post(f"{POS}/quote", self.basket(register)).data["total"]

    def offered(self, client: Any, query: str = "") -> Any:
        (row,) = client.get(f"{POS}/products{query}").data
        return row["price"]

    def history(self, after: Any, client: Any = None, query: str = "") -> Any:
        """The history, once it knows what was written last."""
        headers = {"X_Wait_For_Position": after.headers["x-event-position"]}
        return (client or self.admin).get(f"{self.path}?history=true{query}", **headers)


@pytest.fixture
def two(stocked: Any) -> Two:
    """A company with two stores."""
    admin = stocked.shop.client()
    other = admin.post(STORES, {"name": "Harbour", "code": "HARB"}).data
    admin.post("/api/admin/storages", {"name": "Cellar", "code": "C", "store_id": other["id"]})
    till = admin.post(f"{STORES}/{other['id']}/registers", {"name": "Till", "code": "1"}).data
    return Two(stocked, other, till)


def refused(answer: Any) -> tuple[int, str]:
    return answer.status, answer.code


class TestPricing:
    def test_a_price_is_answered_and_shown(self, two: Two) -> None:
        answer = two.put(two.named(99), two.named(109, two.other["id"]))
        expected = {
            "variant_id": two.stocked.variant_id,
            "sku": "OAT-1",
            "price": 119,
            "cost": 60,
            "stores": [
                {"store_id": two.other["id"], "store_name": "Harbour", "price": 109},
                {"store_id": two.store_id, "store_name": "Main Street", "price": 99},
            ],
        }
        assert answer.data == [expected]
        shown = two.admin.get(two.path)
        assert shown.data == [expected]
        assert shown.json["pagination"] == {"page": 1, "limit": 20, "total": 1, "pages": 1}
        assert shown.headers["etag"] == answer.headers["etag"]

    def test_what_is_not_named_stays(self, two: Two) -> None:
        two.price(99)
        two.put(two.named(109, two.other["id"]))
        (shown,) = two.put(two.named(None, two.other["id"])).data
        assert [own["price"] for own in shown["stores"]] == [99]

    def test_it_is_recorded_in_the_trades_words(self, two: Two) -> None:
        two.price(99)
        two.price(99)
        two.price(None)
        two.price(None)
        events = [(event["type"], event["state"]) for event in two.stocked.shop.events()[-2:]]
        variant = {"variant_id": two.stocked.variant_id, "store_id": two.store_id}
        assert events == [
            ("products.Product.StorePriced", {**variant, "old_price": None, "price": 99}),
            ("products.Product.StorePriceLifted", {**variant, "old_price": 99}),
        ]

    def test_the_same_key_does_it_once(self, two: Two) -> None:
        key = str(uuid4())
        first = two.put(two.named(99), Idempotency_Key=key)
        two.price(89)
        again = two.put(two.named(99), Idempotency_Key=key)
        assert (again.data, again.headers["idempotent-replayed"]) == (first.data, "true")
        assert two.quoted() == 2 * 89

    def test_many_variants_are_priced_at_once_and_shown_page_by_page(self, two: Two) -> None:
        variants = [{"id": str(uuid4()), "sku": f"V{one}", "price": one} for one in range(500)]
        product = two.stocked.product_of(variants=variants)
        prices = [
            two.named(price, store, str(variant["id"]))
            for price, variant in enumerate(variants)
            for store in (two.store_id, str(two.other["id"]))
        ]
        path = f"{PRODUCTS}/{product['id']}/prices"
        assert len(two.admin.put(path, {"prices": prices}).data) == 500
        last = two.admin.get(f"{path}?limit=100&page=5")
        assert [row["sku"] for row in last.data] == [f"V{one}" for one in range(400, 500)]
        assert {own["price"] for own in last.data[-1]["stores"]} == {499}
        too_many = two.admin.put(path, {"prices": [*prices, prices[0]]})
        assert (too_many.status, too_many.fields) == (422, {"prices"})


class TestTheTill:
    def test_sells_at_the_price_of_its_store(self, two: Two) -> None:
        two.price(99)
        sold = two.stocked.sell(2, price=99)
        (line,) = sold.data["lines"]
        assert (sold.status, sold.data["total"]) == (201, 198)
        assert (line["unit_price"], line["list_price"], line["price_overridden"]) == (99, 99, False)

    def test_of_another_store_sells_at_the_price_of_everywhere(self, two: Two) -> None:
        two.price(99)
        assert (two.quoted(), two.quoted(two.till)) == (198, 238)

    def test_named_by_the_store_alone_finds_the_same_price(self, two: Two) -> None:
        two.price(99)
        cashier = two.stocked.shop.client("Cashier")
        for store_id, total in ((two.store_id, 198), (two.other["id"], 238)):
            basket = {**two.basket(), "register_id": None, "store_id": store_id}
            assert cashier.post(f"{POS}/quote", basket).data["total"] == total
        bound = two.stocked.shop.client("Cashier", stores=[two.store_id])
        assert bound.post(f"{POS}/quote", {"lines": two.basket()["lines"]}).data["total"] == 198
        nowhere = cashier.post(f"{POS}/quote", {"lines": two.basket()["lines"]})
        assert nowhere.data["total"] == 238

    def test_of_the_only_store_need_not_be_named(self, stocked: Any) -> None:
        named = {"variant_id": stocked.variant_id, "store_id": stocked.store["id"], "price": 99}
        stocked.shop.client().put(f"{PRODUCTS}/{stocked.product['id']}/prices", {"prices": [named]})
        cashier = stocked.shop.client("Cashier")
        basket = {"lines": [{"variant_id": stocked.variant_id, "quantity": 1}]}
        assert cashier.post(f"{POS}/quote", basket).data["total"] == 99
        assert cashier.get(f"{POS}/products").data[0]["price"] == 99

    def test_is_offered_the_price_of_its_store(self, two: Two) -> None:
        two.price(99)
        cashier = two.stocked.shop.client("Cashier")
        assert two.offered(cashier, f"?store_id={two.store_id}") == 99
        assert two.offered(cashier, f"?store_id={two.other['id']}") == 119
        assert two.offered(cashier) == 119
        assert two.offered(two.stocked.shop.client("Cashier", stores=[two.store_id])) == 99

    def test_may_send_the_price_of_its_store_but_no_other(self, two: Two) -> None:
        two.price(99)
        cashier = two.stocked.shop.client("Cashier")
        assert cashier.post(f"{POS}/quote", two.basket(unit_price=99)).status == 200
        assert refused(cashier.post(f"{POS}/quote", two.basket(unit_price=119))) == (403, "forbidden")
        elsewhere = two.basket(two.till, unit_price=99)
        assert refused(cashier.post(f"{POS}/quote", elsewhere)) == (403, "forbidden")

    def test_sells_as_everywhere_again_when_the_price_is_lifted(self, two: Two) -> None:
        two.price(99)
        two.price(None)
        assert two.quoted() == 238
        assert two.admin.get(two.path).data[0]["stores"] == []
        assert two.stocked.sell(2).data["total"] == 238

    def test_may_give_it_away(self, two: Two) -> None:
        two.price(0)
        assert two.quoted() == 0

    def test_keeps_its_price_when_the_one_of_everywhere_changes(self, two: Two) -> None:
        two.price(99)
        variant = f"{PRODUCTS}/{two.stocked.product['id']}/variants/{two.stocked.variant_id}"
        two.admin.patch(variant, {"price": 150})
        assert (two.quoted(), two.quoted(two.till)) == (198, 300)

    def test_does_not_change_what_was_sold(self, two: Two) -> None:
        sold = two.stocked.sell(1).data
        two.price(99)
        cashier = two.stocked.shop.client("Cashier")
        assert cashier.get(f"/api/cashier/orders/{sold['id']}").data["total"] == 119


class TestVersions:
    def test_a_version_that_was_seen_is_expected(self, two: Two) -> None:
        version = two.admin.get(two.path).headers["etag"]
        assert two.put(two.named(99), If_Match=version).status == 200
        stale = two.put(two.named(89), If_Match=version)
        assert refused(stale) == (412, "precondition_failed")
        assert two.quoted() == 198

    def test_of_many_at_once_one_has_seen_the_latest(self, two: Two) -> None:
        version = two.admin.get(two.path).headers["etag"]
        with ThreadPoolExecutor(4) as pool:
            prices = range(90, 98)
            answers = list(pool.map(lambda price: two.put(two.named(price), If_Match=version), prices))
        assert sorted(answer.status for answer in answers) == [200] + [412] * 7

    def test_many_at_once_all_count(self, two: Two) -> None:
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda price: two.put(two.named(price)), range(90, 98)))
        assert all(answer.status in (200, 409) for answer in answers)
        events = two.stocked.shop.events()
        priced = [event["state"] for event in events if event["type"].endswith("StorePriced")]
        assert len(priced) == sum(answer.status == 200 for answer in answers)
        assert [one["old_price"] for one in priced] == [None, *(one["price"] for one in priced[:-1])]
        assert two.quoted() == 2 * priced[-1]["price"]


class TestRefusals:
    @pytest.mark.parametrize("price", [1.5, 1.0, -1, "99", True, 2**53 + 1, [], {}])
    def test_what_is_no_amount(self, two: Two, price: Any) -> None:
        answer = two.put(two.named(50), two.named(price, two.other["id"]))
        assert refused(answer) == (422, "validation_failed")
        assert answer.fields == {"prices.1.price"}
        assert two.quoted() == 238

    def test_what_is_missing_or_unknown(self, two: Two) -> None:
        for absent in ("variant_id", "store_id", "price"):
            named = {name: value for name, value in two.named(1).items() if name != absent}
            answer = two.put(named)
            assert (answer.status, answer.fields) == (422, {f"prices.0.{absent}"})
        assert two.put({**two.named(1), "colour": "red"}).fields == {"prices.0.colour"}
        assert two.admin.put(two.path, {}).fields == {"prices"}

    def test_the_store_of_another_company(self, two: Two, make_shop: Callable[..., Any]) -> None:
        stranger = make_shop().client()
        store = stranger.post(STORES, {"name": "Theirs", "code": "T"}).data["id"]
        assert two.put(two.named(1, store)).fields == {"prices.0.store_id"}
        assert refused(two.put(two.named(1), client=stranger)) == (404, "not_found")
        for query in ("", "?history=true"):
            assert refused(stranger.get(two.path + query)) == (404, "not_found")

    def test_a_product_that_is_not_there(self, two: Two) -> None:
        path = f"{PRODUCTS}/{uuid4()}/prices"
        assert refused(two.admin.put(path, {"prices": []})) == (404, "not_found")
        for query in ("", "?history=true"):
            assert refused(two.admin.get(path + query)) == (404, "not_found")

    def test_an_archived_store(self, two: Two) -> None:
        closed = two.admin.post(STORES, {"name": "Kiosk", "code": "K"}).data["id"]
        two.put(two.named(99, closed))
        assert two.admin.delete(f"{STORES}/{closed}").status == 200
        assert two.put(two.named(98, closed)).fields == {"prices.0.store_id"}
        assert two.admin.get(two.path).data[0]["stores"] == []

    def test_wrong_parameters(self, two: Two) -> None:
        for query in ("history=maybe", "page=0", "limit=101", "colour=red"):
            answer = two.admin.get(f"{two.path}?{query}")
            assert refused(answer) == (400, "invalid_parameter"), query

    def test_who_may_not(self, two: Two) -> None:
        client = two.stocked.shop.client
        assert two.put(two.named(99), client=client("Manager")).status == 200
        for role in ("Cashier", "Inventory Clerk"):
            assert refused(two.put(two.named(1), client=client(role))) == (403, "forbidden")
        assert refused(client("Cashier").get(two.path)) == (403, "forbidden")


class TestWhoIsBoundToStores:
    def test_prices_only_for_those(self, two: Two) -> None:
        bound = two.stocked.shop.client("Manager", stores=[two.store_id])
        assert two.put(two.named(99), client=bound).status == 200
        answer = two.put(two.named(98), two.named(1, two.other["id"]), client=bound)
        assert refused(answer) == (403, "forbidden")
        assert (two.quoted(), two.quoted(two.till)) == (198, 238)

    def test_sees_only_those(self, two: Two) -> None:
        two.put(two.named(99), two.named(109, two.other["id"]))
        bound = two.stocked.shop.client("Manager", stores=[two.store_id])
        assert [own["price"] for own in bound.get(two.path).data[0]["stores"]] == [99]
        last = two.put(two.named(98), client=bound)
        assert [own["price"] for own in last.data[0]["stores"]] == [98]
        shown = two.history(last, bound)
        assert {row["store_id"] for row in shown.data} == {None, two.store_id}
        assert shown.json["pagination"]["total"] == len(shown.data)


class TestVariants:
    def test_one_that_is_removed_takes_its_prices_along(self, two: Two) -> None:
        product = f"{PRODUCTS}/{two.stocked.product['id']}"
        added = two.admin.post(f"{product}/variants", {"sku": "OAT-2", "price": 200}).data
        variant = added["variants"][1]["id"]
        two.put(two.named(99), two.named(180, variant_id=variant))
        assert two.admin.delete(f"{product}/variants/{variant}").status == 200
        (rest,) = two.admin.get(two.path).data
        assert [own["price"] for own in rest["stores"]] == [99]
        again = {"sku": "OAT-2", "price": 210}
        assert two.admin.post(f"{product}/variants", {"id": variant, **again}).code == "duplicate_id"
        assert two.admin.post(f"{product}/variants", again).status == 201
        shown = two.admin.get(two.path).data
        assert [row["stores"] for row in shown][1] == []


class TestHistory:
    def test_tells_every_price_and_cost_with_who_and_when(self, two: Two) -> None:
        shop, variant = two.stocked.shop, two.stocked.variant_id
        two.price(99)
        path = f"{PRODUCTS}/{two.stocked.product['id']}/variants/{variant}"
        two.admin.patch(path, {"price": 129, "cost": 70})
        last = two.put(two.named(None), client=shop.client("Manager"))
        rows = two.history(last).data
        assert [(row["kind"], row["store_id"], row["old"], row["new"]) for row in rows] == [
            ("price", two.store_id, 99, None),
            ("cost", None, 60, 70),
            ("price", None, 119, 129),
            ("price", two.store_id, None, 99),
            ("price", None, None, 119),
            ("cost", None, None, 60),
        ]
        assert {row["variant_id"] for row in rows} == {variant}
        assert (rows[0]["by_user_id"], rows[0]["by"]) == (
            str(shop.users["Manager"]),
            shop.username("Manager"),
        )
        assert (rows[1]["by_user_id"], rows[1]["by"]) == (str(shop.users["Admin"]), shop.username("Admin"))
        assert rows[0]["position"] == int(last.headers["x-event-position"])
        assert rows[0]["at"] == shop.events()[-1]["metadata"]["at"]

    def test_comes_in_pages(self, two: Two) -> None:
        for price in (90, 91, 92):
            last = two.price(price)
        first = two.history(last, query="&limit=2")
        assert first.json["pagination"] == {"page": 1, "limit": 2, "total": 5, "pages": 3}
        rest = [two.history(last, query=f"&limit=2&page={page}").data for page in (2, 3, 4)]
        rows = [row["new"] for page in (first.data, *rest) for row in page]
        assert rows == [92, 91, 90, 119, 60]

    def test_keeps_what_was_removed(self, two: Two) -> None:
        product = f"{PRODUCTS}/{two.stocked.product['id']}"
        added = two.admin.post(f"{product}/variants", {"sku": "OAT-2", "price": 200, "cost": 90}).data
        variant = added["variants"][1]["id"]
        last = two.admin.delete(f"{product}/variants/{variant}")
        rows = [row for row in two.history(last).data if row["variant_id"] == variant]
        assert [(row["kind"], row["new"]) for row in rows] == [("price", 200), ("cost", 90)]

    def test_tells_costs_only_to_those_who_may_see_them(self, two: Two) -> None:
        two.price(99)
        service = two.stocked.shop.service
        named = {"username": f"blind@{uuid4()}", "password": "correct horse battery staple"}
        user = {**named, "role_id": "manager", "denied": ["costs.view"]}
        assert two.admin.post("/api/admin/settings/users", user).status == 201
        blind = service.client(service.client().post("/api/auth/login", named).data["token"])
        assert "cost" not in blind.get(two.path).data[0]
        last = two.put(two.named(98), client=blind)
        assert "cost" not in last.data[0]
        shown = two.history(last, blind)
        assert {row["kind"] for row in shown.data} == {"price"}
        assert shown.json["pagination"]["total"] == len(shown.data)


class TestRebuilding:
    def test_makes_the_same_of_the_log(self, two: Two) -> None:
        shop, product = two.stocked.shop, f"{PRODUCTS}/{two.stocked.product['id']}"
        added = two.admin.post(f"{product}/variants", {"sku": "OAT-2", "price": 200}).data
        variant = added["variants"][1]["id"]
        two.put(two.named(99), two.named(109, two.other["id"]), two.named(180, variant_id=variant))
        two.put(two.named(None), two.named(108, two.other["id"]))
        two.admin.delete(f"{product}/variants/{variant}")
        last = two.price(95)
        before = two.history(last).data, two.admin.get(two.path).data
        worker = shop.service.database.worker
        for model in (StorePrices(), PriceHistory(), Products()):
            assert verify(worker, EVENT_TYPES, model, shop.company_id).differences == ()
            assert rebuild(worker, EVENT_TYPES, model, shop.company_id).rows_changed == 0
        with psycopg.connect(worker, autocommit=True) as connection:
            connection.execute("DELETE FROM store_prices WHERE company_id = %s", [shop.company_id])
        assert two.quoted() == 238
        rebuild(worker, EVENT_TYPES, StorePrices(), shop.company_id)
        assert two.quoted() == 190
        assert (two.history(last).data, two.admin.get(two.path).data) == before
