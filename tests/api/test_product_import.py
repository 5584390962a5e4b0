"""Importing the catalog: every row's every error, and all of a file or nothing of it."""

import csv
import io
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from tests.waiting import eventually

PRODUCTS = "/api/admin/products"
SETTINGS = "/api/admin/settings"


def sheet(*rows: dict[str, Any], separator: str = ",") -> bytes:
    """A file with these rows; each column that any of them names."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, columns, restval="", delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


@dataclass(frozen=True)
class Importer:
    """Somebody who imports files."""

    client: Any

    def send(self, content: bytes, query: str = "", **headers: str) -> Any:
        """The answer to a file."""
        sent = {
            "Content-Type": "text/csv",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.client.call("POST", f"{PRODUCTS}/import?{query}", raw=content, headers=sent)

    def tried(self, *rows: dict[str, Any], query: str = "") -> Any:
        """What importing these rows would do."""
        return self.send(sheet(*rows), query).data

    def done(self, *rows: dict[str, Any], query: str = "") -> Any:
        """What importing these rows did."""
        return self.send(sheet(*rows), f"commit=true&{query}").data

    def wrong(self, *rows: dict[str, Any], query: str = "") -> list[tuple[int, str, str]]:
        """Row, column and code of every error of these rows; committing them is refused just so."""
        report = self.tried(*rows, query=query)
        assert report["error_count"] == len(report["errors"])
        refused = self.send(sheet(*rows), f"commit=true&{query}")
        if report["errors"]:
            assert (refused.status, refused.code) == (422, "validation_failed")
            assert refused.fields == {f"{one['row']}.{one['column']}" for one in report["errors"]}
        return [(one["row"], one["column"], one["code"]) for one in report["errors"]]

    def awaited(self, content: bytes, query: str = "") -> Any:
        """What became of a file that a worker imports."""
        accepted = self.send(content, f"job=true&{query}")
        assert accepted.status == 202
        path = f"/api/admin/product-imports/{accepted.data['id']}"
        eventually(lambda: self.client.get(path).data["status"] in ("done", "failed"))
        return self.client.get(path).data

    def product(self, name: str) -> Any:
        """The only product of that name, archived or not."""
        for query in ("", "&status=archived"):
            for one in self.client.get(f"{PRODUCTS}?limit=100{query}").data:
                if one["name"] == name:
                    return one
        raise LookupError(name)


@pytest.fixture
def importer(shop: Any) -> Importer:
    return Importer(shop.client())


def counts(report: Any) -> tuple[int, int, int]:
    return report["created"], report["changed"], report["unchanged"]


def types(events: Iterable[Any]) -> list[str]:
    return [event["type"].partition(".")[2] for event in events]


class TestNewProducts:
    def test_a_row_is_a_product_with_one_variant(self, importer: Importer) -> None:
        row = {"name": "Milk", "sku": "M-1", "price": "1.5", "cost": "0.80", "description": "Fresh.\r\nCold."}
        row |= {"barcodes": "4006381333931|X1", "reorder_level": "2.5", "reorder_quantity": "10"}
        assert counts(importer.done({**row, "track_stock": "no", "options": "Size=M"})) == (1, 0, 0)
        product = importer.product("Milk")
        assert (product["status"], product["track_stock"], product["description"]) == (
            "draft",
            False,
            "Fresh.\r\nCold.",
        )
        variant = product["variants"][0]
        assert (variant["sku"], variant["price"], variant["cost"]) == ("M-1", 150, 80)
        assert variant["barcodes"] == ["4006381333931", "X1"]
        assert variant["options"] == {"Size": "M"}
        assert (variant["reorder_level"], variant["reorder_quantity"]) == ("2.5", "10")

    def test_refer_to_what_is_there_by_name_symbol_path_or_id(self, importer: Importer) -> None:
        def make(kind: str, body: dict[str, Any]) -> str:
            return str(importer.client.post(f"{SETTINGS}/{kind}", body).data["id"])

        brand, supplier = make("brands", {"name": "Acme"}), make("suppliers", {"name": "Hill & Co"})
        unit = make("units", {"name": "Kilogram", "symbol": "kg"})
        drinks = make("categories", {"name": "Drinks"})
        milk = make("categories", {"name": "Milk", "parent_id": drinks})
        vat = make("tax-rates", {"name": "VAT", "rate": "19"})
        levy = make("tax-rates", {"name": "A|B", "rate": "1"})
        row = {
            "name": "Milk",
            "sku": "M",
            "price": "1",
            "brand": " ACME ",
            "supplier": supplier,
            "unit": "kg",
        }
        row |= {"category": "drinks>Milk", "tax_rates": "vat|A\\|B"}
        assert importer.wrong(row) == []
        product = importer.product("Milk")
        assert (product["brand_id"], product["supplier_id"], product["unit_id"]) == (brand, supplier, unit)
        assert (product["category_id"], product["tax_rate_ids"]) == (milk, [vat, levy])

    def test_brands_and_categories_are_made_if_that_is_wanted(self, importer: Importer) -> None:
        rows = [
            {"name": "A", "sku": "A", "price": "1", "brand": "Acme", "category": "Drinks > Milk"},
            {"name": "B", "sku": "B", "price": "1", "brand": "ACME", "category": "Drinks > Tea"},
        ]
        assert importer.wrong(*rows) == [
            (2, "brand", "not_found"),
            (2, "category", "not_found"),
            (3, "brand", "not_found"),
            (3, "category", "not_found"),
        ]
        for report in (
            importer.tried(*rows, query="create_missing=true"),
            importer.done(*rows, query="create_missing=true"),
        ):
            assert (report["brands_created"], report["categories_created"]) == (1, 3)
        names = {one["name"] for one in importer.client.get(f"{SETTINGS}/categories").data}
        assert names == {"Drinks", "Milk", "Tea"}
        assert importer.product("A")["brand_id"] == importer.product("B")["brand_id"]

    @pytest.mark.parametrize(("currency", "text", "amount"), [("JPY", "450", 450), ("BHD", "1.234", 1234)])
    def test_prices_are_in_major_units_of_the_currency(
        self, make_shop: Any, currency: str, text: str, amount: int
    ) -> None:
        importer = Importer(make_shop(currency=currency).client())
        importer.done({"name": "Milk", "sku": "M", "price": text})
        assert importer.product("Milk")["variants"][0]["price"] == amount


class TestExistingProducts:
    @pytest.fixture
    def milk(self, importer: Importer) -> Any:
        importer.done(
            {
                "product_id": "x",
                "name": "Milk",
                "sku": "M-1",
                "price": "1.50",
                "description": "Fresh",
                "cost": "1",
            },
            {"product_id": "x", "name": "Milk", "sku": "M-2", "price": "2.50", "options": "Size=L"},
        )
        return importer.product("Milk")

    @pytest.mark.usefixtures("milk")
    def test_the_same_file_again_records_nothing(self, importer: Importer, shop: Any) -> None:
        before = len(shop.events())
        rows = [
            {"product_id": "x", "name": "Milk", "sku": "m-1".upper(), "price": "1.5", "description": "Fresh"},
            {"product_id": "x", "name": "Milk", "sku": "M-2", "price": "2.50", "description": ""},
        ]
        assert counts(importer.done(*rows)) == (0, 0, 1)
        assert len(shop.events()) == before

    @pytest.mark.usefixtures("milk")
    def test_a_price_list_changes_prices_and_nothing_else(self, importer: Importer, shop: Any) -> None:
        before = len(shop.events())
        assert counts(importer.done({"sku": "M-2", "price": "3"}, {"sku": "M-1", "price": "1.50"})) == (
            0,
            1,
            0,
        )
        (changed,) = shop.events()[before:]
        assert changed["type"] == "products.Product.Repriced"
        assert (changed["state"]["old_price"], changed["state"]["price"]) == (250, 300)
        assert importer.product("Milk")["description"] == "Fresh"

    def test_every_change_is_the_events_of_the_trade(self, importer: Importer, milk: Any, shop: Any) -> None:
        before = len(shop.events())
        first, second = milk["variants"]
        rows = [
            {
                "product_id": milk["id"],
                "variant_id": first["id"],
                "name": "Oat milk",
                "description": "Vegan",
                "status": "active",
                "brand": "Acme",
                "track_stock": "false",
                "sku": "O-1",
                "barcodes": "X1",
                "price": "2",
                "cost": "0.5",
                "reorder_level": "3",
            },
            {"product_id": milk["id"], "variant_id": second["id"], "sku": "M-2", "price": "2.50"},
            {"product_id": milk["id"], "sku": "O-3", "price": "4"},
        ]
        rows[1] |= {"barcodes": "X2", "cost": "0"}
        assert counts(importer.done(*rows, query="create_missing=true")) == (0, 1, 0)
        assert types(shop.events()[before:]) == [
            "Brand.Registered",
            "Product.Renamed",
            "Product.Described",
            "Product.Reclassified",
            "Product.StockTrackingSet",
            "Product.Relabelled",
            "Product.Repriced",
            "Product.Recosted",
            "Product.ReorderingSet",
            "Product.Relabelled",
            "Product.VariantAdded",
            "Product.Activated",
        ]

    @pytest.mark.usefixtures("milk")
    def test_who_imports_is_known_of_every_fact(self, importer: Importer, shop: Any) -> None:
        importer.send(sheet({"sku": "M-1", "price": "7"}), "commit=true", X_Request_Id="import-7")
        importer.awaited(sheet({"sku": "M-1", "price": "8"}), "commit=true")
        at_once, later = shop.events()[-2:]
        assert at_once["metadata"]["request"] == "import-7"
        assert at_once["metadata"]["actor"] == later["metadata"]["actor"] == str(shop.users["Admin"])


class TestErrors:
    def test_every_error_of_every_row_is_told(self, importer: Importer, shop: Any) -> None:
        importer.done({"name": "Old", "sku": "OLD", "price": "1", "barcodes": "X9"})
        before = len(shop.events())
        good = {"name": "A", "price": "1", "sku": "A"}
        rows = [
            {**good, "sku": "", "price": "-1", "barcodes": "4006381333932", "cost": "0.005"},
            {**good, "sku": "B", "name": "n" * 10_000, "reorder_level": "many", "track_stock": "maybe"},
            {**good, "sku": "C", "status": "sold", "options": "Size", "variant_id": "7"},
            {**good, "sku": "D", "brand": "No", "unit": "No", "supplier": "No", "tax_rates": "No|Nor"},
            {**good, "sku": "E", "barcodes": "X9"},
            {**good, "sku": "F", "barcodes": "X1"},
            {**good, "sku": "f", "barcodes": "X1"},
            {**good, "sku": "G", "launch_at": "soon", "price": "x"},
            {"sku": "H"},
        ]
        assert sorted(importer.wrong(*rows)) == sorted(
            [
                (2, "sku", "required"),
                (2, "price", "negative"),
                (2, "barcodes", "wrong_check_digit"),
                (2, "cost", "too_precise"),
                (3, "name", "too_long"),
                (3, "reorder_level", "invalid"),
                (3, "track_stock", "invalid"),
                (4, "status", "invalid"),
                (4, "options", "invalid"),
                (4, "variant_id", "invalid"),
                (5, "brand", "not_found"),
                (5, "unit", "not_found"),
                (5, "supplier", "not_found"),
                (5, "tax_rates", "not_found"),
                (5, "tax_rates", "not_found"),
                (6, "barcodes", "duplicate_barcode"),
                (8, "sku", "duplicate_sku"),
                (8, "barcodes", "duplicate_barcode"),
                (9, "launch_at", "invalid"),
                (9, "price", "invalid"),
                (10, "name", "required"),
                (10, "price", "required"),
            ]
        )
        assert len(shop.events()) == before

    def test_one_wrong_row_keeps_every_other_out(self, importer: Importer, shop: Any) -> None:
        before = len(shop.events())
        rows = [{"name": "A", "sku": str(number), "price": "1"} for number in range(50)]
        assert importer.wrong(*rows, {"name": "A", "sku": "51", "price": "no"}) == [(52, "price", "invalid")]
        assert len(shop.events()) == before

    def test_a_header_that_is_not_understood_is_refused_even_when_trying(self, importer: Importer) -> None:
        for query in ("", "commit=true", "job=true"):
            refused = importer.send(b"name,colour,name\na,b,c\n", query)
            assert (refused.status, refused.code) == (422, "validation_failed")
            codes = {(one["field"], one["code"]) for one in refused.json["error"]["details"]}
            assert codes == {
                ("colour", "unknown_column"),
                ("name", "duplicate_column"),
                ("sku", "missing_column"),
            }

    @pytest.mark.parametrize(
        ("cell", "code"), [(b"K\xe4se", "not_utf8"), (b"\xed\xa0\x80", "not_utf8"), (b"K\0se", "invalid")]
    )
    @pytest.mark.parametrize("column", ["product_id", "sku", "barcodes"])
    def test_what_nothing_can_be_called_is_wrong_and_not_looked_for(
        self, importer: Importer, column: str, cell: bytes, code: str
    ) -> None:
        cells = {
            "product_id": b"P",
            "name": b"Cheese",
            "sku": b"C",
            "price": b"1",
            "barcodes": b"",
            column: cell,
        }
        content = b",".join(map(str.encode, cells)) + b"\n" + b",".join(cells.values()) + b"\n"
        for report in (importer.send(content).data, importer.awaited(content, "commit=true")):
            assert [(one["row"], one["column"], one["code"]) for one in report["errors"]] == [
                (2, column, code)
            ]

    def test_a_file_of_another_encoding_is_told_so(self, importer: Importer) -> None:
        report = importer.send("sku,name,price\nA,Größe,1\n".encode("latin-1")).data
        assert [(one["row"], one["column"], one["code"]) for one in report["errors"]] == [
            (2, "name", "not_utf8")
        ]
        assert importer.send("sku\tname\tprice\nÄ\tMilk\t1\n".encode("utf-16")).data["encoding"] == "utf-16"

    def test_what_is_no_csv_is_not_read(self, importer: Importer) -> None:
        for media_type in ("application/json", "text/html", ""):
            refused = importer.send(b"sku\n", Content_Type=media_type)
            assert (refused.status, refused.code) == (415, "unsupported_media_type")
        assert importer.send(b"sku\n", Content_Type="Text/CSV; charset=utf-8").status == 200
        assert importer.send(b"").fields == {""}

    def test_a_file_that_is_too_large_is_not_kept(self, importer: Importer) -> None:
        headers = {"Content-Type": "text/csv", "Content-Length": str(10**10)}
        refused = importer.client.call("POST", f"{PRODUCTS}/import", raw=b"", headers=headers)
        assert (refused.status, refused.code) == (413, "body_too_large")

    def test_a_company_has_no_more_products_than_its_package_allows(
        self, importer: Importer, shop: Any, platform: Any
    ) -> None:
        package = {"name": f"Tiny {uuid4()}", "price": 0, "currency": "EUR", "billing_period": "monthly"}
        small = platform.post("/api/admin/packages", {**package, "limits": {"products": 3}}).data
        answer = platform.put(
            f"/api/admin/companies/{shop.company_id}/subscription", {"package_id": small["id"]}
        )
        assert answer.status == 200, answer.body
        rows = [{"name": "A", "sku": str(number), "price": "1"} for number in range(4)]
        assert [(one["row"], one["code"]) for one in importer.tried(*rows)["errors"]] == [
            (5, "plan_limit_reached")
        ]
        refused = importer.send(sheet(*rows), "commit=true")
        assert (refused.status, refused.code) == (403, "plan_limit_reached")
        assert importer.awaited(sheet(*rows), "commit=true")["status"] == "failed"
        assert counts(importer.awaited(sheet(*rows[:2]), "commit=true")) == (2, 0, 0)
        assert counts(importer.done(rows[2])) == (1, 0, 0)
        assert importer.send(sheet(rows[3]), "commit=true").code == "plan_limit_reached"
        leaving = {**rows[0], "status": "archived"}
        more = [{**rows[3], "sku": sku} for sku in ("B", "C")]
        [error] = importer.tried(leaving, *more)["errors"]
        assert (error["row"], error["code"]) == (4, "plan_limit_reached")
        assert "room for 1 more" in error["message"]
        assert counts(importer.done(leaving, more[0])) == (1, 1, 0)


class TestTryingAndRepeating:
    def test_nothing_is_recorded_unless_that_is_said(self, importer: Importer, shop: Any) -> None:
        before = len(shop.events())
        assert counts(
            importer.tried({"name": "A", "sku": "A", "price": "1", "brand": "B"}, query="create_missing=true")
        ) == (1, 0, 0)
        assert len(shop.events()) == before

    def test_a_key_makes_a_repetition_the_first_outcome(self, importer: Importer, shop: Any) -> None:
        content = sheet({"name": "A", "sku": "A", "price": "1"})
        tried = importer.send(content, "", Idempotency_Key="try")
        first = importer.send(content, "commit=true", Idempotency_Key="one")
        before = len(shop.events())
        again = importer.send(content, "commit=true", Idempotency_Key="one")
        assert (again.body, again.headers["idempotent-replayed"]) == (first.body, "true")
        assert counts(first.data) == counts(tried.data) == (1, 0, 0)
        assert len(shop.events()) == before
        for other, query in ((content + b"\n", "commit=true"), (content, "")):
            refused = importer.send(other, query, Idempotency_Key="one")
            assert (refused.status, refused.code) == (422, "idempotency_key_reused")

    def test_a_key_makes_one_job_of_two_requests(self, importer: Importer) -> None:
        content = sheet({"name": "A", "sku": "A", "price": "1"})
        first = importer.send(content, "job=true", Idempotency_Key="job")
        again = importer.send(content, "job=true", Idempotency_Key="job")
        assert first.data["id"] == again.data["id"]

    def test_of_two_who_import_the_same_skus_one_is_first(self, importer: Importer, shop: Any) -> None:
        content = sheet(*({"name": "A", "sku": str(number), "price": "1"} for number in range(200)))
        with ThreadPoolExecutor(4) as crowd:
            reports = [
                one.data for one in crowd.map(lambda _: importer.send(content, "commit=true"), range(4))
            ]
        assert sorted(counts(report) for report in reports) == [(0, 0, 200)] * 3 + [(200, 0, 0)]
        assert types(shop.events()).count("Product.Registered") == 200


class TestInTheBackground:
    def test_what_is_large_is_accepted_and_imported_later(self, importer: Importer, shop: Any) -> None:
        rows = [
            {"name": f"Tea {number}", "sku": str(number), "price": "1.50", "status": "active"}
            for number in range(2500)
        ]
        accepted = importer.send(sheet(*rows), "commit=true")
        assert (accepted.status, accepted.data["status"]) == (202, "queued")
        report = importer.awaited(sheet(*rows), "commit=true")
        assert (report["status"], report["rows"], report["done"]) == ("done", 2500, 2500)
        earlier = importer.client.get(f"/api/admin/product-imports/{accepted.data['id']}").data
        assert counts(earlier) == (2500, 0, 0)
        assert counts(report) == (0, 0, 2500)
        assert earlier["position"] == len(shop.events())
        assert earlier["seconds"] > 0
        assert earlier["created_at"] <= earlier["started_at"] <= earlier["finished_at"]
        assert importer.client.get(f"{PRODUCTS}?search=tea").json["pagination"]["total"] == 2500

    def test_errors_are_told_as_at_once(self, importer: Importer, shop: Any) -> None:
        before = len(shop.events())
        content = sheet({"name": "A", "sku": "A", "price": "1"}, {"name": "B", "sku": "a", "price": "x"})
        for query, status in (("", "done"), ("commit=true", "failed")):
            report = importer.awaited(content, query)
            assert (report["status"], report["error_count"]) == (status, 2)
            assert {(one["row"], one["code"]) for one in report["errors"]} == {
                (3, "duplicate_sku"),
                (3, "invalid"),
            }
            assert (report["failure"] is None) == (status == "done")
        assert len(shop.events()) == before

    def test_rows_of_no_product_are_done_as_well(self, importer: Importer) -> None:
        for content in (b"sku,name,price\nA,Milk,1\nB\n", b"sku,name\nA\n"):
            at_once = importer.send(content).data
            for query in ("", "commit=true"):
                report = importer.awaited(content, query)
                assert report["rows"] == report["done"] == at_once["done"]

    def test_an_import_is_its_companys_own(self, importer: Importer, make_shop: Any) -> None:
        report = importer.awaited(b"sku\n")
        stranger = make_shop().client()
        assert stranger.get(f"/api/admin/product-imports/{report['id']}").status == 404
        assert importer.client.get(f"/api/admin/product-imports/{uuid4()}").status == 404


class TestRights:
    @pytest.mark.parametrize("role", ["Manager", "Cashier", "Inventory Clerk"])
    def test_importing_is_for_admins(self, shop: Any, role: str) -> None:
        refused = Importer(shop.client(role)).send(b"sku\n")
        assert (refused.status, refused.code) == (403, "forbidden")


class TestCostsThatAreNotForAll:
    """Whoever may not see costs cannot find one out by trying."""

    @pytest.fixture
    def blind(self, shop: Any) -> Importer:
        """A manager who may import, but is denied the sight of costs; a product costs 60."""
        admin = shop.client()
        variant = {"sku": "OAT", "price": 119, "cost": 60}
        assert admin.post(PRODUCTS, {"name": "Oat milk", "variants": [variant]}).status == 201
        denied = {"granted": ["products.import"], "denied": ["costs.view"]}
        path = f"/api/admin/settings/users/{shop.users['Manager']}/permissions"
        assert admin.call("PUT", path, denied).status == 200
        body = {"username": shop.username("Manager"), "password": "correct horse battery staple"}
        return Importer(
            shop.service.client(shop.service.client().post("/api/auth/login", body).data["token"])
        )

    @pytest.mark.parametrize("query", ["", "commit=true"])
    @pytest.mark.parametrize("ahead", [True, False], ids=["at once", "in the background"])
    def test_a_right_guess_looks_like_a_wrong_one(self, blind: Importer, query: str, *, ahead: bool) -> None:
        reports = []
        for guess in ("0.60", "0.61"):
            file = f"sku,cost\nOAT,{guess}\n".encode()
            report = blind.send(file, query).data if ahead else blind.awaited(file, query)
            reports.append({name: report[name] for name in ("created", "changed", "unchanged", "errors")})
        assert reports[0] == reports[1]
        assert counts(reports[0]) == (0, 1, 0)

    def test_a_file_without_costs_is_told_of_as_ever(self, blind: Importer) -> None:
        assert counts(blind.send(b"sku,price\nOAT,1.19\n").data) == (0, 0, 1)

    @pytest.mark.usefixtures("blind")
    def test_whoever_may_see_them_is_told_the_truth(self, shop: Any) -> None:
        seeing = Importer(shop.client())
        assert counts(seeing.send(b"sku,cost\nOAT,0.60\n").data) == (0, 0, 1)
        assert counts(seeing.awaited(b"sku,cost\nOAT,0.60\n")) == (0, 0, 1)
