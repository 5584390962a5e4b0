"""The feed: the log in its own order, with a cursor to keep, to wait with, and refused after a restore."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from projections import feed
from tests.api.conftest import Stocked
from tests.api.test_audit import fields_in
from tests.api.test_costs_hidden import costs_in
from tests.conftest import PASSWORD
from tests.waiting import eventually

FEED = "/api/feed"
OPERATIONS = Path(__file__).parents[2] / "OPERATIONS.md"
CUSTOMERS = "/api/admin/customers"
#: Under which a person is known nowhere else.
NAME = "Qzyxwilma Featherstone"


def pages_of(client: Any, query: str = "", *, limit: int = 1000, after: int = 0) -> Iterator[dict[str, Any]]:
    """Every page of the feed, up to where it ends."""
    has_more = True
    while has_more:
        page = client.get(f"{FEED}?after={after}&limit={limit}&{query}").json
        yield page
        assert page["pagination"]["next_after"] >= after
        after, has_more = page["pagination"]["next_after"], page["pagination"]["has_more"]


def followed(client: Any, query: str = "", **more: Any) -> list[dict[str, Any]]:
    return [row for page in pages_of(client, query, **more) for row in page["data"]]


def head_of(shop: Any) -> int:
    return len(shop.events())


def as_owner(shop: Any, statement: str, *params: Any) -> None:
    with psycopg.connect(shop.service.database.owner, autocommit=True) as owner:
        owner.execute(statement.encode(), params)


class TestFollowing:
    def test_gives_every_fact_once_and_in_order(self, stocked: Stocked) -> None:
        stocked.sell()
        shop = stocked.shop
        rows, events = followed(shop.client()), shop.events()
        assert [row["position"] for row in rows] == list(range(1, len(events) + 1))
        assert [(row["type"], row["stream_id"]) for row in rows] == [
            (event["type"], str(event["stream_id"])) for event in events
        ]
        versions: dict[str, int] = {}
        for row in rows:
            versions[row["stream_id"]] = versions.get(row["stream_id"], 0) + 1
            assert row["stream_version"] == versions[row["stream_id"]]

    def test_says_when_and_by_whom(self, stocked: Stocked) -> None:
        sold = stocked.sell().data
        row = next(row for row in followed(stocked.shop.client()) if row["type"] == "orders.Order.Sold")
        assert row["stream_id"] == sold["id"]
        assert row["actor_id"] == str(stocked.shop.users["Cashier"])
        assert row["data"]["number"] == sold["number"]
        assert row["data"]["lines"][0]["quantity"] == "1"
        assert row["at"] <= row["recorded_at"]

    def test_names_each_by_epoch_and_position(self, stocked: Stocked) -> None:
        answer = stocked.shop.client().get(FEED)
        epoch = answer.headers["x-log-epoch"]
        assert {row["id"] for row in answer.data} == {f"{epoch}-{row['position']}" for row in answer.data}
        assert epoch.isalnum()

    def test_page_by_page_has_no_gap_and_nothing_double_while_tills_go_on(self, stocked: Stocked) -> None:
        stocked.receive("100", 60)
        selling = [True]

        def sell() -> int:
            sales = 0
            while selling[0]:
                assert stocked.sell().status == 201
                sales += 1
            return sales

        seen: list[dict[str, Any]] = []
        with ThreadPoolExecutor(2) as tills:
            futures = [tills.submit(sell) for _ in range(2)]
            after, began_at = 0, head_of(stocked.shop)
            try:
                while len(seen) < began_at + 40:
                    answer = stocked.shop.client().get(f"{FEED}?after={after}&limit=7&wait=5").json
                    seen += answer["data"]
                    after = answer["pagination"]["next_after"]
            finally:
                selling[0] = False
        sales = sum(future.result() for future in futures)
        seen += followed(stocked.shop.client(), after=after)
        assert [row["position"] for row in seen] == list(range(1, head_of(stocked.shop) + 1))
        assert sum(row["type"] == "orders.Order.Sold" for row in seen) == sales

    def test_ends_at_the_end(self, stocked: Stocked) -> None:
        head = head_of(stocked.shop)
        page = stocked.shop.client().get(f"{FEED}?after={head}")
        assert page.json["pagination"] == {"next_after": head, "has_more": False}
        assert page.data == []

    def test_of_another_company_is_never_seen(
        self, stocked: Stocked, make_shop: Callable[..., Any], stock: Callable[..., Stocked]
    ) -> None:
        other = stock(make_shop())
        other.sell()
        theirs = {row["stream_id"] for row in followed(other.shop.client())}
        ours = {row["stream_id"] for row in followed(stocked.shop.client())}
        assert theirs
        assert ours
        assert theirs.isdisjoint(ours)
        epochs = {one.shop.client().get(FEED).headers["x-log-epoch"] for one in (other, stocked)}
        assert len(epochs) == 2


class TestTypes:
    def test_are_chosen_by_name_and_by_beginning(self, stocked: Stocked) -> None:
        stocked.sell()
        client = stocked.shop.client()
        kinds = {row["type"] for row in followed(client, "types=orders.*,stores.Store.Registered")}
        assert kinds == {"orders.Order.Sold", "stores.Store.Registered"}
        assert {row["type"] for row in followed(client, "types=orders.Order.*")} == {"orders.Order.Sold"}
        assert followed(client, "types=*") == followed(client)

    def test_that_do_not_occur_move_the_cursor_on_all_the_same(self, stocked: Stocked) -> None:
        answer = stocked.shop.client().get(f"{FEED}?types=transfers.*").json
        assert answer["data"] == []
        assert answer["pagination"] == {"next_after": head_of(stocked.shop), "has_more": False}

    def test_are_looked_for_in_so_many_events_at_a_time(
        self, stocked: Stocked, serve_here: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stocked.sell()
        monkeypatch.setattr(feed, "SCANNED", 5)
        with serve_here() as running:
            client = running.client(stocked.shop.token())
            pages = list(pages_of(client, "types=orders.*"))
        head = head_of(stocked.shop)
        ends = [page["pagination"]["next_after"] for page in pages]
        assert ends == [*range(5, head, 5), head]
        assert [page["data"] for page in pages[:-1]] == [[]] * (len(pages) - 1)
        assert [row["type"] for row in pages[-1]["data"]] == ["orders.Order.Sold"]

    def test_of_which_there_are_none_are_refused(self, shop: Any) -> None:
        refused = shop.client().get(f"{FEED}?types=orders.*,order.*,orders.Order.Eaten")
        assert (refused.status, refused.code) == (422, "validation_failed")
        assert (refused.fields, refused.codes) == ({"types"}, {"unknown_event_type"})
        assert len(refused.json["error"]["details"]) == 2
        many = ",".join(f"orders.{number}" for number in range(101))
        assert shop.client().get(f"{FEED}?types={many}").codes == {"too_many"}

    def test_are_all_listed_with_their_meaning_and_schema(self, stocked: Stocked) -> None:
        stocked.sell()
        client = stocked.shop.client()
        listed = {one["type"]: one for one in client.get(f"{FEED}/types").data}
        assert list(listed) == sorted(listed)
        rows = followed(client)
        assert {row["type"] for row in rows} < listed.keys()
        for one in listed.values():
            assert one["meaning"].endswith("."), one
            assert one["json_schema"]["type"] == "object"
            assert one["version"] >= 1
        for row in rows:
            schema = listed[row["type"]]["json_schema"]
            assert row["data"].keys() == schema["properties"].keys(), row["type"]
        assert listed["stores.Store.Renamed"]["meaning"] == "The store goes by another name."


class TestWhatIsLarge:
    def test_is_told_a_few_at_a_time(
        self, stocked: Stocked, serve_here: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(feed, "LARGEST", 600)
        with serve_here() as running:
            pages = list(pages_of(running.client(stocked.shop.token())))
        rows = [row["position"] for page in pages for row in page["data"]]
        assert rows == list(range(1, head_of(stocked.shop) + 1))
        assert all(page["data"] for page in pages)
        assert len(pages) >= 3


class TestWaiting:
    def test_is_answered_by_the_next_sale(self, stocked: Stocked) -> None:
        head, client = head_of(stocked.shop), stocked.shop.client()
        with ThreadPoolExecutor(1) as waiting:
            answer = waiting.submit(client.get, f"{FEED}?after={head}&wait=30")
            time.sleep(0.3)
            assert not answer.done()
            assert stocked.sell().status == 201
            assert answer.result().data[0]["position"] == head + 1

    def test_ends_empty_with_the_cursor_when_the_time_is_over(self, stocked: Stocked) -> None:
        head = head_of(stocked.shop)
        answer = stocked.shop.client().get(f"{FEED}?after={head}&wait=1")
        assert (answer.status, answer.data) == (200, [])
        assert answer.json["pagination"] == {"next_after": head, "has_more": False}
        assert answer.headers["x-log-epoch"]

    def test_for_some_types_passes_over_others(self, stocked: Stocked) -> None:
        head, client = head_of(stocked.shop), stocked.shop.client()
        with ThreadPoolExecutor(1) as waiting:
            answer = waiting.submit(client.get, f"{FEED}?after={head}&wait=30&types=brands.*")
            stocked.sell()
            time.sleep(0.3)
            assert not answer.done()
            client.post("/api/admin/settings/brands", {"name": "Acme"})
            page = answer.result().json
        assert [row["type"] for row in page["data"]] == ["brands.Brand.Registered"]
        assert page["pagination"]["next_after"] == head_of(stocked.shop)

    def test_for_some_types_ends_behind_the_others(self, stocked: Stocked) -> None:
        head, client = head_of(stocked.shop), stocked.shop.client()
        with ThreadPoolExecutor(1) as waiting:
            answer = waiting.submit(client.get, f"{FEED}?after={head}&wait=2&types=brands.*")
            stocked.sell()
            page = answer.result().json
        assert page["data"] == []
        assert page["pagination"] == {"next_after": head_of(stocked.shop), "has_more": False}

    def test_takes_neither_a_thread_nor_a_connection_of_the_database(
        self, stocked: Stocked, serve_here: Callable[..., Any]
    ) -> None:
        """Sixty wait where four threads serve; then all of them hear of one sale."""
        head, token = head_of(stocked.shop), stocked.shop.token()
        with serve_here(MIPOS_THREADS="4") as running, ThreadPoolExecutor(60) as clients:
            waiting = [
                clients.submit(running.client(token).get, f"{FEED}?after={head}&wait=30") for _ in range(60)
            ]
            for _ in range(10):
                assert running.client(token).get("/api/admin/settings/brands").status == 200
            assert not any(one.done() for one in waiting)
            assert stocked.sell().status == 201
            assert {one.result().data[0]["position"] for one in waiting} == {head + 1}


class TestACursor:
    def test_beyond_the_end_is_refused(self, stocked: Stocked) -> None:
        head, client = head_of(stocked.shop), stocked.shop.client()
        epoch = client.get(FEED).headers["x-log-epoch"]
        refused = client.get(f"{FEED}?after={head + 1}&wait=30")
        assert (refused.status, refused.code) == (409, "cursor_ahead")
        assert refused.json["error"] == {
            "doc_url": refused.json["error"]["doc_url"],
            "code": "cursor_ahead",
            "details": [{"field": "after", "code": "cursor_ahead", "message": refused.json["message"]}],
            "head": head,
            "epoch": epoch,
            "same_up_to": 0,
        }
        assert client.get(f"{FEED}?after={head + 1}&epoch={epoch}").json["error"]["same_up_to"] == head

    def test_of_another_epoch_is_refused(self, stocked: Stocked) -> None:
        head, client = head_of(stocked.shop), stocked.shop.client()
        epoch = client.get(FEED).headers["x-log-epoch"]
        assert client.get(f"{FEED}?after=1&epoch={epoch}").status == 200
        refused = client.get(f"{FEED}?after=1&epoch=deadbeef&wait=30")
        assert (refused.status, refused.code, refused.fields) == (409, "cursor_ahead", {"epoch"})
        assert refused.json["error"]["epoch"] == epoch
        assert (refused.json["error"]["head"], refused.json["error"]["same_up_to"]) == (head, 0)

    def test_of_before_a_restore_is_told_up_to_where_all_is_as_it_was(self, stocked: Stocked) -> None:
        """A restore begins an epoch; see tests/infra/test_backup.py."""
        client, before = stocked.shop.client(), followed(stocked.shop.client())
        former = client.get(FEED).headers["x-log-epoch"]
        head = head_of(stocked.shop)
        restored_at = head - 2
        as_owner(
            stocked.shop,
            "INSERT INTO log_epochs (company_id, number, epoch, from_position) VALUES (%s, 2, 'again', %s)",
            stocked.shop.company_id,
            restored_at,
        )
        refused = client.get(f"{FEED}?after={head}&epoch={former}")
        assert (refused.status, refused.code) == (409, "cursor_ahead")
        error = refused.json["error"]
        assert (error["epoch"], error["same_up_to"], error["head"]) == ("again", restored_at, head)
        rows = followed(client, "epoch=again")
        assert [row["id"] for row in rows[:restored_at]] == [row["id"] for row in before[:restored_at]]
        assert [row["id"] for row in rows[restored_at:]] == [f"again-{head - 1}", f"again-{head}"]

    @pytest.mark.parametrize(
        "query",
        [
            "after=-1",
            "after=first",
            f"after={2**63}",
            "limit=0",
            "limit=1001",
            "wait=31",
            "wait=-1",
            "wait=soon",
            "wait=0.5",
            "types=",
            "epoch=",
            f"epoch={'e' * 41}",
            "since=1",
        ],
    )
    def test_that_cannot_be_read_is_refused(self, shop: Any, query: str) -> None:
        refused = shop.client().get(f"{FEED}?{query}")
        assert (refused.status, refused.code) == (400, "invalid_parameter")
        assert refused.fields == {query.partition("=")[0]}


class TestWhatIsTold:
    def test_names_nobody(self, stocked: Stocked) -> None:
        admin = stocked.shop.client()
        person = {"name": NAME, "phone": "+4930901820", "email": "wilma@featherstone.test"}
        customer = admin.post(CUSTOMERS, person).data
        assert stocked.sell(customer_id=customer["id"], note=f"For {NAME}").status == 201
        admin.patch(f"{CUSTOMERS}/{customer['id']}", {"name": f"{NAME} the second"})
        erased = admin.post(f"{CUSTOMERS}/{customer['id']}/erase", {"reason": "She asked for it"})
        assert erased.status == 200, erased.body
        text = admin.get(f"{FEED}?limit=1000").body.decode()
        for secret in ("Qzyxwilma", "featherstone", "901820", stocked.shop.username("Cashier")):
            assert secret.lower() not in text.lower(), secret
        rows = followed(admin, "types=customers.*,orders.*")
        assert {"customers.Customer.Registered", "customers.Customer.Erased", "orders.Order.Sold"} <= {
            row["type"] for row in rows
        }
        names = set(fields_in([row["data"] for row in rows]))
        assert names.isdisjoint({"private", "subject_id", "class_version", "phone", "email", "note"})

    def test_is_found_by_the_id_of_whom_it_is_about(self, stocked: Stocked) -> None:
        admin = stocked.shop.client()
        customer = admin.post(CUSTOMERS, {"name": NAME}).data
        (row,) = followed(admin, "types=customers.Customer.Registered")
        assert row["stream_id"] == customer["id"]
        assert admin.get(f"{CUSTOMERS}/{row['stream_id']}").data["name"] == NAME

    def test_shows_costs_to_those_alone_who_may_see_them(self, stocked: Stocked) -> None:
        stocked.sell()
        shop = stocked.shop
        shown = followed(shop.client())
        assert {"unit_cost", "cost_total"} <= set(costs_in(shown))
        path = f"/api/admin/settings/users/{shop.users['Manager']}/permissions"
        answer = shop.client().call("PUT", path, {"granted": ["feed.view"], "denied": ["costs.view"]})
        assert answer.status == 200, answer.body
        body = {"username": shop.username("Manager"), "password": PASSWORD}
        token = shop.service.client().post("/api/auth/login", body).data["token"]
        hidden = followed(shop.service.client(token))
        assert list(costs_in(hidden)) == []
        assert [row["position"] for row in hidden][: len(shown)] == [row["position"] for row in shown]

    @pytest.mark.parametrize("path", [FEED, f"{FEED}/types"])
    def test_is_for_admins_who_are_bound_to_no_store(self, stocked: Stocked, path: str) -> None:
        for role in ("Manager", "Cashier", "Inventory Clerk"):
            assert stocked.shop.client(role).get(path).status == 403, role
        bound = stocked.shop.client(stores=[stocked.store["id"]]).get(path)
        assert (bound.status, bound.code) == (403, "forbidden")
        assert stocked.shop.service.client().get(path).status == 401

    def test_of_older_versions_is_told_in_the_present_one(self, shop: Any) -> None:
        stream_id = uuid4()
        as_owner(
            shop,
            "WITH entered AS (SELECT set_config('app.company_id', %s, false))"
            " SELECT append_events(%s, %s::uuid[], '{1}',"
            "   '{payment_methods.PaymentMethod.Recoded}', %s::text[], %s::text[]) FROM entered",
            str(shop.company_id),
            shop.company_id,
            [stream_id],
            ['{"code": "MEAL"}'],
            ['{"at": "2026-01-01T00:00:00Z"}'],
        )
        client = shop.client()
        (row,) = followed(client, "types=payment_methods.*")
        listed = {one["type"]: one for one in client.get(f"{FEED}/types").data}
        schema = listed[row["type"]]["json_schema"]
        assert row["data"].keys() == schema["properties"].keys()
        assert listed[row["type"]]["version"] == 3


class TestAnEventThatCannotBeRead:
    def test_is_an_error_by_itself_and_what_comes_before_it_is_told(self, shop: Any) -> None:
        head = head_of(shop)
        as_owner(
            shop,
            "WITH entered AS (SELECT set_config('app.company_id', %s, false))"
            " SELECT append_events(%s, %s::uuid[], '{1}', '{brands.Brand.Frozen}',"
            "   '{\"{}\"}', %s::text[]) FROM entered",
            str(shop.company_id),
            shop.company_id,
            [uuid4()],
            ['{"at": "2026-01-01T00:00:00Z"}'],
        )
        page = shop.client().get(FEED).json
        assert [row["position"] for row in page["data"]] == list(range(1, head + 1))
        assert page["pagination"] == {"next_after": head, "has_more": True}
        refused = shop.client().get(f"{FEED}?after={head}&wait=30")
        assert (refused.status, refused.code) == (503, "newer_event")
        assert (
            shop.client().get(f"{FEED}?after={head}&types=stores.*").json["pagination"]["next_after"]
            == head + 1
        )
        assert shop.client().get(f"{FEED}?after={head}&types=brands.*").code == "newer_event"


def test_a_waiting_client_hears_within_a_moment_of_many_that_wait(
    stocked: Stocked, serve_here: Callable[..., Any]
) -> None:
    """Each waits for a type of its own company's that occurs once."""
    head, token = head_of(stocked.shop), stocked.shop.token()
    with serve_here() as running, ThreadPoolExecutor(30) as clients:
        waiting = [
            clients.submit(running.client(token).get, f"{FEED}?after={head}&wait=30&types=brands.*")
            for _ in range(30)
        ]
        stocked.sell()
        stocked.shop.client().post("/api/admin/settings/brands", {"name": "Acme"})
        eventually(lambda: all(one.done() for one in waiting))
        assert {one.result().data[0]["type"] for one in waiting} == {"brands.Brand.Registered"}


class TestTheExampleOfTheManual:
    """OPERATIONS.md has it word for word."""

    def test_keeps_sales_and_its_cursor_and_takes_back_what_a_restore_undid(
        self, stocked: Stocked, tmp_path: Path
    ) -> None:
        program = tmp_path / "follow.py"
        program.write_text(OPERATIONS.read_text().partition("```python follow.py\n")[2].partition("```")[0])
        file, shop = tmp_path / "sales.db", stocked.shop
        first = stocked.sell().data["number"]

        def kept() -> list[str]:
            with suppress(sqlite3.OperationalError), closing(sqlite3.connect(file)) as db:
                return [number for (number,) in db.execute("SELECT number FROM sales ORDER BY position")]
            return []

        arguments = [sys.executable, str(program), str(file), shop.url, shop.username("Admin"), PASSWORD]
        with subprocess.Popen(arguments) as following:  # noqa: S603
            try:
                eventually(lambda: kept() == [first])
                with closing(sqlite3.connect(file, isolation_level=None)) as db:
                    db.execute("INSERT INTO sales VALUES (1000000, 'lost with what was not backed up', 1)")
                as_owner(
                    shop,
                    "INSERT INTO log_epochs (company_id, number, epoch, from_position)"
                    " VALUES (%s, 2, 'again', %s)",
                    shop.company_id,
                    head_of(shop) - 1,
                )
                second = stocked.sell().data["number"]
                eventually(lambda: kept() == [first, second])
            finally:
                following.kill()
