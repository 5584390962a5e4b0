"""The inventory report over HTTP: a day at a shop, in every section, for whoever may see it."""

from typing import Any

import pytest

from projections.reports.sections.inventory import INVENTORY_REPORT

REPORT = "/api/admin/reports/inventory-report"


@pytest.fixture
def day(stocked: Any) -> Any:
    """Ten came, four were sold; of one nobody knows where it is. The business date, and the last position."""
    sale = stocked.sell(4)
    day = sale.data["business_date"]
    lost = stocked.shop.client().post(
        "/api/admin/inventory/adjustments",
        {
            "storage_id": stocked.storage["id"],
            "reason": "lost",
            "lines": [{"variant_id": stocked.variant_id, "quantity": "-1"}],
        },
    )
    assert lost.status == 201, lost.body
    return f"from={day}&to={day}", {"X_Wait_For_Position": lost.headers["x-event-position"]}


def ask(stocked: Any, day: Any, section: str, *, role: str = "Admin", more: str = "", **headers: Any) -> Any:
    period, wait = day
    return stocked.shop.client(role).get(f"{REPORT}/{section}?{period}{more}", **wait, **headers)


def test_a_day_adds_up_in_every_section(stocked: Any, day: Any) -> None:
    known = {one.path: ask(stocked, day, one.path) for one in INVENTORY_REPORT}
    assert {path: answer.status for path, answer in known.items()} == dict.fromkeys(known, 200)
    [moved] = known["movements"].data["rows"]
    assert (moved["id"], moved["sku"], moved["received_quantity"]) == (stocked.variant_id, "OAT-1", "10")
    assert (moved["sold_quantity"], moved["adj_lost_quantity"], moved["close_quantity"]) == ("4", "-1", "5")
    [valued] = known["valuation"].data["rows"]
    # Five at 60, or at 119 of which 19 are tax.
    assert (valued["value"], valued["average_cost"], valued["retail_value"]) == (300, 60, 500)
    assert known["ageing"].data["overall"]["age_1_value"] == 300
    assert known["stock-on-hand"].data["overall"]["available"] == "5"
    assert known["shrinkage"].data["overall"]["rate"] == "0.1500"
    assert known["turnover"].data["overall"]["cost_of_goods"] == 240
    assert known["by-supplier"].data["overall"]["net_sales"] == 400
    assert known["dead-stock"].data["rows"] == known["low-stock"].data["rows"] == []


def test_figures_are_explained_by_events(stocked: Any, day: Any) -> None:
    figure = f"&section=movements&column=sold_quantity&row={stocked.variant_id}&group=variant"
    explained = ask(stocked, day, "explain", more=figure).data
    [fact] = explained["facts"]
    assert (explained["figure"], fact["amount"], fact["type"]) == ("4", "4", "stock.StockMovement.Issued")


def test_what_is_missing_in_all_is_explained_by_events(stocked: Any, day: Any) -> None:
    for column, amount in (("net_shrinkage_quantity", "1"), ("net_shrinkage_value", 60)):
        explained = ask(stocked, day, "explain", more=f"&section=shrinkage&column={column}").data
        assert (explained["is_sum"], explained["figure"]) == (True, amount)
        assert [fact["amount"] for fact in explained["facts"]] == [amount]


def test_buckets_are_called_by_the_days_that_are_asked_for(stocked: Any, day: Any) -> None:
    answer = ask(stocked, day, "ageing", more="&buckets=10,20").data
    called = {one["name"]: (one["label"], one["definition"]) for one in answer["columns"]}
    assert called["age_1_quantity"] == ("0-10 days", "What was received so long ago: 0 to 10 days.")
    assert called["age_3_value"][0] == "21-more days: value"
    assert called["age_4_quantity"] == ("No bucket", "No bucket: `buckets` names fewer.")
    explained = ask(stocked, day, "explain", more="&section=ageing&column=age_2_value&buckets=10,20").data
    assert explained["label"] == "11-20 days: value"
    usual = ask(stocked, day, "ageing").data
    assert next(one["label"] for one in usual["columns"] if one["name"] == "age_1_quantity") == "0-30 days"


def test_a_moment_ago_is_what_it_was(stocked: Any, day: Any) -> None:
    moment = ask(stocked, day, "movements").data["computed_at"]
    assert stocked.sell(2).status == 201
    late = ask(stocked, day, "movements", more=f"&as_of={moment}").data
    assert late["overall"]["close_quantity"] == "5"
    assert late["as_of_position"] > 0


def test_clerks_see_no_costs_and_cashiers_nothing(stocked: Any, day: Any) -> None:
    assert ask(stocked, day, "valuation", role="Cashier").status == 403
    answer = ask(stocked, day, "valuation", role="Inventory Clerk")
    assert answer.status == 200
    shown = {column["name"] for column in answer.data["columns"]}
    assert ("value" in shown) == ("average_cost" in shown)


@pytest.mark.parametrize(
    ("section", "more", "status", "code"),
    [
        ("ageing", "&buckets=60,30", 422, "buckets_not_valid"),
        ("dead-stock", "&days=0", 400, None),
        ("movements", "&group=colour", 400, None),
        ("movements", "&sort=colour", 422, "unknown_column"),
        ("movements", "&storage=none", 400, None),
        ("valuation", "&colour=red", 400, None),
        ("valuation", "&page=1000&limit=1000", 422, "page_too_deep"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    stocked: Any, section: str, more: str, status: int, code: str | None
) -> None:
    period = "from=2026-01-01&to=2026-01-31"
    answer = stocked.shop.client().get(f"{REPORT}/{section}?{period}{more}")
    assert answer.status == status, answer.body
    assert code in {None, answer.json["error"]["code"]}
    assert answer.fields
