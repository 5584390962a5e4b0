"""Too much: guesses at passwords, counted over all processes, and requests in general, counted in each."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import MISSING, fields
from typing import Any, cast
from uuid import uuid4

import psycopg
import pytest
from falcon.testing import TestClient

from api.app import create_app
from api.rate_limits import MOST_SENDERS, RequestLimits
from api.services import Services
from infra.identity.forgetting import forget_old_failures, forget_old_sessions
from tests.conftest import PASSWORD

UNUSED = cast("Any", None)


def sign_in(service: Any, username: str, password: str = PASSWORD) -> Any:
    return service.client().post("/api/auth/login", {"username": username, "password": password})


def is_held_back(answer: Any) -> bool:
    return bool(
        (answer.status, answer.code) == (429, "too_many_requests")
        and 0 < int(answer.headers["retry-after"]) <= 900
    )


def failures(database: Any) -> dict[bytes, int]:
    with psycopg.connect(database.owner) as connection:
        return dict(connection.execute("SELECT key, failures FROM sign_in_failures").fetchall())


def own(database: Any, statement: Any, *params: Any) -> None:
    """Change what is kept as no request would."""
    with psycopg.connect(database.owner, autocommit=True) as connection:
        connection.execute(statement, params)


class TestGuessing:
    @pytest.fixture(scope="class")
    @classmethod
    def here(cls, serve_here: Callable[..., Any]) -> Any:
        """A server where a guess costs nothing, for what is counted alike in one process and in several."""
        with serve_here(MIPOS_SIGN_IN_FAILURES_PER_ADDRESS="1000000") as running:
            yield running

    def test_ten_failures_close_the_account_there_even_for_the_right_password(self, shop: Any) -> None:
        name = shop.username("Cashier")
        for _ in range(10):
            assert sign_in(shop.service, name, "wrong").status == 401
        assert is_held_back(sign_in(shop.service, name))
        assert is_held_back(sign_in(shop.service, name.upper(), "wrong"))
        assert sign_in(shop.service, shop.username("Manager")).status == 200

    def test_a_name_nobody_has_is_closed_just_so(self, here: Any) -> None:
        name = f"nobody-{uuid4()}"
        answers = [sign_in(here, name) for _ in range(11)]
        assert [answer.status for answer in answers] == [401] * 10 + [429]
        assert is_held_back(answers[-1])

    def test_a_success_begins_anew(self, here: Any, shop: Any) -> None:
        name = shop.username("Cashier")
        for _ in range(2):
            for _ in range(9):
                sign_in(here, name, "wrong")
            assert sign_in(here, name).status == 200

    def test_it_opens_again_by_itself(self, here: Any, shop: Any) -> None:
        name = shop.username("Cashier")
        for _ in range(11):
            sign_in(here, name, "wrong")
        own(shop.service.database, "UPDATE sign_in_failures SET until = now() - interval '1 second'")
        assert sign_in(here, name).status == 200

    def test_no_number_at_once_gets_more_guesses(self, shop: Any) -> None:
        name = shop.username("Cashier")
        with ThreadPoolExecutor(16) as many:
            guesses = list(many.map(lambda _: sign_in(shop.service, name, "wrong").status, range(40)))
        assert (guesses.count(401), guesses.count(429)) == (10, 30)

    def test_many_tills_may_sign_in_at_once(self, shop: Any) -> None:
        name = shop.username("Cashier")
        assert sign_in(shop.service, name).status == 200
        with ThreadPoolExecutor(12) as many:
            statuses = set(many.map(lambda _: sign_in(shop.service, name).status, range(12)))
        assert statuses == {200}

    def test_till_and_desk_count_together(self, here: Any, shop: Any) -> None:
        body = {"username": shop.username("Cashier"), "password": "wrong"}
        for _ in range(5):
            here.client().post("/api/auth/pos/login", body)
            here.client().post("/api/auth/login", body)
        assert is_held_back(sign_in(here, shop.username("Cashier")))

    def test_a_closed_company_does_not_close_the_account(self, here: Any, shop: Any) -> None:
        with psycopg.connect(shop.service.database.owner, autocommit=True) as connection:
            suspend = "UPDATE companies SET status = 'suspended' WHERE company_id = %s"
            connection.execute(suspend, [shop.company_id])
        for _ in range(12):
            assert sign_in(here, shop.username("Cashier")).code == "company_suspended"

    def test_what_was_typed_as_a_name_is_not_kept(self, here: Any) -> None:
        typed = f"my secret password {uuid4()}"
        before = failures(here.database)
        sign_in(here, typed)
        added = failures(here.database).keys() - before.keys()
        assert {len(key) for key in added} == {32}
        assert all(typed.encode() not in key for key in added)


#: A server that believes us where requests come from.
TRUSTING = {"MIPOS_TRUSTED_PROXIES": "127.0.0.1"}
FROM_ANYWHERE = {
    **TRUSTING,
    "MIPOS_SIGN_IN_FAILURES_FROM_ANYWHERE": "15",
    "MIPOS_SIGN_IN_FAILURES_PER_ADDRESS": "1000000",
}


class TestFromAnywhere:
    """Guesses from many addresses at one account."""

    @pytest.fixture(scope="class")
    @classmethod
    def proxied(cls, serve_here: Callable[..., Any]) -> Any:
        with serve_here(**FROM_ANYWHERE) as running:
            yield running

    def sign_in(
        self, proxied: Any, name: str, address: str, password: str = PASSWORD, *, till: bool = False
    ) -> Any:
        path = "/api/auth/pos/login" if till else "/api/auth/login"
        body = {"username": name, "password": password}
        return proxied.client().post(path, body, X_Forwarded_For=address)

    def test_one_of_them_shuts_out_nobody_but_itself(self, proxied: Any, shop: Any) -> None:
        name = shop.username("Cashier")
        for number in range(10):
            assert self.sign_in(proxied, name, "192.0.2.1", "wrong", till=number % 2 == 0).status == 401
        for till in (True, False):
            assert is_held_back(self.sign_in(proxied, name, "192.0.2.1", till=till))
        assert self.sign_in(proxied, name, "192.0.2.2").status == 200

    def test_all_of_them_shut_out_strangers_but_not_the_user_at_work(self, proxied: Any, shop: Any) -> None:
        name, other = shop.username("Cashier"), shop.username("Manager")
        assert self.sign_in(proxied, name, "192.0.2.1").status == 200
        for number in range(15):
            assert self.sign_in(proxied, name, f"198.51.100.{number}", "wrong").status == 401
        held_back = self.sign_in(proxied, name, "203.0.113.1")
        assert (held_back.status, held_back.code) == (429, "too_many_requests")
        assert 900 < int(held_back.headers["retry-after"]) <= 3600
        assert self.sign_in(proxied, name, "192.0.2.1", till=True).status == 200
        assert self.sign_in(proxied, other, "203.0.113.1").status == 200

    def test_where_the_user_works_is_held_back_by_its_own_failures(self, proxied: Any, shop: Any) -> None:
        name = shop.username("Cashier")
        assert self.sign_in(proxied, name, "192.0.2.1").status == 200
        for _ in range(10):
            assert self.sign_in(proxied, name, "192.0.2.1", "wrong").status == 401
        assert is_held_back(self.sign_in(proxied, name, "192.0.2.1"))

    def test_a_success_gives_back_one_attempt_and_no_more(self, proxied: Any, shop: Any) -> None:
        name = shop.username("Cashier")
        for number in range(14):
            self.sign_in(proxied, name, f"198.51.100.{number}", "wrong")
        for _ in range(3):
            assert self.sign_in(proxied, name, "192.0.2.1").status == 200
        assert self.sign_in(proxied, name, "198.51.100.14", "wrong").status == 401
        assert self.sign_in(proxied, name, "198.51.100.15", "wrong").status == 429

    def test_a_name_nobody_has_is_shut_just_so(self, proxied: Any) -> None:
        name = f"nobody-{uuid4()}"
        statuses = [self.sign_in(proxied, name, f"198.51.100.{number}").status for number in range(16)]
        assert statuses == [401] * 15 + [429]

    def test_messages_are_held_back_sooner(self, proxied: Any, shop: Any) -> None:
        body = {"username": shop.username("Cashier")}
        answers = [
            proxied.client().post("/api/auth/forgot-password", body, X_Forwarded_For=f"198.51.100.{number}")
            for number in range(11)
        ]
        assert [answer.status for answer in answers] == [200] * 10 + [429]

    def test_no_number_of_addresses_at_once_gets_more(self, proxied: Any, shop: Any) -> None:
        name = shop.username("Cashier")

        def guess(number: int) -> int:
            return int(self.sign_in(proxied, name, f"198.51.100.{number}", "wrong").status)

        with ThreadPoolExecutor(12) as many:
            guesses = list(many.map(guess, range(30)))
        assert (guesses.count(401), guesses.count(429)) == (15, 15)


class TestOneAddress:
    """Each test comes from an address of its own."""

    @pytest.fixture(scope="class")
    @classmethod
    def strict(cls, serve_here: Callable[..., Any]) -> Any:
        with serve_here(**TRUSTING, MIPOS_SIGN_IN_FAILURES_PER_ADDRESS="3") as running:
            yield running

    @pytest.fixture
    def post(self, strict: Any) -> Callable[..., Any]:
        address = f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}::1"
        return lambda path, body: strict.client().post(path, body, X_Forwarded_For=address)

    def sign_in(self, post: Callable[..., Any], username: str) -> Any:
        return post("/api/auth/login", {"username": username, "password": PASSWORD})

    def test_that_tries_many_names_is_closed(self, post: Callable[..., Any], shop: Any) -> None:
        for _ in range(3):
            assert self.sign_in(post, f"nobody-{uuid4()}").status == 401
        assert is_held_back(self.sign_in(post, f"nobody-{uuid4()}"))
        assert is_held_back(self.sign_in(post, shop.username("Cashier")))

    def test_that_signs_in_rightly_is_not(self, post: Callable[..., Any], shop: Any) -> None:
        for _ in range(6):
            assert self.sign_in(post, shop.username("Cashier")).status == 200

    @pytest.mark.parametrize(
        ("path", "body", "status"),
        [
            ("/api/auth/refresh", {"refresh_token": "made up"}, 401),
            ("/api/auth/reset-password", {"token": "made up", "new_password": "a good password"}, 422),
        ],
    )
    def test_that_makes_up_tokens_is_closed(
        self, post: Callable[..., Any], path: str, body: Any, status: int
    ) -> None:
        for _ in range(3):
            assert post(path, body).status == status
        assert is_held_back(post(path, body))

    def test_still_refreshes_what_is_real(self, post: Callable[..., Any], shop: Any) -> None:
        token = self.sign_in(post, shop.username("Cashier")).data["refresh_token"]
        for _ in range(5):
            post("/api/auth/refresh", {"refresh_token": "made up"})
        assert post("/api/auth/refresh", {"refresh_token": token}).status == 200


class TestForgetting:
    def test_what_is_past_its_time_is_deleted(self, shop: Any) -> None:
        database, name = shop.service.database, f"nobody-{uuid4()}"
        before = failures(database)
        sign_in(shop.service, name)
        recent = failures(database).keys() - before.keys()
        shop.service.client().post("/api/auth/forgot-password", {"username": shop.username("Cashier")})
        old = "INSERT INTO sign_in_failures VALUES ('old', 3, now() - interval '1 second')"
        own(database, old)
        past = "INSERT INTO password_resets VALUES (%s, %s, 'x', now(), now() - interval '1 second')"
        own(database, past, shop.company_id, uuid4())
        with psycopg.connect(database.worker, autocommit=True) as connection:
            forget_old_failures(connection)
            forget_old_sessions(connection)
            late = "SELECT count(*) FROM password_resets WHERE expires_at < now()"
            assert connection.execute(late).fetchone() == (0,)
        counted = failures(database)
        assert b"old" not in counted
        assert recent <= counted.keys()


def client_of(**services: Any) -> TestClient:
    """The application itself over services that are not used: what is counted here needs none."""
    unused = {field.name: UNUSED for field in fields(Services) if field.default is MISSING}
    return TestClient(create_app(Services(**{**unused, **services})))


PUBLIC = "/api/openapi.json"


class TestRequests:
    @pytest.fixture(autouse=True)
    def minute(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A minute that lasts as long as the tests: a new one forgets what was counted."""
        monkeypatch.setattr("api.rate_limits.WINDOW", 10**10)

    @pytest.fixture
    def small(self, serve_here: Callable[..., Any]) -> Iterator[Any]:
        """A server that answers each of its clients four times a minute."""
        with serve_here(**TRUSTING, MIPOS_REQUESTS_PER_MINUTE="4") as running:
            yield running

    def test_every_answer_says_what_is_left(self, shop: Any) -> None:
        for path in ("/api/auth/me", "/api/nowhere", "/api/auth/login", "/api/admin/products"):
            for client in (shop.client("Cashier"), shop.service.client()):
                headers = client.get(path).headers
                assert headers["ratelimit-limit"] == "60000", path
                assert 0 <= int(headers["ratelimit-remaining"]) < 60_000
                assert 0 < int(headers["ratelimit-reset"]) <= 60
        assert "ratelimit-limit" not in shop.service.client().get("/health").headers

    def test_those_beyond_the_limit_are_refused(self) -> None:
        client = client_of(requests_per_minute=3)
        answers = [client.simulate_get(PUBLIC) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        remaining = [answer.headers["ratelimit-remaining"] for answer in answers]
        assert remaining == ["2", "1", "0", "0", "0"]
        refused = answers[-1]
        assert refused.json["error"]["code"] == "too_many_requests"
        assert refused.json["request_id"] == refused.headers["x-request-id"]
        assert refused.headers["retry-after"] == refused.headers["ratelimit-reset"]

    def test_what_does_not_exist_counts_as_well(self) -> None:
        client = client_of(requests_per_minute=2)
        statuses = [client.simulate_get("/api/nowhere").status_code for _ in range(3)]
        assert statuses == [404, 404, 429]

    def test_those_who_watch_over_the_service_are_never_refused(self) -> None:
        client = client_of(requests_per_minute=1)
        assert {client.simulate_get("/health").status_code for _ in range(5)} == {200}
        assert {client.simulate_get("/health", remote_addr="192.0.2.1").status_code for _ in range(5)} == {
            200
        }

    def test_nor_those_who_ask_on_the_same_machine(self, small: Any) -> None:
        for path in ("/ready", "/metrics"):
            assert {small.client().get(path).status for _ in range(7)} == {200}
            answers = [small.client().get(path, X_Forwarded_For="192.0.2.1") for _ in range(7)]
            assert [answer.status for answer in answers[-2:]] == [429, 429]

    def test_addresses_do_not_share_a_count(self) -> None:
        client = client_of(requests_per_minute=1)
        for address in ("192.0.2.1", "192.0.2.2", "2001:db8:1::1", "2001:db8:2::1"):
            assert client.simulate_get(PUBLIC, remote_addr=address).status_code == 200
        assert client.simulate_get(PUBLIC, remote_addr="2001:db8:1::2").status_code == 429

    def test_users_count_for_themselves_wherever_they_are(self, small: Any, shop: Any) -> None:
        cashier, manager = (small.client(shop.token(role)) for role in ("Cashier", "Manager"))
        statuses = [cashier.get("/api/auth/me").status for _ in range(6)]
        assert statuses == [200, 200, 200, 200, 429, 429]
        assert manager.get("/api/auth/me").status == 200

    def test_users_of_two_companies_that_have_one_id_do_not_share_a_count(
        self, small: Any, make_shop: Callable[..., Any]
    ) -> None:
        shop, other = make_shop(), make_shop()
        cashier = str(shop.users["Cashier"])
        namesake = {
            "id": cashier,
            "username": f"k@{other.company_id}",
            "password": PASSWORD,
            "role_id": "cashier",
        }
        assert other.client().post("/api/admin/settings/users", namesake).status == 201
        token = sign_in(other.service, namesake["username"]).data["token"]
        assert [small.client(token).get("/api/auth/me").status for _ in range(5)][-1] == 429
        assert small.client(shop.token("Cashier")).get("/api/auth/me").status == 200


class TestTheCount:
    def test_begins_anew_with_each_minute(self) -> None:
        times = iter([0.0, 1.0, 59.5, 60.0, 119.0])
        limits = RequestLimits(1, now=lambda: next(times))
        answers = [limits.take("a") for _ in range(5)]
        assert [one.is_exceeded for one in answers] == [False, True, True, False, True]
        assert [one.reset for one in answers] == [60, 59, 1, 60, 1]

    def test_is_taken_for_its_share_of_all_processes(self) -> None:
        limits = RequestLimits(12, processes=4, now=lambda: 0.0)
        answers = [limits.take("a") for _ in range(4)]
        assert [one.remaining for one in answers] == [8, 4, 0, 0]
        assert [one.is_exceeded for one in answers] == [False, False, False, True]

    def test_keeps_no_more_senders_than_it_has_room_for(self) -> None:
        limits = RequestLimits(100, now=lambda: 0.0)
        for number in range(MOST_SENDERS + 200):
            last = limits.take(number)
        assert last.is_exceeded
        assert not limits.take(1).is_exceeded
        assert len(limits._counts) == MOST_SENDERS + 1
