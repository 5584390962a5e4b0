"""How companies, stores, storages and suppliers are reached: shown as before, and sealed in the log."""

from collections.abc import Callable
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest

from infra.postgres.transactions import transaction
from tests.buying import ORDERS, open_buyer

WORD = "quixotic"
KEYS: LiteralString = "SELECT subject_id, kind FROM subject_keys WHERE company_id = %(company_id)s"


def log_of(service: Any, company_id: Any) -> str:
    with psycopg.connect(service.database.owner) as connection:
        rows = connection.execute("SELECT state FROM events WHERE company_id = %s", [company_id])
        return str(rows.fetchall())


def kinds_of(service: Any, company_id: Any) -> dict[str, str]:
    """Who has a key in a company, and what they are."""
    company = UUID(str(company_id))
    with (
        psycopg.connect(service.database.app, autocommit=True) as connection,
        transaction(connection, company) as db,
    ):
        rows = db.ask(KEYS, {"company_id": company}).rows()
    return {str(row["subject_id"]): row["kind"] for row in rows}


def test_a_companys_address_is_in_its_log_without_a_word(platform: Any, service: Any) -> None:
    path, reached = "/api/admin/companies", {"email": f"{WORD}@example.com", "address": f"{WORD} street"}
    body = {"name": "Mill", "currency": "EUR", "timezone": "Europe/Berlin", **reached, "phone": "030 1"}
    company = platform.post(path, body).data
    edited = platform.patch(f"{path}/{company['id']}", {"address": f"{WORD} square"}).data
    assert (edited["address"], edited["email"]) == (f"{WORD} square", f"{WORD}@example.com")
    assert platform.get(f"{path}/{company['id']}").data == edited
    assert kinds_of(service, company["id"]) == {company["id"]: "company"}
    assert WORD not in log_of(service, company["id"])


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/api/admin/stores", {"name": "Home", "code": "HOME", "phone": "030 1"}, "store"),
        ("/api/admin/storages", {"name": "Barn", "code": "BARN"}, "storage"),
    ],
)
def test_an_address_is_in_the_log_without_a_word(
    shop: Any, path: str, body: dict[str, Any], kind: str
) -> None:
    admin = shop.client()
    made = admin.post(path, {**body, "address": f"{WORD} street"}).data
    own = f"{path}/{made['id']}"
    assert admin.patch(own, {"address": f"{WORD} square"}).status == 200
    shown = admin.get(own).data
    assert shown["address"] == f"{WORD} square"
    assert admin.get(f"{own}?as_of={made['created_at']}").data["address"] == f"{WORD} street"
    assert kinds_of(shop.service, shop.company_id)[made["id"]] == kind
    assert WORD not in log_of(shop.service, shop.company_id)


def test_to_whom_a_report_goes_is_in_the_log_without_a_word(shop: Any) -> None:
    admin = shop.client()
    assert admin.patch("/api/admin/settings/company", {"reports_to_outside": True}).status == 200
    body = {"name": "Stock", "area": "inventory-report", "section": "valuation", "range": "yesterday"}
    body |= {"at": "06:00", "timezone": "UTC", "addresses": [f"{WORD}@example.com"]}  # type: ignore[dict-item]
    path = "/api/admin/reports/schedules"
    made = admin.post(path, body).data
    own = f"{path}/{made['id']}"
    edited = [f"{WORD}@example.org", "office@example.org"]
    assert admin.patch(own, {"addresses": edited}).data["addresses"] == edited
    assert admin.get(own).data["addresses"] == edited
    assert admin.get(f"{own}?as_of={made['created_at']}").data["addresses"] == [f"{WORD}@example.com"]
    assert kinds_of(shop.service, shop.company_id)[made["id"]] == "report_schedule"
    assert WORD not in log_of(shop.service, shop.company_id)


def test_whom_an_order_is_mailed_to_is_in_the_log_without_a_word(
    shop: Any, stock: Callable[..., Any]
) -> None:
    buyer = open_buyer(shop, stock)
    supplier = f"/api/admin/settings/suppliers/{buyer.supplier['id']}"
    assert buyer.admin.patch(supplier, {"email": f"{WORD}@example.com"}).status == 200
    ordered = buyer.admin.post(f"{ORDERS}/{buyer.draft()['id']}/order?send=true").data
    assert ordered["mail"]["address"] == f"{WORD}@example.com"
    assert kinds_of(shop.service, shop.company_id)[buyer.supplier["id"]] == "supplier"
    assert WORD not in log_of(shop.service, shop.company_id)
