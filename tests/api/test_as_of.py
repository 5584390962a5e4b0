"""Times that answers show find, as `as_of`, what they were shown of: always, and in reports as well."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from domain.catalog.brands import Brand
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.postgres.transactions import transaction
from infra.runtime.models import EVENT_TYPES, PROJECTIONS

SETTINGS = "/api/admin/settings"
OVERVIEW = "/api/admin/reports/sales-summary/overview?from=2021-01-01&to=2030-12-31"
TIMES = ("recorded_at", "created_at", "updated_at", "since")


def times_in(answer: Any) -> Iterator[str]:
    """The times of recording that an answer shows."""
    return (answer.data[name] for name in TIMES if answer.data.get(name))


def makes_and_changes(stocked: Any, platform: Any) -> Iterator[tuple[Any, str, Any]]:
    """Writes of every kind: who asks, where what was written is, and the answer to the write."""
    admin = stocked.shop.client()
    name = uuid4().hex
    for path, body, edit in (
        (f"{SETTINGS}/brands", {"name": name}, {"name": "Hill"}),
        (f"{SETTINGS}/categories", {"name": name}, {"name": "Teas"}),
        (f"{SETTINGS}/units", {"name": name, "symbol": "u"}, {"precision": 2}),
        (f"{SETTINGS}/variant-types", {"name": name, "values": ["S"]}, {"values": ["S", "M"]}),
        (f"{SETTINGS}/suppliers", {"name": name}, {"name": "Valley"}),
        (f"{SETTINGS}/tax-rates", {"name": name, "rate": "7"}, {"rate": "8"}),
        (f"{SETTINGS}/payment-methods", {"name": name, "code": "V", "kind": "other"}, {"name": "Voucher"}),
        ("/api/admin/stores", {"name": name, "code": "S2"}, {"name": "Side Street"}),
        ("/api/admin/storages", {"name": name, "code": "S3"}, {"allow_negative": True}),
        (f"/api/admin/stores/{stocked.store['id']}/registers", {"name": name, "code": "2"}, {"name": "T"}),
        (
            f"{SETTINGS}/users",
            {"username": name, "password": "correct horse battery staple", "role_id": "cashier"},
            {"role_id": "manager"},
        ),
        ("/api/admin/products", {"name": name, "variants": [{"sku": name, "price": 1}]}, {"name": "Tea"}),
    ):
        answer = admin.post(path, body)
        single = f"{path}/{answer.data['id']}"
        yield admin, single, answer
        yield admin, single, admin.patch(single, edit)
    product = f"/api/admin/products/{stocked.product['id']}"
    yield admin, product, admin.post(f"{product}/variants", {"sku": name[:9], "price": 2})
    yield admin, product, admin.patch(f"{product}/variants/{stocked.variant_id}", {"price": 120})
    yield admin, product, admin.post(f"{product}/status", {"status": "discontinued"})
    sold = stocked.sell(1, price=120)
    yield stocked.shop.client("Cashier"), f"/api/cashier/orders/{sold.data['id']}", sold
    company = f"/api/admin/companies/{stocked.shop.company_id}"
    yield admin, company, admin.patch(company, {"phone": "1"})
    package = platform.post("/api/admin/packages", {"name": name})
    yield platform, f"/api/admin/packages/{package.data['id']}", package


class TestTheTimeOfAWrite:
    def test_finds_what_was_written(self, stocked: Any, platform: Any) -> None:
        tried = 0
        for client, path, written in makes_and_changes(stocked, platform):
            assert written.status in (200, 201), (path, written.body)
            latest = max(times_in(written))
            answer = client.get(f"{path}?as_of={latest}")
            assert answer.status == 200, (path, latest)
            assert answer.headers["etag"] == written.headers["etag"], (path, latest)
            for moment in times_in(written):
                assert client.get(f"{path}?as_of={moment}").status == 200, (path, moment)
                tried += 1
        assert tried >= 50

    def test_does_not_find_what_came_later(self, shop: Any) -> None:
        admin = shop.client()
        brand = admin.post(f"{SETTINGS}/brands", {"name": "Hill"}).data
        path = f"{SETTINGS}/brands/{brand['id']}"
        admin.patch(path, {"name": "Valley"})
        assert admin.get(f"{path}?as_of={brand['updated_at']}").data == brand
        just_before = datetime.fromisoformat(brand["created_at"]) - timedelta(microseconds=1)
        moment = just_before.isoformat().replace("+00:00", "Z")
        assert admin.get(f"{path}?as_of={moment}").status == 404

    def test_finds_it_in_the_audit_and_in_the_status_views(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        path = f"/api/admin/products/{stocked.product['id']}"
        product = admin.post(f"{path}/status", {"status": "discontinued"}).data
        state = admin.get(f"/api/audit/streams/{product['id']}/state?as_of={product['updated_at']}")
        assert state.data["version"] == product["version"]
        path = f"/api/admin/product-status/discontinued/{product['id']}"
        shown = admin.get(path).data
        assert admin.get(f"{path}?as_of={shown['since']}").data["since"] == shown["since"]


class TestTheTimeOfASale:
    def test_finds_it_in_reports(self, stocked: Any) -> None:
        sold = [stocked.sell() for _ in range(3)]
        admin, last = stocked.shop.client(), sold[-1].headers["x-event-position"]
        for count, sale in enumerate(sold, 1):
            report = admin.get(f"{OVERVIEW}&as_of={sale.data['recorded_at']}", X_Wait_For_Position=last).data
            assert report["overall"]["orders"] == count

    def test_finds_each_of_many_that_raced(self, stocked: Any) -> None:
        """Writers wait for each other at the log, which takes them in another order than they decided in."""
        admin = stocked.shop.client()
        admin.patch(f"/api/admin/storages/{stocked.storage['id']}", {"allow_negative": True})

        def sell_and_look(_: int) -> tuple[bool, Any]:
            sold = stocked.sell()
            path = f"/api/cashier/orders/{sold.data['id']}?as_of={sold.data['recorded_at']}"
            return stocked.shop.client("Cashier").get(path).data == sold.data, sold

        with ThreadPoolExecutor(12) as tills:
            results = list(tills.map(sell_and_look, range(48)))
        assert all(is_found for is_found, _ in results)
        times = sorted(sold.data["recorded_at"] for _, sold in results)
        last = str(max(int(sold.headers["x-event-position"]) for _, sold in results))
        for count in (1, 24, 48):
            moment = times[count - 1]
            report = admin.get(f"{OVERVIEW}&as_of={moment}", X_Wait_For_Position=last).data
            # A moment is a place in the log: what had been taken in before is known as well.
            assert report["overall"]["orders"] >= sum(one <= moment for one in times)


class TestAClockThatWasWrong:
    """The log's own time never runs backwards, but whoever decides may have had another clock."""

    @pytest.fixture
    def brand(self, shop: Any) -> Any:
        """A brand whose registration was stamped an hour ahead, and which was renamed when that was over."""
        brand = Brand.begin(Brand.Registered, uuid4(), name="Hill", description=None)
        registered = brand.new_events()
        brand.revise({"name": "Valley"})
        now = datetime.now(UTC)
        for events, at in ((registered, now + timedelta(hours=1)), (brand.new_events(), now)):
            with (
                psycopg.connect(shop.service.database.app, autocommit=True) as connection,
                transaction(connection, shop.company_id) as db,
            ):
                EventWriter(EVENT_TYPES, PROJECTIONS).record(db, events, Metadata(at=at))
        return shop.client().get(f"{SETTINGS}/brands/{brand.id}").data

    def test_leaves_no_gap_in_a_history(self, shop: Any, brand: Any) -> None:
        path = f"{SETTINGS}/brands/{brand['id']}"
        for moment in (brand["created_at"], brand["updated_at"]):
            assert shop.client().get(f"{path}?as_of={moment}").data == brand
