"""The audit over HTTP: every fact with its author and times, and what it changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID, uuid4

import psycopg
import pytest

from api.app import create_app
from api.openapi import document_of
from api.services import Services
from commands.ports import Caller
from domain.catalog.brands import Brand
from domain.companies import PLATFORM_ID
from domain.users import User
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.append import APPEND_EVENTS
from infra.eventstore.codec import Metadata
from infra.identity.tokens import Tokens
from infra.postgres.transactions import transaction
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.audit import SCANNED_IN_STORES

UNUSED = cast("Any", None)
SECRET = "a secret that is only good for tests, and long enough"
EVENTS = "/api/audit/events"
COSTS = ("cost", "old_cost", "unit_cost", "last_unit_cost", "cost_total", "value_change", "balance_value")

#: What the log says of a state about somebody, beside its fields.
SEAL = {"subject_id", "private"}


def events_of(client: Any, query: str = "", *, path: str = EVENTS, limit: int = 100) -> list[dict[str, Any]]:
    """Every event that matches, however many pages they take."""
    events: list[dict[str, Any]] = []
    after, has_more = 0, True
    while has_more:
        page = client.get(f"{path}?limit={limit}&after={after}&{query}").json
        events += page["data"]
        has_more = page["pagination"]["has_more"]
        assert not has_more or page["pagination"]["next_after"] > after
        after = page["pagination"]["next_after"]
    return events


def history_of(client: Any, stream_id: str) -> list[dict[str, Any]]:
    return events_of(client, path=f"/api/audit/streams/{stream_id}")


def fields_in(value: Any) -> Iterator[str]:
    """The names of all fields, at any depth."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from fields_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from fields_in(inner)


def record(service: Any, company_id: UUID, *aggregates: Any) -> None:
    """Record what was decided about these, without an author."""
    events = [event for aggregate in aggregates for event in aggregate.new_events()]
    with (
        psycopg.connect(service.database.app, autocommit=True) as connection,
        transaction(connection, company_id) as db,
    ):
        db.execute("SELECT open_company(%(company)s)", {"company": company_id})
        EventWriter(EVENT_TYPES, PROJECTIONS).record(db, events, Metadata(at=datetime.now(UTC)))


@dataclass(frozen=True)
class Kind:
    """A kind of setting: where it is found, a body that makes one, and who else than an Admin may edit it."""

    path: str
    body: dict[str, Any]
    editor: str


def kinds_of_settings() -> Iterator[Kind]:
    """Every named thing under the settings, stores and storages, as the contract declares it."""
    services = Services(
        application=UNUSED, authentication=UNUSED, health=UNUSED, pictures=UNUSED, now=lambda: UNUSED
    )
    document = document_of(create_app(services))
    paths, schemas = document["paths"], document["components"]["schemas"]
    for single, methods in paths.items():
        path, _, last = single.rpartition("/")
        if not (
            last.startswith("{") and {"patch", "delete"} <= methods.keys() and "post" in paths.get(path, {})
        ):
            continue
        content = paths[path]["post"]["requestBody"]["content"].get("application/json")
        if content is None:
            continue
        required = schemas[content["schema"]["$ref"].rpartition("/")[2]].get("required", [])
        if "name" in required and path.startswith(("/api/admin/settings", "/api/admin/sto")):
            editors = [role for role in methods["patch"]["x-roles"] if role != "Admin"]
            yield Kind(path, {name: content["example"][name] for name in required}, [*editors, "Admin"][0])


@pytest.fixture(scope="module")
def kinds() -> list[Kind]:
    return list(kinds_of_settings())


@dataclass(frozen=True)
class Edit:
    """An edit, and what the audit should say of it."""

    role: str
    path: str
    type: str
    changes: dict[str, Any]
    before: dict[str, Any]
    after: dict[str, Any]


def edits_of(stocked: Any) -> Iterator[Edit]:
    """Edits of the things that are there, one field each."""
    tax_id = stocked.tax["id"]
    products, tax = f"/api/admin/products/{stocked.product['id']}", f"/api/admin/settings/tax-rates/{tax_id}"
    store = f"/api/admin/stores/{stocked.store['id']}"
    storage = f"/api/admin/storages/{stocked.storage['id']}"
    plain: list[tuple[str, str, str, str, Any, Any]] = [
        ("Manager", products, "products.Product.Renamed", "name", "Oat milk", "Oats"),
        ("Admin", products, "products.Product.Described", "description", None, "1 l"),
        ("Manager", products, "products.Product.Retaxed", "tax_rate_ids", [tax_id], []),
        ("Manager", products, "products.Product.StockTrackingSet", "track_stock", True, False),
        ("Admin", tax, "tax_rates.TaxRate", "rate", "19", "7.25"),
        ("Admin", tax, "tax_rates.TaxRate", "inclusive", True, False),
        ("Admin", store, "stores.Store.Rescheduled", "day_cut", "00:00", "04:00"),
        ("Admin", store, "stores.Store.Recoded", "code", "MAIN", "PIER"),
        ("Admin", store, "stores.Store.Retaxed", "tax_rate_ids", [], [tax_id]),
        ("Admin", storage, "storages.Storage", "allow_negative", False, True),
    ]
    for role, path, event, field, old, new in plain:
        yield Edit(role, path, event, {field: new}, {field: old}, {field: new})
    of_variant: list[tuple[str, str, str, Any, Any]] = [
        ("Manager", "products.Product.Repriced", "price", 119, 129),
        ("Admin", "products.Product.Recosted", "cost", 60, 70),
        ("Admin", "products.Product.Relabelled", "sku", "OAT-1", "OAT-2"),
        ("Manager", "products.Product.Relabelled", "options", {"Size": None}, {"Size": "1 l"}),
        ("Manager", "products.Product.ReorderingSet", "reorder_level", None, "2.5"),
    ]
    for role, event, field, old, new in of_variant:
        before, after = ({"variants": {stocked.variant_id: {field: value}}} for value in (old, new))
        yield Edit(role, f"{products}/variants/{stocked.variant_id}", event, {field: new}, before, after)


class TestEdits:
    def test_of_every_kind_of_setting_carry_their_author_and_both_values(
        self, shop: Any, kinds: list[Kind]
    ) -> None:
        assert len(kinds) >= 7
        admin = shop.client()
        store = admin.post("/api/admin/stores", {"name": "Corner", "code": "CORNER"}).data
        for kind in kinds:
            path = kind.path.format(store_id=store["id"])
            setting = admin.post(path, kind.body).data
            editor, single = shop.client(kind.editor), f"{path}/{setting['id']}"
            assert editor.patch(single, {"name": "Other"}, X_Request_Id="edit-1").status == 200, path
            assert admin.delete(single, X_Request_Id="edit-2").status == 200, path
            registered, renamed, archived = history_of(admin, setting["id"])
            assert (registered["actor"], registered["before"]) == (shop.username("Admin"), None), path
            assert registered["after"].items() >= {**kind.body, "is_archived": False}.items(), path
            assert renamed["actor_id"] == str(shop.users[kind.editor]), path
            assert renamed["actor"] == shop.username(kind.editor), path
            assert (renamed["before"], renamed["after"]) == ({"name": setting["name"]}, {"name": "Other"}), (
                path
            )
            assert (archived["before"], archived["after"]) == (
                {"is_archived": False},
                {"is_archived": True},
            ), path
            assert [row["request_id"] for row in (renamed, archived)] == ["edit-1", "edit-2"], path
            assert [row["stream_version"] for row in (registered, renamed, archived)] == [1, 2, 3], path

    def test_say_the_old_and_the_new_value_of_each_field(self, stocked: Any) -> None:
        shop = stocked.shop
        for edit in edits_of(stocked):
            edited = shop.client(edit.role).patch(edit.path, edit.changes, X_Request_Id=str(uuid4()))
            position = int(edited.headers["x-event-position"])
            (event,) = shop.client().get(f"{EVENTS}?after={position - 1}").data
            assert event["type"].startswith(edit.type)
            assert event["actor_id"] == str(shop.users[edit.role]), edit
            assert event["actor"] == shop.username(edit.role), edit
            assert event["request_id"] == edited.headers["x-request-id"], edit
            assert (event["before"], event["after"]) == (edit.before, edit.after)

    def test_of_several_fields_at_once_are_several_facts_of_one_request(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        path = f"/api/admin/stores/{stocked.store['id']}"
        admin.patch(path, {"name": "Harbour", "phone": "1", "address": "Pier"}, X_Request_Id="move")
        facts = [row for row in history_of(admin, stocked.store["id"]) if row["request_id"] == "move"]
        assert [(row["type"], row["after"]) for row in facts] == [
            ("stores.Store.Renamed", {"name": "Harbour"}),
            ("stores.Store.Relocated", {"address": "Pier", "phone": "1"}),
        ]

    def test_of_variants_show_what_came_and_what_went(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        variants = f"/api/admin/products/{stocked.product['id']}/variants"
        admin.post(variants, {"sku": "OAT-2", "price": 219})
        added = history_of(admin, stocked.product["id"])[-1]
        (new_id,) = added["after"]["variants"]
        assert added["before"] == {"variants": {new_id: None}}
        assert added["after"]["variants"][new_id]["price"] == 219
        assert admin.delete(f"{variants}/{new_id}").status == 200
        removed = history_of(admin, stocked.product["id"])[-1]
        assert (removed["before"], removed["after"]) == (added["after"], added["before"])

    def test_of_a_products_life_show_its_status(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        admin.post(f"/api/admin/products/{stocked.product['id']}/status", {"status": "discontinued"})
        moved = history_of(admin, stocked.product["id"])[-1]
        assert (moved["before"], moved["after"]) == ({"status": "active"}, {"status": "discontinued"})


class TestFacts:
    def test_a_sale_and_its_movement_are_shown_in_the_trades_words(self, stocked: Any) -> None:
        sold = stocked.sell(2).data
        sale, movement = events_of(stocked.shop.client())[-2:]
        assert (sale["type"], movement["type"]) == ("orders.Order.Sold", "stock.StockMovement.Issued")
        assert (sale["stream_id"], sale["before"]) == (sold["id"], None)
        assert sale["actor"] == movement["actor"] == stocked.shop.username("Cashier")
        assert sale["data"]["totals"]["total"] == sale["after"]["terms"]["totals"]["total"] == sold["total"]
        assert movement["after"]["lines"][0]["balance_quantity"] == "8"
        assert not [name for name in fields_in([sale, movement]) if name.startswith(("_", "originator"))]

    def test_times_and_origin_are_those_of_the_log(self, stocked: Any) -> None:
        rows = events_of(stocked.shop.client())
        for row, event in zip(rows, stocked.shop.events(), strict=True):
            assert (row["position"], row["type"]) == (event["position"], event["type"])
            # What is sealed about somebody is shown opened.
            clear = {name: one for name, one in event["state"].items() if name not in SEAL}
            assert clear.items() <= row["data"].items()
            assert not row["data"].keys() & SEAL
            assert row["at"] == event["metadata"]["at"]
            assert datetime.fromisoformat(row["recorded_at"]) == event["recorded_at"]

    def test_name_no_network_address(self, stocked: Any) -> None:
        """Events of earlier versions have one in their metadata, which nobody is shown."""
        metadata = '{"at":"2026-02-03T10:00:00.000000Z","request":"before","address":"192.0.2.7"}'
        params = {
            "company_id": stocked.shop.company_id,
            "stream_ids": [uuid4()],
            "stream_versions": [1],
            "types": ["brands.Brand.Registered"],
            "states": ['{"name":"Salt","description":null}'],
            "metadata": [metadata],
        }
        database = stocked.shop.service.database
        with (
            psycopg.connect(database.app, autocommit=True) as app,
            transaction(app, stocked.shop.company_id) as db,
        ):
            db.execute(APPEND_EVENTS, params)
        stocked.sell()
        answer = stocked.shop.client().get(f"{EVENTS}?limit=100")
        assert answer.data[-3]["request_id"] == "before"
        assert not [row for row in answer.data if "address" in row]
        assert b"192.0.2.7" not in answer.body
        assert not [event for event in stocked.shop.events()[-2:] if "address" in event["metadata"]]

    def test_what_the_system_did_has_no_author(self, shop: Any) -> None:
        founded = shop.client().get(f"{EVENTS}?limit=1").data[0]
        assert founded["type"] == "companies.Company.Registered"
        assert (founded["actor_id"], founded["actor"], founded["request_id"]) == (None, None, None)

    def test_nothing_that_lets_somebody_in_is_told(self, shop: Any, password_hash: str) -> None:
        shop.service.client().post(
            "/api/auth/login",
            {"username": shop.username("Cashier"), "password": "correct horse battery staple"},
        )
        answer = shop.client().get(f"{EVENTS}?limit=100")
        assert password_hash.encode() not in answer.body
        assert not [name for name in fields_in(answer.data) if "password" in name or "token" in name]


class TestPaging:
    def test_every_event_comes_exactly_once_in_the_order_of_the_log(self, stocked: Any) -> None:
        stocked.sell()
        admin = stocked.shop.client()
        positions = [event["position"] for event in stocked.shop.events()]
        for limit in (1, 4, 100):
            assert [row["position"] for row in events_of(admin, limit=limit)] == positions
        assert events_of(admin, limit=3) == events_of(admin, limit=100)

    def test_the_end_of_the_log_says_where_to_go_on(self, shop: Any) -> None:
        admin = shop.client()
        end = len(shop.events())
        assert admin.get(EVENTS).json["pagination"] == {"next_after": end, "has_more": False}
        assert admin.get(f"{EVENTS}?after={end}").json["pagination"] == {
            "next_after": None,
            "has_more": False,
        }
        assert admin.get(f"{EVENTS}?after={10**18}").data == []

    def test_one_request_looks_at_so_many_events_and_no_more(self, shop: Any) -> None:
        admin = shop.client()
        brands = [Brand.begin(Brand.Registered, uuid4(), name=f"B {n}") for n in range(SCANNED_IN_STORES)]
        record(shop.service, shop.company_id, *brands)
        store = admin.post("/api/admin/stores", {"name": "Last", "code": "L"}).data
        bound = shop.client(stores=[store["id"]])
        first = bound.get(f"{EVENTS}?type=stores.Store").json
        assert (first["data"], first["pagination"]) == (
            [],
            {"next_after": SCANNED_IN_STORES, "has_more": True},
        )
        (only,) = events_of(bound, "type=stores.Store")
        assert only["data"]["name"] == "Last"
        # Whoever is bound to no store looks further at once.
        (rare,) = admin.get(f"{EVENTS}?type=stores.Store").data
        assert rare["position"] == only["position"]
        last = brands[-1].id
        assert [row["stream_id"] for row in events_of(admin, f"stream_id={last}")] == [str(last)]


class TestNewestFirst:
    def every(self, client: Any, query: str = "", *, path: str = EVENTS, limit: int = 100) -> list[Any]:
        events: list[Any] = []
        before, has_more = 2**53 - 1, True
        while has_more:
            page = client.get(f"{path}?limit={limit}&before={before}&{query}").json
            events += page["data"]
            has_more, following = page["pagination"]["has_more"], page["pagination"]["next_before"]
            assert not has_more or following < before
            before = following
        return events

    def test_every_event_comes_exactly_once(self, stocked: Any) -> None:
        stocked.sell()
        admin = stocked.shop.client()
        every = events_of(admin)
        for limit in (1, 4, 100):
            assert self.every(admin, limit=limit) == every[::-1]
        assert self.every(admin, "type=stores", limit=1) == events_of(admin, "type=stores")[::-1]
        middle = f"from={every[2]['recorded_at']}&to={every[-1]['recorded_at']}"
        assert self.every(admin, middle, limit=2) == events_of(admin, middle)[::-1]

    def test_so_does_the_history_of_a_thing(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        path = f"/api/audit/streams/{stocked.product['id']}"
        for price in (129, 139):
            admin.patch(
                f"{path.replace('audit/streams', 'admin/products')}/variants/{stocked.variant_id}",
                {"price": price},
            )
        assert self.every(admin, path=path, limit=1) == events_of(admin, path=path)[::-1]

    def test_one_request_looks_at_so_many_events_and_no_more(self, shop: Any) -> None:
        admin = shop.client()
        store = admin.post("/api/admin/stores", {"name": "First", "code": "F"}).data
        brands = (Brand.begin(Brand.Registered, uuid4(), name=f"B {n}") for n in range(SCANNED_IN_STORES))
        record(shop.service, shop.company_id, *brands)
        bound = shop.client(stores=[store["id"]])
        page = bound.get(f"{EVENTS}?type=stores.Store&before={2**53 - 1}").json
        assert (page["data"], page["pagination"]["has_more"]) == ([], True)
        (only,) = self.every(bound, "type=stores.Store")
        assert only["data"]["name"] == "First"

    def test_the_end_is_the_first_position(self, shop: Any) -> None:
        answer = shop.client().get(f"{EVENTS}?before=1").json
        assert (answer["data"], answer["pagination"]) == ([], {"next_before": None, "has_more": False})

    def test_nobody_goes_both_ways(self, shop: Any) -> None:
        for path in (EVENTS, f"/api/audit/streams/{shop.company_id}"):
            refused = shop.client().get(f"{path}?after=0&before=3")
            assert (refused.status, refused.fields) == (400, {"after", "before"}), path
            refused = shop.client().get(f"{path}?before=0")
            assert (refused.status, refused.fields) == (400, {"before"}), path


class TestHashes:
    def test_are_those_of_the_chain(self, stocked: Any) -> None:
        query = "SELECT hash FROM events WHERE company_id = %s ORDER BY position"
        with psycopg.connect(stocked.shop.service.database.owner) as owner:
            hashes = [one.hex() for (one,) in owner.execute(query, [stocked.shop.company_id])]
        assert [event["hash"] for event in events_of(stocked.shop.client())] == hashes

    def test_are_for_whoever_sees_all_that_they_cover(self, stocked: Any) -> None:
        """Of a digest of bytes with a cost in them a reader could guess the cost."""
        shop = stocked.shop
        admin = Caller(
            company_id=shop.company_id,
            user_id=shop.users["Admin"],
            session_id=shop.users["Admin"],
            role="Admin",
        )
        without_costs = shop.service.client(Tokens(SECRET, 3600).issue(admin, denied=["costs.view"]))
        bound = shop.client(stores=[stocked.store["id"]])
        for client in (without_costs, bound):
            rows = events_of(client)
            assert rows
            assert {row["hash"] for row in rows} == {None}


class TestFilters:
    def test_by_type_take_the_whole_name_or_its_beginning(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        admin.patch(f"/api/admin/stores/{stocked.store['id']}", {"name": "Harbour"})
        for prefix, types in (
            ("stores.Store.Renamed", {"stores.Store.Renamed"}),
            ("stores.Store", {"stores.Store.Registered", "stores.Store.Renamed"}),
            ("stores", {"stores.Store.Registered", "stores.Store.Renamed"}),
            ("stores.Sto", set()),
            ("stores.Store.", set()),
            ("%25", set()),
        ):
            assert {row["type"] for row in events_of(admin, f"type={prefix}")} == types, prefix

    def test_by_author(self, stocked: Any) -> None:
        stocked.sell()
        admin, cashier = stocked.shop.client(), stocked.shop.users["Cashier"]
        rows = events_of(admin, f"actor_id={cashier}")
        assert [row["type"] for row in rows] == ["orders.Order.Sold", "stock.StockMovement.Issued"]
        assert events_of(admin, f"actor_id={cashier}&type=orders") == rows[:1]
        assert events_of(admin, f"actor_id={uuid4()}") == []

    def test_by_request(self, stocked: Any) -> None:
        admin, store = stocked.shop.client(), f"/api/admin/stores/{stocked.store['id']}"
        for request, name in (("till-7:42", "Harbour"), ("till-7:4", "Pier"), ("till-7:42", "Quay")):
            admin.patch(store, {"name": name}, X_Request_Id=request)
        rows = events_of(admin, "request_id=till-7:42")
        assert [row["after"] for row in rows] == [{"name": "Harbour"}, {"name": "Quay"}]
        assert [row["after"] for row in events_of(admin, "request_id=till-7:42&type=stores", limit=1)] == [
            {"name": "Harbour"},
            {"name": "Quay"},
        ]
        for other in ("till-7", "ill-7:42", "%25", '"', "\\"):
            assert events_of(admin, f"request_id={other}") == [], other

    def test_of_a_request_reach_far_back(self, shop: Any) -> None:
        admin = shop.client()
        admin.post("/api/admin/stores", {"name": "First", "code": "F"}, X_Request_Id="rare")
        record(
            shop.service,
            shop.company_id,
            *(Brand.begin(Brand.Registered, uuid4(), name=f"B {n}") for n in range(SCANNED_IN_STORES)),
        )
        for query in ("request_id=rare", f"request_id=rare&before={2**53 - 1}"):
            (event,) = admin.get(f"{EVENTS}?{query}").data
            assert event["type"] == "stores.Store.Registered"

    def test_by_kind_of_thing(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        admin.patch(f"/api/admin/stores/{stocked.store['id']}", {"name": "Harbour"})
        rows = events_of(admin, "stream_type=stores.Store")
        assert {row["type"] for row in rows} == {"stores.Store.Registered", "stores.Store.Renamed"}
        assert events_of(admin, "stream_type=stores.Store&type=stores.Store.Renamed") == rows[-1:]
        assert events_of(admin, "stream_type=stores.Sto") == []

    def test_by_thing(self, stocked: Any) -> None:
        admin, product_id = stocked.shop.client(), stocked.product["id"]
        rows = events_of(admin, f"stream_id={product_id}", limit=1)
        assert [row["stream_version"] for row in rows] == [1, 2]
        assert rows == history_of(admin, product_id)
        assert events_of(admin, f"stream_id={product_id}&type=products.Product.Activated") == rows[1:]
        assert events_of(admin, f"stream_id={uuid4()}") == []

    def test_by_time_take_the_beginning_in_and_leave_the_end_out(self, stocked: Any) -> None:
        stocked.sell()
        admin = stocked.shop.client()
        every = events_of(admin)
        moments = sorted({row["recorded_at"] for row in every})
        assert len(moments) > 5
        for moment in moments:
            earlier = [row for row in every if row["recorded_at"] < moment]
            assert events_of(admin, f"to={moment}") == earlier
            assert events_of(admin, f"from={moment}", limit=5) == every[len(earlier) :]
            assert events_of(admin, f"to={moment}&stream_id={stocked.product['id']}") == [
                row for row in earlier if row["stream_id"] == stocked.product["id"]
            ]
        middle = [row for row in every if moments[2] <= row["recorded_at"] < moments[4]]
        assert events_of(admin, f"from={moments[2]}&to={moments[4]}", limit=1) == middle
        assert events_of(admin, f"from={moments[4]}&to={moments[2]}") == []
        assert (
            events_of(admin, "from=2100-01-01T00:00:00Z") == events_of(admin, "to=1900-01-01T00:00:00Z") == []
        )

    def test_that_mean_nothing_are_named(self, shop: Any) -> None:
        admin = shop.client()
        stream = f"/api/audit/streams/{shop.company_id}"
        for path, field in (
            (f"{EVENTS}?limit=0", "limit"),
            (f"{EVENTS}?limit=101", "limit"),
            (f"{EVENTS}?after=-1", "after"),
            (f"{EVENTS}?after=x", "after"),
            (f"{EVENTS}?type=", "type"),
            (f"{EVENTS}?stream_id=1", "stream_id"),
            (f"{EVENTS}?stream_type=", "stream_type"),
            (f"{EVENTS}?request_id={'x' * 129}", "request_id"),
            (f"{stream}?request_id=x", "request_id"),
            (f"{EVENTS}?actor_id=system", "actor_id"),
            (f"{EVENTS}?from=2024-01-01", "from"),
            (f"{EVENTS}?to=yesterday", "to"),
            (f"{EVENTS}?page=1", "page"),
            (f"{stream}?type=stores", "type"),
            (f"{stream}?limit=101", "limit"),
            (f"{stream}/state?version=0", "version"),
            (f"{stream}/state?version=x", "version"),
            (f"{stream}/state?as_of=now", "as_of"),
            (f"{stream}/state?limit=1", "limit"),
        ):
            refused = admin.get(path)
            assert (refused.status, refused.fields) == (400, {field}), path
        refused = admin.get(f"{stream}/state?version=1&as_of=2024-01-01T00:00:00Z")
        assert (refused.status, refused.fields) == (400, {"version", "as_of"})


class TestStates:
    def test_are_folded_up_to_a_version_or_a_time(self, stocked: Any) -> None:
        admin, store_id = stocked.shop.client(), stocked.store["id"]
        for name in ("Harbour", "Pier"):
            admin.patch(f"/api/admin/stores/{store_id}", {"name": name})
        state = f"/api/audit/streams/{store_id}/state"
        for row, name in zip(history_of(admin, store_id), ("Main Street", "Harbour", "Pier"), strict=True):
            version = row["stream_version"]
            answer = admin.get(f"{state}?version={version}").data
            assert answer == admin.get(f"{state}?as_of={row['recorded_at']}").data
            assert (
                answer.items()
                >= {
                    "type": "stores.Store",
                    "stream_id": store_id,
                    "version": version,
                }.items()
            )
            assert (answer["state"]["name"], answer["state"]["code"]) == (name, "MAIN")
        assert admin.get(state).data == answer

    def test_that_never_were_are_not_found(self, stocked: Any) -> None:
        state = f"/api/audit/streams/{stocked.store['id']}/state"
        for query in ("version=2", f"version={2**62}", "as_of=2000-01-01T00:00:00Z"):
            answer = stocked.shop.client().get(f"{state}?{query}")
            assert (answer.status, answer.code) == (404, "not_found"), query

    def test_are_what_the_last_of_all_changes_left(self, stocked: Any) -> None:
        admin, product = stocked.shop.client(), stocked.product["id"]
        variant = f"/api/admin/products/{product}/variants/{stocked.variant_id}"
        for price in (129, 139):
            admin.patch(variant, {"price": price})
        state = admin.get(f"/api/audit/streams/{product}/state").data["state"]
        assert state["variants"][stocked.variant_id]["price"] == 139
        assert (state["status"], state["name"]) == ("active", "Oat milk")


class TestWhoMayLook:
    def paths(self, stream_id: Any) -> list[str]:
        return [EVENTS, f"/api/audit/streams/{stream_id}", f"/api/audit/streams/{stream_id}/state"]

    def test_nobody_without_the_key(self, shop: Any) -> None:
        for path in self.paths(shop.company_id):
            assert shop.client().get(path).status == 200
            for role in ("Manager", "Cashier", "Inventory Clerk"):
                assert (shop.client(role).get(path).status, path) == (403, path)
            assert shop.service.client().get(path).status == 401

    def test_nobody_of_another_company(self, shop: Any, make_shop: Any) -> None:
        stranger = make_shop().client()
        _, history, state = self.paths(shop.company_id)
        assert stranger.get(f"{EVENTS}?stream_id={shop.company_id}").data == []
        assert stranger.get(f"{EVENTS}?actor_id={shop.users['Admin']}").data == []
        for path in (history, state, *self.paths(uuid4())[1:]):
            assert (stranger.get(path).status, stranger.get(path).code) == (404, "not_found"), path
        assert {row["actor_id"] for row in events_of(stranger)} == {None}

    def test_the_platform_sees_its_own_log(self, shop: Any) -> None:
        service = shop.service
        person = User.begin(User.Registered, uuid4(), username=f"{uuid4()}@platform", role="Super Admin")
        record(service, PLATFORM_ID, person)
        super_admin = service.guest(PLATFORM_ID, "Super Admin")
        events = history_of(super_admin, str(person.id))
        assert [row["after"]["role"] for row in events] == ["Super Admin"]
        assert events_of(super_admin, f"stream_id={person.id}") == events
        assert super_admin.get(f"/api/audit/streams/{shop.company_id}").status == 404

    def test_who_may_not_see_costs_sees_none(self, stocked: Any) -> None:
        shop = stocked.shop
        stocked.sell(
            discounts=[{"type": "amount", "value": 19}], payments=[{"method": "cash", "amount": 100}]
        )
        variant = f"/api/admin/products/{stocked.product['id']}/variants/{stocked.variant_id}"
        shop.client().patch(variant, {"cost": 70, "price": 129})
        caller = Caller(
            company_id=shop.company_id,
            user_id=shop.users["Admin"],
            session_id=shop.users["Admin"],
            role="Admin",
        )
        denied = shop.service.client(Tokens(SECRET, 3600).issue(caller, denied=["costs.view"]))
        state = f"/api/audit/streams/{stocked.product['id']}/state"
        for ask in (
            events_of,
            lambda one: history_of(one, stocked.product["id"]),
            lambda one: one.get(state).data,
        ):
            assert set(COSTS) & set(fields_in(ask(shop.client())))
            assert not set(COSTS) & set(fields_in(ask(denied)))
        assert len(events_of(denied)) == len(events_of(shop.client()))
        (sold,) = events_of(denied, "type=orders.Order.Sold")
        assert sold["data"]["discounts"] == [{"type": "amount", "value": "19", "reason": None}]
        assert denied.get(state).data["state"]["variants"][stocked.variant_id]["price"] == 129
