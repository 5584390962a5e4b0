"""The sales summary over HTTP: names of people and places, the first report of a day, and who is told."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

BASE = "/api/admin/reports/sales-summary"
MARCH = "from=2024-03-01&to=2024-03-31"
Stocked = Any


def ask(stocked: Stocked, section: str, query: str = "", *, role: str = "Manager", **who: Any) -> Any:
    """The section once it knows all that happened."""
    position = str(stocked.shop.events()[-1]["position"])
    client = stocked.shop.client(role, **who)
    return client.get(f"{BASE}/{section}?{MARCH}{query}", X_Wait_For_Position=position)


def sell(stocked: Stocked, **more: Any) -> Any:
    sold = stocked.sell(role="Admin", occurred_at="2024-03-05T12:00:00Z", **more)
    assert sold.status == 201, sold.body
    return sold.data


class TestPeople:
    def test_a_cashier_goes_by_their_name_and_a_register_by_its_own(self, stocked: Stocked) -> None:
        sold = sell(stocked)
        [cashier] = ask(stocked, "by-cashier").data["rows"]
        [register] = ask(stocked, "by-register").data["rows"]
        assert cashier["cashier_id"] == sold["cashier_id"]
        assert cashier["name"] is not None
        assert (cashier["orders"], cashier["items_per_order"]) == (1, "1.0000")
        assert register["register_id"] == stocked.register["id"]
        assert (register["name"], register["store"]) == (stocked.register["name"], stocked.store["name"])

    def test_an_erased_customer_keeps_the_figures_under_no_name(self, stocked: Stocked) -> None:
        admin = stocked.shop.client()
        people = [
            admin.post("/api/admin/customers", {"name": name}, Idempotency_Key=str(uuid4())).data["id"]
            for name in ("Ada", "Ben")
        ]
        for customer in (*people, None):
            sell(stocked, **({"customer_id": customer} if customer else {}))
        admin.post(f"/api/admin/customers/{people[0]}/erase", {"reason": "asked for it"})
        rows = {row["customer_id"]: row for row in ask(stocked, "by-customer").data["rows"]}
        assert {one: row["name"] for one, row in rows.items()} == {
            people[0]: "erased",
            people[1]: "Ben",
            None: None,
        }
        assert {row["orders"] for row in rows.values()} == {1}
        assert rows[people[0]]["first_visit"] == rows[people[0]]["last_visit"] == "2024-03-05"
        overview = ask(stocked, "overview").data["overall"]
        assert (overview["customers"], overview["new_customers"]) == (2, 2)

    def test_a_group_of_customers_has_what_its_members_bought(self, stocked: Stocked) -> None:
        admin = stocked.shop.client()
        group = admin.post("/api/admin/customer-groups", {"name": "Regulars"}).data["id"]
        ada = admin.post(
            "/api/admin/customers", {"name": "Ada", "group_ids": [group]}, Idempotency_Key=str(uuid4())
        ).data["id"]
        sell(stocked, customer_id=ada)
        sell(stocked)
        report = ask(stocked, "by-customer", f"&customer_group={group}").data
        assert [row["customer_id"] for row in report["rows"]] == [ada]
        assert report["overall"]["orders"] == 1
        assert ask(stocked, "by-customer", f"&customer_group={uuid4()}").data["rows"] == []

    def test_quantities_of_all_customers_together_are_written_as_those_of_one(self, stocked: Stocked) -> None:
        ada = stocked.shop.client().post("/api/admin/customers", {"name": "Ada"}).data["id"]
        for quantity, price, customer in (("1.5", 179, ada), ("0.5", 60, None)):
            lines = [{"variant_id": stocked.variant_id, "quantity": quantity}]
            paid = [{"method": "card", "amount": price}]
            sell(stocked, lines=lines, payments=paid, customer_id=customer)
        report = ask(stocked, "by-customer", "&channel=pos").data
        assert sorted(row["items"] for row in report["rows"]) == ["0.5", "1.5"]
        assert report["totals"]["items"] == report["overall"]["items"] == "2"


class TestBasis:
    def test_a_sale_that_came_late_is_in_no_first_report(self, stocked: Stocked) -> None:
        sell(stocked)
        now = ask(stocked, "overview").data
        assert (now["basis"], now["restated"]) == ("current", None)
        first = ask(stocked, "overview", "&basis=first_reported").data
        assert (first["basis"], first["overall"]["orders"]) == ("first_reported", 0)
        assert first["restated"] == {"late_facts": 1, "net_sales": now["overall"]["net_sales"]}
        [row] = ask(stocked, "restatements").data["rows"]
        assert (row["business_date"], row["store"]) == ("2024-03-05", stocked.store["name"])
        assert (row["first_reported_net_sales"], row["late_facts"]) == (0, 1)
        assert row["difference_net_sales"] == row["current_net_sales"] == now["overall"]["net_sales"]
        assert row["closed_at"].startswith("2024-03-0")

    def test_is_refused_where_a_section_has_none(self, stocked: Stocked) -> None:
        refused = ask(stocked, "restatements", "&basis=first_reported")
        assert (refused.status, refused.code) == (400, "invalid_parameter")
        figure = "section=restatements&column=late_facts&basis=first_reported"
        refused = stocked.shop.client().get(f"{BASE}/explain?{MARCH}&{figure}")
        assert (refused.status, refused.code, refused.fields) == (400, "invalid_parameter", {"basis"})


class TestWhoIsTold:
    def test_a_manager_of_one_store_gets_its_own_figures_alone(
        self, make_shop: Callable[..., Any], stock: Callable[..., Any]
    ) -> None:
        stocked = stock(make_shop())
        sell(stocked)
        other = stocked.shop.client().post("/api/admin/stores", {"name": "Harbour", "code": "H"}).data
        for section in (
            "by-register",
            "by-cashier",
            "by-category",
            "by-brand",
            "by-customer",
            "restatements",
        ):
            own = ask(stocked, section, stores=[stocked.store["id"]])
            assert len(own.data["rows"]) == 1, section
            assert ask(stocked, section, stores=[other["id"]]).data["rows"] == [], section
        overview = ask(stocked, "overview", stores=[other["id"]]).data["overall"]
        assert not any(overview[name] for name in ("orders", "customers", "payments_net", "dues_paid"))
