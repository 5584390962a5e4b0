"""Selling over HTTP: prices, rounding, payments, numbers, business dates, and repetitions."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

CARD = "card"


class Counter:
    """A store that sells whatever a test needs, uncounted, paid by card."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop
        self.admin = shop.client()
        self.store = self.admin.post("/api/admin/stores", {"name": "Store", "code": "S"}).data
        self.taxes: dict[tuple[str, bool], str] = {}

    def tax(self, rate: str, *, inclusive: bool) -> str:
        if (rate, inclusive) not in self.taxes:
            body = {"name": f"Tax {rate} {inclusive}", "rate": rate, "inclusive": inclusive}
            self.taxes[rate, inclusive] = self.admin.post("/api/admin/settings/tax-rates", body).data["id"]
        return self.taxes[rate, inclusive]

    def line(
        self, price: int, rate: str | None = None, *, inclusive: bool = False, quantity: Any = 1, **more: Any
    ) -> dict[str, Any]:
        """A line of a basket with a product of its own."""
        taxes = [] if rate is None else [self.tax(rate, inclusive=inclusive)]
        variant = {"sku": uuid4().hex, "price": price}
        product = {"name": "P", "track_stock": False, "tax_rate_ids": taxes, "variants": [variant]}
        registered = self.admin.post("/api/admin/products", product).data
        self.admin.post(f"/api/admin/products/{registered['id']}/status", {"status": "active"})
        return {"variant_id": registered["variants"][0]["id"], "quantity": quantity, **more}

    def sell(self, lines: list[Any], **more: Any) -> Any:
        """Quote a basket and sell it; both must say the same."""
        basket = {"lines": lines, **more}
        quoted = self.admin.post("/api/pos/quote", {key: basket[key] for key in basket if key != "payments"})
        quote = quoted.data
        paid = {"payments": [{"method": CARD, "amount": quote["total"]}]}
        order = self.admin.post("/api/pos/orders", {**paid, **basket}).data
        same = ("currency", "taxes", "subtotal", "discount_total", "tax_total", "total")
        assert {name: quote[name] for name in same} == {name: order[name] for name in same}
        of_lines = quote["lines"][0].keys()
        assert quote["lines"] == [{name: line[name] for name in of_lines} for line in order["lines"]]
        self.adds_up(order)
        return order

    def adds_up(self, order: Any) -> None:
        lines = order["lines"]
        for name, of_lines in (
            ("subtotal", "gross_total"),
            ("discount_total", "discount_total"),
            ("tax_total", "tax_total"),
            ("total", "total"),
        ):
            assert order[name] == sum(line[of_lines] for line in lines)
        assert order["tax_total"] == sum(tax["amount"] for tax in order["taxes"])
        paid = sum(payment["amount"] + payment["tip"] for payment in order["payments"])
        assert order["paid_total"] == paid == order["total"] + order["rounding"] + order["tip_total"]


@pytest.fixture
def counter(make_shop: Callable[..., Any]) -> Callable[..., Counter]:
    """Opens a store of a company with settings of its own."""
    return lambda **settings: Counter(make_shop(**settings))


class TestRounding:
    @pytest.mark.parametrize(("level", "tax"), [("line", 196), ("order", 197)])
    def test_by_line_or_by_order(self, counter: Any, level: str, tax: int) -> None:
        till = counter(rounding_level=level)
        order = till.sell([till.line(price, "21") for price in (592, 152, 154, 39)])
        assert (order["tax_total"], order["total"]) == (tax, 937 + tax)

    @pytest.mark.parametrize(("mode", "tax"), [("half_even", 58), ("half_up", 59)])
    def test_a_half_goes_up_or_to_the_even(self, counter: Any, mode: str, tax: int) -> None:
        till = counter(rounding_mode=mode)
        assert till.sell([till.line(600, "9.75")])["tax_total"] == tax

    def test_an_inclusive_price_is_what_is_paid(self, counter: Any) -> None:
        till = counter()
        order = till.sell([till.line(2890, "22", inclusive=True), till.line(125, "10", inclusive=True)])
        assert order["total"] == 3015

    def test_line_discounts_come_before_those_of_the_order(self, counter: Any) -> None:
        till = counter()
        ten = [{"type": "percent", "value": 10, "reason": "loyal"}]
        order = till.sell([till.line(1000, discounts=ten), till.line(1000)], discounts=ten)
        assert (order["subtotal"], order["discount_total"], order["total"]) == (2000, 290, 1710)

    def test_a_line_without_a_discount_reports_none(self, counter: Any) -> None:
        till = counter(rounding_level="order")
        ten = [{"type": "percent", "value": 10}]
        plain, reduced = (
            till.line(102, "19", inclusive=True),
            till.line(106, "19", inclusive=True, discounts=ten),
        )
        till.sell([plain, reduced])
        position = str(till.shop.events()[-1]["position"])
        report = "/api/admin/reports/sales-summary/by-product?from=2021-01-01&to=2030-12-31"
        content = till.admin.get(report, X_Wait_For_Position=position).data
        discounts = {row["variant_id"]: row["discounts"] for row in content["rows"]}
        assert (discounts[plain["variant_id"]], discounts[reduced["variant_id"]]) == (0, 10)

    def test_a_discount_larger_than_the_value_is_refused(self, counter: Any) -> None:
        till = counter()
        basket = {"lines": [till.line(100)], "discounts": [{"type": "amount", "value": 101}]}
        for path in ("/api/pos/quote", "/api/pos/orders"):
            refused = till.admin.post(path, basket)
            assert (refused.status, refused.code) == (409, "discount_exceeds_value")
        for value in ("100.1", "0.5", "-1"):
            kind = "percent" if value == "100.1" else "amount"
            basket["discounts"] = [{"type": kind, "value": value}]
            assert till.admin.post("/api/pos/quote", basket).status == 422, value

    def test_what_costs_nothing_is_paid_with_nothing(self, counter: Any) -> None:
        till = counter()
        order = till.sell([till.line(0, "19")], payments=[])
        assert (order["total"], order["payments"], order["payment_status"]) == (0, [], "paid")

    def test_the_yen_has_no_cents_and_the_dinar_has_three_places(self, counter: Any) -> None:
        for currency, total in (("JPY", 110), ("BHD", 1100)):
            till = counter(currency=currency)
            order = till.sell([till.line(total * 10 // 11, "10")])
            assert (order["currency"], order["total"]) == (currency, total)


class TestQuantities:
    def test_a_weighed_quantity_is_priced_exactly(self, counter: Any) -> None:
        till = counter()
        order = till.sell([till.line(1999, quantity="0.375")])
        assert (order["lines"][0]["quantity"], order["total"]) == ("0.375", 750)

    def test_what_is_no_quantity_is_refused(self, stocked: Any) -> None:
        wrong: list[Any] = [0, -1, "0.000001", "1e3", "1,5", "", 10**12, 1e300, True, None, []]
        for quantity in wrong:
            refused = stocked.sell(lines=[{"variant_id": stocked.variant_id, "quantity": quantity}])
            assert (refused.status, refused.fields) == (422, {"lines.0.quantity"}), quantity


class TestPaying:
    def test_change_comes_from_cash_and_is_no_revenue(self, stocked: Any) -> None:
        order = stocked.sell(payments=[{"method": "cash", "amount": 119, "tendered": 2000}]).data
        assert (order["change_total"], order["paid_total"]) == (1881, 119)
        assert order["payments"][0].items() >= {"amount": 119, "tendered": 2000, "change": 1881}.items()

    def test_card_and_cash_share_a_total(self, stocked: Any) -> None:
        payments = [
            {"method": CARD, "amount": 100, "reference": "tx 1"},
            {"method": "cash", "amount": 138, "tendered": 150},
        ]
        order = stocked.sell(2, payments=payments).data
        assert [(one["method"], one["amount"], one["change"]) for one in order["payments"]] == [
            (CARD, 100, 0),
            ("cash", 138, 12),
        ]

    def test_a_tip_comes_on_top(self, stocked: Any) -> None:
        order = stocked.sell(payments=[{"method": CARD, "amount": 119, "tip": 21}]).data
        assert (order["total"], order["tip_total"], order["paid_total"]) == (119, 21, 140)

    def test_only_cash_is_given_change(self, stocked: Any) -> None:
        for more, field in (({"amount": 120}, "payments"), ({"tendered": 200}, "payments.0.tendered")):
            refused = stocked.sell(payments=[{"method": CARD, "amount": 119, **more}])
            assert (refused.status, refused.code) == (409, "payment_exceeds_total")
            assert refused.fields == {field}

    def test_cash_is_rounded_to_the_coins_there_are(
        self, make_shop: Callable[..., Any], stock: Callable[..., Any]
    ) -> None:
        stocked = stock(make_shop(cash_rounding=5))
        quote = stocked.shop.client().post("/api/pos/quote", {"lines": stocked.sale(3)["lines"]}).data
        assert (quote["total"], quote["cash_total"]) == (357, 355)
        order = stocked.sell(3, payments=[{"method": "cash", "amount": 355, "tendered": 400}]).data
        assert (order["total"], order["rounding"], order["paid_total"], order["change_total"]) == (
            357,
            -2,
            355,
            45,
        )
        order = stocked.sell(3, payments=[{"method": CARD, "amount": 357}]).data
        assert (order["rounding"], order["paid_total"]) == (0, 357)
        mixed = [{"method": CARD, "amount": 49}, {"method": "cash", "amount": 70}]
        order = stocked.sell(1, payments=mixed).data
        assert (order["rounding"], order["paid_total"]) == (0, 119)


class TestWhatASaleFreezes:
    """What later reports need of it, and no read model could find again."""

    def sold(self, stocked: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the log says of the last sale and of its movement."""
        last = {event["type"]: event["state"] for event in stocked.shop.events()}
        return last["orders.Order.Sold"], last["stock.StockMovement.Issued"]

    def test_is_whom_the_product_is_bought_from_and_whom_its_taxes_are_due_to(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        mill = admin.post("/api/admin/settings/suppliers", {"name": "Mill"}).data
        product = f"/api/admin/products/{stocked.product['id']}"
        tax = f"/api/admin/settings/tax-rates/{stocked.tax['id']}"
        assert admin.patch(product, {"supplier_id": mill["id"]}).status == 200
        assert admin.patch(tax, {"jurisdiction": "DE"}).status == 200
        assert stocked.sell().status == 201
        assert admin.patch(product, {"supplier_id": None}).status == 200
        assert admin.patch(tax, {"jurisdiction": "AT"}).status == 200
        sale, _ = self.sold(stocked)
        [line] = sale["lines"]
        assert line["supplier_id"] == mill["id"]
        assert [tax["jurisdiction"] for tax in line["taxes"]] == ["DE"]
        assert [tax["jurisdiction"] for tax in sale["taxes"]] == ["DE"]
        assert stocked.sell().status == 201
        sale, _ = self.sold(stocked)
        assert (sale["lines"][0]["supplier_id"], sale["taxes"][0]["jurisdiction"]) == (None, "AT")

    def test_is_the_jurisdiction_of_the_stores_own_taxes(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        body = {"name": "City", "rate": "1", "inclusive": True, "jurisdiction": "Berlin"}
        city = admin.post("/api/admin/settings/tax-rates", body).data
        store = f"/api/admin/stores/{stocked.store['id']}"
        assert admin.patch(store, {"tax_rate_ids": [city["id"]]}).status == 200
        untaxed = stocked.product_of(
            tax_rate_ids=[], track_stock=False, variants=[{"sku": "U", "price": 100, "cost": 1}]
        )
        line = {"variant_id": untaxed["variants"][0]["id"], "quantity": 1}
        assert stocked.sell(lines=[line], payments=[{"method": "cash", "amount": 100}]).status == 201
        assert stocked.shop.events()[-1]["state"]["taxes"][0]["jurisdiction"] == "Berlin"

    def test_is_the_day_it_counts_for_with_its_movement_too(self, stocked: Any) -> None:
        store = f"/api/admin/stores/{stocked.store['id']}"
        assert stocked.shop.client().patch(store, {"day_cut": "05:00"}).status == 200
        night = datetime.now(ZoneInfo("Europe/Berlin")).replace(hour=4, minute=59) - timedelta(days=2)
        sold = stocked.sell(occurred_at=night.isoformat(), role="Admin").data
        sale, movement = self.sold(stocked)
        day = (night - timedelta(days=1)).date().isoformat()
        assert sold["business_date"] == sale["business_date"] == movement["business_date"] == day

    def test_is_its_shift_of_which_there_are_none_yet(self, stocked: Any) -> None:
        assert stocked.sell().data["shift_id"] is None
        assert self.sold(stocked)[0]["shift_id"] is None


class TestNumbers:
    def numbers(self, stocked: Any) -> list[tuple[str, int]]:
        sold = [event["state"] for event in stocked.shop.events() if event["type"] == "orders.Order.Sold"]
        return [(one["number"], one["series_number"]) for one in sold]

    def test_tills_that_sell_at_once_count_without_a_gap(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        path = f"/api/admin/stores/{stocked.store['id']}/registers"
        second = admin.post(path, {"name": "Till 2", "code": "2"}).data
        registers = [stocked.register["id"], second["id"]] * 6
        stocked.receive(10, 60)
        with ThreadPoolExecutor(6) as tills:
            answers = list(tills.map(lambda register: stocked.sell(register_id=register), registers))
        assert {answer.status for answer in answers} == {201}
        numbers = sorted(number for number, _ in self.numbers(stocked))
        assert numbers == [f"MAIN-{till}-{count:06d}" for till in (1, 2) for count in range(1, 7)]

    def test_a_register_goes_on_under_the_code_of_one_that_is_gone(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        path = f"/api/admin/stores/{stocked.store['id']}/registers"
        assert stocked.sell().data["number"] == "MAIN-1-000001"
        admin.delete(f"{path}/{stocked.register['id']}")
        heir = admin.post(path, {"name": "Till 1", "code": "1"}).data
        sold = [stocked.sell(register_id=heir["id"]).data["number"] for _ in range(2)]
        assert sold == ["MAIN-1-000002", "MAIN-1-000003"]

    def test_no_number_comes_twice_when_stores_pass_on_their_codes(self, counter: Any) -> None:
        till = counter()
        line, stores = till.line(100), "/api/admin/stores"
        first = till.store["id"]
        second = till.admin.post(stores, {"name": "Second", "code": "T"}).data["id"]

        def sell(store_id: str) -> str:
            return str(till.sell([line], store_id=store_id)["number"])

        def recode(store_id: str, code: str) -> None:
            assert till.admin.patch(f"{stores}/{store_id}", {"code": code}).status == 200

        assert [sell(first), sell(first), sell(second)] == ["S-000001", "S-000002", "T-000001"]
        recode(first, "U")
        recode(second, "s")
        assert [sell(first), sell(second)] == ["U-000001", "s-000003"]
        till.admin.delete(f"{stores}/{second}")
        third = till.admin.post(stores, {"name": "Third", "code": "S"}).data["id"]
        recode(first, "T")
        assert [sell(third), sell(first)] == ["S-000004", "T-000002"]


class TestWhereAndWhen:
    def test_several_stores_have_to_be_told_apart(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        sale = stocked.sale(register_id=None)
        assert admin.post("/api/pos/orders", sale).data["store_id"] == stocked.store["id"]
        other = admin.post("/api/admin/stores", {"name": "Other", "code": "O"}).data
        refused = admin.post("/api/pos/orders", sale)
        assert (refused.status, refused.fields) == (422, {"register_id"})
        bound = stocked.shop.client("Cashier", stores=[stocked.store["id"]])
        assert bound.post("/api/pos/orders", sale).data["store_id"] == stocked.store["id"]
        elsewhere = stocked.shop.client("Cashier", stores=[other["id"]])
        refused = elsewhere.post("/api/pos/orders", stocked.sale())
        assert (refused.status, refused.code) == (403, "forbidden")
        wrong = stocked.sale(store_id=other["id"])
        assert admin.post("/api/pos/orders", wrong).fields == {"store_id"}

    def test_a_later_change_of_the_clock_moves_no_sale(self, stocked: Any) -> None:
        order = stocked.sell(role="Manager", occurred_at="2024-03-01T23:30:00Z").data
        assert order["business_date"] == "2024-03-02"
        admin = stocked.shop.client()
        admin.patch(f"/api/admin/stores/{stocked.store['id']}", {"timezone": "UTC"})
        shown = stocked.shop.client("Manager").get(f"/api/cashier/orders/{order['id']}").data
        assert shown["business_date"] == "2024-03-02"

    def test_a_sale_lies_in_the_future_by_minutes_at_most(self, stocked: Any) -> None:
        now = datetime.now(UTC)
        assert stocked.sell(occurred_at=(now + timedelta(minutes=5)).isoformat()).status == 201
        refused = stocked.sell(occurred_at=(now + timedelta(hours=1)).isoformat())
        assert (refused.status, refused.fields) == (422, {"occurred_at"})
        for wrong in ("2024-03-01T12:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", 1, "now"):
            refused = stocked.sell(occurred_at=wrong)
            assert (refused.status, refused.fields) == (422, {"occurred_at"}), wrong


class TestRepetitions:
    def test_the_same_sale_from_many_threads_is_made_once(self, stocked: Any) -> None:
        sale = stocked.sale(2, id=str(uuid4()))
        cashier = stocked.shop.client("Cashier")
        with ThreadPoolExecutor(6) as tills:
            answers = list(tills.map(lambda _: cashier.post("/api/pos/orders", sale), range(12)))
        assert {answer.status for answer in answers} == {201}
        assert len({answer.body for answer in answers}) == 1
        assert stocked.on_hand() == "8"

    def test_the_same_key_from_many_threads_is_one_sale(self, stocked: Any) -> None:
        cashier, key = stocked.shop.client("Cashier"), str(uuid4())
        with ThreadPoolExecutor(6) as tills:
            answers = list(
                tills.map(
                    lambda _: cashier.post("/api/pos/orders", stocked.sale(), Idempotency_Key=key), range(12)
                )
            )
        sales = [answer for answer in answers if answer.status == 201]
        assert len({answer.body for answer in sales}) == 1
        assert sum("idempotent-replayed" not in answer.headers for answer in sales) == 1
        others = {(answer.status, answer.code) for answer in answers if answer.status != 201}
        assert others <= {(409, "idempotency_in_progress")}
        assert stocked.on_hand() == "9"

    def test_a_repeated_sale_is_answered_whatever_became_of_its_product_and_till(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        sale = stocked.sale(10, id=str(uuid4()))
        first = admin.post("/api/pos/orders", sale)
        admin.delete(f"/api/admin/products/{stocked.product['id']}")
        again = admin.post("/api/pos/orders", sale)
        assert (again.status, again.body) == (201, first.body)
        path = f"/api/admin/stores/{stocked.store['id']}/registers/{stocked.register['id']}"
        assert admin.delete(path).status == 200
        assert admin.post("/api/pos/orders", sale).body == first.body

    def test_a_refusal_is_not_remembered(self, stocked: Any) -> None:
        cashier, key = stocked.shop.client("Cashier"), str(uuid4())
        sale = stocked.sale(11)
        assert cashier.post("/api/pos/orders", sale, Idempotency_Key=key).code == "insufficient_stock"
        stocked.receive(1, 60)
        sold = cashier.post("/api/pos/orders", sale, Idempotency_Key=key)
        assert (sold.status, "idempotent-replayed" in sold.headers) == (201, False)

    def test_a_key_is_good_for_one_path_only_and_belongs_to_its_user(self, stocked: Any) -> None:
        cashier, key = stocked.shop.client("Cashier"), str(uuid4())
        assert cashier.post("/api/pos/orders", stocked.sale(), Idempotency_Key=key).status == 201
        basket = {"lines": stocked.sale()["lines"]}
        other = cashier.post("/api/pos/quote", basket, Idempotency_Key=key)
        assert (other.status, other.code) == (422, "idempotency_key_reused")

    def test_an_edit_and_an_archiving_are_replayed_too(self, shop: Any) -> None:
        admin, key = shop.client(), str(uuid4())
        brand = admin.post("/api/admin/settings/brands", {"name": "Acme"}).data
        path = f"/api/admin/settings/brands/{brand['id']}"
        first = admin.patch(path, {"name": "New"}, Idempotency_Key=key)
        admin.patch(path, {"name": "Newer"})
        again = admin.patch(path, {"name": "New"}, Idempotency_Key=key)
        assert (again.body, again.headers["etag"]) == (first.body, first.headers["etag"])
        assert admin.get(path).data["name"] == "Newer"
        archived = admin.delete(path, Idempotency_Key=f"{key}-2")
        assert admin.delete(path, Idempotency_Key=f"{key}-2").body == archived.body


class TestMyOwnSales:
    def test_are_listed_newest_first_and_found_by_number_and_day(self, stocked: Any) -> None:
        days = ("2024-03-02", "2024-03-01", "2024-03-03")
        sold = [stocked.sell(role="Manager", occurred_at=f"{day}T12:00:00Z").data for day in days]
        cashier = stocked.shop.client("Manager")

        def listed(query: str = "") -> list[Any]:
            answer = cashier.get(f"/api/cashier/orders?{query}")
            return [order["number"] for order in answer.data]

        numbers = [order["number"] for order in sold]
        assert listed() == [numbers[2], numbers[0], numbers[1]]
        assert cashier.get("/api/cashier/orders").data[1] == sold[0]
        assert listed("limit=1&page=3") == [numbers[1]]
        assert listed(f"search={numbers[1]}") == [numbers[1]]
        assert listed("from=2024-03-02&to=2024-03-02") == [numbers[0]]
        assert cashier.get("/api/cashier/orders?limit=2").json["pagination"]["pages"] == 2
        assert cashier.get(f"/api/cashier/orders?cashier_id={sold[0]['cashier_id']}").status == 400

    def test_nobody_elses_are_seen(self, stocked: Any) -> None:
        theirs = stocked.sell(role="Manager").data
        cashier = stocked.shop.client("Cashier")
        assert cashier.get("/api/cashier/orders").data == []
        for path in (f"/api/cashier/orders/{theirs['id']}", f"/api/cashier/orders/{theirs['id']}/receipt"):
            refused = cashier.get(path)
            assert (refused.status, refused.code) == (404, "not_found")

    def test_one_is_shown_as_it_was_made(self, stocked: Any) -> None:
        sold = stocked.sell()
        cashier = stocked.shop.client("Cashier")
        path = f"/api/cashier/orders/{sold.data['id']}"
        assert cashier.get(path).data == sold.data
        assert cashier.get(path, If_None_Match=sold.headers["etag"]).status == 304

    def test_one_is_shown_as_it_was_known_at_a_moment(self, stocked: Any) -> None:
        sold = stocked.sell(role="Manager", occurred_at="2024-03-01T12:00:00Z").data
        cashier = stocked.shop.client("Manager")
        path = f"/api/cashier/orders/{sold['id']}"
        assert cashier.get(f"{path}?as_of=2999-01-01T00:00:00Z").data == sold
        assert cashier.get(f"{path}?as_of=2024-03-02T00:00:00Z").status == 404
