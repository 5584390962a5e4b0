"""Moving in: the files of other systems, tried, imported, and imported once more."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import xlsxwriter

from api.media import XLSX
from tests.waiting import eventually

PRODUCTS = "/api/admin/products"
SETTINGS = "/api/admin/settings"
FILES = Path(__file__).parents[1] / "moving_in"


class Mover:
    """Somebody whose shop moves in."""

    def __init__(self, shop: Any, client: Any = None) -> None:
        self.shop = shop
        self.client = client or shop.client()

    def send(self, content: bytes, query: str = "", media_type: str = "text/csv") -> Any:
        """The answer to a file."""
        headers = {"Content-Type": media_type}
        return self.client.call("POST", f"{PRODUCTS}/import?{query}", raw=content, headers=headers)

    def moved(self, content: bytes, query: str = "", media_type: str = "text/csv") -> Any:
        """What the file did, which is what trying it had said."""
        tried = self.send(content, query, media_type)
        assert tried.status == 200, tried.json
        done = self.send(content, f"commit=true&{query}", media_type)
        assert done.status == 200, done.json
        assert {**done.data, "commit": False} == tried.data
        return done.data

    def catalog(self) -> dict[str, Any]:
        """Every product by its name: what it is, and its variants by their SKU."""
        brands, categories = self._names("brands"), self._paths()
        return {
            product["name"]: {
                "status": product["status"],
                "brand": brands.get(product["brand_id"]),
                "category": categories.get(product["category_id"]),
                "tracked": product["track_stock"],
                "variants": {
                    one["sku"]: (one["price"], one["cost"], one["options"], one["barcodes"])
                    for one in product["variants"]
                },
            }
            for product in self.client.get(f"{PRODUCTS}?limit=100").data
        }

    def stock(self, storage_id: str) -> dict[str, tuple[str, int]]:
        """What lies in a storage, by SKU: how much, and what it is worth."""
        path = f"/api/admin/inventory/levels?limit=100&storage_id={storage_id}"
        return {one["sku"]: (one["on_hand"], one["value"]) for one in self.client.get(path).data}

    def storage(self) -> str:
        """A storage."""
        code = uuid4().hex[:8]
        body = {"name": f"Room {code}", "code": code}
        return str(self.client.post("/api/admin/storages", body).data["id"])

    def _names(self, kind: str) -> dict[str, str]:
        return {one["id"]: one["name"] for one in self.client.get(f"{SETTINGS}/{kind}?limit=100").data}

    def _paths(self) -> dict[str, str]:
        rows = {one["id"]: one for one in self.client.get(f"{SETTINGS}/categories?limit=100").data}

        def path(one: Any) -> str:
            above = rows.get(one["parent_id"])
            return f"{path(above)} > {one['name']}" if above else str(one["name"])

        return {category_id: path(one) for category_id, one in rows.items()}


@pytest.fixture
def mover(make_shop: Callable[..., Any]) -> Mover:
    """A shop that counts in dollars."""
    return Mover(make_shop(currency="USD"))


def file(name: str) -> bytes:
    return (FILES / f"{name}.csv").read_bytes()


def as_workbook(content: bytes) -> bytes:
    """The same table in a workbook."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(csv.reader(io.StringIO(content.decode(), newline=""))):
            sheet.write_row(number, 0, [cell or None for cell in row])
    return made.getvalue()


def hands(report: Any) -> set[tuple[int, str]]:
    return {(one["row"], one["code"]) for one in report["by_hand"]}


def skipped(report: Any) -> list[int]:
    return [one["row"] for one in report["skipped"]]


class TestShopify:
    def test_variants_take_after_the_first_row_of_their_handle(self, mover: Mover) -> None:
        report = mover.moved(file("shopify"))
        assert (report["format"], report["rows"], report["created"]) == ("shopify", 8, 3)
        assert (report["brands_created"], report["categories_created"]) == (2, 5)
        catalog = mover.catalog()
        assert catalog["Harbour Jersey"] == {
            "status": "active",
            "brand": "Tidewater",
            "category": "Jerseys",
            "tracked": True,
            "variants": {
                "HJ-S-NAVY": (104900, 41050, {"Size": "S", "Colour": "Navy"}, ["4006381333931"]),
                "HJ-M-NAVY": (104900, 41050, {"Size": "M", "Colour": "Navy"}, []),
                "harbour-jersey-m-sand-3f7779": (109900, 0, {"Size": "M", "Colour": "Sand"}, ["96385074"]),
            },
        }
        salt, towel = catalog["Sea Salt"], catalog["Tea Towel"]
        assert (salt["status"], salt["tracked"], salt["variants"]) == (
            "draft",
            False,
            {"SALT": (99, 0, {}, [])},
        )
        assert towel["category"] == "Home & Garden > Linens & Bedding > Kitchen Linens"
        assert len(catalog) == 3

    def test_what_is_not_taken_is_told(self, mover: Mover) -> None:
        report = mover.send(file("shopify")).data
        assert skipped(report) == [5, 8, 9]
        assert hands(report) == {
            (4, "made_up"),
            (7, "made_up"),
            (7, "wrong_check_digit"),
            (7, "rounded"),
        }
        assert report["skus_made"] == 2
        ignored = {one["column"]: one["reason"] for one in report["ignored_columns"]}
        assert {"Tags", "Variant Grams", "Image Src", "Variant Inventory Qty"} <= set(ignored)
        assert "storage_id" in ignored["Variant Inventory Qty"]
        # Columns in which nothing stands are not worth a word.
        assert "Variant Tax Code" not in ignored
        assert any("tax" in note for note in report["notes"])

    def test_the_newer_headers_are_the_same(self, mover: Mover) -> None:
        assert mover.moved(file("shopify_new"))["format"] == "shopify"
        assert mover.catalog()["Lantern"]["variants"] == {
            "LAN-1": (4500, 2000, {"Colour": "Green"}, []),
            "LAN-2": (4700, 2000, {"Colour": "Black"}, []),
        }

    def test_descriptions_are_plain_text(self, mover: Mover) -> None:
        mover.moved(file("shopify"))
        (jersey,) = mover.client.get(f"{PRODUCTS}?search=jersey").data
        assert jersey["description"] == "Knitted by the quay.\n\n- Wool & linen\n- Cold wash"


class TestSquare:
    def test_variations_are_held_together_by_their_item(self, mover: Mover) -> None:
        mover.client.post(f"{SETTINGS}/tax-rates", {"name": "Town Tax", "rate": "8.5"})
        report = mover.moved(file("square"))
        assert (report["format"], report["created"], skipped(report)) == ("square", 2, [5, 7])
        assert hands(report) == {(3, "made_up"), (6, "invalid")}
        catalog = mover.catalog()
        coffee = catalog["Flat White"]
        assert coffee["category"] == "Drinks > Coffee"
        assert coffee["variants"] == {
            "FW-S": (320, 80, {"Size": "Small"}, []),
            "flat-white-large-d22e47": (400, 95, {"Size": "Large"}, []),
        }
        assert catalog["House Beans"]["variants"] == {"HB-250": (101200, 610, {}, ["4006381333931"])}
        notes = " ".join(report["notes"])
        assert "Bottle Levy" in notes
        assert "Hill Roasters" in notes
        assert "Town Tax" not in notes

    def test_a_variation_may_go_on_with_the_item_above(self, mover: Mover) -> None:
        rows = (
            b"Token,Item Name,Variation Name,SKU,Category,Price,Archived,Price Annex",
            b"a,Tea,Cup,T1,Drinks,2.50,N,3.00",
            b"b,,Pot,T2,,4.50,N,",
            b"c,Old Tea,Cup,T3,,1.00,Y,",
            b"d,,Pot,T4,,1.00,,",
            b"e,,,T5,,1.00,,",
        )
        report = mover.moved(b"\n".join(rows))
        assert (skipped(report), hands(report)) == ([4, 5], {(6, "required")})
        (ignored,) = report["ignored_columns"]
        assert "by store" in ignored["reason"]
        (tea,) = mover.client.get(PRODUCTS).data
        assert [(one["sku"], one["name"], one["price"]) for one in tea["variants"]] == [
            ("T1", "Cup", 250),
            ("T2", "Pot", 450),
        ]

    def test_a_tax_of_the_same_name_is_taken(self, mover: Mover) -> None:
        tax = mover.client.post(f"{SETTINGS}/tax-rates", {"name": "Town Tax", "rate": "8.5"}).data["id"]
        mover.moved(file("square"))
        (beans,) = mover.client.get(f"{PRODUCTS}?search=beans").data
        assert beans["tax_rate_ids"] == [tax]


class TestWooCommerce:
    def test_variations_take_after_their_parent(self, mover: Mover) -> None:
        report = mover.moved(file("woocommerce"))
        assert (report["created"], skipped(report)) == (3, [3, 7])
        assert hands(report) == {(5, "made_up"), (6, "required"), (8, "no_parent"), (9, "made_up")}
        catalog = mover.catalog()
        assert catalog["Apron"] == {
            "status": "active",
            "brand": "Nordhem",
            "category": "Kitchen, Bath > Aprons",
            "tracked": True,
            "variants": {
                "APRON-S-OL": (3200, 0, {"Size": "S", "Colour": "Olive"}, []),
                "apron-l-rust-0b6689": (3400, 0, {"Size": "L", "Colour": "Rust"}, []),
            },
        }
        assert catalog["Green Olives"]["variants"] == {"OLIVES": (450, 0, {}, ["5012345678900"])}
        assert catalog["Recipe Booklet"]["status"] == "draft"

    def test_stock_of_all_variations_together_is_told(self, mover: Mover) -> None:
        rows = (
            b"ID,Type,SKU,Name,Stock,Regular price,Parent,Attribute 1 name,Attribute 1 value(s)",
            b'1,variable,TEA,Tea,12,,,Size,"S, M"',
            b"2,variation,TEA-S,Tea - S,parent,1.00,TEA,Size,S",
            b"3,variation,TEA-M,Tea - M,3,1.00,TEA,Size,M",
        )
        storage = mover.storage()
        report = mover.moved(b"\n".join(rows), f"storage_id={storage}")
        assert hands(report) == {(2, "shared_stock")}
        assert mover.stock(storage) == {"TEA-M": ("3", 0)}


class TestOdoo:
    def test_variants_are_told_by_their_values(self, mover: Mover) -> None:
        report = mover.moved(file("odoo"))
        assert (report["created"], skipped(report)) == (3, [4])
        catalog = mover.catalog()
        assert catalog["Corner Desk"]["category"] == "Office"
        assert catalog["Corner Desk"]["variants"] == {
            "DESK-W": (120000, 80000, {"Legs": "Steel", "Colour": "White"}, ["5012345678900"]),
            "DESK-B": (125000, 82013, {"Legs": "Steel", "Colour": "Black"}, []),
        }
        assert (catalog["Assembly"]["tracked"], catalog["Assembly"]["category"]) == (False, None)
        assert catalog["Desk Lamp"]["category"] == "Office > Lamps"

    def test_templates_have_each_way_to_choose(self, mover: Mover) -> None:
        report = mover.moved(file("odoo_templates"))
        assert (2, "variants_made") in hands(report)
        catalog = mover.catalog()
        assert set(catalog) == {"Chair", "Stool"}
        assert [one[2] for one in catalog["Chair"]["variants"].values()] == [
            {"Colour": "Red", "Arms": "Yes"},
            {"Colour": "Red", "Arms": "No"},
            {"Colour": "Blue", "Arms": "Yes"},
            {"Colour": "Blue", "Arms": "No"},
        ]

    def test_what_is_called_alike_and_filed_elsewhere_is_another(self, mover: Mover) -> None:
        rows = (
            b"Name,Internal Reference,Sales Price,Product Category",
            b"Screw,S1,0.05,All / Nails",
            b"Screw,S2,0.06,All / Tools",
            b"Screw,S3,0.07,All / Tools",
        )
        assert mover.moved(b"\n".join(rows))["created"] == 2
        products = mover.client.get(PRODUCTS).data
        skus = {tuple(sorted(variant["sku"] for variant in one["variants"])) for one in products}
        assert skus == {("S1",), ("S2", "S3")}


class TestLoyverse:
    def test_variants_are_below_their_handle(self, mover: Mover) -> None:
        report = mover.moved(file("loyverse"))
        assert (report["created"], skipped(report)) == (3, [5, 6])
        assert hands(report) == {(3, "prices_differ"), (7, "invalid")}
        catalog = mover.catalog()
        assert catalog["Iced Tea"]["variants"] == {
            "10001": (280, 60, {"Size": "Small"}, []),
            "10002": (360, 75, {"Size": "Large"}, []),
        }
        assert {name: one["status"] for name, one in catalog.items()} == {
            "Iced Tea": "active",
            "Plums": "active",
            "Cap": "draft",
        }

    def test_items_without_a_handle_are_each_their_own(self, mover: Mover) -> None:
        rows = (b"Handle,SKU,Name,Track stock,Default price", b",1,Tea,N,1.00", b",2,Tea,N,2.00")
        assert mover.moved(b"\n".join(rows))["created"] == 2


class TestLightspeed:
    def test_x_series(self, mover: Mover) -> None:
        report = mover.moved(file("lightspeed"))
        assert (report["format"], skipped(report)) == ("lightspeed", [5])
        catalog = mover.catalog()
        assert catalog["Rain Boot"]["category"] == "Shoes > Boots"
        assert catalog["Rain Boot"]["variants"] == {
            "20001": (6435, 3120, {"Size": "38", "Colour": "Yellow"}, []),
            "20002": (6435, 3120, {"Size": "39", "Colour": "Yellow"}, []),
        }
        assert catalog["Laces"]["status"] == "draft"

    def test_r_series_with_commas_before_decimals(self, shop: Any) -> None:
        mover = Mover(shop)
        assert mover.moved(file("lightspeed_retail"))["format"] == "lightspeed"
        catalog = mover.catalog()
        assert catalog["Bell"]["variants"] == {"BELL-1": (124990, 60000, {}, ["036000291452"])}
        assert catalog["Inner Tube"]["variants"] == {"210000000102": (750, 295, {}, [])}


class TestAgain:
    @pytest.mark.parametrize("name", sorted(one.stem for one in FILES.glob("*.csv")))
    def test_the_same_file_again_changes_nothing(self, mover: Mover, name: str) -> None:
        content = file(name).replace("€".encode(), b"$")
        mover.moved(content)
        before = len(mover.shop.events())
        report = mover.moved(content)
        assert (report["created"], report["changed"]) == (0, 0)
        assert len(mover.shop.events()) == before

    def test_what_was_added_here_is_not_cleared(self, mover: Mover) -> None:
        mover.moved(file("odoo"))
        (lamp,) = mover.client.get(f"{PRODUCTS}?search=lamp").data
        path = f"{PRODUCTS}/{lamp['id']}"
        assert mover.client.call("PATCH", path, {"description": "Brass."}).status == 200
        mover.moved(file("odoo"))
        assert mover.client.get(path).data["description"] == "Brass."

    def test_a_price_that_changed_there_changes_here(self, mover: Mover) -> None:
        mover.moved(file("odoo"))
        report = mover.moved(file("odoo").replace(b"39.90", b"41.90"))
        assert (report["created"], report["changed"], report["unchanged"]) == (0, 1, 2)
        assert mover.catalog()["Desk Lamp"]["variants"]["LAMP"][0] == 4190


class TestOpeningStock:
    def test_comes_along_once(self, mover: Mover) -> None:
        storage = mover.storage()
        report = mover.moved(file("shopify"), f"storage_id={storage}")
        assert (report["stock_recorded"], report["stock_known"]) == (3, 0)
        # The towel is less than nothing, and salt is not counted.
        assert (7, "negative") in hands(report)
        there = {
            "HJ-S-NAVY": ("12", 12 * 41050),
            "HJ-M-NAVY": ("7", 7 * 41050),
            "harbour-jersey-m-sand-3f7779": ("3", 0),
        }
        assert mover.stock(storage) == there
        report = mover.moved(file("shopify"), f"storage_id={storage}")
        assert (report["stock_recorded"], report["stock_known"]) == (0, 3)
        assert mover.stock(storage) == there

    def test_may_come_after_the_articles(self, mover: Mover) -> None:
        storage = mover.storage()
        mover.moved(file("shopify"))
        assert mover.moved(file("shopify"), f"storage_id={storage}")["stock_recorded"] == 3
        assert mover.stock(storage)["HJ-M-NAVY"] == ("7", 7 * 41050)

    def test_is_an_adjustment_that_says_where_it_came_from(self, mover: Mover) -> None:
        storage = mover.storage()
        mover.moved(file("odoo"), f"storage_id={storage}")
        (entry,) = mover.client.get(f"/api/admin/inventory/adjustments?storage_id={storage}").data
        assert (entry["reason"], entry["reference"]) == ("opening", "Moved in from odoo")

    def test_several_places_need_a_word(self, mover: Mover) -> None:
        storage = mover.storage()
        refused = mover.send(file("square"), f"storage_id={storage}")
        assert (refused.status, refused.code) == (422, "validation_failed")
        assert refused.fields == {"location"}
        assert "Mill Lane, Old Depot" in refused.json["message"]
        assert mover.send(file("square"), f"storage_id={storage}&location=Attic").fields == {"location"}
        mover.moved(file("square"), f"storage_id={storage}&location=old%20depot")
        assert mover.stock(storage) == {"HB-250": ("3", 3 * 610)}

    def test_a_fraction_that_the_unit_has_not_needs_a_hand(self, mover: Mover) -> None:
        unit = {"name": "Piece", "symbol": "kg", "precision": 0}
        assert mover.client.post(f"{SETTINGS}/units", unit).status == 201
        report = mover.moved(file("loyverse"), f"storage_id={mover.storage()}&location=Kiosk")
        assert (4, "too_precise") in hands(report)

    def test_is_recorded_by_workers_as_well(self, mover: Mover) -> None:
        storage = mover.storage()
        accepted = mover.send(file("lightspeed"), f"commit=true&job=true&storage_id={storage}")
        assert (accepted.status, accepted.data["format"]) == (202, "lightspeed")
        path = f"/api/admin/product-imports/{accepted.data['id']}"
        eventually(lambda: mover.client.get(path).data["status"] in ("done", "failed"))
        report = mover.client.get(path).data
        assert (report["status"], report["format"], report["stock_recorded"]) == ("done", "lightspeed", 2)
        assert report["by_hand_count"] == len(report["by_hand"]) == 3
        assert mover.stock(storage) == {"20001": ("6", 6 * 3120), "20003": ("50", 50 * 80)}

    def test_takes_the_right_to_adjust_stock(self, mover: Mover) -> None:
        path = f"{SETTINGS}/users/{mover.shop.users['Manager']}/permissions"
        rights = {"granted": ["products.import"], "denied": ["inventory.adjust"]}
        assert mover.client.call("PUT", path, rights).status == 200
        body = {"username": mover.shop.username("Manager"), "password": "correct horse battery staple"}
        token = mover.shop.service.client().post("/api/auth/login", body).data["token"]
        manager = Mover(mover.shop, mover.shop.service.client(token))
        for query in ("", "&commit=true", "&job=true"):
            refused = manager.send(file("odoo"), f"storage_id={mover.storage()}{query}")
            assert (refused.status, refused.code) == (403, "forbidden")
        assert manager.send(file("odoo")).status == 200

    def test_goes_into_no_other_companys_storage(self, mover: Mover, shop: Any) -> None:
        strange = Mover(shop).storage()
        for query in ("", "&commit=true"):
            refused = mover.send(file("odoo"), f"storage_id={strange}{query}")
            assert (refused.status, refused.fields) == (422, {"storage_id"})
        assert mover.catalog() == {}

    def test_our_own_form_has_none(self, mover: Mover) -> None:
        refused = mover.send(b"sku,name,price\nA,Apple,1\n", f"storage_id={mover.storage()}")
        assert (refused.status, refused.fields) == (422, {"storage_id"})


class TestForms:
    def test_one_that_nobody_has_names_them_all(self, mover: Mover) -> None:
        refused = mover.send(b"Handle,SKU,Label,Track stock\na,b,c,Y\n")
        assert refused.status == 422
        message = refused.json["message"]
        assert "mipos, shopify, square, woocommerce, lightspeed, loyverse, odoo" in message
        assert "nearest to loyverse (Loyverse), which also has name" in message

    def test_one_that_is_wanted_must_be_there(self, mover: Mover) -> None:
        refused = mover.send(file("odoo"), "format=shopify")
        assert (refused.status, refused.fields) == (422, {"handle", "title", "variant price"})
        assert mover.send(file("odoo"), "format=odoo").data["format"] == "odoo"
        assert mover.send(file("odoo"), "format=prestashop").status == 400
        assert mover.send(file("odoo"), "format=mipos").status == 422

    def test_settings_that_are_missing_are_made_unless_that_is_denied(self, mover: Mover) -> None:
        report = mover.send(file("odoo"), "create_missing=false").data
        assert {(one["column"], one["code"]) for one in report["errors"]} == {
            ("Product Category", "not_found")
        }

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
    def test_files_of_windows_are_read(self, mover: Mover, encoding: str) -> None:
        header = "Handle,Title,Variant Price,Variant SKU,Vendor"
        text = f"{header}\r\ncafé,Crème brûlée,4.50,CB,Müller\r\n"
        report = mover.moved(text.encode(encoding))
        assert mover.catalog()["Crème brûlée"]["brand"] == "Müller"
        assert any("Windows-1252" in note for note in report["notes"]) == (encoding == "cp1252")

    def test_are_taken_from_forms_and_from_windows(self, mover: Mover) -> None:
        body = (
            b'--cut\r\nContent-Disposition: form-data; name="file"; filename="products.csv"\r\n'
            b"Content-Type: application/vnd.ms-excel\r\n\r\n" + file("odoo") + b"\r\n--cut--\r\n"
        )
        assert mover.send(body, media_type="multipart/form-data; boundary=cut").data["products"] == 3
        assert mover.send(file("odoo"), media_type="application/vnd.ms-excel").data["products"] == 3
        for wrong in (body.replace(b'"file"', b'"files"'), b"--cut--\r\n"):
            refused = mover.send(wrong, media_type="multipart/form-data; boundary=cut")
            assert (refused.status, refused.code) == (422, "validation_failed")

    def test_workbooks_are_read_by_their_first_sheet(self, mover: Mover) -> None:
        report = mover.moved(as_workbook(file("square")), "job=false", XLSX)
        assert (report["format"], report["created"], skipped(report)) == ("square", 2, [5, 7])
        assert mover.catalog()["House Beans"]["variants"] == {"HB-250": (101200, 610, {}, ["4006381333931"])}

    def test_our_own_export_is_one_of_them(self, mover: Mover) -> None:
        mover.moved(file("shopify"))
        exported = mover.client.call("GET", f"{PRODUCTS}/export?format=xlsx")
        assert exported.status == 200
        report = mover.moved(exported.body, "", XLSX)
        assert (report["format"], report["unchanged"], report["changed"]) == ("mipos", 3, 0)

    @pytest.mark.parametrize(
        "content", [b"PK\x03\x04" + b"\0\x01\xff" * 100, b"\xd0\xcf\x11\xe0" + bytes(900)]
    )
    def test_a_workbook_that_cannot_be_read_is_told(self, mover: Mover, content: bytes) -> None:
        for query in ("", "job=true"):
            refused = mover.send(content, query, XLSX)
            (detail,) = refused.json["error"]["details"]
            assert (refused.status, detail["code"]) == (422, "workbook")


class TestWrongInput:
    HEADER = b"Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Barcode,Vendor\n"

    def try_rows(self, mover: Mover, *rows: bytes) -> Any:
        return mover.moved(self.HEADER + b"\n".join(rows) + b"\n")

    def test_a_row_that_cannot_be_an_article_keeps_no_other_out(self, mover: Mover) -> None:
        report = self.try_rows(
            mover,
            b"a,A,,,A,=1+1,,",
            b"b,B,,,B,-3,,",
            b"c,C,,,C,abc,,",
            b"d,D\0D,,,D,1.00,,",
            b"e,,,,E,1.00,,",
            b"f,F,,,F,9.99 EUR,,",
            b",No handle,,,X,1,,",
            b"g,G,,,G,1.00,9.78123E+12,",
            b"h,H,,,H,1.00,,,one,two",
            b"i,I,,,I,1.00,,I Brand",
        )
        assert set(mover.catalog()) == {"G", "I"}
        assert hands(report) == {
            (2, "invalid"),
            (3, "negative"),
            (4, "invalid"),
            (5, "invalid"),
            (6, "required"),
            (7, "other_currency"),
            (8, "required"),
            (9, "digits_lost"),
            (10, "too_many_cells"),
        }

    def test_options_that_are_there_twice_need_a_hand(self, mover: Mover) -> None:
        report = self.try_rows(mover, b"a,A,Size,S,A,1,,", b"a,,,S,B,1,,", b"a,,,M,A,1,,")
        assert hands(report) == {(3, "duplicate"), (4, "made_up")}

    def test_options_that_are_too_long_still_tell_variants_apart(self, mover: Mover) -> None:
        rows = (b"a,A,Size,%s,A%d,1,," % (letter * 60, number) for number, letter in enumerate((b"x", b"y")))
        assert hands(self.try_rows(mover, *rows)) == {(2, "too_long"), (3, "too_long")}
        (product,) = mover.client.get(PRODUCTS).data
        assert {one["name"] for one in product["variants"]} == {"x" * 60, "y" * 60}

    def test_a_name_that_is_cut_off_is_told(self, mover: Mover) -> None:
        assert hands(self.try_rows(mover, b"a,%s,,,A,1,," % (b"n" * 255))) == {(2, "too_long")}
        assert set(mover.catalog()) == {"n" * 200}

    def test_zeros_that_a_spreadsheet_cut_off_are_told(self, mover: Mover) -> None:
        report = self.try_rows(mover, b"a,A,,,A,1,12345678905,", b'b,B,,,="007",1,="012345678905",')
        assert hands(report) == {(2, "zeros_cut_off")}
        assert mover.catalog()["B"]["variants"] == {"007": (100, 0, {}, ["012345678905"])}

    def test_more_variants_than_a_product_has_are_left_out(self, mover: Mover) -> None:
        rows = [b"a,A,Size,%d,A%d,1,," % (number, number) for number in range(501)]
        report = self.try_rows(mover, b"b,B,,,B,1,,", *rows)
        assert hands(report) == {(3, "too_many")}
        assert set(mover.catalog()) == {"B"}

    def test_a_sku_of_another_product_here_is_an_error(self, mover: Mover) -> None:
        mover.moved(b"sku,name,price,barcodes\nX,Here,1,4006381333931\n")
        content = self.HEADER + b"a,A,,,A,1,4006381333931,\n"
        report = mover.send(content).data
        (error,) = report["errors"]
        assert (error["row"], error["column"], error["code"]) == (2, "Variant Barcode", "duplicate_barcode")
        refused = mover.send(content, "commit=true")
        assert refused.fields == {"2.Variant Barcode"}
        for told in (error, *refused.json["error"]["details"]):
            assert (told["name"], told["status"]) == ("Here", "draft")
            assert told["id"] == mover.client.get(f"{PRODUCTS}?limit=100").data[0]["id"]

    def test_an_id_of_another_company_is_only_a_text(self, mover: Mover, shop: Any) -> None:
        body = {"name": "Theirs", "variants": [{"sku": "T", "price": 1}]}
        product = shop.client().post(PRODUCTS, body).data["id"]
        brand = shop.client().post(f"{SETTINGS}/brands", {"name": "Theirs"}).data["id"]
        report = mover.send(self.HEADER + f"{product},A,,,A,1,,{brand}\n".encode()).data
        assert [(one["column"], one["code"]) for one in report["errors"]] == [("Vendor", "not_found")]
        self.try_rows(mover, f"{product},A,,,A,1,,".encode())
        assert mover.catalog()["A"]["variants"] == {"A": (100, 0, {}, [])}
        assert shop.client().get(f"{PRODUCTS}/{product}").data["name"] == "Theirs"

    @pytest.mark.parametrize(
        "content",
        [
            HEADER,
            HEADER.replace(b"Handle", b"H\xffndle"),
            HEADER + b'a,"A',
            HEADER + b"\0" * 50,
            HEADER + b"a," + b"<p" * 60_000 + b",,,A,1,,",
            HEADER + b"a,A,Size," + b"S" * 300 + b",A,1,,",
            HEADER + b"\xff\xfe\xfd,\xff,\xff,\xff,\xff,\xff,\xff,\xff",
            HEADER[:-1] + b",x" * 2000,
            b"\xff\xfeH\x00",
            b"sep=",
            b"sep=;\n",
            ",".join(f"c{number}" for number in range(5000)).encode(),
        ],
    )
    def test_nothing_is_a_fault_of_ours(self, mover: Mover, content: bytes) -> None:
        for query in (
            "",
            "commit=true",
            "format=square",
            "ignore_unknown=true",
            "format=lightspeed&job=true",
        ):
            assert mover.send(content, query).status < 500
