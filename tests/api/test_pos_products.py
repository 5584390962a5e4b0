"""What a till offers: what is on sale, at which price, and how much of it the store has."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

PATH = "/api/pos/products"


def offered(client: Any, query: str = "") -> list[str]:
    return [row["sku"] for row in client.get(f"{PATH}{query}").data]


def test_a_product_on_sale_is_offered_with_its_price_and_stock(stocked: Any) -> None:
    row = stocked.shop.client("Cashier").get(PATH).data[0]
    assert (row["variant_id"], row["price"], row["available"]) == (stocked.variant_id, 119, "10")
    assert "cost" not in row


def test_a_draft_is_not_offered(stocked: Any) -> None:
    body = {"name": "Draft", "variants": [{"sku": "DRAFT", "price": 1}]}
    stocked.shop.client().post("/api/admin/products", body)
    assert offered(stocked.shop.client("Cashier")) == ["OAT-1"]


def test_a_barcode_is_one_exact_look_up(stocked: Any) -> None:
    cashier = stocked.shop.client("Cashier")
    assert offered(cashier, "?barcode=4006381333931") == ["OAT-1"]
    assert offered(cashier, "?barcode=400638133393") == []


def test_a_barcode_says_how_much_of_the_variant_it_stands_for(stocked: Any) -> None:
    cashier = stocked.shop.client("Cashier")
    (row,) = cashier.get(f"{PATH}?barcode=4006381333931").data
    assert row["match"] == {"kind": "variant", "quantity": "1"}
    for query in ("", "?search=4006381333931"):
        (row,) = cashier.get(f"{PATH}{query}").data
        assert "match" not in row


def test_a_search_finds_names_and_skus(stocked: Any) -> None:
    cashier = stocked.shop.client("Cashier")
    assert offered(cashier, "?search=MILK") == ["OAT-1"]
    assert offered(cashier, "?search=oat-1") == ["OAT-1"]
    assert offered(cashier, "?search=bread") == []
    assert offered(cashier, f"?category_id={uuid4()}") == []


def test_only_what_the_own_store_has_is_available(stocked: Any) -> None:
    other = stocked.shop.client().post("/api/admin/stores", {"name": "Other", "code": "OTHER"}).data["id"]
    there = stocked.shop.client("Cashier", stores=[other]).get(PATH).data
    assert [row["available"] for row in there] == ["0"]


class TestWhatIsAvailable:
    """What a sale could take: it is all in the one storage that the store sells from."""

    def rooms(self, stocked: Any) -> tuple[Any, str]:
        """A second storage of the store, with five more of the product in it."""
        admin = stocked.shop.client()
        body = {"name": "Cellar", "code": "CELLAR", "store_id": stocked.store["id"]}
        cellar = admin.post("/api/admin/storages", body).data["id"]
        assert stocked.receive("5", 60, storage_id=cellar).status == 201
        return admin, cellar

    def sold_out(self, stocked: Any, available: str) -> None:
        """Whatever is said to be there can be sold, and not one more."""
        shown = stocked.shop.client("Cashier").get(f"{PATH}?store_id={stocked.store['id']}").data
        assert [row["available"] for row in shown] == [available]
        assert stocked.sell(int(available) + 1).code == "insufficient_stock"
        assert stocked.sell(int(available)).status == 201

    def test_is_what_lies_in_the_first_storage(self, stocked: Any) -> None:
        self.rooms(stocked)
        self.sold_out(stocked, "10")

    def test_is_what_lies_in_the_storage_that_the_store_names(self, stocked: Any) -> None:
        admin, cellar = self.rooms(stocked)
        admin.patch(f"/api/admin/stores/{stocked.store['id']}", {"default_storage_id": cellar})
        self.sold_out(stocked, "5")

    def test_is_together_what_several_stores_sell_from(self, stocked: Any) -> None:
        admin, _ = self.rooms(stocked)
        other = admin.post("/api/admin/stores", {"name": "Other", "code": "O"}).data["id"]
        shelf = {"name": "Shelf", "code": "SHELF", "store_id": other}
        stocked.receive("3", 60, storage_id=admin.post("/api/admin/storages", shelf).data["id"])
        warehouse = admin.post("/api/admin/storages", {"name": "Warehouse", "code": "WH"}).data["id"]
        stocked.receive("100", 60, storage_id=warehouse)
        both = [stocked.store["id"], other]
        for client in (stocked.shop.client("Cashier"), stocked.shop.client("Cashier", stores=both)):
            assert [row["available"] for row in client.get(PATH).data] == ["13"]


def test_another_store_than_ones_own_is_refused(stocked: Any) -> None:
    other = stocked.shop.client().post("/api/admin/stores", {"name": "Other", "code": "OTHER"}).data["id"]
    refused = stocked.shop.client("Cashier", stores=[other]).get(f"{PATH}?store_id={stocked.store['id']}")
    assert (refused.status, refused.code) == (403, "forbidden")


def test_another_companys_goods_are_not_offered(stocked: Any, make_shop: Callable[..., Any]) -> None:
    stranger = make_shop().client("Cashier")
    assert offered(stranger) == []
    assert offered(stranger, "?barcode=4006381333931") == []
    assert offered(stranger, f"?store_id={stocked.store['id']}") == []


def test_unknown_parameters_and_wrong_values_are_refused(stocked: Any) -> None:
    cashier = stocked.shop.client("Cashier")
    for query in ("?colour=red", "?limit=0", "?limit=101", "?store_id=main", "?barcode="):
        refused = cashier.get(f"{PATH}{query}")
        assert (refused.status, refused.code) == (400, "invalid_parameter"), query


def test_who_may_not_sell_is_refused(stocked: Any) -> None:
    assert stocked.shop.client("Inventory Clerk").get(PATH).status == 403
    assert stocked.shop.service.client().get(PATH).status == 401


class TestSearching:
    @pytest.fixture
    def shelf(self, shop: Any) -> Any:
        """Oat milk, also as a barista's, and soap, all on sale."""
        admin = shop.client()
        milk = [
            {"sku": "OAT", "price": 1, "name": "Natural", "barcodes": ["4006381333931"]},
            {"sku": "BAR", "price": 1, "name": "Barista"},
        ]
        for name, variants in (("Oat milk", milk), ("Soap", [{"sku": "MILK", "price": 1}])):
            product = admin.post("/api/admin/products", {"name": name, "variants": variants}).data
            admin.post(f"/api/admin/products/{product['id']}/status", {"status": "active"})
        return shop.client("Cashier")

    def test_a_search_finds_words_of_products_and_variants(self, shelf: Any) -> None:
        assert offered(shelf, "?search=oat") == ["OAT", "BAR"]
        assert offered(shelf, "?search=barist") == ["BAR"]
        assert offered(shelf, "?search=milk%20baris") == ["BAR"]
        assert offered(shelf, "?search=barsita") == ["BAR"]

    def test_a_sku_comes_first_and_a_barcode_alone(self, shelf: Any) -> None:
        assert offered(shelf, "?search=milk") == ["MILK", "OAT", "BAR"]
        assert offered(shelf, "?search=4006381333931") == ["OAT"]

    def test_pages_of_what_is_found_follow_each_other(self, shelf: Any) -> None:
        pages = [shelf.get(f"{PATH}?search=milk&limit=2&page={page}") for page in (1, 2, 3)]
        assert [[row["sku"] for row in page.data] for page in pages] == [["MILK", "OAT"], ["BAR"], []]
        assert {page.json["pagination"]["total"] for page in pages} == {3}
