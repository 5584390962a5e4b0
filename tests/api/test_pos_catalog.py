"""The catalog that tills keep: all of it once, then what changed, in the order of the log."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

PATH = "/api/pos/catalog"


class Till:
    """A till that keeps the catalog of its register."""

    def __init__(self, stocked: Any, register_id: str | None = None) -> None:
        self.stocked = stocked
        self.cashier = stocked.shop.client("Cashier")
        self.register_id = register_id or stocked.register["id"]
        self.after = 0
        self.position = 0
        self.kept: dict[str, Any] = {}

    def ask(self, **query: Any) -> Any:
        """An answer that knows all that happened so far."""
        head = str(len(self.stocked.shop.events()))
        given = {"register_id": self.register_id, "after": self.after, **query}
        parameters = "&".join(f"{name}={value}" for name, value in given.items())
        return self.cashier.get(f"{PATH}?{parameters}", X_Wait_For_Position=head)

    def follow(self, limit: int = 1000) -> list[Any]:
        """Take in what changed since; the rows of all pages."""
        rows: list[Any] = []
        has_more = True
        while has_more:
            answer = self.ask(limit=limit)
            rows += answer.data
            self.after, has_more = answer.json["pagination"].values()
            self.position = int(answer.headers["x-read-position"])
        for row in rows:
            if row["removed"]:
                self.kept.pop(row["variant_id"], None)
            else:
                self.kept[row["variant_id"]] = row
        return rows

    def only(self) -> Any:
        """The one variant that changed."""
        (row,) = self.follow()
        return row


@pytest.fixture
def till(stocked: Any) -> Till:
    """A till that has kept all there is."""
    till = Till(stocked)
    till.follow()
    return till


def revise(till: Till, **changes: Any) -> None:
    """Edit the product."""
    path = f"/api/admin/products/{till.stocked.product['id']}"
    assert till.stocked.shop.client().patch(path, changes).status == 200


def revise_variant(till: Till, **changes: Any) -> None:
    """Edit the variant."""
    path = f"/api/admin/products/{till.stocked.product['id']}/variants/{till.stocked.variant_id}"
    assert till.stocked.shop.client().patch(path, changes).status == 200


def price_here(till: Till, price: int | None, store_id: str | None = None) -> None:
    """Give the variant a price of the store's own, or lift it."""
    path = f"/api/admin/products/{till.stocked.product['id']}/prices"
    own = {"variant_id": till.stocked.variant_id, "store_id": store_id or till.stocked.store["id"]}
    assert till.stocked.shop.client().put(path, {"prices": [{**own, "price": price}]}).status == 200


def move(till: Till, status: str) -> None:
    """Move the product along its life."""
    path = f"/api/admin/products/{till.stocked.product['id']}/status"
    assert till.stocked.shop.client().post(path, {"status": status}).status == 200


def lose_all(till: Till) -> None:
    """Let nothing of the product be left."""
    line = {"variant_id": till.stocked.variant_id, "quantity": -10}
    body = {"storage_id": till.stocked.storage["id"], "reason": "lost", "lines": [line]}
    assert till.stocked.shop.client().post("/api/admin/inventory/adjustments", body).status == 201


def stop_counting(till: Till) -> None:
    """Count the product's stock no longer."""
    lose_all(till)
    revise(till, track_stock=False)


class TestTheBeginning:
    def test_brings_all_that_is_on_sale(self, stocked: Any) -> None:
        row = Till(stocked).only()
        tax = {"tax_rate_id": stocked.tax["id"], "name": "VAT", "rate": "19", "inclusive": True}
        expected = {
            "variant_id": stocked.variant_id,
            "removed": False,
            "sku": "OAT-1",
            "name": "Oat milk",
            "price": 119,
            "barcodes": ["4006381333931"],
            "taxes": [tax],
            "unit": None,
            "available": "10",
            "status": "active",
        }
        assert {name: row[name] for name in expected} == expected
        assert "cost" not in row

    def test_leaves_out_what_never_was_on_sale(self, till: Till) -> None:
        body = {"name": "Draft", "variants": [{"sku": "DRAFT", "price": 1}]}
        till.stocked.shop.client().post("/api/admin/products", body)
        assert till.follow() == []

    def test_comes_in_pages_each_variant_once(self, stocked: Any) -> None:
        stocked.product_of(name="Tea", variants=[{"sku": f"TEA-{n}", "price": n} for n in range(7)])
        till = Till(stocked)
        rows = till.follow(limit=2)
        assert [row["sku"] for row in rows] == ["OAT-1", *(f"TEA-{n}" for n in range(7))]
        assert [row["position"] for row in rows] == sorted(row["position"] for row in rows)

    def test_of_a_till_that_has_everything_is_where_it_stopped(self, till: Till) -> None:
        stopped = till.after
        assert till.follow() == []
        assert till.after == stopped > 0


class TestWhatChanged:
    @pytest.mark.parametrize(
        ("change", "field", "value"),
        [
            (lambda till: revise_variant(till, price=129), "price", 129),
            (lambda till: revise_variant(till, barcodes=["96385074"]), "barcodes", ["96385074"]),
            (lambda till: revise_variant(till, sku="OAT-2"), "sku", "OAT-2"),
            (lambda till: revise(till, name="Oat drink"), "name", "Oat drink"),
            (lambda till: revise(till, tax_rate_ids=[]), "taxes", []),
            (stop_counting, "available", None),
            (lambda till: price_here(till, 99), "price", 99),
            (lambda till: move(till, "discontinued"), "status", "discontinued"),
        ],
    )
    def test_comes_as_it_is_now(
        self, till: Till, change: Callable[[Till], None], field: str, value: Any
    ) -> None:
        change(till)
        row = till.only()
        assert (row["variant_id"], row[field]) == (till.stocked.variant_id, value)
        assert row["position"] == till.position

    def test_is_where_it_is_filed(self, till: Till) -> None:
        filed = till.stocked.shop.client().post("/api/admin/settings/categories", {"name": "Drinks"}).data
        revise(till, category_id=filed["id"])
        assert till.only()["category_id"] == filed["id"]

    def test_is_its_picture(self, till: Till) -> None:
        file = BytesIO()
        Image.new("RGB", (8, 8)).save(file, "PNG")
        path = f"/api/admin/products/{till.stocked.product['id']}/images"
        image = till.stocked.shop.client().upload(path, file.getvalue()).data["id"]
        assert till.only()["image"]["id"] == image
        till.stocked.shop.client().delete(f"{path}/{image}")
        assert till.only()["image"] is None

    def test_is_the_rate_of_a_tax(self, till: Till) -> None:
        path = f"/api/admin/settings/tax-rates/{till.stocked.tax['id']}"
        till.stocked.shop.client().patch(path, {"rate": "16"})
        assert [tax["rate"] for tax in till.only()["taxes"]] == ["16"]

    def test_is_the_precision_of_a_unit(self, till: Till) -> None:
        admin = till.stocked.shop.client()
        unit = admin.post("/api/admin/settings/units", {"name": "Litre", "symbol": "l"}).data
        revise(till, unit_id=unit["id"])
        assert till.only()["unit"] == {"id": unit["id"], "name": "Litre", "symbol": "l", "precision": 0}
        admin.patch(f"/api/admin/settings/units/{unit['id']}", {"precision": 3})
        assert till.only()["unit"]["precision"] == 3

    def test_are_the_stores_taxes_of_what_has_none_of_its_own(self, till: Till) -> None:
        admin = till.stocked.shop.client()
        revise(till, tax_rate_ids=[])
        assert till.only()["taxes"] == []
        path = f"/api/admin/stores/{till.stocked.store['id']}"
        admin.patch(path, {"tax_rate_ids": [till.stocked.tax["id"]]})
        assert [tax["name"] for tax in till.only()["taxes"]] == ["VAT"]
        admin.patch(f"/api/admin/settings/tax-rates/{till.stocked.tax['id']}", {"name": "Sales tax"})
        assert [tax["name"] for tax in till.only()["taxes"]] == ["Sales tax"]

    def test_is_a_variant_more(self, till: Till) -> None:
        path = f"/api/admin/products/{till.stocked.product['id']}/variants"
        assert till.stocked.shop.client().post(path, {"sku": "OAT-6", "price": 700}).status == 201
        assert till.only()["sku"] == "OAT-6"

    def test_is_not_the_stock_nor_the_cost(self, till: Till) -> None:
        till.stocked.receive(5, 60)
        till.stocked.sell(1)
        revise_variant(till, cost=70)
        assert till.follow() == []

    def test_comes_once_however_often_it_changed(self, till: Till) -> None:
        for price in (120, 121, 122):
            revise_variant(till, price=price)
        price_here(till, 99)
        assert till.only()["price"] == 99

    def test_in_another_store_is_of_no_concern(self, till: Till) -> None:
        elsewhere = till.stocked.shop.client().post("/api/admin/stores", {"name": "Else", "code": "E"}).data
        path = f"/api/admin/stores/{elsewhere['id']}/registers"
        register = till.stocked.shop.client().post(path, {"name": "Till", "code": "1"}).data
        other = Till(till.stocked, register["id"])
        assert other.only()["price"] == 119
        price_here(till, 89, elsewhere["id"])
        assert till.follow() == []
        assert other.only()["price"] == 89
        price_here(till, None, elsewhere["id"])
        assert other.only()["price"] == 119


class TestRemovals:
    def test_are_what_was_archived(self, till: Till) -> None:
        lose_all(till)
        move(till, "archived")
        row = till.only()
        assert row == {
            "variant_id": till.stocked.variant_id,
            "position": row["position"],
            "removed": True,
        }
        assert till.kept == {}

    def test_are_variants_that_were_taken_out(self, till: Till) -> None:
        path = f"/api/admin/products/{till.stocked.product['id']}/variants"
        added = till.stocked.shop.client().post(path, {"sku": "OAT-6", "price": 700}).data
        (variant,) = (one["id"] for one in added["variants"] if one["sku"] == "OAT-6")
        till.follow()
        assert till.stocked.shop.client().delete(f"{path}/{variant}").status == 200
        row = till.only()
        assert (row["variant_id"], row["removed"]) == (variant, True)

    def test_end_when_it_is_on_sale_again(self, till: Till) -> None:
        lose_all(till)
        for status in ("archived", "draft"):
            move(till, status)
            till.follow()
        revise_variant(till, price=1)
        assert till.follow() == []
        move(till, "active")
        assert till.only()["price"] == 1


def test_a_till_that_follows_keeps_what_one_gets_that_begins_now(till: Till) -> None:
    tea = till.stocked.product_of(name="Tea", variants=[{"sku": f"TEA-{n}", "price": n} for n in range(5)])
    till.follow(limit=3)
    revise_variant(till, price=200)
    till.stocked.shop.client().delete(f"/api/admin/products/{tea['id']}/variants/{tea['variants'][1]['id']}")
    price_here(till, 150)
    till.follow(limit=1)
    fresh = Till(till.stocked)
    fresh.follow(limit=2)
    assert till.kept == fresh.kept
    assert len(fresh.kept) == 5


def test_a_till_misses_nothing_while_many_change_prices_at_once(till: Till) -> None:
    tea = till.stocked.product_of(name="Tea", variants=[{"sku": f"TEA-{n}", "price": 1} for n in range(8)])
    admin, path = till.stocked.shop.client(), f"/api/admin/products/{tea['id']}/variants"

    def reprice(variant: Any) -> None:
        for price in range(2, 8):
            assert admin.patch(f"{path}/{variant['id']}", {"price": price}).status in (200, 409)

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(reprice, variant) for variant in tea["variants"]]
        while not all(writer.done() for writer in writers):
            till.follow(limit=3)
    for writer in writers:
        writer.result()
    till.follow(limit=3)
    fresh = Till(till.stocked)
    fresh.follow()
    assert till.kept == fresh.kept
    assert len(fresh.kept) == 9


class TestWhoMayAsk:
    def test_is_who_sells_in_that_store(self, stocked: Any) -> None:
        other = stocked.shop.client().post("/api/admin/stores", {"name": "Other", "code": "O"}).data["id"]
        query = f"{PATH}?register_id={stocked.register['id']}"
        assert stocked.shop.client("Cashier", stores=[stocked.store["id"]]).get(query).status == 200
        refused = stocked.shop.client("Cashier", stores=[other]).get(query)
        assert (refused.status, refused.code) == (403, "forbidden")
        assert stocked.shop.client("Inventory Clerk").get(query).status == 403

    def test_is_nobody_for_a_register_that_is_not_there(
        self, stocked: Any, make_shop: Callable[..., Any]
    ) -> None:
        cashier = stocked.shop.client("Cashier")
        registers = f"/api/admin/stores/{stocked.store['id']}/registers"
        second = stocked.shop.client().post(registers, {"name": "Till 2", "code": "2"}).data["id"]
        assert stocked.shop.client().delete(f"{registers}/{second}").status == 200
        for register_id in (uuid4(), stocked.store["id"], second):
            answer = cashier.get(f"{PATH}?register_id={register_id}")
            assert (answer.status, answer.code) == (404, "not_found")
        stranger = make_shop().client("Cashier").get(f"{PATH}?register_id={stocked.register['id']}")
        assert (stranger.status, stranger.code) == (404, "not_found")

    def test_is_told_what_is_wrong_with_the_question(self, stocked: Any) -> None:
        cashier, register = stocked.shop.client("Cashier"), f"register_id={stocked.register['id']}"
        wrong = ("", "?register_id=1", f"?{register}&after=-1", f"?{register}&limit=1001", f"?{register}&x=1")
        for query in wrong:
            answer = cashier.get(f"{PATH}{query}")
            assert (answer.status, answer.code) == (400, "invalid_parameter"), query
