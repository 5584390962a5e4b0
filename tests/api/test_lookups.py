"""Lookups: what there is to choose from, for everybody, the best first, and of one's own company only."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from domain.money import CURRENCIES, exponent
from domain.permissions import PERMISSIONS, ROLES
from projections.lookups.names import LOOKUPS
from tests.conftest import ROLES as SHOP_ROLES

SETTINGS = "/api/admin/settings"
PRODUCTS = "/api/admin/products"
NAMES = (
    "stores storages products variants customers suppliers brands categories units variant-types users roles "
    "permissions packages companies payment-methods tax-rates order-statuses product-statuses currencies "
    "timezones"
)
PASSWORD = "correct horse battery staple"


def look(client: Any, name: str, **query: Any) -> Any:
    """What the lookup answers."""
    return client.get(f"/api/lookups/{name}?{urlencode(query)}").data


def labels(client: Any, name: str, search: str | None = None, **query: Any) -> list[str]:
    if search is not None:
        query["search"] = search
    return [row["label"] for row in look(client, name, **query)]


def add_product(admin: Any, name: str, *, status: str = "active", **variant: Any) -> Any:
    """A product with one variant, whose fields may be given."""
    variants = [{"sku": str(uuid4()), "price": 100, "cost": 77, **variant}]
    product = admin.post(PRODUCTS, {"name": name, "variants": variants}).data
    if status == "draft":
        return product
    return admin.post(f"{PRODUCTS}/{product['id']}/status", {"status": status}).data


@dataclass(frozen=True)
class Furnished:
    """A shop that has one of everything that can be looked up."""

    shop: Any
    ids: dict[str, str]


@pytest.fixture
def furnished(shop: Any) -> Furnished:
    return furnish(shop)


def furnish(shop: Any) -> Furnished:
    admin = shop.client()

    def add(path: str, **body: Any) -> str:
        return str(admin.post(path, body).data["id"])

    store = add("/api/admin/stores", name="Harbour", code="HAR")
    product = add_product(admin, "Oat milk", sku="OAT-1", barcodes=["4006381333931"])
    ids = {
        "stores": store,
        "storages": add("/api/admin/storages", name="Cellar", code="CEL", store_id=store),
        "products": product["id"],
        "variants": product["variants"][0]["id"],
        "suppliers": add(f"{SETTINGS}/suppliers", name="Mill and Sons", code="MILL"),
        "brands": add(f"{SETTINGS}/brands", name="Nordic"),
        "categories": add(f"{SETTINGS}/categories", name="Drinks"),
        "units": add(f"{SETTINGS}/units", name="Litre", symbol="l"),
        "variant-types": add(f"{SETTINGS}/variant-types", name="Size", values=["S", "M"]),
        "payment-methods": add(f"{SETTINGS}/payment-methods", name="Voucher", code="voucher", kind="voucher"),
        "tax-rates": add(f"{SETTINGS}/tax-rates", name="VAT", rate="19", inclusive=True),
        "users": str(shop.users["Cashier"]),
        "companies": str(shop.company_id),
    }
    return Furnished(shop, ids)


class TestWho:
    def test_there_is_a_lookup_for_every_name(self) -> None:
        assert list(LOOKUPS) == NAMES.split()

    @pytest.mark.parametrize("role", SHOP_ROLES)
    def test_every_name_answers_for_every_role(self, furnished: Furnished, role: str) -> None:
        client = furnished.shop.client(role)
        for name in NAMES.split():
            rows = look(client, name)
            assert all({"id", "label"} <= row.keys() for row in rows), name
            # Of other people, cashiers and clerks find none.
            if name in furnished.ids and not (name == "users" and role not in ("Admin", "Manager")):
                assert furnished.ids[name] in [row["id"] for row in rows], name

    def test_every_name_shows_what_the_document_says_of_it(self, furnished: Furnished) -> None:
        document = furnished.shop.service.client().get("/api/openapi.json").json
        guide = document["paths"]["/api/lookups/{name}"]["get"]["description"]
        for name in NAMES.split():
            shown = re.search(rf"`{name}` \(([^)]*)\)", guide)
            more = set(re.findall("`([a-z_]+)`", shown[1])) if shown else set()
            for row in look(furnished.shop.client(), name):
                assert row.keys() == {"id", "label"} | more, name

    def test_every_name_answers_for_the_platform(self, platform: Any) -> None:
        for name in NAMES.split():
            assert isinstance(look(platform, name), list), name

    def test_one_must_be_signed_in(self, service: Any) -> None:
        for name in ("stores", "currencies", "nothing"):
            answer = service.client().get(f"/api/lookups/{name}")
            assert (answer.status, answer.code) == (401, "unauthenticated")

    def test_what_is_another_companys_is_not_there(self, furnished: Furnished, make_shop: Any) -> None:
        theirs = furnish(make_shop())
        others = set(theirs.ids.values())
        client = furnished.shop.client()
        for name in NAMES.split():
            lists = [look(client, name, limit=100), look(client, name, active="false")]
            lists += [look(client, name, search=text) for text in ("oat", "OAT-1", "4006381333931", "har")]
            assert others.isdisjoint(row["id"] for rows in lists for row in rows), name

    def test_costs_are_in_no_lookup(self, furnished: Furnished) -> None:
        client = furnished.shop.client()
        for name in NAMES.split():
            for row in look(client, name, limit=100):
                assert not [field for field in row if "cost" in field or "margin" in field], name
        assert 77 not in look(client, "variants")[0].values()

    def test_a_till_is_shown_no_more_of_a_telephone_number_than_its_end(self, shop: Any) -> None:
        body = {"name": "Ada", "phone": "+49 170 55565049"}
        assert shop.client().post("/api/admin/customers", body).status == 201
        (shown,) = look(shop.client("Manager"), "customers", search="ada")
        assert (shown["phone"], shown["phone_ending"]) == ("+49 170 55565049", "5049")
        for role in ("Cashier", "Inventory Clerk"):
            (shown,) = look(shop.client(role), "customers", search="ada")
            assert shown == {"id": shown["id"], "label": "Ada", "phone_ending": "5049"}

    def test_a_company_finds_itself_and_the_platform_all(self, furnished: Furnished, platform: Any) -> None:
        shop = furnished.shop
        assert [row["id"] for row in look(shop.client(), "companies")] == [str(shop.company_id)]
        companies = look(platform, "companies", search=str(shop.company_id))
        assert str(shop.company_id) in [row["id"] for row in companies]

    def test_what_the_platform_offers_is_there_for_everybody(self, shop: Any, platform: Any) -> None:
        body = {"name": f"Package {uuid4()}", "price": 0, "billing_period": "monthly", "currency": "EUR"}
        package = platform.post("/api/admin/packages", body).data
        assert {"id": package["id"], "label": package["name"]} in look(
            shop.client("Cashier"), "packages", search=package["name"]
        )


class TestRows:
    def test_say_what_one_needs_to_choose(self, furnished: Furnished) -> None:
        client, ids = furnished.shop.client("Cashier"), furnished.ids
        variant = look(client, "variants")[0]
        assert variant == {
            "id": ids["variants"],
            "label": "Oat milk",
            "product_id": ids["products"],
            "sku": "OAT-1",
            "barcode": "4006381333931",
            "price": 100,
            "status": "active",
        }
        store, storage = look(client, "stores")[0], look(client, "storages")[0]
        assert (store["code"], storage["code"], storage["store_id"]) == ("HAR", "CEL", ids["stores"])
        assert look(client, "units")[0]["symbol"] == "l"
        assert look(client, "variant-types")[0]["values"] == ["S", "M"]
        tax = look(client, "tax-rates")[0]
        assert (tax["rate"], tax["inclusive"]) == ("19", True)
        methods = {row["code"]: row["kind"] for row in look(client, "payment-methods")}
        every_till = {code: code for code in ("account", "card", "cash", "coupon", "store_credit")}
        assert methods == {**every_till, "voucher": "voucher"}
        assert {row["role"] for row in look(furnished.shop.client("Manager"), "users")} == set(SHOP_ROLES)

    def test_of_fixed_lists_are_complete(self, shop: Any) -> None:
        client = shop.client()
        assert labels(client, "roles") == list(ROLES)
        assert {row["id"] for row in look(client, "permissions", limit=100)} <= PERMISSIONS.keys()
        money = {row["id"]: row["exponent"] for row in look(client, "currencies", limit=100)}
        assert money == {code: exponent(code) for code in CURRENCIES[:100]}
        assert [row["id"] for row in look(client, "order-statuses")] == [
            "open",
            "completed",
            "cancelled",
            "voided",
        ]
        assert labels(client, "product-statuses", "coming") == ["Coming soon"]
        assert labels(client, "timezones", "berlin") == ["Europe/Berlin"]
        assert labels(client, "timezones", "york new") == ["America/New_York"]
        assert look(client, "permissions", search="orders.view")[0]["id"] == "orders.view"

    def test_the_answer_says_what_it_knows(self, furnished: Furnished) -> None:
        answer = furnished.shop.client().get("/api/lookups/brands")
        assert answer.json["success"] is True
        assert int(answer.headers["x-read-position"]) > 0


class TestSearch:
    @pytest.fixture
    def admin(self, shop: Any) -> Any:
        admin = shop.client()
        for name in (
            "Oat milk",
            "Milk chocolate",
            "Almond milk, unsweetened",
            "Dark chocolate",
            "Crème brûlée",
        ):
            add_product(admin, name)
        return admin

    @pytest.mark.parametrize("name", ["products", "variants"])
    def test_finds_every_word_by_its_beginning_in_any_order(self, admin: Any, name: str) -> None:
        assert labels(admin, name, "milk o") == ["Oat milk"]
        assert labels(admin, name, "o MIL") == ["Oat milk"]
        assert labels(admin, name, "choc da") == ["Dark chocolate"]
        assert labels(admin, name, "lk") == []
        assert labels(admin, name, "oat chocolate") == []

    @pytest.mark.parametrize("name", ["products", "variants"])
    def test_what_begins_with_the_text_comes_first(self, admin: Any, name: str) -> None:
        assert labels(admin, name, "milk") == ["Milk chocolate", "Almond milk, unsweetened", "Oat milk"]
        assert labels(admin, name, "milk ch")[0] == "Milk chocolate"
        assert labels(admin, name) == sorted(labels(admin, name), key=str.casefold)

    def test_the_very_code_comes_before_everything(self, admin: Any) -> None:
        add_product(admin, "Zebra", sku="milk")
        assert labels(admin, "variants", "Milk")[0] == "Zebra"
        assert labels(admin, "products", "Milk")[:2] == ["Zebra", "Milk chocolate"]

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("mlik oat", "Oat milk"),
            ("almnod", "Almond milk, unsweetened"),
            ("unsweetend", "Almond milk, unsweetened"),
            ("creme", "Crème brûlée"),
            ("CRÈME brulee", "Crème brûlée"),
            ("bruleee", "Crème brûlée"),
            ("drak choc", "Dark chocolate"),
        ],
    )
    def test_forgives_a_slip_and_accents(self, admin: Any, typed: str, meant: str) -> None:
        assert labels(admin, "products", typed) == [meant]
        assert labels(admin, "variants", typed) == [meant]

    def test_a_slip_is_only_looked_for_when_nothing_is_found(self, admin: Any) -> None:
        add_product(admin, "Silk scarf")
        assert "Silk scarf" not in labels(admin, "products", "milk")
        assert labels(admin, "products", "xilk") == [*labels(admin, "products", "milk"), "Silk scarf"]

    def test_a_short_word_and_a_number_mean_what_they_say(self, admin: Any) -> None:
        add_product(admin, "Tea 1234")
        assert labels(admin, "products", "tee") == []
        assert labels(admin, "products", "1243") == []
        assert labels(admin, "products", "1234") == ["Tea 1234"]

    def test_a_barcode_counts_digit_for_digit_and_both_in_any_letter_case(self, admin: Any) -> None:
        add_product(admin, "Salt", sku="Salt-0012", barcodes=["0012345678905", "X-9"])
        for name in ("products", "variants"):
            assert labels(admin, name, "0012345678905") == ["Salt"]
            assert labels(admin, name, "12345678905") == []
            assert labels(admin, name, "sALT-0012") == ["Salt"]
            assert labels(admin, name, "x-9") == ["Salt"]
        assert look(admin, "variants", search="X-9")[0]["barcode"] == "X-9"

    def test_a_sku_with_blanks_is_found_as_it_is_written(self, admin: Any) -> None:
        add_product(admin, "Salt", sku="S  1")
        for name in ("products", "variants"):
            assert labels(admin, name, "s  1") == ["Salt"]
            assert labels(admin, name, "S 1") == []
        for path in (PRODUCTS, "/api/pos/products"):
            assert [row["name"] for row in admin.get(f"{path}?search=s%20%201").data] == ["Salt"]

    def test_variants_are_found_by_their_own_words_and_their_products(self, admin: Any) -> None:
        shirts = [
            {"sku": f"TS-{size}", "price": 1, "options": {"Size": size, "Colour": "Navy blue"}}
            for size in ("Small", "Medium")
        ]
        product = admin.post(PRODUCTS, {"name": "Shirt", "variants": shirts}).data
        admin.post(f"{PRODUCTS}/{product['id']}/status", {"status": "active"})
        assert labels(admin, "variants", "shirt") == ["Shirt, Small / Navy blue", "Shirt, Medium / Navy blue"]
        assert labels(admin, "variants", "med shirt") == ["Shirt, Medium / Navy blue"]
        assert labels(admin, "variants", "blue small") == ["Shirt, Small / Navy blue"]
        assert labels(admin, "variants", "mediun shirt") == ["Shirt, Medium / Navy blue"]
        assert labels(admin, "products", "medium") == []

    def test_follows_every_change_of_the_catalog(self, admin: Any) -> None:
        product = add_product(admin, "Shirt", options={"Size": "Small"})
        path, variant = f"{PRODUCTS}/{product['id']}", product["variants"][0]["id"]
        admin.patch(path, {"name": "Blouse"})
        assert labels(admin, "variants", "blouse small") == ["Blouse, Small"]
        assert labels(admin, "products", "shirt") == labels(admin, "variants", "shirt small") == []
        admin.patch(f"{path}/variants/{variant}", {"options": {"Size": "Wide"}})
        assert labels(admin, "variants", "blouse wide") == ["Blouse, Wide"]
        assert labels(admin, "variants", "blouse small") == []
        more = admin.post(f"{path}/variants", {"sku": "B-2", "price": 1, "name": "Narrow"}).data["variants"][
            1
        ]
        assert labels(admin, "variants", "narrow") == ["Blouse, Narrow"]
        admin.delete(f"{path}/variants/{more['id']}")
        assert labels(admin, "variants", "narrow") == []
        admin.post(f"{path}/status", {"status": "discontinued"})
        assert labels(admin, "variants", "wide") == labels(admin, "products", "blouse") == []
        assert labels(admin, "products", "blouse", active="false") == ["Blouse"]
        assert labels(admin, "variants", "wide", active="false") == ["Blouse, Wide"]

    @pytest.mark.parametrize("name", ["brands", "categories", "suppliers", "units", "variant-types"])
    def test_settings_are_found_the_same_way(self, shop: Any, name: str) -> None:
        admin = shop.client()
        for label in ("Kitchen things", "Big kitchen", "Garden"):
            more = {"symbol": label} if name == "units" else {}
            body = {"name": label, **more, **({"values": ["A"]} if name == "variant-types" else {})}
            assert admin.post(f"{SETTINGS}/{name}", body).status == 201
        assert labels(admin, name, "kit") == ["Kitchen things", "Big kitchen"]
        assert labels(admin, name, "kitchen b") == ["Big kitchen"]
        assert labels(admin, name, "gadren") == ["Garden"]
        assert labels(admin, name) == ["Big kitchen", "Garden", "Kitchen things"]

    def test_a_stores_code_and_a_users_role_lead_to_them(self, furnished: Furnished) -> None:
        client = furnished.shop.client()
        assert labels(client, "stores", "har") == labels(client, "stores", "HAR") == ["Harbour"]
        assert labels(client, "storages", "cel") == ["Cellar"]
        username = furnished.shop.username("Cashier")
        assert labels(client, "users", "cashier") == labels(client, "users", "casheir") == [username]

    def test_the_limit_is_kept_and_the_order_is_the_same(self, admin: Any) -> None:
        for number in range(25):
            add_product(admin, f"Candle {number:02}")
        every = labels(admin, "products", "candle", limit=100)
        assert every == [f"Candle {number:02}" for number in range(25)]
        assert labels(admin, "products", "candle") == every[:20]
        assert labels(admin, "products", "candle", limit=3) == every[:3]
        assert labels(admin, "variants", "candle", limit=3) == every[:3]
        assert len(labels(admin, "products", limit=1)) == 1

    @pytest.mark.parametrize(
        "text",
        ["%", "_", "\\", "a & b", "a|b", "!milk:*", "(milk", "'", "\"}'", "{1}", "a\\'b", "--", ";", "😀"],
    )
    def test_signs_are_only_signs(self, admin: Any, text: str) -> None:
        add_product(admin, "Smile 😀")
        for name in NAMES.split():
            assert isinstance(look(admin, name, search=text), list), name
        expected = {"(milk": 3, "!milk:*": 3, "😀": 1}.get(text, 0)
        assert len(look(admin, "products", search=text)) == expected

    def test_a_name_of_signs_alone_is_in_the_list(self, admin: Any) -> None:
        add_product(admin, "***")
        assert labels(admin, "products")[0] == "***"

    def test_very_long_words_are_found_by_their_beginning(self, admin: Any) -> None:
        add_product(admin, "Ü" * 200)
        assert labels(admin, "products", "u" * 100) == ["Ü" * 200]
        assert labels(admin, "products", "z" * 100) == []
        assert labels(admin, "products", " ".join("abcdefghijklmnopqrstuvwxyz")) == []
        assert labels(admin, "products", " ".join(f"mlik{letter}" for letter in "abcdefghij")) == []


class TestActive:
    def test_what_is_not_in_use_is_only_there_on_request(self, furnished: Furnished) -> None:
        admin, ids = furnished.shop.client(), furnished.ids
        add_product(admin, "Draft", status="draft")
        admin.delete(f"{SETTINGS}/brands/{ids['brands']}")
        assert labels(admin, "brands") == []
        assert labels(admin, "brands", active="false") == ["Nordic"]
        assert labels(admin, "brands", "nord", active="false") == ["Nordic"]
        assert labels(admin, "products") == ["Oat milk"]
        assert labels(admin, "products", active="false") == ["Draft"]
        assert labels(admin, "variants", "dra", active="false") == ["Draft"]
        assert labels(admin, "currencies", active="false") == []

    def test_a_closed_store_is_not_in_use(self, furnished: Furnished) -> None:
        admin, ids = furnished.shop.client(), furnished.ids
        assert admin.post(f"/api/admin/stores/{ids['stores']}/deactivate").status == 200
        assert labels(admin, "stores") == []
        assert labels(admin, "stores", "HAR", active="false") == ["Harbour"]


class TestStores:
    @pytest.fixture
    def stores(self, shop: Any) -> dict[str, str]:
        admin = shop.client()
        ids = {}
        for name in ("North", "South"):
            store = admin.post("/api/admin/stores", {"name": name, "code": name[0]}).data["id"]
            body = {"name": f"{name} cellar", "code": f"{name[0]}C", "store_id": store}
            admin.post("/api/admin/storages", body)
            ids[name] = store
        admin.post("/api/admin/storages", {"name": "Warehouse", "code": "W"})
        return ids

    def test_who_is_bound_to_stores_finds_these_and_their_storages_and_warehouses(
        self, shop: Any, stores: dict[str, str]
    ) -> None:
        bound = shop.client("Manager", stores=[stores["North"]])
        for query in ({}, {"search": "n"}, {"store_id": stores["North"]}):
            assert labels(bound, "stores", **query) == ["North"]
        assert labels(bound, "storages") == ["North cellar", "Warehouse"]
        for query in ({"search": "n"}, {"store_id": stores["North"]}):
            assert labels(bound, "storages", **query) == ["North cellar"]
        assert labels(bound, "storages", "war") == labels(bound, "storages", "W") == ["Warehouse"]
        assert labels(bound, "stores", "war") == []
        for query in ({"search": "south"}, {"search": "S"}, {"store_id": stores["South"]}):
            assert labels(bound, "stores", **query) == labels(bound, "storages", **query) == []

    def test_who_is_bound_to_stores_finds_who_works_in_one_of_them_or_in_all(
        self, shop: Any, stores: dict[str, str]
    ) -> None:
        north, south = stores["North"], stores["South"]
        staff = []
        for own in ([north], [south], [north, south]):
            body = {"username": uuid4().hex, "password": PASSWORD, "role": "Cashier", "store_ids": own}
            staff.append(shop.client().post("/api/admin/settings/users", body).data["username"])
        bound = shop.client("Manager", stores=[north])
        for query in ({}, {"store_id": north}):
            listed = labels(bound, "users", limit="100", **query)
            assert [name in listed for name in staff] == [True, False, True]
            assert len(listed) == len(SHOP_ROLES) + 2
        assert labels(bound, "users", store_id=south) == []

    @pytest.mark.parametrize("role", ["Cashier", "Inventory Clerk"])
    def test_who_has_nothing_to_do_with_others_finds_no_names_to_sign_in_with(
        self, shop: Any, stores: dict[str, str], role: str
    ) -> None:
        own = [shop.username(role)]
        for client in (shop.client(role), shop.client(role, stores=[stores["North"]])):
            assert labels(client, "users", limit=100) == own
            assert labels(client, "users", "admin") == []
            assert labels(client, "users", "manager") == []

    @pytest.mark.usefixtures("stores")
    def test_who_is_bound_to_none_finds_all(self, shop: Any) -> None:
        client = shop.client("Manager")
        assert labels(client, "stores") == ["North", "South"]
        assert labels(client, "storages") == ["North cellar", "South cellar", "Warehouse"]

    def test_a_store_narrows_what_belongs_to_stores(self, shop: Any, stores: dict[str, str]) -> None:
        client = shop.client()
        south = {"store_id": stores["South"]}
        assert labels(client, "stores", **south) == ["South"]
        assert labels(client, "storages", **south) == ["South cellar"]
        assert labels(client, "storages", "cellar", **south) == ["South cellar"]
        assert len(labels(client, "users", **south)) == len(SHOP_ROLES)
        assert labels(client, "stores", store_id=str(uuid4())) == []
        assert labels(client, "currencies", "eur", **south) == ["EUR"]


class TestBadParameters:
    @pytest.mark.parametrize(
        "query",
        [
            "limit=0",
            "limit=101",
            "limit=x",
            "limit=",
            "page=1",
            "unknown=1",
            f"search={'a' * 101}",
            "search=a%00b",
            "search=a%1Fb",
            "store_id=1",
            "active=yes",
        ],
    )
    def test_are_named(self, shop: Any, query: str) -> None:
        for name in ("products", "stores", "currencies"):
            answer = shop.client().get(f"/api/lookups/{name}?{query}")
            assert (answer.status, answer.code) == (400, "invalid_parameter")
            assert answer.fields == {query.partition("=")[0]}

    def test_an_unknown_name_is_not_found(self, shop: Any) -> None:
        for name in ("nothing", "Products", "products%20", "..", "__class__"):
            answer = shop.client().get(f"/api/lookups/{name}")
            assert (answer.status, answer.code) == (404, "not_found")

    def test_an_empty_text_is_none(self, furnished: Furnished) -> None:
        client = furnished.shop.client()
        assert labels(client, "products", "") == labels(client, "products", "  ") == ["Oat milk"]

    def test_a_hundred_characters_are_not_too_many(self, shop: Any) -> None:
        assert labels(shop.client(), "products", "a" * 100) == []
