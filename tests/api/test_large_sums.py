"""Sums of the largest amounts there may be: more than 64 bits hold, exact all the same, in nobody's way."""

from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import uuid4

import psycopg

from infra.eventstore.append import APPEND_EVENTS
from infra.postgres.transactions import transaction
from infra.projections.rebuild import rebuild
from infra.projections.verify import verify
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.agreeing import reports_agree

MOST = 2**53
#: Times MOST, this is more than 2**63.
MANY = 1_040
LAST_SALE: LiteralString = """
    SELECT type, state, metadata FROM events
     WHERE company_id = %(company_id)s AND type = 'orders.Order.Sold'
     ORDER BY position DESC LIMIT 1
"""
REPORTS = "/api/admin/reports/sales-summary"


def repeat_last_sale(shop: Any, times: int) -> int:
    """Have the log hold the last sale that many times more, in one go. Returns the log's end."""
    with (
        psycopg.connect(shop.service.database.app, autocommit=True) as connection,
        transaction(connection, shop.company_id) as db,
    ):
        sold = db.ask(LAST_SALE, {"company_id": shop.company_id}).rows()[0]
        row = db.ask(
            APPEND_EVENTS,
            {
                "company_id": shop.company_id,
                "stream_ids": [uuid4() for _ in range(times)],
                "stream_versions": [1] * times,
                "types": [sold["type"]] * times,
                "states": [sold["state"]] * times,
                "metadata": [sold["metadata"]] * times,
            },
        ).row()
        assert row is not None
        return int(row["position"])


def test_sales_beyond_64_bits_are_reported_exactly(stocked: Any) -> None:
    variant = {"sku": "CROWN", "price": MOST, "cost": MOST}
    crown = stocked.product_of(variants=[variant], track_stock=False, tax_rate_ids=[])["variants"][0]["id"]
    sold = stocked.sell(
        role="Manager",
        lines=[{"variant_id": crown, "quantity": 1}],
        payments=[{"method": "card", "amount": MOST}],
    ).data
    position = repeat_last_sale(stocked.shop, MANY - 1)
    day, total = sold["business_date"], sold["total"] * MANY
    assert total > 2**63
    manager = stocked.shop.client("Manager")
    for query in ("", f"&as_of={datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"):

        def ask(section: str, query: str = query) -> Any:
            path = f"{REPORTS}/{section}?from={day}&to={day}{query}"
            return manager.get(path, X_Wait_For_Position=str(position)).data

        overview = ask("overview")["overall"]
        assert overview["orders"] == MANY
        assert overview["total_collected"] == total
        assert overview["cost_of_goods"] == MOST * MANY
        for section, name in (
            ("by-period", "total_collected"),
            ("by-store", "total_collected"),
            ("by-product", "cost_of_goods"),
            ("by-payment-method", "amount"),
        ):
            section_rows = ask(section)
            assert section_rows["totals"][name] == section_rows["rows"][0][name] == MOST * MANY
    for model in PROJECTIONS:
        if model.name == "report_sales":
            worker, company_id = stocked.shop.service.database.worker, stocked.shop.company_id
            assert rebuild(worker, EVENT_TYPES, model, company_id).rows_changed == 0
            assert verify(worker, EVENT_TYPES, model, company_id).is_true


def test_reports_agree_on_what_has_sums_of_its_own(stocked: Any) -> None:
    dear = 2 * 10**12
    variant = {"sku": "CROWN", "price": dear, "cost": 1}
    crown = stocked.product_of(variants=[variant], track_stock=False, tax_rate_ids=[])["variants"][0]["id"]
    for price in (dear, 1, dear):
        sold = stocked.sell(
            role="Manager",
            lines=[{"variant_id": crown, "quantity": 1, "unit_price": price}],
            payments=[{"method": "card", "amount": price}],
        )
        assert sold.status == 201
    reports_agree(stocked.shop)


def test_a_drawer_beyond_64_bits_is_shown_and_closed(stocked: Any) -> None:
    manager, shifts = stocked.shop.client("Manager"), "/api/pos/shifts"
    opening = {"register_id": stocked.register["id"], "opening_float": MOST}
    path = f"{shifts}/{manager.post(f'{shifts}/open', opening).data['id']}"
    variant = {"sku": "CROWN", "price": MOST, "cost": MOST}
    crown = stocked.product_of(variants=[variant], track_stock=False, tax_rate_ids=[])["variants"][0]["id"]
    paid = [{"method": "cash", "amount": MOST}]
    sold = stocked.sell(role="Manager", lines=[{"variant_id": crown, "quantity": 1}], payments=paid)
    assert sold.status == 201
    repeat_last_sale(stocked.shop, MANY - 1)
    worker, company_id = stocked.shop.service.database.worker, stocked.shop.company_id
    models = [model for model in PROJECTIONS if model.name in {"shift_entries", "shifts", "drawers"}]
    for model in models:
        rebuild(worker, EVENT_TYPES, model, company_id)
    expected = MOST * (MANY + 1)
    assert expected > 2**63
    for question in ("", "/cash-movements", "/drawer", "/drawer/candidates", "/report"):
        assert manager.get(f"{path}{question}").status == 200, question
    assert manager.get("/api/cashier/dashboard").status == 200
    assert manager.get(path).data["expected_cash"] == expected
    movement = {"type": "paid_in", "amount": 1, "reason": "float_top_up"}
    refused = manager.post(f"{path}/cash-movements", movement)
    assert (refused.status, refused.code) == (422, "amount_too_large")
    dropped = manager.post(f"{path}/cash-movements", {"type": "drop", "amount": MOST, "reason": "safe"})
    assert (dropped.status, dropped.data["expected_cash"]) == (201, expected - MOST)
    closed = manager.post(f"{path}/close", {"counted_cash": MOST})
    assert (closed.status, closed.data["over_short"]) == (200, MOST - MOST * MANY)
    for question in ("", "/drawer", "/drawer/candidates", "/report", "/report?format=html"):
        assert manager.get(f"{path}{question}").status == 200, question
    assert manager.get(f"{shifts}?over_short=short").data[0]["over_short"] == MOST - MOST * MANY
    assert manager.post(f"{shifts}/open", opening).status == 201
    for model in models:
        assert verify(worker, EVENT_TYPES, model, company_id).is_true


def test_stock_beyond_64_bits_is_summed_exactly(stocked: Any) -> None:
    admin = stocked.shop.client()
    for number in range(3):
        variants = [{"sku": f"{number}-{at}", "price": 1} for at in range(MANY // 3 + 1)]
        product = stocked.product_of(name=f"Crown {number}", variants=variants)
        lines = [
            {"variant_id": variant["id"], "quantity": 1, "unit_cost": MOST} for variant in product["variants"]
        ]
        stocked_up = admin.post(
            "/api/admin/inventory/receipts", {"storage_id": stocked.storage["id"], "lines": lines}
        )
        assert stocked_up.status == 201
        changed = admin.post(f"/api/admin/products/{product['id']}/status", {"status": "discontinued"})
        position = changed.headers["x-event-position"]
    path = "/api/admin/product-status/discontinued/summary"
    summary = admin.get(path, X_Wait_For_Position=position).data
    assert summary["stock_value"] == 3 * (MANY // 3 + 1) * MOST > 2**63


def test_a_shelf_is_worth_more_at_retail_than_64_bits_hold(stocked: Any) -> None:
    admin, count = stocked.shop.client(), 1_000_000
    variant = {"sku": "CROWN", "price": MOST}
    crown = stocked.product_of(variants=[variant], tax_rate_ids=[])["variants"][0]["id"]
    delivery = {"variant_id": crown, "quantity": count, "unit_cost": 0}
    received = admin.post(
        "/api/admin/inventory/receipts", {"storage_id": stocked.storage["id"], "lines": [delivery]}
    )
    base, day = "/api/admin/reports/inventory-report", received.data["business_date"]

    def ask(path: str) -> Any:
        position = received.headers["x-event-position"]
        return admin.get(f"{base}/{path}from={day}&to={day}", X_Wait_For_Position=position).data

    worth = {row["id"]: row["retail_value"] for row in ask("valuation?")["rows"]}
    assert worth[crown] == MOST * count > 2**63
    explained = ask(f"explain?section=valuation&column=retail_value&row={crown}&")
    assert explained["figure"] == explained["facts"][0]["amount"] == MOST * count


def test_sales_never_make_a_balance_more_than_can_be_counted(stocked: Any) -> None:
    admin = stocked.shop.client()
    admin.patch(f"/api/admin/storages/{stocked.storage['id']}", {"allow_negative": True})
    variant = {"sku": "CROWN", "price": 0, "cost": 1}
    crown = stocked.product_of(variants=[variant], tax_rate_ids=[])["variants"][0]["id"]
    line = {"variant_id": crown, "quantity": 1}
    delivery = {"storage_id": stocked.storage["id"], "lines": [{**line, "unit_cost": MOST}]}
    assert admin.post("/api/admin/inventory/receipts", delivery).status == 201
    basket = {"lines": [line], "payments": []}
    assert [stocked.sell(role="Manager", **basket).status for _ in range(3)] == [201, 201, 422]
    assert stocked.sell(role="Manager", **basket).code == "amount_too_large"
