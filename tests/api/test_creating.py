"""Creating under an id of one's own: the same request gets the first answer again, another is refused."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, cast
from uuid import NAMESPACE_OID, uuid4, uuid5

import psycopg
import pytest

from api.app import create_app
from api.fields import OwnId
from api.openapi.document import Route, routes_of
from api.services import Services
from domain.catalog.brands import Brand
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.postgres.transactions import transaction
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.api.conftest import ORDER, REFUND

NOTHING = cast("Any", None)
PASSWORD = "correct horse battery staple"
Body = dict[str, Any]


def creates() -> list[Route]:
    """Every operation that takes an id of the client's own, but the one that takes a file."""
    services = Services(
        application=NOTHING, authentication=NOTHING, health=NOTHING, pictures=NOTHING, now=NOTHING
    )
    ids = (
        (route, route.operation.body.fields.get("id"))
        for route in routes_of(create_app(services))
        if route.operation.body is not None
    )
    return [route for route, own in ids if isinstance(own, OwnId)]


def some_name() -> str:
    return uuid4().hex


def supplier_of(stocked: Any) -> Any:
    """A supplier to send goods back to."""
    return stocked.shop.client().post("/api/admin/settings/suppliers", {"name": some_name()}).data["id"]


def warehouse(stocked: Any) -> Any:
    """One more place for goods."""
    return stocked.shop.client().post("/api/admin/storages", {"name": some_name(), "code": some_name()}).data


def free_register(stocked: Any) -> Any:
    """One more till, at which no shift is open."""
    path = f"/api/admin/stores/{stocked.store['id']}/registers"
    return stocked.shop.client().post(path, {"name": some_name(), "code": some_name()}).data["id"]


def shift_of(stocked: Any) -> str:
    """The shift that is open at the first till; it is opened if need be, by whichever request comes first."""
    register_id = stocked.register["id"]
    body = {"id": str(uuid5(NAMESPACE_OID, register_id)), "register_id": register_id, "opening_float": 0}
    return str(stocked.shop.client().post("/api/pos/shifts/open", body).data["id"])


def what_if_of(stocked: Any) -> Body:
    """Something that was sold, with cash that would be rounded."""
    assert stocked.sell(1).status == 201
    return {"from": "2021-01-01", "to": "2030-12-31", "changes": {"cash_rounding": 5}}


def exchange_of(stocked: Any) -> Body:
    """One that was just sold, for another."""
    order = stocked.sell(1).data
    return {
        "order_id": order["id"],
        "returns": [{"line_id": order["lines"][0]["id"], "quantity": "1.0"}],
        "lines": [{"variant_id": stocked.variant_id, "quantity": "1.0"}],
    }


#: By the last words of the path: what is sent, but for the id.
BODIES: dict[str, Callable[[Any], Body]] = {
    "orders": lambda stocked: stocked.sale(),
    "admin orders": lambda stocked: {
        "store_id": stocked.store["id"],
        "channel": "phone",
        "lines": [{"variant_id": stocked.variant_id, "quantity": "2"}],
    },
    "hold": lambda stocked: {
        "register_id": stocked.register["id"],
        "lines": [{"variant_id": stocked.variant_id, "quantity": "2.50"}],
    },
    "receipts": lambda stocked: {
        "storage_id": stocked.storage["id"],
        "lines": [{"variant_id": stocked.variant_id, "quantity": "2.50", "unit_cost": 70}],
    },
    "purchase-orders": lambda stocked: {
        "storage_id": stocked.storage["id"],
        "supplier_id": stocked.shop.client()
        .post("/api/admin/settings/suppliers", {"name": some_name()})
        .data["id"],
        "lines": [{"variant_id": stocked.variant_id, "quantity": "2.50", "unit_cost": 70}],
    },
    "reservations": lambda stocked: {
        "storage_id": stocked.storage["id"],
        "expires_at": "2999-01-01T00:00:00Z",
        "lines": [{"variant_id": stocked.variant_id, "quantity": "2.50"}],
    },
    "open": lambda stocked: {"register_id": free_register(stocked), "opening_float": 10000},
    "cash-movements": lambda _: {"type": "drop", "amount": 500, "reason": "safe"},
    "refunds": lambda stocked: REFUND if stocked.sold(3) else {},
    "returns": lambda stocked: {
        "register_id": stocked.register["id"],
        "lines": [{"variant_id": stocked.variant_id, "quantity": "1.0", "unit_price": 119}],
        "payments": [{"method": "cash", "amount": 119}],
        "reason": "no receipt",
    },
    "exchange": exchange_of,
    "devices": lambda stocked: {"register_id": stocked.register["id"], "name": some_name()},
    "adjustments": lambda stocked: {
        "storage_id": stocked.storage["id"],
        "reason": "damaged",
        "lines": [{"variant_id": stocked.variant_id, "quantity": "-0.50"}],
    },
    "supplier-returns": lambda stocked: {
        "storage_id": stocked.storage["id"],
        "supplier_id": supplier_of(stocked),
        "lines": [{"variant_id": stocked.variant_id, "quantity": "0.50", "unit_credit": 70}],
    },
    "transfers": lambda stocked: {
        "from_storage_id": stocked.storage["id"],
        "to_storage_id": warehouse(stocked)["id"],
        "lines": [{"variant_id": stocked.variant_id, "quantity": "2.50"}],
    },
    "counts": lambda stocked: {
        "storage_id": stocked.storage["id"],
        "kind": "partial",
        "scope": {"variant_ids": [stocked.variant_id]},
    },
    "products": lambda _: {"name": "Tea", "variants": [{"sku": some_name(), "price": 300}]},
    "variants": lambda _: {"sku": some_name(), "price": 200},
    "users": lambda _: {"username": some_name(), "password": PASSWORD, "role_id": "cashier"},
    "companies": lambda _: {"name": "Miller", "currency": "EUR", "timezone": "Europe/Berlin"},
    "packages": lambda _: {"name": some_name()},
    "stores": lambda _: {"name": some_name(), "code": some_name()},
    "storages": lambda _: {"name": some_name(), "code": some_name()},
    "registers": lambda _: {"name": some_name(), "code": some_name()},
    "tax-rates": lambda _: {"name": some_name(), "rate": "7.0"},
    "payment-methods": lambda _: {"name": some_name(), "code": some_name(), "kind": "other"},
    "units": lambda _: {"name": some_name(), "symbol": some_name()[:4]},
    "variant-types": lambda _: {"name": some_name(), "values": ["S", "M"]},
    "customers": lambda _: {"name": some_name(), "phone": str(uuid4().int)[:15]},
    "webhooks": lambda _: {"url": f"https://{some_name()}.example/", "types": ["orders.*"]},
    "customer-groups": lambda _: {"name": some_name()},
    "schedules": lambda stocked: {
        "name": some_name(),
        "area": "inventory-report",
        "section": "valuation",
        "range": "yesterday",
        "at": "06:00",
        "timezone": "UTC",
        "recipients": [str(stocked.shop.users["Admin"])],
    },
    "exports": lambda _: {
        "area": "inventory-report",
        "section": "valuation",
        "filters": "from=2026-03-01&to=2026-03-31",
        "format": "csv",
    },
    "verifications": lambda _: {"from": 1},
    "clones": lambda _: {"name": some_name()},
    "what-if": what_if_of,
    "audit exports": lambda _: {"from": 1},
    "brands": lambda _: {"name": some_name()},
    "categories": lambda _: {"name": some_name()},
    "suppliers": lambda _: {"name": some_name()},
}
#: By the same: what makes it another request, where it is not another name.
OTHERWISE: dict[str, Body] = {
    "orders": {"note": "For Anna"},
    "admin orders": {"note": "For Anna"},
    "hold": {"label": "Anna"},
    "open": {"opening_float": 9000},
    "cash-movements": {"amount": 400},
    "refunds": {"note": "For Anna"},
    "returns": {"note": "Torn"},
    "exchange": {"note": "For Anna"},
    "receipts": {"reference": "7"},
    "purchase-orders": {"reference": "7"},
    "reservations": {"reference": "7"},
    "adjustments": {"reference": "7"},
    "supplier-returns": {"reference": "7"},
    "transfers": {"reference": "7"},
    "variants": {"price": 201},
    "exports": {"format": "xlsx"},
    "verifications": {"to": 2},
    "what-if": {"changes": {"cash_rounding": 10}},
    "audit exports": {"withhold": ["metadata"]},
    "users": {"password": f"{PASSWORD} again"},
    "webhooks": {"description": "Another"},
}
#: By the same: what the first answer alone tells, and what is as of now.
OF_THE_MOMENT = {"webhooks": ("secret", "lag")}


@pytest.fixture
def create(stocked: Any, platform: Any) -> Callable[[Route, Body], Any]:
    """Sends a body to such an operation, as somebody who may."""

    def send(route: Route, body: Body) -> Any:
        path = route.template.replace("{store_id:uuid}", stocked.store["id"])
        path = path.replace("{product_id:uuid}", stocked.product["id"])
        if "{shift_id:uuid}" in path:
            path = path.replace("{shift_id:uuid}", shift_of(stocked))
        path = path.replace("{order_id:uuid}", ORDER)
        path = path.replace("{company_id:uuid}", str(stocked.shop.company_id))
        is_of_platform = route.operation.permission in (
            "companies.create",
            "companies.clone",
            "packages.create",
        )
        return (platform if is_of_platform else stocked.shop.client()).post(path, body)

    return send


def last_word(route: Route) -> str:
    """What it creates; orders of the back office are others than those of tills, files of the log too."""
    area, _, word = route.template.removeprefix("/api/").rpartition("/")
    return f"{area} {word}" if (area, word) in {("admin", "orders"), ("audit", "exports")} else word


def lasting(route: Route, answer: Any) -> Any:
    """What an answer says whenever it is given."""
    passing = OF_THE_MOMENT.get(last_word(route), ())
    return {name: value for name, value in answer.data.items() if name not in passing}


by_route = pytest.mark.parametrize("route", creates(), ids=lambda route: route.template)


class TestTheSameRequestAgain:
    @by_route
    def test_gets_the_first_answer_marked(self, stocked: Any, create: Any, route: Route) -> None:
        body = {"id": str(uuid4()), **BODIES[last_word(route)](stocked)}
        first = create(route, body)
        before = len(stocked.shop.events())
        again = create(route, dict(reversed(body.items())))
        status = route.operation.status
        assert (first.status, "idempotent-replayed" in first.headers) == (status, False)
        assert (again.status, again.headers["idempotent-replayed"]) == (status, "true")
        assert (lasting(route, again), again.headers.get("etag")) == (
            lasting(route, first),
            first.headers.get("etag"),
        )
        assert len(stocked.shop.events()) == before

    @by_route
    def test_is_no_other_request(self, stocked: Any, create: Any, route: Route) -> None:
        word = last_word(route)
        body = {"id": str(uuid4()), **BODIES[word](stocked)}
        first = create(route, body)
        before = len(stocked.shop.events())
        refused = create(route, {**body, **OTHERWISE.get(word, {"name": "Another"})})
        assert (first.status, refused.status, refused.code) == (route.operation.status, 409, "duplicate_id")
        assert refused.fields == {"id"}
        assert len(stocked.shop.events()) == before

    @by_route
    def test_twice_at_the_same_moment_is_done_once(self, stocked: Any, create: Any, route: Route) -> None:
        body = {"id": str(uuid4()), **BODIES[last_word(route)](stocked)}
        with ThreadPoolExecutor(4) as together:
            answers = list(together.map(lambda _: create(route, body), range(4)))
        assert [answer.status for answer in answers] == [route.operation.status] * 4
        assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
        assert all(lasting(route, answer) == lasting(route, answers[0]) for answer in answers)

    @by_route
    def test_two_others_at_the_same_moment_leave_one(self, stocked: Any, create: Any, route: Route) -> None:
        word = last_word(route)
        one = {"id": str(uuid4()), **BODIES[word](stocked)}
        other = {**one, **OTHERWISE.get(word, {"name": "Another"})}
        with ThreadPoolExecutor(2) as together:
            answers = list(together.map(lambda body: create(route, body), (one, other)))
        assert sorted(answer.status for answer in answers) == [route.operation.status, 409]
        assert next(answer for answer in answers if answer.status == 409).code == "duplicate_id"

    def test_may_be_spelled_in_another_way(self, stocked: Any) -> None:
        admin, chosen = stocked.shop.client(), str(uuid4())
        line = {"variant_id": stocked.variant_id, "quantity": "2", "unit_cost": 70}
        body = {"id": chosen, "storage_id": stocked.storage["id"], "lines": [line]}
        assert admin.post("/api/admin/inventory/receipts", body).status == 201
        for spelled in (
            {**body, "reference": None},
            {**body, "supplier_id": None, "occurred_at": None},
            {**body, "lines": [{**line, "quantity": 2}]},
            {**body, "lines": [{**line, "quantity": "2.000"}], "id": chosen.upper()},
        ):
            again = admin.post("/api/admin/inventory/receipts", spelled)
            assert (again.status, again.headers["idempotent-replayed"]) == (201, "true"), spelled
        assert stocked.on_hand() == "12"

    def test_may_say_what_would_be_so_anyway(self, stocked: Any) -> None:
        admin, chosen = stocked.shop.client(), str(uuid4())
        variant = {"sku": "TEA", "price": 300}
        body = {"id": chosen, "name": "Tea", "variants": [variant]}
        assert admin.post("/api/admin/products", body).status == 201
        full = {**variant, "cost": 0, "name": "", "options": {}, "barcodes": []}
        again = admin.post("/api/admin/products", {**body, "track_stock": True, "variants": [full]})
        assert (again.status, again.headers["idempotent-replayed"]) == (201, "true")
        for other in ({"track_stock": False}, {"variants": [{**variant, "cost": 1}]}):
            refused = admin.post("/api/admin/products", {**body, **other})
            assert (refused.status, refused.code) == (409, "duplicate_id")

    def test_gets_what_it_made_whatever_has_become_of_it(self, shop: Any) -> None:
        admin, body = shop.client(), {"id": str(uuid4()), "name": "Hillside"}
        first = admin.post("/api/admin/settings/brands", body)
        path = f"/api/admin/settings/brands/{body['id']}"
        assert admin.patch(path, {"name": "Valley"}).status == 200
        assert admin.delete(path).status == 200
        again = admin.post("/api/admin/settings/brands", body)
        assert (again.status, again.data, again.headers["etag"]) == (201, first.data, '"1"')

    def test_is_answered_to_a_sale_whose_prices_have_changed_since(self, stocked: Any) -> None:
        body = stocked.sale(id=str(uuid4()))
        cashier = stocked.shop.client("Cashier")
        first = cashier.post("/api/pos/orders", body)
        variant = f"/api/admin/products/{stocked.product['id']}/variants/{stocked.variant_id}"
        assert stocked.shop.client().patch(variant, {"price": 999}).status == 200
        again = cashier.post("/api/pos/orders", body)
        assert (again.status, again.data) == (201, first.data)
        assert again.headers["idempotent-replayed"] == "true"

    def test_does_not_bring_back_a_variant_that_was_removed(self, stocked: Any) -> None:
        admin, body = stocked.shop.client(), {"id": str(uuid4()), "sku": "ONCE", "price": 1}
        variants = f"/api/admin/products/{stocked.product['id']}/variants"
        first = admin.post(variants, body)
        assert admin.delete(f"{variants}/{body['id']}").status == 200
        assert admin.post(variants, body).data == first.data
        assert len(admin.get(f"/api/admin/products/{stocked.product['id']}").data["variants"]) == 1

    def test_with_a_key_as_well_is_marked_as_well(self, stocked: Any) -> None:
        body = stocked.sale(id=str(uuid4()))
        client = stocked.shop.client("Cashier")
        first = client.post("/api/pos/orders", body)
        for key in ("one", "one", "two"):
            again = client.post("/api/pos/orders", body, Idempotency_Key=key)
            assert (again.body, again.headers["idempotent-replayed"]) == (first.body, "true")


class TestWhatIsToldInConfidence:
    """Who did not send it must not learn by sending it again that a guess is right."""

    @pytest.mark.parametrize("password", [PASSWORD, "another battery staple"])
    def test_of_a_password_only_its_sender_gets_an_answer(self, shop: Any, password: str) -> None:
        body = {"id": str(uuid4()), "username": some_name(), "password": PASSWORD, "role_id": "cashier"}
        users = "/api/admin/settings/users"
        assert shop.client().post(users, body).status == 201
        manager = shop.users["Manager"]
        shop.client().put(f"{users}/{manager}/permissions", {"granted": ["users.create", "users.view"]})
        token = (
            shop.service.client()
            .post("/api/auth/login", {"username": shop.username("Manager"), "password": PASSWORD})
            .data["token"]
        )

        answer = shop.service.client(token).post(users, {**body, "password": password})

        assert answer.code == "duplicate_id"

    @pytest.mark.parametrize("cost", [60, 61])
    def test_of_a_cost_only_its_sender_gets_an_answer(self, shop: Any, cost: int) -> None:
        def body(cost: int) -> Body:
            return {"id": own_id, "name": "Tea", "variants": [{"sku": sku, "price": 300, "cost": cost}]}

        own_id, sku = str(uuid4()), some_name()
        assert shop.client().post("/api/admin/products", body(60)).status == 201

        answer = shop.client("Manager").post("/api/admin/products", body(cost))

        assert answer.code == "duplicate_id"

    def test_of_a_sale_every_cashier_gets_the_answer(self, stocked: Any) -> None:
        sale = {"id": str(uuid4()), **stocked.sale()}
        assert stocked.shop.client().post("/api/pos/orders", sale).status == 201

        again = stocked.shop.client("Manager").post("/api/pos/orders", sale)

        assert again.status == 201
        assert again.headers["idempotent-replayed"] == "true"


class TestTheIdOfSomethingElse:
    def test_of_a_sales_own_movement_is_no_deliverys(self, stocked: Any) -> None:
        stocked.sell()
        [moved] = [one for one in stocked.shop.events() if one["type"] == "stock.StockMovement.Issued"]
        refused = stocked.receive(1, 60, id=str(moved["stream_id"]))
        assert (refused.status, refused.code) == (409, "duplicate_id")

    def test_of_a_variant_made_with_its_product_is_taken(self, stocked: Any) -> None:
        variants = f"/api/admin/products/{stocked.product['id']}/variants"
        body = {"id": stocked.variant_id, "sku": "OAT-1", "price": 119, "cost": 60}
        refused = stocked.shop.client().post(variants, body)
        assert (refused.status, refused.code) == (409, "duplicate_id")

    def test_of_what_an_import_made_is_taken(self, shop: Any) -> None:
        admin, chosen = shop.client(), str(uuid4())
        file = f"product_id,name,sku,price\n{chosen},Tea,TEA,1.00\n".encode()
        csv = {"Content-Type": "text/csv"}
        done = admin.call("POST", "/api/admin/products/import?commit=true", raw=file, headers=csv)
        assert done.data["created"] == 1, done.body
        body = {"id": chosen, "name": "Tea", "variants": [{"sku": "TEA", "price": 100}]}
        refused = admin.post("/api/admin/products", body)
        assert (refused.status, refused.code) == (409, "duplicate_id")

    def test_of_a_picture_with_other_words_is_taken(self, shop: Any, bring_picture: Any) -> None:
        admin = shop.client()
        image_id, product_id = bring_picture(admin)
        form = (
            b'--b\r\nContent-Disposition: form-data; name="id"\r\n\r\n' + image_id.encode() + b"\r\n"
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
            + PNG
            + b"\r\n--b--\r\n"
        )
        sent = {"Content-Type": "multipart/form-data; boundary=b"}
        refused = admin.call("POST", f"/api/admin/products/{product_id}/images", raw=form, headers=sent)
        assert (refused.status, refused.code) == (409, "duplicate_id")


#: A picture of one black pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000"
    "0400010d0a2db40000000049454e44ae426082"
)


class TestWhatWasMadeBeforeContentsWereKept:
    def brand(self, shop: Any, request: str | None) -> Body:
        brand = Brand.begin(Brand.Registered, uuid4(), name="Old", description=None)
        with (
            psycopg.connect(shop.service.database.app, autocommit=True) as connection,
            transaction(connection, shop.company_id) as db,
        ):
            metadata = Metadata(at=datetime.now(UTC), request=request)
            EventWriter(EVENT_TYPES, PROJECTIONS).record(db, brand.new_events(), metadata)
        return {"id": str(brand.id), "name": "Old"}

    def test_by_no_request_is_repeated_by_none(self, shop: Any) -> None:
        body = self.brand(shop, None)

        assert shop.client().post("/api/admin/settings/brands", body).code == "duplicate_id"

    def test_is_known_by_its_kind(self, shop: Any) -> None:
        admin, body = shop.client(), self.brand(shop, "till-1")
        again = admin.post("/api/admin/settings/brands", body)
        assert (again.status, again.data["name"], again.headers["idempotent-replayed"]) == (
            201,
            "Old",
            "true",
        )
        refused = admin.post("/api/admin/settings/suppliers", body)
        assert (refused.status, refused.code) == (409, "duplicate_id")
