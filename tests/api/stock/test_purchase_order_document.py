"""Purchase orders on paper: as PDF, as a page, and as a table, for those who may see them."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.buying import ORDERS, SETTINGS, Buyer, open_buyer
from tests.conftest import PASSWORD


@pytest.fixture
def buyer(shop: Any, stock: Callable[..., Any]) -> Buyer:
    """A shop that buys by the case."""
    return open_buyer(shop, stock)


def paper(client: Any, order: Any, query: str = "") -> Any:
    return client.get(f"{ORDERS}/{order['id']}/document{query}")


def pages(answer: Any) -> int:
    """How many pages a PDF says it has."""
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body.startswith(b"%PDF-")
    assert answer.body.rstrip().endswith(b"%%EOF")
    return int(re.findall(rb"/Count (\d+)", answer.body)[0])


def test_is_a_pdf_unless_something_else_is_asked_for(buyer: Buyer) -> None:
    ordered = buyer.order()
    answer = paper(buyer.admin, ordered)
    assert (answer.status, pages(answer)) == (200, 1)
    assert "PO-000001.pdf" in answer.headers["content-disposition"]
    assert pages(paper(buyer.admin, ordered, "?format=pdf")) == 1


def test_a_page_tells_who_buys_what_from_whom(buyer: Buyer) -> None:
    line = buyer.line(discount_percent="7.5", supplier_sku="<HR>&1")
    answer = paper(buyer.admin, buyer.order(line, note="Ring twice"), "?format=html")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "script" not in answer.headers["content-security-policy"]
    page = answer.body.decode()
    for text in ("PO-000001", "Hillside", "h@hill.example", "Back", "Main Street", "Ring twice"):
        assert text in page
    for text in ("OAT-1", "&lt;HR&gt;&amp;1", "Oat milk", "Case (24 btl)", "58.00", "7.5 %", "107.30"):
        assert text in page
    assert "<HR>" not in page


def test_a_table_has_a_row_a_line_and_computes_nothing(buyer: Buyer) -> None:
    answer = paper(buyer.admin, buyer.order(buyer.line(supplier_sku="=1+1")), "?format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(answer.body.decode()))
    assert (row["SKU"], row["Your number"], row["Item"]) == ("OAT-1", "'=1+1", "Oat milk")
    assert (row["Quantity"], row["Unit"]) == ("2", "Case (24 btl)")
    assert (row["Price"], row["Discount"], row["Total"]) == ("58.00", "", "116.00")


def test_what_is_expected_at_the_end_of_the_calendar_has_its_last_day(buyer: Buyer) -> None:
    never = "9999-12-31T23:59:59Z"
    ordered = buyer.order(buyer.line(expected_at=never), expected_at=never)
    assert b"9999-12-31" in paper(buyer.admin, ordered, "?format=html").body
    assert buyer.admin.get(f"/api/audit/streams/{ordered['id']}/story").status == 200


def test_a_line_says_which_variant_in_which_unit(buyer: Buyer) -> None:
    names = ("Variety 1, first flush", "Variety 2")
    variants = [{"sku": name[:9], "name": name, "price": 100, "cost": 40} for name in names]
    counted = buyer.stocked.product_of(name="Tea", unit_id=buyer.piece["id"], variants=variants)
    loose = buyer.stocked.product_of(name="Salt", variants=[{"sku": "SALT", "price": 100, "cost": 40}])
    lines = [
        {"variant_id": variant["id"], "quantity": "1", "unit_cost": 40}
        for variant in (*counted["variants"], *loose["variants"])
    ]
    lines[1]["unit_id"] = buyer.piece["id"]
    drafted = buyer.draft(*lines)
    assert [line["variant_name"] for line in drafted["lines"]] == [*names, ""]
    table = csv.DictReader(io.StringIO(paper(buyer.admin, drafted, "?format=csv").body.decode()))
    assert [(row["Item"], row["Quantity"], row["Unit"]) for row in table] == [
        (f"Tea, {names[0]}", "1", "Bottle"),
        (f"Tea, {names[1]}", "1", "Bottle"),
        ("Salt", "1", ""),
    ]
    assert f"Tea, {names[0]}" in paper(buyer.admin, drafted, "?format=html").body.decode()


def test_any_script_can_be_written(buyer: Buyer) -> None:
    for name in (
        "濃縮咖啡豆 エスプレッソ 에스프레소",
        "قهوة الإسبريسو",
        "קפה אספרסו",
        "Кофе ☕ Ünïcode",
        "\U0001f600",
    ):
        buyer.admin.patch(f"/api/admin/products/{buyer.stocked.product['id']}", {"name": name})
        drafted = buyer.draft()
        assert pages(paper(buyer.admin, drafted)) == 1
        assert name in paper(buyer.admin, drafted, "?format=html").body.decode()


def test_many_lines_take_several_pages(buyer: Buyer) -> None:
    variants = [{"sku": f"LONG-{number}", "price": 100, "cost": 40} for number in range(60)]
    product = buyer.stocked.product_of(name="Espresso beans " * 13, variants=variants)
    lines = [
        {"variant_id": variant["id"], "quantity": "1234.567", "unit_cost": 10**9, "supplier_sku": "X" * 100}
        for variant in product["variants"]
    ]
    assert pages(paper(buyer.admin, buyer.draft(*lines))) > 3


def test_another_format_is_not_to_be_had(buyer: Buyer) -> None:
    refused = paper(buyer.admin, buyer.order(), "?format=docx")
    assert (refused.status, refused.code) == (406, "not_acceptable")


def test_whoever_may_see_no_costs_gets_no_prices(buyer: Buyer) -> None:
    ordered, shop = buyer.order(), buyer.stocked.shop
    path = f"{SETTINGS}/users/{shop.users['Inventory Clerk']}/permissions"
    assert buyer.admin.call("PUT", path, {"denied": ["costs.view"]}).status == 200
    body = {"username": shop.username("Inventory Clerk"), "password": PASSWORD}
    clerk = shop.service.client(shop.service.client().post("/api/auth/login", body).data["token"])
    for form in ("html", "csv"):
        text = paper(clerk, ordered, f"?format={form}").body.decode()
        assert "OAT-1" in text
        assert "58.00" not in text
        assert "116.00" not in text


def test_who_is_bound_to_another_store_finds_none(buyer: Buyer) -> None:
    store = buyer.admin.post("/api/admin/stores", {"name": "Harbour", "code": "HARB"}).data
    bound = buyer.stocked.shop.client("Inventory Clerk", stores=[store["id"]])
    assert paper(bound, buyer.order()).status == 404
