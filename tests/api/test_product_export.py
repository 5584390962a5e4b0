"""Exporting the catalog: what comes out goes in again and changes nothing, and no spreadsheet computes it."""

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from domain.catalog.product_sheet import COLUMNS
from domain.sheets import guarded

PRODUCTS = "/api/admin/products"
SETTINGS = "/api/admin/settings"
STATUSES = ("draft", "coming_soon", "active", "discontinued", "archived")
STRANGE = (
    "=1+1",
    "'=1+1",
    "+49 30",
    "-",
    "@home",
    "'quoted'",
    "a,b;c\td",
    'say "hi"',
    "two\r\nlines\rand\nmore",
    "名前 😀",
)


def export(client: Any, query: str = "") -> bytes:
    answer = client.get(f"{PRODUCTS}/export?{query}")
    assert answer.status == 200, answer.body
    return bytes(answer.body)


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def sheet_of(content: bytes) -> Any:
    """The one sheet of a spreadsheet, as another program reads it."""
    return load_workbook(io.BytesIO(content))["Products"]


def import_(client: Any, content: bytes, query: str = "commit=true") -> Any:
    headers = {"Content-Type": "text/csv"}
    return client.call("POST", f"{PRODUCTS}/import?{query}", raw=content, headers=headers).data


def fill(shop: Any) -> None:
    """A catalog with everything that a catalog can have."""
    admin = shop.client()

    def make(kind: str, **body: Any) -> str:
        return str(admin.post(f"{SETTINGS}/{kind}", body).data["id"])

    brand, gone = make("brands", name="=Acme"), make("brands", name="Gone")
    drinks = make("categories", name="Drinks > all")
    milk = make("categories", name="Milk | =cream", parent_id=drinks)
    kilo, litre = make("units", name="Kilogram", symbol="kg"), make("units", name="Litre", symbol="l")
    make("units", name="Liter", symbol="l")
    taxes = [make("tax-rates", name=name, rate="7") for name in ("VAT", "A|B", "-C")]
    supplier = make("suppliers", name="Hill, Side & Co")
    for number, text in enumerate(STRANGE):
        product = {
            "name": " ".join(text.splitlines()),
            "description": text * 3,
            "brand_id": brand if number % 2 else gone,
            "category_id": milk if number % 3 else drinks,
            "unit_id": kilo if number % 2 else litre,
            "supplier_id": supplier if number % 2 else None,
            "tax_rate_ids": taxes[: number % 4],
            "track_stock": bool(number % 2),
            "variants": [
                {
                    "sku": f"{text.split()[0]}-{number}-{size}",
                    "name": text if size == "S" else "",
                    "price": 10**number + index,
                    "cost": number,
                    "barcodes": [f"{number}-{size}", f"X{number}{size}"][: index + 1],
                    "options": {"Size": size, "=|\\": text} if number % 3 else {},
                    "reorder_level": ["0.00001", "1000000000", None][index],
                    "reorder_quantity": "2.50" if number % 2 else None,
                }
                for index, size in enumerate(("S", "M", "L"))
            ],
        }
        registered = admin.post(PRODUCTS, product)
        assert registered.status == 201, registered.body
        path = f"{PRODUCTS}/{registered.data['id']}"
        for status in (STATUSES[:0], ("coming_soon",), ("active",), ("active", "discontinued"))[number % 4]:
            launch = {"launch_at": "2999-05-01T08:30:00.25Z"} if status == "coming_soon" else {}
            assert admin.post(f"{path}/status", {"status": status, **launch}).status == 200
        if number == 1:
            admin.delete(f"{path}/variants/{registered.data['variants'][0]['id']}")
            admin.post(f"{path}/variants", {"sku": "LATE", "price": 1})
            admin.post(f"{path}/variants", {"sku": "LATER", "price": 1, "options": {"Size": "XL"}})
    # What is archived may refer to what is archived, and to a name that somebody else has by now.
    for product in admin.get(f"{PRODUCTS}?brand_id={gone}&limit=100").data:
        assert admin.delete(f"{PRODUCTS}/{product['id']}").status == 200
    assert admin.delete(f"{SETTINGS}/brands/{gone}").status == 200
    make("brands", name="Gone")


class TestRoundTrip:
    def test_importing_what_was_exported_changes_nothing(self, shop: Any) -> None:
        fill(shop)
        admin, before = shop.client(), len(shop.events())
        unchanged = 0
        for query in ("", *(f"status={status}" for status in STATUSES)):
            report = import_(admin, export(admin, query))
            assert report["error_count"] == 0
            assert (report["created"], report["changed"]) == (0, 0)
            unchanged += report["unchanged"]
        assert len(shop.events()) == before
        assert unchanged == 2 * len(STRANGE) - 5  # All but the archived ones are exported twice.

    def test_a_catalog_moves_to_another_company(self, shop: Any, make_shop: Any) -> None:
        rows = [
            {"name": text, "sku": f"{number}", "price": f"{number}.50", "status": "active", "brand": text}
            for number, text in enumerate(map(guarded, STRANGE))
        ]
        file = io.StringIO(newline="")
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        admin, other = shop.client(), make_shop().client()
        assert import_(admin, file.getvalue().encode(), "commit=true&create_missing=true")["created"] == 10
        content = export(admin)
        for own in rows_of(content):
            assert not any(value.startswith(("=", "+", "-", "@")) for value in own.values())
        lines = rows_of(content)
        for line in lines:
            del line["product_id"], line["variant_id"]
        file = io.StringIO(newline="")
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
        assert import_(other, file.getvalue().encode(), "commit=true&create_missing=true")["created"] == 10
        names = {product["name"] for product in other.get(f"{PRODUCTS}?limit=100").data}
        assert names == set(STRANGE) == {brand["name"] for brand in other.get(f"{SETTINGS}/brands").data}


class TestCsv:
    def test_has_the_columns_of_the_import_and_a_row_for_each_variant(self, stocked: Any) -> None:
        stocked.product_of(name="Tea", variants=[{"sku": "T-1", "price": 100}, {"sku": "T-2", "price": 5}])
        answer = stocked.shop.client().get(f"{PRODUCTS}/export")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"].startswith('attachment; filename="products-20')
        assert answer.headers["content-disposition"].endswith('.csv"')
        assert int(answer.headers["content-length"]) == len(answer.body)
        lines = answer.body.decode().split("\r\n")
        assert lines[0] == ",".join(COLUMNS)
        first, *rest = rows_of(answer.body)
        assert [row["sku"] for row in rest] == ["T-1", "T-2"]
        assert rest[0]["product_id"] == rest[1]["product_id"]
        assert first == {
            **dict.fromkeys(COLUMNS, ""),
            "product_id": stocked.product["id"],
            "name": "Oat milk",
            "status": "active",
            "tax_rates": "VAT",
            "track_stock": "true",
            "variant_id": stocked.variant_id,
            "sku": "OAT-1",
            "barcodes": "4006381333931",
            "price": "1.19",
            "cost": "0.60",
        }

    def test_an_empty_catalog_is_a_header(self, shop: Any) -> None:
        assert export(shop.client()) == (",".join(COLUMNS) + "\r\n").encode()

    def test_is_narrowed_like_the_list(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        brand = admin.post(f"{SETTINGS}/brands", {"name": "Acme"}).data["id"]
        admin.post(PRODUCTS, {"name": "Tea", "brand_id": brand, "variants": [{"sku": "T", "price": 1}]})
        assert [row["sku"] for row in rows_of(export(admin, f"brand_id={brand}"))] == ["T"]
        assert [row["sku"] for row in rows_of(export(admin, "status=active"))] == ["OAT-1"]
        assert rows_of(export(admin, "status=archived")) == []
        refused = admin.get(f"{PRODUCTS}/export?format=pdf")
        assert (refused.status, refused.fields) == (400, {"format"})

    def test_every_product_of_a_large_catalog_is_there_once(self, shop: Any) -> None:
        admin = shop.client()
        # All of one moment, so that pages end in the midst of it.
        content = "sku,name,price\n" + "".join(f"{number},Tea,1\n" for number in range(1999))
        assert import_(admin, content.encode())["created"] == 1999
        assert sorted(int(row["sku"]) for row in rows_of(export(admin))) == list(range(1999))

    @pytest.mark.usefixtures("stocked")
    def test_another_companys_products_stay_theirs(self, make_shop: Any) -> None:
        assert rows_of(export(make_shop().client())) == []


class TestXlsx:
    def test_has_the_same_cells_as_the_csv_with_texts_as_texts(self, shop: Any) -> None:
        fill(shop)
        admin = shop.client()
        answer = admin.get(f"{PRODUCTS}/export?format=xlsx")
        assert answer.headers["content-disposition"].endswith('.xlsx"')
        shown = sheet_of(answer.body)
        expected = list(csv.reader(io.StringIO(export(admin).decode(), newline="")))
        assert shown.max_row == len(expected)
        numbers = {"price", "cost", "reorder_level", "reorder_quantity"}
        for cells, texts in zip(shown.iter_rows(), expected, strict=True):
            for cell, text, column in zip(cells, texts, COLUMNS, strict=True):
                assert cell.data_type != "f"
                if cell.row > 1 and column in numbers and text:
                    assert cell.data_type == "n"
                    assert float(cell.value) == float(text)
                else:
                    # XML knows one kind of line end.
                    plain = text.replace("\r\n", "\n").replace("\r", "\n")
                    assert (cell.value or "").replace("_x000D_", "\r").replace("\r\n", "\n").replace(
                        "\r", "\n"
                    ) == plain

    def test_has_room_for_all_options_that_a_variant_may_have(self, shop: Any) -> None:
        admin = shop.client()
        options = {f"{number:03}" + "|" * 47: "=" * 50 for number in range(101)}
        variant = {"sku": "M", "price": 1, "options": options}
        refused = admin.post(PRODUCTS, {"name": "Much", "variants": [variant]})
        assert (refused.status, refused.fields) == (422, {"variants.0.options"})
        options.popitem()
        assert admin.post(PRODUCTS, {"name": "Much", "variants": [variant]}).status == 201
        shown = sheet_of(export(admin, "format=xlsx"))
        row = dict(zip(COLUMNS, next(shown.iter_rows(min_row=2, values_only=True)), strict=True))
        (line,) = rows_of(export(admin))
        assert row["options"] == line["options"]
        assert import_(admin, export(admin))["unchanged"] == 1

    def test_keeps_what_a_spreadsheet_would_round_as_text(self, shop: Any) -> None:
        admin = shop.client()
        admin.post(PRODUCTS, {"name": "Moon", "variants": [{"sku": "0001", "price": 2**53 - 1}]})
        shown = sheet_of(export(admin, "format=xlsx"))
        row = dict(zip(COLUMNS, next(shown.iter_rows(min_row=2, values_only=True)), strict=True))
        assert (row["price"], row["sku"]) == ("90071992547409.91", "0001")


class TestRights:
    @pytest.mark.parametrize("role", ["Manager", "Cashier", "Inventory Clerk"])
    def test_exporting_is_for_admins(self, shop: Any, role: str) -> None:
        refused = shop.client(role).get(f"{PRODUCTS}/export")
        assert (refused.status, refused.code) == (403, "forbidden")

    def test_costs_are_for_those_who_may_see_them(self, stocked: Any) -> None:
        shop = stocked.shop
        path = f"{SETTINGS}/users/{shop.users['Manager']}/permissions"
        rights = {"granted": ["products.import"], "denied": ["costs.view"]}
        assert shop.client().put(path, rights).status == 200
        signed_in = {"username": shop.username("Manager"), "password": "correct horse battery staple"}
        token = shop.service.client().post("/api/auth/login", signed_in).data["token"]
        manager = shop.service.client(token)
        for query in ("format=csv", "format=xlsx"):
            assert b"cost" not in export(manager, query)[:200]
        assert "cost" not in rows_of(export(manager))[0]
        before = len(shop.events())
        assert import_(manager, export(manager))["unchanged"] == 1
        assert len(shop.events()) == before
