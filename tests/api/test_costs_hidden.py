"""Whoever may not see costs sees none, in no answer of any route, at no depth."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from typing import Any, cast, get_args, get_type_hints
from uuid import uuid4

import pytest

from api.answers import fields_of
from api.answers.hiding import permissions_in
from api.answers.record import VIEW_EXPECTED, records_in
from api.app import create_app
from api.fields import Choice
from api.openapi.document import Route, routes_of
from api.operations import PUBLIC
from api.services import Services
from domain.permissions import permissions_of
from infra.runtime.models import EVENT_TYPES
from projections.cost_fields import COST_FIELDS
from tests.api.conftest import REFUND
from tests.api.explained import explained_by
from tests.api.test_isolation import sizes

NOTHING = cast("Any", None)
SETTINGS = "/api/admin/settings"
PASSWORD = "correct horse battery staple"
#: Names that tell of costs wherever they stand (a supplier's credit does, a customer's does not) …
TELLING = re.compile(
    r"cost|margin|profit|valuation|\A(stock|balance|(in_)?transit|received|damaged|lost|returned)_value\Z"
    r"|\A(open|close|sold|counted|transferred_in|transferred_out|supplier_returned|adj_\w+|settlement|age_\d|expired|theft|count_\w+|found|net_shrinkage|on_hand)_value\Z"
    r"|(\A|_)(?<!store_)credit(?!_limit)(_|\Z)|\A(value_change|settlement)\Z|\A(difference|restated)_(quantity|value)\Z"
)
#: … one that does unless it is what a discount takes off, or a parked sale comes to …
VALUE = "value"
VALUES_OF_SALES = ("DiscountAnswer", "HeldAnswer", "HeldSaleAnswer", "ResumedSaleAnswer")
#: … and some that do where goods come into a storage: beside one of these names, in one of these records.
TOTALS = {"total", "subtotal", "received_total"}
BESIDE = {"storage_id", "supplier_sku", "movement_id"}
TOTALS_OF_COST = {
    "ReceiptAnswer",
    "ReceiptRowAnswer",
    "NamedPurchaseOrderAnswer",
    "PurchaseOrderAnswer",
    "PurchaseOrderRowAnswer",
    "PurchaseLineAnswer",
    "PurchaseReceiptAnswer",
}
#: Hashes over all that events say, costs included, which closings repeat; other answers leave them empty.
HASHES_OF_COSTS = {("ListedClosingAnswer", "head_hash"), ("ClosingAnswer", "head_hash")}
#: Figures of reports whose names do not tell that they follow from costs, by the rows that they are in …
SHARES_OF_COST = {
    ("InventoryReportValuationRow", "share"),
    *(
        ("InventoryReportTurnoverRow", name)
        for name in ("average_value", "turnover", "days_of_stock", "gmroi", "value_days", "abc")
    ),
    ("InventoryReportShrinkageRow", "rate"),
    ("FinancialReportMarginsRow", "markup"),
    ("FinancialReportProfitAndLossRow", "inventory_adjustments"),
    ("FinancialReportProfitAndLossRow", "operating_result_before_expenses"),
    ("FinancialReportRefundsRow", "not_restocked_value"),
    ("SalesSummaryRefundsRow", "not_restocked_value"),
}
#: … and the other records that have the same figures.
OF_COMPARISONS = re.compile(r"(Gone)?Row$|Figures$|Change$|ChangeRatio$|Footer$")
#: What a role without costs could reckon with if it were told; each is shown to those who may see costs.
SHOWN = {
    "cost",
    "unit_cost",
    "cost_total",
    "average_cost",
    "value",
    "value_change",
    "balance_value",
    "cost_of_goods",
    "gross_profit",
    "margin",
    "stock_value",
}


def costs_in(answered: Any) -> Iterator[str]:
    """The names in an answer that tell of costs."""
    if isinstance(answered, dict):
        for name, inner in answered.items():
            is_value = name == VALUE and not {"type", "held_at"} & answered.keys()
            is_total = name in TOTALS and bool(BESIDE & answered.keys())
            if TELLING.search(name) or is_value or is_total:
                yield name
            yield from costs_in(inner)
    elif isinstance(answered, list):
        for inner in answered:
            yield from costs_in(inner)


def less_costs(answered: Any) -> Any:
    """The same answer without what tells of costs."""
    if isinstance(answered, dict):
        around = {name: None for name in ("type", *BESIDE) if name in answered}
        telling = {
            told for name in answered for told in costs_in({**around, name: answered[name]}) if told == name
        }
        return {name: less_costs(inner) for name, inner in answered.items() if name not in telling}
    return [less_costs(inner) for inner in answered] if isinstance(answered, list) else answered


def all_routes() -> list[Route]:
    services = Services(
        application=NOTHING, authentication=NOTHING, health=NOTHING, pictures=NOTHING, now=NOTHING
    )
    return list(routes_of(create_app(services)))


def supplier_of(stocked: Any) -> Any:
    """A supplier to send goods back to."""
    return stocked.shop.client().post(f"{SETTINGS}/suppliers", {"name": uuid4().hex}).data["id"]


ORDERS = "/api/admin/inventory/purchase-orders"


def purchase_of(stocked: Any) -> dict[str, Any]:
    """What is to be bought: one of the goods."""
    line = {"variant_id": stocked.variant_id, "quantity": 1, "unit_cost": 55}
    place = {"storage_id": stocked.storage["id"], "supplier_id": supplier_of(stocked)}
    return {**place, "lines": [line]}


def consignment_of(stocked: Any) -> dict[str, Any]:
    """A delivery of what was planned last."""
    admin = stocked.shop.client()
    order = admin.get(f"{ORDERS}/{admin.get(ORDERS).data[0]['id']}").data
    return {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}]}


def purchase_for(stocked: Any, template: str) -> str:
    """The id of an order that the route of this template can go on with."""
    admin = stocked.shop.client()
    order_id = str(admin.post(ORDERS, purchase_of(stocked)).data["id"])
    if template.endswith(("/receive", "/cancel")):
        assert admin.post(f"{ORDERS}/{order_id}/order").status == 200
    return order_id


def begin_count(stocked: Any, product: Any) -> Any:
    """Begin to count the variants of a product."""
    scope = {"variant_ids": [variant["id"] for variant in product["variants"]]}
    body = {"storage_id": stocked.storage["id"], "kind": "partial", "scope": scope}
    return stocked.shop.client().post("/api/admin/inventory/counts", body).data["id"]


def exchange_of(stocked: Any) -> dict[str, Any]:
    """One that was just sold, for another."""
    order = stocked.sell(1).data
    return {
        "order_id": order["id"],
        "returns": [{"line_id": order["lines"][0]["id"], "quantity": 1}],
        "lines": [{"variant_id": stocked.variant_id, "quantity": 1}],
    }


#: Every change whose answer tells of costs: what is sent, with a product of two variants at hand.
CHANGES: dict[str, Callable[[Any, Any], Any]] = {
    "POST /api/pos/orders": lambda stocked, _: stocked.sale(),
    "POST /api/admin/orders": lambda stocked, _: ordered_of(stocked),
    "PATCH /api/admin/orders/{order_id}": lambda *_: {"note": "Ring twice"},
    "POST /api/admin/orders/{order_id}/payments": lambda *_: {"payments": [{"method": "card", "amount": 1}]},
    "POST /api/admin/orders/{order_id}/fulfil": lambda *_: {},
    "POST /api/admin/orders/{order_id}/cancel": lambda *_: {"reason": "Too late"},
    "POST /api/admin/orders/{order_id}/refunds": lambda *_: REFUND,
    "POST /api/pos/orders/{order_id}/refunds": lambda *_: REFUND,
    "POST /api/pos/orders/{order_id}/refunds/quote": lambda *_: REFUND,
    "POST /api/pos/orders/{order_id}/void": lambda *_: {"reason": "wrong customer"},
    "POST /api/pos/returns": lambda stocked, _: {
        "register_id": stocked.register["id"],
        "lines": [{"variant_id": stocked.variant_id, "quantity": 1, "unit_price": 119}],
        "payments": [{"method": "cash", "amount": 119}],
        "reason": "no receipt",
    },
    "POST /api/pos/exchange": lambda stocked, _: exchange_of(stocked),
    "POST /api/admin/inventory/receipts": lambda stocked, _: {
        "storage_id": stocked.storage["id"],
        "lines": [{"variant_id": stocked.variant_id, "quantity": 1, "unit_cost": 55}],
    },
    "POST /api/admin/inventory/adjustments": lambda stocked, _: {
        "storage_id": stocked.storage["id"],
        "reason": "damaged",
        "lines": [{"variant_id": stocked.variant_id, "quantity": -1}],
    },
    "POST /api/admin/inventory/supplier-returns": lambda stocked, _: {
        "storage_id": stocked.storage["id"],
        "supplier_id": supplier_of(stocked),
        "lines": [{"variant_id": stocked.variant_id, "quantity": 1, "unit_credit": 55}],
    },
    "POST /api/admin/inventory/movements/{movement_id}/reverse": lambda *_: {"reason": "Booked twice"},
    "POST /api/admin/inventory/transfers": lambda stocked, _: {
        "from_storage_id": stocked.storage["id"],
        "to_storage_id": stocked.transfer().data["to_storage_id"],
        "lines": [{"variant_id": stocked.variant_id, "quantity": 1}],
    },
    "PATCH /api/admin/inventory/transfers/{transfer_id}": lambda *_: {"note": "Soon"},
    "DELETE /api/admin/inventory/transfers/{transfer_id}": lambda *_: None,
    "POST /api/admin/inventory/transfers/{transfer_id}/ship": lambda *_: {},
    "POST /api/admin/inventory/transfers/{transfer_id}/receive": lambda *_: {"close": True},
    "POST /api/admin/inventory/transfers/{transfer_id}/cancel": lambda *_: {"reason": "Wrong store"},
    f"POST {ORDERS}": lambda stocked, _: purchase_of(stocked),
    f"PATCH {ORDERS}/{{purchase_order_id}}": lambda *_: {"note": "Soon"},
    f"DELETE {ORDERS}/{{purchase_order_id}}": lambda *_: None,
    f"POST {ORDERS}/{{purchase_order_id}}/order": lambda *_: None,
    f"POST {ORDERS}/{{purchase_order_id}}/receive": lambda stocked, _: consignment_of(stocked),
    f"POST {ORDERS}/{{purchase_order_id}}/cancel": lambda *_: {"reason": "Too dear"},
    "POST /api/admin/inventory/counts": lambda stocked, _: {
        "storage_id": stocked.storage["id"],
        "kind": "partial",
        "scope": {"variant_ids": [stocked.variant_id]},
    },
    "POST /api/admin/inventory/counts/{count_id}/complete": lambda *_: {},
    "POST /api/admin/inventory/counts/{count_id}/cancel": lambda *_: {"reason": "Rain"},
    "POST /api/admin/products": lambda *_: {
        "name": "Tea",
        "variants": [{"sku": "TEA", "price": 1, "cost": 1}],
    },
    "PATCH /api/admin/products/{product_id}": lambda *_: {"name": "Rye"},
    "DELETE /api/admin/products/{product_id}": lambda *_: None,
    "POST /api/admin/products/{product_id}/status": lambda *_: {"status": "discontinued"},
    "PUT /api/admin/products/{product_id}/prices": lambda stocked, product: {
        "prices": [{"variant_id": product["variants"][0]["id"], "store_id": stocked.store["id"], "price": 7}]
    },
    "POST /api/admin/products/{product_id}/variants": lambda *_: {"sku": "C", "price": 1, "cost": 2},
    "PATCH /api/admin/products/{product_id}/variants/{variant_id}": lambda *_: {"cost": 3},
    "DELETE /api/admin/products/{product_id}/variants/{variant_id}": lambda *_: None,
}


def ordered_of(stocked: Any) -> dict[str, Any]:
    """An order of the back office."""
    line = {"variant_id": stocked.variant_id, "quantity": 1}
    return {"store_id": stocked.store["id"], "channel": "phone", "lines": [line]}


def order_for(template: str, stocked: Any) -> str:
    """An order that this can be done with: sold at a till, or open in the back office."""
    if "/admin/orders/" not in template or template.endswith("/refunds"):
        return str(stocked.sold()["id"])
    return str(stocked.shop.client().post("/api/admin/orders", ordered_of(stocked)).data["id"])


def transfer_for(template: str, stocked: Any) -> str:
    """A transfer that this can be done with."""
    transfer = stocked.transfer().data
    if template.endswith("/receive"):
        stocked.shop.client().post(f"/api/admin/inventory/transfers/{transfer['id']}/ship")
    return str(transfer["id"])


def questions() -> list[Route]:
    """Every GET of whoever is signed in."""
    reads = [route for route in all_routes() if route.method == "GET"]
    return [route for route in reads if route.operation.permission != PUBLIC]


LOOKUPS = ("stores", "storages", "products", "variants", "suppliers", "brands", "users", "tax-rates")


def addresses(route: Route, ids: dict[str, str]) -> Iterator[str]:
    """Where to ask, with everything filled in that the route needs."""
    template = route.template.replace("{status}", ids["status"])
    path = re.sub(r"{(\w+):[^}]*}", lambda match: ids.get(match[1], str(uuid4())), template)
    parameters = route.operation.query.fields.values() if route.operation.query else ()
    words = {str(field.name): field.words[0] for field in parameters if isinstance(field, Choice)}
    values = {**ids, "from": "2021-01-01", "to": "2030-12-31", **words, **explained_by(route)}
    needed = [str(field.data_key or field.name) for field in parameters if field.required]
    query = "&".join(f"{name}={values.get(name, '')}" for name in needed)
    for name in LOOKUPS if "{name}" in path else ("",):
        yield path.replace("{name}", name) + (f"?{query}" if query else "")
    if "compare_to" in [field.name for field in parameters]:
        yield f"{path}?{query}&compare_to=previous_year"


@pytest.fixture
def ids(stocked: Any) -> dict[str, str]:
    """A company in which something was bought and sold, and what the paths to it need."""
    admin = stocked.shop.client()
    discount = {"type": "amount", "value": 38}
    order = stocked.sell(2, price=100, discounts=[discount], role="Manager").data
    transfer = stocked.transfer().data
    admin.post(f"/api/admin/inventory/transfers/{transfer['id']}/ship")
    admin.post(f"/api/admin/products/{stocked.product['id']}/status", {"status": "discontinued"})
    rye = admin.post("/api/admin/products", {"name": "Rye", "variants": [{"sku": "RYE", "price": 1}]}).data
    supplier = admin.post(f"{SETTINGS}/suppliers", {"name": "Hillside"})
    # The read models that follow the log must know all of it before they are asked.
    last = {"X_Wait_For_Position": supplier.headers["x-event-position"]}
    period = "from=2021-01-01&to=2030-12-31"
    admin.get("/api/admin/inventory/movements", **last)
    admin.get("/api/admin/product-status/discontinued", **last)
    admin.get(f"/api/admin/reports/sales-summary/overview?{period}", **last)
    admin.get(f"/api/admin/reports/inventory-report/valuation?{period}", **last)
    admin.get(f"/api/admin/reports/financial-report/cash-over-short?{period}", **last)
    return {
        "status": "discontinued",
        "store_id": stocked.store["id"],
        "antecedent_id": stocked.product["id"],
        "consequent_id": rye["id"],
        "storage_id": stocked.storage["id"],
        "register_id": stocked.register["id"],
        "device_id": admin.post(
            "/api/pos/devices", {"register_id": stocked.register["id"], "name": "Tablet"}
        ).data["id"],
        "tax_rate_id": stocked.tax["id"],
        "supplier_id": supplier.data["id"],
        "product_id": stocked.product["id"],
        "order_id": order["id"],
        "transfer_id": transfer["id"],
        "purchase_order_id": purchase_for(stocked, "/cancel"),
        "stream_id": stocked.product["id"],
        "position": str(supplier.headers["x-event-position"]),
        **sizes(admin),
        "user_id": str(stocked.shop.users["Manager"]),
        "company_id": str(stocked.shop.company_id),
    }


@pytest.fixture
def without_costs(stocked: Any) -> Callable[[str], Any]:
    """Denies a role's user the costs and gives a client with what is left."""

    def denied(role: str) -> Any:
        shop = stocked.shop
        path = f"{SETTINGS}/users/{shop.users[role]}/permissions"
        answer = shop.client().call("PUT", path, {"denied": ["costs.view"]})
        assert answer.status == 200, answer.body
        body = {"username": shop.username(role), "password": PASSWORD}
        return shop.service.client(shop.service.client().post("/api/auth/login", body).data["token"])

    return denied


#: What has no names in it: documents, and what a log shows of itself to those who follow it.
NAMELESS = ("application/pdf", "text/plain", "application/octet-stream")


def shown_by(answer: Any) -> Any:
    """What an answer says by name; of a table, its first row, of a document or of hashes nothing."""
    if answer.headers["content-type"].startswith(NAMELESS):
        return None
    if answer.headers["content-type"].startswith("text/csv"):
        # Of a report in which there is nothing, its header says it all.
        lines = csv.DictReader(answer.body.decode("utf-8-sig").splitlines())
        return next(lines, dict.fromkeys(lines.fieldnames or ()))
    return answer.json


#: What describes events names the fields that tell of costs, and shows no value of any.
DESCRIBING = {"/api/feed/types"}


def may_ask(role: str) -> list[Route]:
    keys = permissions_of(role)
    routes = [route for route in questions() if route.template not in DESCRIBING]
    return [route for route in routes if route.operation.permission in {*keys, "signed in"}]


class TestEveryAnswer:
    @pytest.mark.parametrize("role", ["Manager", "Inventory Clerk", "Admin"])
    def test_tells_of_no_cost(
        self, ids: dict[str, str], without_costs: Callable[[str], Any], role: str
    ) -> None:
        client, telling, answered = without_costs(role), [], 0
        for route in may_ask(role):
            for address in addresses(route, ids):
                answer = client.get(address)
                assert answer.status in (200, 404) or answer.code == "forbidden", (address, answer.body)
                answered += answer.status == 200
                if names := set(costs_in(shown_by(answer))):
                    telling.append((address, names))
        assert telling == []
        assert answered >= 15

    def test_tells_those_who_may_know(self, stocked: Any, ids: dict[str, str]) -> None:
        client, shown = stocked.shop.client("Manager"), set()
        for route in may_ask("Manager"):
            for address in addresses(route, ids):
                shown |= set(costs_in(shown_by(client.get(address))))
        assert shown >= SHOWN

    def test_cashiers_see_none_of_what_they_sell(self, stocked: Any, ids: dict[str, str]) -> None:
        client = stocked.shop.client("Cashier")
        sold = stocked.sell()
        assert list(costs_in(sold.json)) == []
        for route in may_ask("Cashier"):
            for address in addresses(route, {**ids, "order_id": sold.data["id"]}):
                assert list(costs_in(client.get(address).json)) == [], address


class TestAnswersToWrites:
    def test_tell_of_no_cost_either(self, stocked: Any, without_costs: Callable[[str], Any]) -> None:
        client = without_costs("Manager")
        product = f"/api/admin/products/{stocked.product['id']}"
        variant = {"sku": "NEW", "price": 100, "cost": 40}
        line = {"variant_id": stocked.variant_id, "quantity": 1, "unit_cost": 55}
        delivery = {"storage_id": stocked.storage["id"], "lines": [line]}
        for answer in (
            client.post("/api/admin/products", {"name": "Tea", "variants": [{**variant, "sku": "TEA"}]}),
            client.patch(product, {"name": "Oat drink"}),
            client.post(f"{product}/variants", variant),
            client.patch(f"{product}/variants/{stocked.variant_id}", {"cost": 61}),
            client.post("/api/admin/inventory/receipts", delivery),
            client.post("/api/pos/orders", stocked.sale()),
        ):
            assert answer.status in (200, 201), answer.body
            assert list(costs_in(answer.json)) == []

    @pytest.mark.parametrize("address", [*CHANGES])
    def test_of_an_earlier_request_tell_of_no_cost_once_the_right_is_gone(
        self, stocked: Any, without_costs: Callable[[str], Any], address: str
    ) -> None:
        method, _, template = address.partition(" ")
        product = stocked.product_of(variants=[{"sku": sku, "price": 1, "cost": 1} for sku in ("A", "B")])
        path = template.format(
            product_id=product["id"],
            variant_id=product["variants"][0]["id"],
            status="discontinued",
            movement_id=stocked.receive(1, 60).data["id"],
            count_id=begin_count(stocked, product),
            transfer_id=transfer_for(template, stocked) if "{transfer_id}" in template else None,
            purchase_order_id=purchase_for(stocked, template) if "purchase" in template else None,
            order_id=order_for(template, stocked) if "{order_id}" in template else None,
        )
        body = CHANGES[address](stocked, product)
        shown = stocked.shop.client("Manager").call(method, path, body, headers={"Idempotency-Key": "k"})
        assert shown.status in (200, 201), shown.body
        assert list(costs_in(shown.json)) != []
        client = without_costs("Manager")
        hidden = client.call(method, path, body, headers={"Idempotency-Key": "k"})
        assert (hidden.status, hidden.headers["idempotent-replayed"]) == (shown.status, "true")
        assert hidden.headers["etag"] == shown.headers["etag"]
        assert list(costs_in(hidden.json)) == []
        assert less_costs(shown.json) == hidden.json

    def test_of_an_earlier_id_tell_of_no_cost_once_the_right_is_gone(
        self, stocked: Any, without_costs: Callable[[str], Any]
    ) -> None:
        sale = stocked.sale(id=str(uuid4()))
        shown = stocked.shop.client("Manager").post("/api/pos/orders", sale)
        hidden = without_costs("Manager").post("/api/pos/orders", sale)
        assert (hidden.status, hidden.headers["idempotent-replayed"]) == (201, "true")
        assert list(costs_in(hidden.json)) == []
        assert less_costs(shown.json) == hidden.json

    def test_every_one_that_tells_of_costs_was_tried(self) -> None:
        telling = {
            f"{route.method} {re.sub(r':[^}]*', '', route.template)}"
            for route in all_routes()
            if route.method != "GET" and "costs.view" in permissions_in(route.operation.answer)
        }
        assert telling == CHANGES.keys()

    def test_a_stored_answer_is_given_as_it_was(
        self, stocked: Any, without_costs: Callable[[str], Any]
    ) -> None:
        client = without_costs("Manager")
        first, again = (
            client.post("/api/pos/orders", stocked.sale(), Idempotency_Key="once") for _ in range(2)
        )
        assert first.body == again.body
        assert list(costs_in(again.json)) == []


INVENTORY = "/api/admin/inventory"
#: By what is sorted, what of an answer that is, where it goes by another name there.
FIGURES = {"total": "subtotal"}


def sorts() -> Iterator[tuple[Route, Choice]]:
    """Every list that can be sorted, and by what."""
    for route in all_routes():
        sort = route.operation.query.fields.get("sort") if route.operation.query else None
        if isinstance(sort, Choice):
            yield route, sort


class TestTheOrder:
    """What is sorted by a figure tells of it; what drawers should hold is hidden where counts are blind."""

    def test_of_every_hidden_figure_takes_what_the_figure_takes(self) -> None:
        taken = set[str]()
        for route, sort in sorts():
            hidden = {
                field.name: field.meaning.permission
                for record in records_in(route.operation.answer)
                for field in fields_of(record)
                if field.meaning.permission not in (None, VIEW_EXPECTED)
            }
            figures = {word: word.removeprefix("-") for word in sort.words}
            expected = {
                word: hidden[FIGURES.get(figure, figure)]
                for word, figure in figures.items()
                if FIGURES.get(figure, figure) in hidden
            }
            assert dict(sort.permissions) == expected, route.template
            taken |= expected.keys()
        assert taken == {sign + name for sign in ("", "-") for name in ("value", "total", "difference_value")}

    def test_of_a_hidden_figure_is_refused(self, stocked: Any, without_costs: Callable[[str], Any]) -> None:
        client = without_costs("Manager")
        count_id = begin_count(stocked, stocked.product)
        for path, figure in (
            (f"{INVENTORY}/levels", "value"),
            (f"/api/admin/storages/{stocked.storage['id']}/stock", "value"),
            (ORDERS, "total"),
            (f"{INVENTORY}/counts/{count_id}/lines", "difference_value"),
        ):
            for word in (figure, f"-{figure}"):
                refused = client.get(f"{path}?sort={word}")
                assert (refused.status, refused.fields) == (403, {"costs.view"}), path
                assert refused.json["message"] == f"sort={word} takes the permission costs.view."
                assert stocked.shop.client("Admin").get(f"{path}?sort={word}").status == 200, path
            assert client.get(path).status == 200


def declared_in(answer: Any) -> Iterator[tuple[str, str, bool]]:
    """Every field of an answer, at any depth: whose it is, its name, and whether it takes `costs.view`."""
    for record in records_in(answer):
        for field in fields_of(record):
            yield record.__name__, field.name, field.meaning.permission == "costs.view"
            yield from declared_in(field.type)


class TestTheDeclarations:
    def test_mark_every_field_that_tells_of_costs_and_no_other(self) -> None:
        declared = {
            one
            for route in all_routes()
            if route.operation.answer
            for one in declared_in(route.operation.answer)
        }
        for record, name, is_marked in declared:
            is_cost = bool(TELLING.search(name)) or (name == VALUE and record not in VALUES_OF_SALES)
            is_cost |= name in TOTALS and record in TOTALS_OF_COST
            is_cost |= (record, name) in HASHES_OF_COSTS
            is_cost |= (OF_COMPARISONS.sub("Row", record), name) in SHARES_OF_COST
            assert is_marked == is_cost, (record, name)


def names_in(declared: Any) -> Iterator[str]:
    """The names of the fields of what an event says, at any depth."""
    for inner in get_args(declared):
        yield from names_in(inner)
    if is_dataclass(declared) and isinstance(declared, type):
        for name, told in get_type_hints(declared).items():
            yield name
            yield from names_in(told)


class TestTheLog:
    def test_is_shown_without_any_field_of_an_event_that_tells_of_costs(self) -> None:
        names = {name for event in EVENT_TYPES.by_event for name in names_in(event)}
        telling = {name for name in names if TELLING.search(name)}
        assert {"unit_cost", "balance_value"} < telling
        assert telling <= COST_FIELDS


class TestTheDocument:
    def test_says_who_sees_a_cost(self, shop: Any) -> None:
        schemas = shop.service.client().get("/api/openapi.json").json["components"]["schemas"]
        assert schemas["Order"]["properties"]["cost_total"]["x-permission"] == "costs.view"
        assert "x-permission" not in schemas["Order"]["properties"]["total"]

    def test_requires_no_cost_of_an_answer(self, shop: Any) -> None:
        schemas = shop.service.client().get("/api/openapi.json").json["components"]["schemas"]
        for name, schema in schemas.items():
            is_input = name.endswith(("Body", "Create", "Line"))
            required = [] if is_input else schema.get("required", [])
            assert not [field for field in required if TELLING.search(field)], name
