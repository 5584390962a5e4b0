"""Companies do not exist for each other: not by path, not by reference, not by search."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from PIL import Image

from api.app import create_app
from api.fields import Choice
from api.openapi.document import Route, routes_of
from api.operations import SIGNED_IN
from api.services import Services
from domain.permissions import permissions_of
from tests.api.conftest import REFUND
from tests.api.explained import explained_by
from tests.closings import record_closing
from tests.waiting import eventually

NOTHING = cast("Any", None)
SETTINGS = "/api/admin/settings"
UUIDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: What no field of an answer is called; rights and times may speak of tokens, but there are none today.
#: The hash of a picture is its public ETag, and those of the log are there to be known.
SECRETS = re.compile(
    "password|secret|(?<!^)(?<!content_)(?<!head_)(?<!previous_)(?<!source_)hash|token|pepper", re.IGNORECASE
)
WEBHOOK = {"url": "https://hooks.shop.example/", "types": ["orders.*"]}
MEAL = {"name": "Meal voucher", "code": "meal", "kind": "voucher"}


@dataclass(frozen=True)
class Full:
    """A company that has one of everything, and what its ids are called in paths."""

    stocked: Any
    ids: dict[str, str]

    @property
    def shop(self) -> Any:
        return self.stocked.shop


def picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    return file.getvalue()


def hand_in(admin: Any) -> str:
    """Hand in a file that a worker will import."""
    headers = {"Content-Type": "text/csv"}
    answer = admin.call("POST", "/api/admin/products/import?job=true", raw=b"sku\n", headers=headers)
    return str(answer.data["id"])


def export(admin: Any) -> str:
    """Have a worker write a file of a report."""
    body = {"area": "inventory-report", "section": "valuation", "filters": urlencode(PARAMETERS)}
    path = f"/api/admin/reports/exports/{admin.post('/api/admin/reports/exports', body).data['id']}"
    eventually(lambda: admin.get(path).data["status"] == "done")
    return path.rpartition("/")[2]


def export_log(admin: Any) -> str:
    """Have a worker write the log."""
    path = f"/api/audit/exports/{admin.post('/api/audit/exports').data['id']}"
    eventually(lambda: admin.get(path).data["status"] == "done")
    return path.rpartition("/")[2]


def schedule(admin: Any) -> str:
    """Have a file of a report made every month."""
    body = {"name": "Stock", "area": "inventory-report", "section": "valuation", "range": "last_month"}
    user = admin.get("/api/auth/me").data["user"]["id"]
    timing = {"at": "06:00", "timezone": "UTC", "day": 1, "recipients": [user]}
    return str(admin.post("/api/admin/reports/schedules", {**body, **timing}).data["id"])


def decide_again(admin: Any) -> str:
    """Have what was sold decided again, with cash that is rounded."""
    body = {**PARAMETERS, "changes": {"cash_rounding": 5}}
    path = f"/api/audit/what-if/{admin.post('/api/audit/what-if', body).data['id']}"
    eventually(lambda: admin.get(path).data["status"] == "done")
    return path.rpartition("/")[2]


def reserve(stocked: Any) -> str:
    """Promise one of the goods to somebody."""
    line = {"variant_id": stocked.variant_id, "quantity": 1}
    body = {"storage_id": stocked.storage["id"], "expires_at": "2999-01-01T00:00:00Z", "lines": [line]}
    return str(stocked.shop.client().post("/api/admin/inventory/reservations", body).data["id"])


def enrol(stocked: Any) -> str:
    """Enrol a device at the register."""
    body = {"register_id": stocked.register["id"], "name": "Tablet"}
    return str(stocked.shop.client().post("/api/pos/devices", body).data["id"])


def open_shift(stocked: Any) -> str:
    """Open a shift at the register."""
    body = {"register_id": stocked.register["id"], "opening_float": 10000}
    return str(stocked.shop.client().post("/api/pos/shifts/open", body).data["id"])


def close_day(stocked: Any) -> str:
    """Close a day of the store."""
    shop, store_id = stocked.shop, UUID(stocked.store["id"])
    return str(record_closing(shop.service.database, shop.company_id, store_id))


def fail_offline(stocked: Any, device_id: str) -> str:
    """Deliver what cannot be recorded, and is kept in the inbox."""
    unknown = {"id": str(uuid4()), "seq": 1, "type": "gift_card.sell", "occurred_at": "2026-01-01T00:00:00Z"}
    body = {"device_id": device_id, "operations": [{**unknown, "body": {}}]}
    return str(stocked.shop.client().post("/api/pos/sync", body).data["results"][0]["id"])


def buy(stocked: Any) -> str:
    """Order one of the goods."""
    admin, line = stocked.shop.client(), {"variant_id": stocked.variant_id, "quantity": 1, "unit_cost": 1}
    supplier = admin.post(f"{SETTINGS}/suppliers", {"name": "Mill"}).data["id"]
    body = {"storage_id": stocked.storage["id"], "supplier_id": supplier, "lines": [line]}
    order = admin.post("/api/admin/inventory/purchase-orders", body).data
    return str(admin.post(f"/api/admin/inventory/purchase-orders/{order['id']}/order").data["id"])


def refund(stocked: Any, order: Any) -> str:
    """Give something back of an order, and leave the goods."""
    goodwill = [{"line_id": order["lines"][0]["id"], "amount": 1}]
    body = {"goodwill": goodwill, "payments": [{"method": "cash", "amount": 1}], "reason": "A scratch"}
    return str(stocked.shop.client().post(f"/api/pos/orders/{order['id']}/refunds", body).data["id"])


def begin_count(stocked: Any) -> str:
    """Begin to count the goods, of which nothing was found yet."""
    body = {"storage_id": stocked.storage["id"], "kind": "full"}
    return str(stocked.shop.client().post("/api/admin/inventory/counts", body).data["id"])


def sizes(admin: Any) -> dict[str, str]:
    """How many events were sealed, by every name under which that is asked for."""
    size = str(admin.post("/api/audit/seals").data["size"])
    return dict.fromkeys(("size", "from_size", "to_size"), size)


def fill(stocked: Any) -> Full:
    admin = stocked.shop.client()
    draft = admin.post("/api/admin/products", {"name": "Rye", "variants": [{"sku": "RYE", "price": 1}]}).data
    ids = {
        "store_id": stocked.store["id"],
        "register_id": stocked.register["id"],
        "storage_id": stocked.storage["id"],
        "warehouse_id": admin.post("/api/admin/storages", {"name": "Warehouse", "code": "W"}).data["id"],
        "tax_rate_id": stocked.tax["id"],
        "brand_id": admin.post(f"{SETTINGS}/brands", {"name": "Acme"}).data["id"],
        "category_id": admin.post(f"{SETTINGS}/categories", {"name": "Drinks"}).data["id"],
        "unit_id": admin.post(f"{SETTINGS}/units", {"name": "Piece", "symbol": "pc"}).data["id"],
        "supplier_id": admin.post(f"{SETTINGS}/suppliers", {"name": "Hillside"}).data["id"],
        "variant_type_id": admin.post(f"{SETTINGS}/variant-types", {"name": "Size", "values": ["S"]}).data[
            "id"
        ],
        "payment_method_id": admin.post(f"{SETTINGS}/payment-methods", MEAL).data["id"],
        "customer_id": admin.post("/api/admin/customers", {"name": "Ada"}).data["id"],
        "customer_group_id": admin.post("/api/admin/customer-groups", {"name": "Regulars"}).data["id"],
        "product_id": stocked.product["id"],
        "variant_id": stocked.variant_id,
        "antecedent_id": stocked.product["id"],
        "position": "1",
        **sizes(admin),
        "consequent_id": draft["id"],
        "image_id": admin.upload(f"/api/admin/products/{stocked.product['id']}/images", picture()).data["id"],
        "reservation_id": reserve(stocked),
        "count_id": begin_count(stocked),
        "transfer_id": stocked.transfer().data["id"],
        "purchase_order_id": buy(stocked),
        "order_id": (order_id := (order := stocked.sell(role="Admin").data)["id"]),
        "refund_id": refund(stocked, order),
        "code": order_id,
        "import_id": hand_in(admin),
        "export_id": export(admin),
        "job_id": admin.post("/api/audit/verifications").data["id"],
        "what_if_id": decide_again(admin),
        "log_export_id": export_log(admin),
        "level": "0",
        "tile": "000.p/1",
        "report_schedule_id": schedule(admin),
        "webhook_id": (webhook_id := admin.post("/api/admin/webhooks", WEBHOOK).data["id"]),
        "delivery_id": admin.post(f"/api/admin/webhooks/{webhook_id}/test").data["id"],
        "replay_id": admin.post(f"/api/admin/webhooks/{webhook_id}/replay", {"from_position": 1}).data["id"],
        "shift_id": open_shift(stocked),
        "closing_id": close_day(stocked),
        "device_id": (device_id := enrol(stocked)),
        "entry_id": fail_offline(stocked, device_id),
        "stream_id": stocked.store["id"],
        "user_id": str(stocked.shop.users["Cashier"]),
        "session_id": str(stocked.shop.users["Cashier"]),
        "company_id": str(stocked.shop.company_id),
        "status": "draft",
        "draft_id": draft["id"],
    }
    return Full(stocked, ids | journal_of(stocked, ids))


def journal_of(stocked: Any, ids: dict[str, str]) -> dict[str, str]:
    """One of everything that can be booked onto stock."""
    receipt = stocked.receive(5, 60).data
    common = {"storage_id": ids["storage_id"], "supplier_id": ids["supplier_id"]}
    line = {"variant_id": ids["variant_id"], "quantity": 1, "unit_credit": 60}
    post, inventory = stocked.shop.client().post, "/api/admin/inventory"
    returned = post(f"{inventory}/supplier-returns", {**common, "lines": [line]}).data
    loss = {"variant_id": ids["variant_id"], "quantity": -1}
    body = {"storage_id": ids["storage_id"], "reason": "lost", "lines": [loss]}
    adjustment = post(f"{inventory}/adjustments", body).data
    return {
        "receipt_id": receipt["id"],
        "supplier_return_id": returned["id"],
        "adjustment_id": adjustment["id"],
        "movement_id": receipt["id"],
    }


@pytest.fixture
def ours(stocked: Any) -> Full:
    """The company that looks around."""
    return fill(stocked)


@pytest.fixture
def theirs(stock: Callable[..., Any], make_shop: Callable[..., Any]) -> Full:
    """The company that is looked for."""
    return fill(stock(make_shop()))


def routes_with_ids() -> list[Route]:
    services = Services(
        application=NOTHING, authentication=NOTHING, health=NOTHING, pictures=NOTHING, now=NOTHING
    )
    return [
        route for route in routes_of(create_app(services)) if ":uuid}" in route.template and is_ours(route)
    ]


def is_ours(route: Route) -> bool:
    """Whether it is for the people of a company; what only the platform may do, it is refused."""
    needed = route.operation.permission
    return needed == SIGNED_IN or needed in permissions_of("Admin")


def path_of(route: Route, ids: dict[str, str]) -> str:
    if "{status}" in route.template:
        ids = {**ids, "product_id": ids["draft_id"]}
    return re.sub(r"{(\w+)[^}]*}", lambda match: ids[match[1]], route.template)


#: A body with which the owner would succeed, where an empty one would not do.
BODIES = {
    ("POST", "/api/admin/customers/{customer_id:uuid}/payments"): {"amount": 1, "method": "cash"},
    ("POST", "/api/admin/customers/{customer_id:uuid}/store-credit"): {"amount": 1, "reason": "sorry"},
    ("POST", "/api/admin/customers/{customer_id:uuid}/erase"): {"reason": "asked"},
    ("POST", "/api/admin/customers/{customer_id:uuid}/merge"): {"absorb": [str(UUID(int=1))]},
    ("POST", "/api/admin/customers/{customer_id:uuid}/consents"): {
        "purpose": "profiling",
        "granted": True,
        "source": "form",
    },
    ("POST", "/api/admin/orders/{order_id:uuid}/payments"): {"payments": [{"method": "card", "amount": 1}]},
    ("POST", "/api/admin/orders/{order_id:uuid}/fulfil"): {
        "lines": [{"line_id": str(UUID(int=1)), "quantity": 1}]
    },
    ("POST", "/api/admin/orders/{order_id:uuid}/cancel"): {"reason": "Rain"},
    ("POST", "/api/admin/orders/{order_id:uuid}/refunds"): REFUND,
    ("POST", "/api/admin/orders/{order_id:uuid}/receipt/prints"): {"format": "json"},
    ("POST", "/api/admin/orders/{order_id:uuid}/receipt/send"): {"email": "ada@example.com"},
    ("POST", "/api/pos/orders/{order_id:uuid}/refunds/{refund_id:uuid}/receipt/prints"): {"format": "json"},
    ("POST", "/api/pos/orders/{order_id:uuid}/refunds/{refund_id:uuid}/receipt/send"): {
        "email": "ada@example.com"
    },
    ("POST", "/api/cashier/orders/{order_id:uuid}/receipt/prints"): {"format": "json"},
    ("POST", "/api/cashier/orders/{order_id:uuid}/receipt/send"): {"email": "ada@example.com"},
    ("POST", "/api/pos/orders/{order_id:uuid}/refunds"): REFUND,
    ("POST", "/api/pos/orders/{order_id:uuid}/refunds/quote"): REFUND,
    ("POST", "/api/pos/orders/{order_id:uuid}/void"): {"reason": "Wrong customer"},
    ("POST", "/api/admin/webhooks/{webhook_id:uuid}/replay"): {"from_position": 1},
    ("POST", "/api/admin/stores/{store_id:uuid}/registers"): {"name": "New", "code": "NEW"},
    ("POST", "/api/admin/products/{product_id:uuid}/status"): {"status": "discontinued"},
    ("POST", "/api/admin/products/{product_id:uuid}/variants"): {"sku": "NEW", "price": 1},
    ("POST", "/api/admin/inventory/transfers/{transfer_id:uuid}/cancel"): {"reason": "Wrong store"},
    ("POST", "/api/admin/settings/users/{user_id:uuid}/reset-password"): {"new_password": "quite new here"},
    ("PUT", "/api/admin/settings/users/{user_id:uuid}/stores"): {"store_ids": []},
    ("PUT", "/api/admin/products/{product_id:uuid}/prices"): {"prices": []},
    ("POST", "/api/admin/inventory/purchase-orders/{purchase_order_id:uuid}/receive"): {
        "lines": [{"line_id": "0190f5a1-7c3e-7abc-8def-0123456789ab", "quantity": "1"}]
    },
    ("POST", "/api/admin/inventory/movements/{movement_id:uuid}/reverse"): {"reason": "Twice"},
    ("POST", "/api/pos/shifts/{shift_id:uuid}/cash-movements"): {
        "type": "drop",
        "amount": 500,
        "reason": "safe",
    },
    ("POST", "/api/pos/shifts/{shift_id:uuid}/close"): {"counted_cash": 10000},
    ("POST", "/api/pos/shifts/{shift_id:uuid}/report/prints"): {"format": "html"},
    ("POST", "/api/pos/shifts/{shift_id:uuid}/recount"): {"counted_cash": 10000, "reason": "Again"},
    ("POST", "/api/admin/inventory/counts/{count_id:uuid}/cancel"): {"reason": "Rain"},
    ("POST", "/api/pos/sync/inbox/{entry_id:uuid}/resolve"): {"action": "discard", "reason": "Unknown"},
    ("PUT", "/api/admin/inventory/counts/{count_id:uuid}/lines"): {
        "lines": [{"barcode": "4006381333931", "quantity": 1}]
    },
}


#: What hangs under something else, and under what.
HANGING = (("register_id", "store_id"), ("variant_id", "product_id"), ("image_id", "product_id"))


def body_of(route: Route) -> Any:
    return None if route.method == "GET" else BODIES.get((route.method, route.template), {})


def call(client: Any, route: Route, ids: dict[str, str]) -> Any:
    """Call it as the owner would."""
    path = path_of(route, ids)
    if route.operation.form is not None:
        return client.upload(path, picture())
    return client.call(route.method, path, body_of(route))


def asked_for(company: Full) -> int:
    """How many facts somebody asked for; jobs close days meanwhile, when it is time."""
    return sum("actor" in event["metadata"] for event in company.shop.events())


class TestPaths:
    def test_what_belongs_to_another_company_is_not_found(self, ours: Full, theirs: Full) -> None:
        written = asked_for(ours), asked_for(theirs)
        admin = ours.shop.client()
        for route in routes_with_ids():
            answer = call(admin, route, theirs.ids)
            assert (answer.status, answer.code) == (404, "not_found"), (route.method, route.template)
        assert (asked_for(ours), asked_for(theirs)) == written

    def test_what_hangs_under_something_of_ours_is_not_found_either(self, ours: Full, theirs: Full) -> None:
        admin = ours.shop.client()
        for inner, outer in HANGING:
            mixed = {**theirs.ids, outer: ours.ids[outer]}
            for route in routes_with_ids():
                if f"{{{inner}:" in route.template:
                    answer = call(admin, route, mixed)
                    assert (answer.status, answer.code) == (404, "not_found"), route.template

    def test_the_owner_finds_all_of_it(self, theirs: Full) -> None:
        admin = theirs.shop.client()
        for route in routes_with_ids():
            if route.method == "GET":
                answer = admin.get(path_of(route, theirs.ids))
                assert answer.status == 200, route.template

    def test_what_nobody_has_looks_the_same(self, ours: Full, theirs: Full) -> None:
        admin = ours.shop.client()
        for route in routes_with_ids():
            nobodys = {name: str(uuid4()) for name in theirs.ids} | {"status": "draft"}
            answers = [call(admin, route, ids).json for ids in (theirs.ids, nobodys)]
            for answer in answers:
                del answer["request_id"]
            assert answers[0] == answers[1], route.template


class TestReferences:
    def bodies(self, ours: Full, theirs: Full) -> Iterator[tuple[str, str, dict[str, Any], str]]:
        """A method, a path, a body that refers to them, and the field by which it does."""
        product = {"name": "P", "variants": [{"sku": "P", "price": 1}]}
        own_product = f"/api/admin/products/{ours.ids['product_id']}"
        for name in ("brand_id", "category_id", "unit_id", "supplier_id"):
            yield "POST", "/api/admin/products", {**product, name: theirs.ids[name]}, name
            yield "PATCH", own_product, {name: theirs.ids[name]}, name
        taxes = {"tax_rate_ids": [ours.ids["tax_rate_id"], theirs.ids["tax_rate_id"]]}
        yield "POST", "/api/admin/products", {**product, **taxes}, "tax_rate_ids.1"
        yield "PATCH", own_product, taxes, "tax_rate_ids.1"
        yield from self.store_prices(ours, theirs, own_product)
        store, storage = {"name": "S", "code": "S"}, theirs.ids["storage_id"]
        yield "POST", "/api/admin/stores", {**store, "default_storage_id": storage}, "default_storage_id"
        own_store = f"/api/admin/stores/{ours.ids['store_id']}"
        yield "PATCH", own_store, {"default_storage_id": storage}, "default_storage_id"
        yield "POST", "/api/admin/storages", {**store, "store_id": theirs.ids["store_id"]}, "store_id"
        own_storage = f"/api/admin/storages/{ours.ids['storage_id']}"
        yield "PATCH", own_storage, {"store_id": theirs.ids["store_id"]}, "store_id"
        parent = {"name": "C", "parent_id": theirs.ids["category_id"]}
        yield "POST", f"{SETTINGS}/categories", parent, "parent_id"
        own_category = f"{SETTINGS}/categories/{ours.ids['category_id']}"
        yield "PATCH", own_category, {"parent_id": theirs.ids["category_id"]}, "parent_id"
        base = {"base_unit_id": theirs.ids["unit_id"], "factor": "12"}
        yield "POST", f"{SETTINGS}/units", {"name": "U", "symbol": "u", **base}, "base_unit_id"
        yield "PATCH", f"{SETTINGS}/units/{ours.ids['unit_id']}", base, "base_unit_id"
        yield from self.deliveries_and_sales(ours, theirs)

    def store_prices(
        self, ours: Full, theirs: Full, product: str
    ) -> Iterator[tuple[str, str, dict[str, Any], str]]:
        price = {name: ours.ids[name] for name in ("variant_id", "store_id")} | {"price": 1}
        for name in ("variant_id", "store_id"):
            prices = [price, {**price, name: theirs.ids[name]}]
            yield "PUT", f"{product}/prices", {"prices": prices}, f"prices.1.{name}"

    def deliveries_and_sales(
        self, ours: Full, theirs: Full
    ) -> Iterator[tuple[str, str, dict[str, Any], str]]:
        line = {"quantity": 1, "unit_cost": 1}
        own_line = {**line, "variant_id": ours.ids["variant_id"]}
        their_line = {**line, "variant_id": theirs.ids["variant_id"]}
        receipts = "/api/admin/inventory/receipts"
        yield "POST", receipts, {"storage_id": theirs.ids["storage_id"], "lines": [own_line]}, "storage_id"
        delivery = {"storage_id": ours.ids["storage_id"], "lines": [own_line, their_line]}
        yield "POST", receipts, delivery, "lines.1.variant_id"
        supplied = {"storage_id": ours.ids["storage_id"], "lines": [own_line]}
        yield "POST", receipts, {**supplied, "supplier_id": theirs.ids["supplier_id"]}, "supplier_id"
        yield from self.adjustments_and_returns(ours, theirs)
        yield from self.counts(ours, theirs)
        transfers, goods = "/api/admin/inventory/transfers", {"quantity": 1}
        one = {"from_storage_id": ours.ids["storage_id"], "to_storage_id": ours.ids["warehouse_id"]}
        sent = {**one, "lines": [{**goods, "variant_id": ours.ids["variant_id"]}]}
        for side in one:
            yield "POST", transfers, {**sent, side: theirs.ids["storage_id"]}, side
        their_goods = [{**goods, "variant_id": theirs.ids["variant_id"]}]
        yield "POST", transfers, {**sent, "lines": their_goods}, "lines.0.variant_id"
        orders, place = "/api/admin/inventory/purchase-orders", {"storage_id", "supplier_id"}
        bought = {name: ours.ids[name] for name in place} | {"lines": [own_line]}
        for name in place:
            yield "POST", orders, {**bought, name: theirs.ids[name]}, name
        yield "POST", orders, {**bought, "lines": [own_line, their_line]}, "lines.1.variant_id"
        in_their_unit = {**own_line, "unit_id": theirs.ids["unit_id"]}
        yield "POST", orders, {**bought, "lines": [in_their_unit]}, "lines.0.unit_id"
        device = {"name": "Tablet", "register_id": theirs.ids["register_id"]}
        yield "POST", "/api/pos/devices", device, "register_id"
        sale = ours.stocked.sale()
        their_sale = {"variant_id": theirs.ids["variant_id"], "quantity": 1}
        basket = {"lines": sale["lines"], "register_id": sale["register_id"]}
        for path, body in (("/api/pos/orders", sale), ("/api/pos/quote", basket)):
            yield "POST", path, {**body, "register_id": theirs.ids["register_id"]}, "register_id"
            elsewhere = {**body, "register_id": None, "store_id": theirs.ids["store_id"]}
            yield "POST", path, elsewhere, "store_id"
            yield "POST", path, {**body, "customer_id": theirs.ids["brand_id"]}, "customer_id"
            yield "POST", path, {**body, "lines": [*sale["lines"], their_sale]}, "lines.1.variant_id"

    def counts(self, ours: Full, theirs: Full) -> Iterator[tuple[str, str, dict[str, Any], str]]:
        path = "/api/admin/inventory/counts"
        named = {"variant_ids": [ours.ids["variant_id"]]}
        count = {"storage_id": ours.ids["storage_id"], "kind": "partial", "scope": named}
        yield "POST", path, {**count, "storage_id": theirs.ids["storage_id"]}, "storage_id"
        for name in ("category_id", "brand_id", "supplier_id", "variant_id"):
            scope = {f"{name}s": [theirs.ids[name]]}
            yield "POST", path, {**count, "scope": scope}, f"scope.{name}s.0"
        lines = [{"variant_id": one.ids["variant_id"], "quantity": 1} for one in (ours, theirs)]
        yield "PUT", f"{path}/{ours.ids['count_id']}/lines", {"lines": lines}, "lines.1.variant_id"

    def adjustments_and_returns(
        self, ours: Full, theirs: Full
    ) -> Iterator[tuple[str, str, dict[str, Any], str]]:
        path = "/api/admin/inventory/adjustments"
        lines = [{"variant_id": one.ids["variant_id"], "quantity": 1} for one in (ours, theirs)]
        found = {"storage_id": ours.ids["storage_id"], "reason": "found", "lines": lines[:1]}
        yield "POST", path, {**found, "storage_id": theirs.ids["storage_id"]}, "storage_id"
        yield "POST", path, {**found, "lines": lines}, "lines.1.variant_id"
        path = "/api/admin/inventory/supplier-returns"
        returned: dict[str, Any] = {
            name: ours.ids[name] for name in ("storage_id", "supplier_id", "receipt_id")
        }
        returned["lines"] = [{**line, "unit_credit": 1} for line in lines[:1]]
        for name in ("storage_id", "supplier_id", "receipt_id"):
            yield "POST", path, {**returned, name: theirs.ids[name]}, name

    def test_what_belongs_to_another_company_cannot_be_referred_to(self, ours: Full, theirs: Full) -> None:
        written = asked_for(ours), asked_for(theirs)
        admin = ours.shop.client()
        for method, path, body, field in self.bodies(ours, theirs):
            answer = admin.call(method, path, body)
            assert (answer.status, answer.code) == (422, "validation_failed"), (method, path, body)
            assert answer.fields == {field}, (method, path)
        assert (asked_for(ours), asked_for(theirs)) == written


class TestQuestions:
    def test_lists_and_reports_hold_ones_own_only(self, ours: Full, theirs: Full) -> None:
        admin = ours.shop.client()
        reports = "/api/admin/reports/sales-summary"
        period = "from=2021-01-01&to=2030-12-31"
        for path in (
            f"/api/admin/products?brand_id={theirs.ids['brand_id']}",
            f"/api/admin/products?category_id={theirs.ids['category_id']}",
            f"/api/admin/storages?store_id={theirs.ids['store_id']}",
            f"/api/admin/product-status/draft?brand_id={theirs.ids['brand_id']}",
            f"{SETTINGS}/categories?parent_id={theirs.ids['category_id']}",
            f"/api/admin/inventory/levels?storage_id={theirs.ids['storage_id']}",
            f"/api/admin/inventory/levels?variant_id={theirs.ids['variant_id']}",
            f"/api/admin/inventory/movements?storage_id={theirs.ids['storage_id']}",
            f"/api/admin/inventory/movements?variant_id={theirs.ids['variant_id']}",
            f"/api/admin/inventory/transfers?from_storage_id={theirs.ids['storage_id']}",
            f"/api/admin/inventory/transfers?variant_id={theirs.ids['variant_id']}",
            f"/api/admin/inventory/transfers?store_id={theirs.ids['store_id']}",
            f"/api/admin/inventory/purchase-orders?storage_id={theirs.ids['storage_id']}",
            f"/api/admin/inventory/purchase-orders?supplier_id={theirs.ids['supplier_id']}",
            f"/api/admin/inventory/purchase-orders?variant_id={theirs.ids['variant_id']}",
        ):
            assert admin.get(path).data == [], path
        for section in ("by-period", "by-store", "by-product", "by-payment-method"):
            path = f"{reports}/{section}?{period}&store_id={theirs.ids['store_id']}"
            report = admin.get(path).data
            assert not report["overall"].get("net_sales"), path
            assert section == "by-period" or report["rows"] == [], path
        store = f"store_id={theirs.ids['store_id']}"
        assert admin.get(f"{reports}/overview?{period}&{store}").data["overall"]["orders"] == 0

    def test_two_companies_may_use_the_same_names_and_ids(self, ours: Full, theirs: Full) -> None:
        chosen = str(uuid4())
        bodies = [
            ("/api/admin/products", {"id": chosen, "name": "P", "variants": [{"sku": "SAME", "price": 1}]}),
            (f"{SETTINGS}/brands", {"id": str(uuid4()), "name": "Same"}),
        ]
        for path, body in bodies:
            one, other = (full.shop.client().post(path, body) for full in (ours, theirs))
            assert (one.status, other.status) == (201, 201)
            assert one.data["id"] == other.data["id"]
        sale = ours.stocked.sale(id=chosen[:-4] + "0000")
        assert ours.shop.client().post("/api/pos/orders", sale).status == 201
        same_id = theirs.stocked.sale(id=sale["id"])
        sold = theirs.shop.client().post("/api/pos/orders", same_id).data
        assert sold["store_id"] == theirs.ids["store_id"]

    def test_a_key_of_another_company_is_not_ours(self, ours: Full, theirs: Full) -> None:
        key, body = str(uuid4()), {"name": "Same brand"}
        path = f"{SETTINGS}/brands"
        one, other = (full.shop.client().post(path, body, Idempotency_Key=key) for full in (ours, theirs))
        assert (one.status, other.status) == (201, 201)
        assert one.data["id"] != other.data["id"]


#: Lookups by a name that has rows.
LOOKUPS = ("stores", "storages", "products", "variants", "users", "brands", "suppliers", "companies")
#: What a question that needs a parameter is asked with, so that its answer has all there is.
PARAMETERS = {"from": "2021-01-01", "to": "2030-12-31"}


def every_question(ours: Full) -> Iterator[str]:
    """The path of every question there is, about what is ours."""
    services = Services(
        application=NOTHING, authentication=NOTHING, health=NOTHING, pictures=NOTHING, now=NOTHING
    )
    for route in routes_of(create_app(services)):
        if route.method != "GET" or not is_ours(route):
            continue
        if "{name}" in route.template:
            yield from (route.template.replace("{name}", name) for name in LOOKUPS)
        else:
            yield f"{path_of(route, ours.ids)}?{urlencode(needed_by(route, ours.ids))}"


def needed_by(route: Route, ids: dict[str, str]) -> dict[str, str]:
    """The parameters without which a question is refused, as its query declares them."""
    fields = route.operation.query.fields if route.operation.query else {}
    words = {name: field.words[0] for name, field in fields.items() if isinstance(field, Choice)}
    values = {**ids, **PARAMETERS, **words, **explained_by(route)}
    needed = [field.data_key or name for name, field in fields.items() if field.required]
    unknown = set(needed) - values.keys()
    assert not unknown, f"{route.template} needs {unknown}: give PARAMETERS of this module a value for it"
    return {name: values[name] for name in needed}


def ids_of(shop: Any) -> set[str]:
    """Every id that occurs in the company's log, and its own."""
    events = shop.events()
    text = json.dumps([[str(event["stream_id"]), event["state"], event["metadata"]] for event in events])
    return set(UUIDS.findall(text)) | {str(shop.company_id)} | {str(user) for user in shop.users.values()}


def names_in(content: Any) -> Iterator[str]:
    """The names of all fields, at any depth."""
    if isinstance(content, dict):
        for name, inner in content.items():
            yield name
            yield from names_in(inner)
    elif isinstance(content, list):
        for inner in content:
            yield from names_in(inner)


class TestAnswers:
    def test_no_answer_to_us_has_an_id_of_theirs(self, ours: Full, theirs: Full) -> None:
        admin, foreign = ours.shop.client(), ids_of(theirs.shop) - ids_of(ours.shop)
        assert len(foreign) > 20
        for path in every_question(ours):
            answer = admin.get(path)
            assert answer.status == 200, (path, answer.body)
            assert not foreign & set(UUIDS.findall(answer.body.decode(errors="replace"))), path

    def test_no_answer_tells_a_secret(self, ours: Full) -> None:
        admin = ours.shop.client()
        for path in every_question(ours):
            answer = admin.get(path)
            assert b"$argon2" not in answer.body, path
            kind = answer.headers["content-type"]
            if not kind.startswith(("application/json", "text/csv")):
                continue
            is_file = kind.startswith("text/csv")
            names = answer.body.decode().splitlines()[:1] if is_file else names_in(answer.json)
            secrets = [name for name in names if SECRETS.search(name)]
            assert secrets == [], path
