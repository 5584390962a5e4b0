"""Stock over HTTP: deliveries, levels, the ledger, and what goods cost when they go out."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from commands.ports import Caller
from infra.identity.tokens import Tokens

PATH = "/api/admin/inventory"


def movements(stocked: Any, after: Any, query: str = "") -> list[dict[str, Any]]:
    """The ledger of the product as it is once it knows of the answer."""
    path = f"{PATH}/movements?variant_id={stocked.variant_id}&limit=100{query}"
    rows = stocked.shop.client().get(path, X_Wait_For_Position=after.headers["x-event-position"]).data
    assert isinstance(rows, list)
    return rows


class TestReceiving:
    def test_a_delivery_raises_the_balance_at_its_price(self, stocked: Any) -> None:
        received = stocked.receive("2.5", 100, reference="DN 7")
        assert (received.status, received.headers["etag"]) == (201, '"1"')
        (line,) = received.data["lines"]
        assert received.data["lines"] == [
            {
                "id": line["id"],
                "variant_id": stocked.variant_id,
                "quantity": "2.5",
                "entered_quantity": "2.5",
                "unit_id": None,
                "factor": "1",
                "base_quantity": "2.5",
                "unit_cost": 100,
                "value_change": 250,
                "settlement": 0,
                "balance_quantity": "12.5",
                "balance_value": 850,
            }
        ]
        assert received.data["reference"] == "DN 7"
        level = stocked.level()
        assert (level["on_hand"], level["available"], level["value"]) == ("12.5", "12.5", 850)
        assert level["average_cost"] == 68

    def test_a_delivery_counts_for_the_day_of_its_store_or_of_the_company(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        store = f"/api/admin/stores/{stocked.store['id']}"
        assert admin.patch(store, {"timezone": "Pacific/Auckland", "day_cut": "05:00"}).status == 200
        warehouse = admin.post("/api/admin/storages", {"name": "Warehouse", "code": "W"}).data
        # Early in the morning in Auckland, summer or winter, it is the evening of the day before in Europe.
        six = datetime.now(ZoneInfo("Pacific/Auckland")).replace(hour=6) - timedelta(days=2)
        day, day_before = six.date(), six.date() - timedelta(days=1)
        for storage, moment, expected in (
            (stocked.storage, six, day),
            (stocked.storage, six.replace(hour=4), day_before),
            (warehouse, six, day_before),
        ):
            received = stocked.receive(1, 60, storage_id=storage["id"], occurred_at=moment.isoformat())
            assert received.status == 201
            assert stocked.shop.events()[-1]["state"]["business_date"] == expected.isoformat()

    def test_the_same_id_with_other_goods_and_a_key_leaves_no_balance_of_them(self, stocked: Any) -> None:
        admin, chosen = stocked.shop.client(), str(uuid4())
        stocked.receive(5, 60, id=chosen)
        other = stocked.product_of(variants=[{"sku": "OTHER", "price": 1}])["variants"][0]["id"]
        line = {"variant_id": other, "quantity": 1, "unit_cost": 1}
        body = {"id": chosen, "storage_id": stocked.storage["id"], "lines": [line]}
        for _ in range(2):
            again = admin.post(f"{PATH}/receipts", body, Idempotency_Key=chosen)
            assert (again.status, again.code) == (409, "duplicate_id")
        assert [level["variant_id"] for level in admin.get(f"{PATH}/levels").data] == [stocked.variant_id]

    def test_every_wrong_line_is_named_and_nothing_is_written(self, stocked: Any) -> None:
        before = len(stocked.shop.events())
        lines = [
            {"variant_id": str(uuid4()), "quantity": 1, "unit_cost": 1},
            {"variant_id": stocked.variant_id, "quantity": 1, "unit_cost": 1},
            {"variant_id": stocked.product["id"], "quantity": 1, "unit_cost": 1},
        ]
        refused = stocked.shop.client().post(f"{PATH}/receipts", {"storage_id": str(uuid4()), "lines": lines})
        assert (refused.status, refused.code) == (422, "validation_failed")
        assert refused.fields == {"storage_id", "lines.0.variant_id", "lines.2.variant_id"}
        for quantity, unit_cost, field in ((0, 1, "quantity"), (-1, 1, "quantity"), (1, -1, "unit_cost")):
            refused = stocked.receive(quantity, unit_cost)
            assert (refused.status, refused.fields) == (422, {f"lines.0.{field}"})
        assert stocked.shop.client().post(f"{PATH}/receipts", {"lines": []}).fields == {"lines", "storage_id"}
        assert len(stocked.shop.events()) == before
        assert stocked.on_hand() == "10"

    def test_what_is_worth_more_than_can_be_counted_is_refused(self, stocked: Any) -> None:
        refused = stocked.receive(1_000_000_000, 2**53)
        assert (refused.status, refused.code) == (422, "amount_too_large")
        assert stocked.on_hand() == "10"
        line = {"variant_id": stocked.variant_id, "quantity": 1, "unit_cost": 2**53}
        body = {"storage_id": stocked.storage["id"], "lines": [line] * 1000}
        refused = stocked.shop.client().post(f"{PATH}/receipts", body)
        assert (refused.status, refused.code) == (422, "amount_too_large")


class TestCosting:
    def test_two_prices_meet_in_a_moving_average(self, stocked: Any) -> None:
        stocked.receive(5, 91)
        sold = stocked.sell(4, role="Manager").data
        assert sold["cost_total"] == sold["lines"][0]["cost_total"] == round((600 + 455) * 4 / 15)
        assert sold["lines"][0]["unit_cost"] == 70
        level = stocked.level()
        assert (level["on_hand"], level["value"]) == ("11", 1055 - 281)

    def test_half_a_cent_of_the_average_goes_up_as_in_the_ledger(self, stocked: Any) -> None:
        stocked.sell(10)
        for unit_cost in (2, 3):
            stocked.receive(1, unit_cost)
        assert (stocked.level()["average_cost"], stocked.level()["value"]) == (3, 5)
        sold = stocked.sell(2)
        assert movements(stocked, sold, "&type=sale")[-1]["unit_cost"] == 3

    def test_the_cost_of_a_sale_is_frozen(self, stocked: Any) -> None:
        sold = stocked.sell(2, role="Admin").data
        stocked.receive(100, 5000)
        admin = stocked.shop.client()
        variant = f"/api/admin/products/{stocked.product['id']}/variants/{stocked.variant_id}"
        admin.patch(variant, {"cost": 9, "price": 999})
        assert admin.get(f"/api/cashier/orders/{sold['id']}").data == sold

    def test_below_zero_goods_cost_what_the_last_ones_did_and_the_next_delivery_settles(
        self, stocked: Any
    ) -> None:
        admin = stocked.shop.client()
        admin.patch(f"/api/admin/storages/{stocked.storage['id']}", {"allow_negative": True})
        sold = stocked.sell(12, role="Manager").data
        assert sold["cost_total"] == 12 * 60
        assert (stocked.level()["on_hand"], stocked.level()["value"]) == ("-2", -120)
        received = stocked.receive(10, 100)
        line = received.data["lines"][0]
        assert (line["value_change"], line["settlement"], line["balance_value"]) == (1000, -80, 800)
        assert (stocked.level()["on_hand"], stocked.level()["value"]) == ("8", 800)
        rows = movements(stocked, received)
        assert [(row["type"], row["quantity"], row["value_change"]) for row in rows] == [
            ("receipt", "10", 600),
            ("sale", "-12", -720),
            ("receipt", "10", 1000),
            ("settlement", "0", -80),
        ]
        assert rows[-1]["balance_value"] == 800

    @pytest.mark.parametrize("way", ["{product}", "{product}/variants/{variant}"])
    def test_what_is_sold_below_zero_is_not_taken_away_at_the_same_moment(
        self, stocked: Any, way: str
    ) -> None:
        admin = stocked.shop.client()
        admin.patch(f"/api/admin/storages/{stocked.storage['id']}", {"allow_negative": True})
        for number in range(5):
            variants = [{"sku": f"{name}-{number}", "price": 100} for name in "AB"]
            product = stocked.product_of(variants=variants)
            sold = product["variants"][0]["id"]
            line = {"variant_id": sold, "quantity": 1}
            payments = [{"method": "card", "amount": 100}]
            path = "/api/admin/products/" + way.format(product=product["id"], variant=sold)
            with ThreadPoolExecutor() as both:
                sale = both.submit(stocked.sell, role="Admin", lines=[line], payments=payments)
                removal = both.submit(admin.delete, path)
            assert (sale.result().status == 201) != (removal.result().status == 200)


class TestLevels:
    def test_are_found_by_storage_store_and_variant(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        for query in (
            "",
            f"storage_id={stocked.storage['id']}",
            f"store_id={stocked.store['id']}",
            f"variant_id={stocked.variant_id}",
        ):
            answer = admin.get(f"{PATH}/levels?{query}")
            assert [row["sku"] for row in answer.data] == ["OAT-1"], query
            assert answer.json["pagination"]["total"] == 1
        for name in ("storage_id", "store_id", "variant_id"):
            assert admin.get(f"{PATH}/levels?{name}={uuid4()}").data == []

    def test_below_the_reorder_level(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        path = f"{PATH}/levels?below_reorder=true"
        assert admin.get(path).data == []
        variant = f"/api/admin/products/{stocked.product['id']}/variants/{stocked.variant_id}"
        admin.patch(variant, {"reorder_level": "9"})
        assert admin.get(path).data == []
        stocked.sell(1)
        assert [row["reorder_level"] for row in admin.get(path).data] == ["9"]

    def test_the_amounts_are_whole_numbers(self, stocked: Any) -> None:
        stocked.receive(2, 61)
        level = stocked.level()
        assert (type(level["average_cost"]), level["average_cost"]) == (int, 60)


class TestTheStockOfAStorage:
    def test_is_its_levels(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        other = admin.post("/api/admin/storages", {"name": "Other", "code": "O"}).data
        path = f"/api/admin/storages/{stocked.storage['id']}/stock"
        assert admin.get(path).data == [stocked.level()]
        assert admin.get(f"/api/admin/storages/{other['id']}/stock").data == []
        assert admin.get(f"{path}?variant_id={uuid4()}").data == []
        assert admin.get(f"{path}?below_reorder=true").data == []
        assert admin.get(f"{path}?limit=1&page=2").json["pagination"]["total"] == 1

    def test_of_what_is_no_storage_is_not_found(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        for nothing in (str(uuid4()), stocked.store["id"]):
            assert admin.get(f"/api/admin/storages/{nothing}/stock").status == 404

    def test_an_unknown_parameter_is_named(self, stocked: Any) -> None:
        path = f"/api/admin/storages/{stocked.storage['id']}/stock"
        refused = stocked.shop.client().get(f"{path}?storage_id={stocked.storage['id']}")
        assert (refused.status, refused.fields) == (400, {"storage_id"})


class TestCostsThatAreNotForAll:
    COSTS = frozenset({"average_cost", "value", "unit_cost", "value_change", "settlement", "balance_value"})

    @pytest.fixture
    def denied(self, stocked: Any) -> Any:
        """A clerk who is denied the sight of costs."""
        shop, role = stocked.shop, "Inventory Clerk"
        user_id = shop.users[role]
        caller = Caller(company_id=shop.company_id, user_id=user_id, session_id=user_id, role=role)
        secret = "a secret that is only good for tests, and long enough"
        return shop.service.client(Tokens(secret, 3600).issue(caller, denied=["costs.view"]))

    def test_no_answer_tells_them(self, stocked: Any, denied: Any) -> None:
        position = str(len(stocked.shop.events()))
        for path in (
            f"{PATH}/levels",
            f"/api/admin/storages/{stocked.storage['id']}/stock",
            f"{PATH}/movements",
        ):
            wait = {"X_Wait_For_Position": position}
            shown, hidden = (who.get(path, **wait).data[0] for who in (stocked.shop.client(), denied))
            assert hidden == {name: value for name, value in shown.items() if name not in self.COSTS}
            assert hidden.keys() != shown.keys()

    def test_not_even_that_to_a_delivery(self, stocked: Any, denied: Any) -> None:
        line = {"variant_id": stocked.variant_id, "quantity": 1, "unit_cost": 1}
        body = {"storage_id": stocked.storage["id"], "lines": [line]}
        lines = denied.post(f"{PATH}/receipts", body).data["lines"]
        assert [line.keys() & self.COSTS for line in lines] == [set()]


class TestStockThatComesWhileGoodsLeaveTheCatalog:
    """Either the goods are there and stay in the catalog, or they have left it and none come in."""

    def race(self, stocked: Any, *, product: Any, leave: Callable[[], Any], storage: Any) -> tuple[int, int]:
        admin = stocked.shop.client()
        line = {"variant_id": product["variants"][0]["id"], "quantity": 1, "unit_cost": 1}
        body = {"storage_id": storage["id"], "lines": [line]}
        with ThreadPoolExecutor(2) as both:
            departure = both.submit(leave)
            received = both.submit(admin.post, f"{PATH}/receipts", body)
        return received.result().status, departure.result().status

    def test_a_product_that_is_archived(self, stocked: Any) -> None:
        admin, outcomes = stocked.shop.client(), set()
        for number in range(12):
            product = stocked.product_of(variants=[{"sku": f"P{number}", "price": 1}])
            path = f"/api/admin/products/{product['id']}"
            leave = lambda path=path: admin.delete(path)  # noqa: E731
            outcomes.add(self.race(stocked, product=product, leave=leave, storage=stocked.storage))
        assert outcomes <= {(201, 409), (422, 200)}

    def test_a_variant_that_is_removed(self, stocked: Any) -> None:
        admin, outcomes = stocked.shop.client(), set()
        for number in range(12):
            variants = [{"sku": f"V{number}-{name}", "price": 1} for name in "ab"]
            product = stocked.product_of(variants=variants)
            path = f"/api/admin/products/{product['id']}/variants/{product['variants'][0]['id']}"
            leave = lambda path=path: admin.delete(path)  # noqa: E731
            outcomes.add(self.race(stocked, product=product, leave=leave, storage=stocked.storage))
        assert outcomes <= {(201, 409), (422, 200)}

    def test_a_storage_that_is_archived(self, stocked: Any) -> None:
        admin, outcomes = stocked.shop.client(), set()
        for number in range(12):
            storage = admin.post("/api/admin/storages", {"name": f"S{number}", "code": f"S{number}"}).data
            path = f"/api/admin/storages/{storage['id']}"
            leave = lambda path=path: admin.delete(path)  # noqa: E731
            outcomes.add(self.race(stocked, product=stocked.product, leave=leave, storage=storage))
        assert outcomes <= {(201, 409), (422, 200)}


class TestTheLedger:
    def test_each_row_leaves_the_balance_of_the_one_before_it_changed(self, stocked: Any) -> None:
        stocked.receive("3.5", 71)
        stocked.sell(4)
        line = {"variant_id": stocked.variant_id, "quantity": 1}
        last = stocked.sell(lines=[line, line], payments=[{"method": "card", "amount": 238}])
        quantity, value = Decimal(0), 0
        rows = movements(stocked, last)
        for row in rows:
            quantity += Decimal(row["quantity"])
            value += row["value_change"]
            assert (Decimal(row["balance_quantity"]), row["balance_value"]) == (quantity, value)
        level = stocked.level()
        assert (Decimal(level["on_hand"]), level["value"]) == (quantity, value)
        assert [row["type"] for row in rows] == ["receipt", "receipt", "sale", "sale", "sale"]

    def test_a_sale_in_it_names_its_order_and_who_sold(self, stocked: Any) -> None:
        sold = stocked.sell(1)
        row = movements(stocked, sold, "&type=sale")[0]
        assert row["order_id"] == sold.data["id"]
        assert row["actor_id"] == str(stocked.shop.users["Cashier"])
        assert (row["unit_cost"], row["quantity"], row["storage_id"]) == (60, "-1", stocked.storage["id"])
        assert int(sold.headers["x-event-position"]) == row["position"]

    def test_it_is_read_on_from_the_last_cursor(self, stocked: Any) -> None:
        last = [stocked.sell(1) for _ in range(4)][-1]
        admin = stocked.shop.client()
        wait = {"X_Wait_For_Position": last.headers["x-event-position"]}
        base = f"{PATH}/movements?storage_id={stocked.storage['id']}&limit=2"
        pages, after = [], 0
        while True:
            page = admin.get(f"{base}&after={after}", **wait)
            pages.append([row["position"] for row in page.data])
            if not page.json["pagination"]["has_more"]:
                break
            after = page.json["pagination"]["next_after"]
        assert [len(page) for page in pages] == [2, 2, 1]
        flat = [position for page in pages for position in page]
        assert flat == sorted(set(flat))

    def test_it_is_narrowed_by_type_time_and_place(self, stocked: Any) -> None:
        sold = stocked.sell(1, role="Manager", occurred_at="2024-03-01T12:00:00Z")
        assert [row["type"] for row in movements(stocked, sold, "&type=receipt")] == ["receipt"]
        day = "&from=2024-03-01T00:00:00Z&to=2024-03-02T00:00:00Z"
        assert [row["type"] for row in movements(stocked, sold, day)] == ["sale"]
        until = "&from=2024-03-01T00:00:00Z&to=2024-03-01T12:00:00Z"
        assert movements(stocked, sold, until) == []
        assert movements(stocked, sold, f"&storage_id={uuid4()}") == []

    def test_a_parameter_that_is_unknown_or_wrong_is_named(self, stocked: Any) -> None:
        for query in ("type=theft", "after=-1", "from=today", "limit=0", "store=1"):
            refused = stocked.shop.client().get(f"{PATH}/movements?{query}")
            assert (refused.status, refused.fields) == (400, {query.partition("=")[0]}), query
