"""Logs say what is needed to find a fault, and nothing about anybody."""

import base64
import io
import json
import logging
import secrets
from collections import namedtuple
from collections.abc import Iterator
from dataclasses import make_dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from structlog.contextvars import bound_contextvars

from domain.errors import Detail, Invalid
from infra.process import hiding
from infra.process.hiding import HIDDEN, hidden
from infra.process.ids import uuid7_at
from infra.process.lines import LONGEST_FIELDS
from infra.process.logs import configure_logs
from infra.process.troubles import described, traced
from projections.base import DamagedEvent
from tests.conftest import Database

#: What stands under such a name is never written, however the name is spelt.
SECRET_NAMES = [
    "password", "old_password", "PasswordHash", "passphrase", "refresh_token", "Authorization",
    "Set-Cookie", "X-Api-Key", "apiKey", "API KEY", "client_secret", "signing-key", "X-Approval",
    "webhook_signature", "DATABASE_URL", "dsn", "conninfo", "pin", "PIN", "user_pin", "userPin",
    "USERPIN", "pinCode", "cvv", "otp", "card_number", "cardNo", "CARDHOLDER", "pan", "account_number",
    "account.no", "IBAN", "gift_card", "user_email", "E-Mail", "mail", "phone", "Telephone", "mobile",
    "fax", "name", "customer_name", "firstName", "LAST NAME", "surname", "full-name", "userName",
    "contact_person", "address", "shippingAddress", "street", "postcode", "zip", "birthday",
    "date_of_birth", "tax_number", "ssn", "passport_no",
]  # fmt: skip
#: What only sounds like one.
OTHER_NAMES = [
    "shipping", "mapping", "spinner", "company_id", "user_id", "position", "amount", "total", "quantity",
    "status", "milliseconds", "product_name_length", "table", "constraint", "hostname", "filename",
    "lineno", "function", "card_payments", "panel", "currency", "event", "job", "place", "reason",
    "store_id", "request_id", "route",
]  # fmt: skip
#: What is known by its looks.
PERSONAL = [
    "ada@example.com", "ada.lovelace+till@mail.example.co.uk", "ada%40example.com", "+49 30 1234567",
    "030 1234567", "(030) 123 45 67", "0049 30 1234567", "(555) 123-4567", "555-123-4567",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2ln", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005",
    "3782 822463 10005", "DE89370400440532013000", "DE89 3704 0044 0532 0130 00",
    "GB82 WEST 1234 5698 7654 32", "NO9386011117947",
]  # fmt: skip
#: Secrets in what is written around them.
CARRIERS = [
    "postgresql://mipos:{}@db.example.com:5432/shop", "smtp://mipos:{}@mail.example.com:587",
    "host=db password={} user=mipos", "host=db password='{}' user=mipos", "password: {}",
    "password={}&next=1", '{{"password": "{}"}}', '{{\\"pin\\": \\"{}\\"}}', "Authorization: Bearer {}",
    "authorization=Basic {}", "Bearer {}", "https://shop.example.com/reset?token={}",
    "Cookie: session={}", "api_key = {}",
]  # fmt: skip
#: What operators look for.
READABLE = [
    "2026-11-28T09:20:11.123456Z", "2026-11-28 09:20:11.1234+01:00", "from 2026-11-28 2026-11-29",
    "20261128092011", "7f1ec678-0a1b-462c-9936-b1b403c1c8be",
    "of 00873209-7461-4dab-8722-f6443b3ca620 it", "/api/pos/orders/0190f5a1-7c3e-7abc-8def-0123456789ab",
    "de89370400440532013000aabbccddee",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "127.0.0.1:5432",
    "MAIN-1-000001", "the database cannot be used",
    "UniqueViolation: SQLSTATE 23505, table people, constraint people_name", "position 1234567890123",
    "total 1234567.89 EUR", "infra/process/logs.py", "orders.Order.Sold",
    "ProjectionBehindTheLogForAVeryLongTimeIndeed",
    "test_what_looks_personal_is_hidden_wherever_it_stands", "basic validation failed",
    "https://shop.example.com/api/orders?status=open&limit=20", "SELECT 1 = 1",
]  # fmt: skip

moments = st.datetimes(*map(datetime, (1900, 2200), (1, 1), (1, 1)), timezones=st.just(UTC))
plain = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(alphabet="abc xyz", max_size=8)
spelt = st.sampled_from(SECRET_NAMES)
#: A secret that nothing else in a line can be.
drawn = st.text(alphabet="zebraZEBRA0123456789", min_size=6, max_size=40).map(lambda text: f"zebra{text}")


def within(inner: Any) -> Any:
    """Something, at any depth of lists, tuples, objects and records, among other things."""
    return st.recursive(
        inner,
        lambda deeper: st.one_of(
            st.tuples(st.lists(plain, max_size=2), deeper).map(lambda pair: [*pair[0], pair[1]]),
            st.tuples(plain, deeper, plain),
            st.tuples(st.dictionaries(st.sampled_from(["a", "b"]), plain), deeper).map(
                lambda pair: {**pair[0], "c": pair[1]}
            ),
            deeper.map(make_dataclass("Record", ["inner"])),
            deeper.map(namedtuple("Pair", ["inner"])),  # noqa: PYI024
            deeper.map(msgspec.defstruct("Struct", ["inner"])),
        ),
        max_leaves=4,
    )


@pytest.fixture
def stream() -> Iterator[io.BytesIO]:
    """What is logged while a test runs."""
    before = structlog.get_config()
    handlers, level = logging.root.handlers[:], logging.root.level
    written = io.BytesIO()
    configure_logs("info", written)
    yield written
    structlog.configure(**before)
    logging.basicConfig(handlers=handlers, level=level, force=True)


def lines(stream: io.BytesIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


class TestWhatIsHidden:
    @pytest.mark.parametrize("name", SECRET_NAMES)
    def test_is_known_by_its_name(self, name: str) -> None:
        assert hidden({name: "zebra"}) == {name: HIDDEN}

    @pytest.mark.parametrize("name", OTHER_NAMES)
    def test_is_not_what_has_another_name(self, name: str) -> None:
        assert hidden({name: "zebra"}) == {name: "zebra"}

    @given(
        st.tuples(spelt, drawn).flatmap(
            lambda pair: within(st.just({pair[0]: pair[1]})).map(lambda v: (pair[1], v))
        )
    )
    def test_is_hidden_by_its_name_however_deep_it_stands(self, pair: tuple[str, Any]) -> None:
        secret, value = pair
        assert secret not in json.dumps(hidden({"event": value}))

    @given(st.tuples(spelt, within(drawn)))
    def test_is_all_that_stands_under_the_name(self, pair: tuple[str, Any]) -> None:
        name, value = pair
        assert hidden({name: value}) == {name: HIDDEN}

    @given(st.tuples(spelt, drawn))
    def test_is_the_value_of_a_header_or_of_a_pair(self, pair: tuple[str, str]) -> None:
        name, secret = pair
        for value in ([("X", "y"), (name, secret)], [{"name": name, "value": secret}]):
            assert secret not in json.dumps(hidden({"headers": value}))

    @given(
        st.tuples(st.sampled_from(PERSONAL), plain.map(str)).flatmap(
            lambda pair: within(st.just(f"{pair[1]} {pair[0]} {pair[1]}")).map(lambda value: (pair[0], value))
        )
    )
    def test_is_what_looks_personal_wherever_it_stands(self, pair: tuple[str, Any]) -> None:
        text, value = pair
        shown = json.dumps(hidden({"event": value}))
        assert text not in shown
        assert HIDDEN in shown

    @given(
        st.tuples(st.sampled_from(CARRIERS), drawn).flatmap(
            lambda pair: within(st.just(pair[0].format(pair[1]))).map(lambda value: (pair[1], value))
        )
    )
    def test_is_the_secret_in_what_carries_it(self, pair: tuple[str, Any]) -> None:
        secret, value = pair
        assert secret not in json.dumps(hidden({"event": value}))

    @given(
        st.binary(min_size=24, max_size=64),
        st.sampled_from(["{}", "the token {} is used", "/reset/{}", "t={}"]),
    )
    def test_is_what_was_drawn_at_random(self, drawn_bytes: bytes, around: str) -> None:
        token = base64.urlsafe_b64encode(drawn_bytes).rstrip(b"=").decode()
        if token.lower() == token or token.upper() == token or hiding.looks._WORDS.fullmatch(token):
            return
        assert token not in hidden(around.format(token))

    def test_is_every_token_of_ours(self) -> None:
        for _ in range(2000):
            token = secrets.token_urlsafe(32)
            assert token not in hidden(f"{uuid4().hex}.{uuid4().hex}.{token}")

    @pytest.mark.parametrize("card", ["4111 1111 1111 1111", "3782-822463-10005", "6304000000000000000"])
    @pytest.mark.parametrize("around", ["2026 {} 2026", "0 {} 0", "2026-11-28 {} 12", "{}, {}", "no. {}."])
    def test_is_a_card_among_other_numbers(self, card: str, around: str) -> None:
        assert hidden(around.format(card, card)) == around.format(HIDDEN, HIDDEN)

    def test_is_a_password_in_base64(self) -> None:
        login = base64.b64encode(b"ada:zebra").decode()
        assert hidden(f"Basic {login}") == f"Basic {HIDDEN}"

    def test_is_a_key_in_a_file(self) -> None:
        key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----"
        assert hidden(f"read {key} twice") == f"read {HIDDEN} twice"

    def test_is_the_number_of_a_card_that_is_no_text(self) -> None:
        assert hidden({"reference": 4111111111111111}) == {"reference": HIDDEN}

    def test_is_hidden_in_names_and_in_bytes_too(self) -> None:
        assert hidden({"ada@example.com": b"ada@example.com"}) == {HIDDEN: HIDDEN}

    def test_is_not_in_what_an_error_says(self) -> None:
        assert hidden({"error": ValueError("Ada")}) == {"error": "ValueError"}


class TestWhatOperatorsLookFor:
    @pytest.mark.parametrize("text", READABLE)
    def test_stays(self, text: str) -> None:
        assert hidden({"event": text, "position": 1234567}) == {"event": text, "position": 1234567}

    @given(
        st.uuids().map(str)
        | st.uuids().map(lambda one: one.hex)
        | moments.map(str)
        | moments.map(lambda moment: moment.strftime("%Y%m%d%H%M%S"))
        | st.dates(date(1900, 1, 1)).map(str)
        | st.integers(-(10**12), 10**12).map(str)
        | st.decimals(-(10**9), 10**9, places=2).map(str),
        st.sampled_from(["{}", "at {}", "{} and on", "(of {})"]),
    )
    def test_is_ids_moments_positions_and_amounts(self, text: str, around: str) -> None:
        assert hidden(around.format(text)) == around.format(text)

    @given(within(plain))
    def test_comes_out_as_json_would_have_it(self, value: Any) -> None:
        shown = hidden(value)
        assert HIDDEN not in json.dumps(shown)
        assert hidden(shown) == shown


class TestTheCostOfALine:
    def test_has_a_bound_however_long_deep_and_wide_it_is(self) -> None:
        deep: Any = "bottom"
        for _ in range(10_000):
            deep = [deep]
        wide = {str(number): [{"x": "y" * 10_000}] * 1000 for number in range(1000)}
        for value in ("x" * 10**7, deep, wide, 10**10_000, [b"x" * 10**7] * 1000):
            shown = json.dumps(hidden(value), ensure_ascii=False)
            assert len(shown) < 40_000
            assert hiding.CUT in shown

    def test_ends_whatever_the_text_is(self) -> None:
        """No pattern tries one way after another through what is all alike."""
        parts = (
            "://",
            "eyJ",
            "a",
            "A a",
            "=:",
            "aA1",
            "password=",
            "1 ",
            "4111-",
            "+1",
            '"',
            "bearer ",
            "0 1",
        )
        for part in parts:
            assert len(hidden(part * 5000 + "@")) <= hiding.LONGEST + 1

    def test_is_cut_behind_a_secret_and_not_within(self) -> None:
        for at in range(hiding.LONGEST - 60, hiding.LONGEST):
            shown = hidden("." * at + " ada.lovelace@example.com " + PERSONAL[9] + "." * 3000)
            assert "lovelace" not in shown
            assert "eyJ" not in shown

    def test_ends_where_a_value_has_no_text(self) -> None:
        class Mute:
            def __str__(self) -> str:
                raise RuntimeError

        assert hidden({"what": Mute()}) == {"what": "<Mute>"}


class TestALine:
    def test_has_what_all_lines_have(self, stream: io.BytesIO) -> None:
        company_id, user_id = uuid4(), uuid4()
        log = structlog.get_logger("orders")
        with bound_contextvars(
            request_id="till-7:42", company_id=company_id, user_id=user_id, route="/x/{id}"
        ):
            log.warning("sold", status=201, milliseconds=1.5, position=42)
        (line,) = lines(stream)
        at = datetime.fromisoformat(line.pop("at"))
        assert line.pop("id")[:18] == str(uuid7_at(at))[:18]
        assert line == {
            "level": "warning", "logger": "orders", "event": "sold", "request_id": "till-7:42",
            "company_id": str(company_id), "user_id": str(user_id), "route": "/x/{id}", "status": 201,
            "milliseconds": 1.5, "fields": {"position": 42},
        }  # fmt: skip

    def test_keeps_as_a_field_what_is_not_what_it_is_called(self, stream: io.BytesIO) -> None:
        structlog.get_logger("jobs").info("done", status="done", company_id="several", milliseconds="few")
        (line,) = lines(stream)
        assert (line["status"], line["company_id"], line["milliseconds"]) == (None, None, None)
        assert line["fields"] == {"status": "done", "company_id": "several", "milliseconds": "few"}

    def test_has_no_secret_in_event_fields_context_or_traceback(self, stream: io.BytesIO) -> None:
        log = structlog.get_logger("orders")
        with bound_contextvars(request_id="eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2ln", route="/x"):
            try:
                raise ValueError("password=zebra")  # noqa: TRY301
            except ValueError:
                log.exception(
                    "zebra is ada@example.com's %s",
                    "+49 30 1234567",
                    password="zebra",
                    deep=[{"pin": "zebra"}],
                )
        text = stream.getvalue().decode()
        assert "eyJ" not in text
        assert "ada" not in text
        assert "1234567" not in text
        assert text.count("zebra") == 1
        (line,) = lines(stream)
        (error,) = line["fields"]["exception"]
        assert error["error"] == "ValueError"
        assert error["frames"][-1]["function"] == "test_has_no_secret_in_event_fields_context_or_traceback"

    def test_of_less_weight_is_not_written(self, stream: io.BytesIO) -> None:
        structlog.get_logger("orders").debug("nothing")
        assert lines(stream) == []

    def test_is_written_whatever_is_in_it(self, stream: io.BytesIO) -> None:
        structlog.get_logger("orders").info("\ud800\0", odd={"\ud800": "\0", "nan": float("nan"), "set": {1}})
        (line,) = lines(stream)
        assert "\0" not in line["event"]
        assert line["fields"]["odd"]["set"] == [1]

    def test_is_cut_where_it_says_too_much(self, stream: io.BytesIO) -> None:
        structlog.get_logger("orders").info("much", **{f"a{n}": "é" * 3000 for n in range(5)})
        (line,) = lines(stream)
        assert line["fields"]["bytes"] > LONGEST_FIELDS
        assert len(line["fields"]["beginning"]) <= LONGEST_FIELDS

    def test_of_a_library_is_one_of_ours(self, stream: io.BytesIO) -> None:
        logging.getLogger("apscheduler").warning("ada@example.com %s", "waits")
        (line,) = lines(stream)
        assert (line["logger"], line["level"], line["event"]) == ("apscheduler", "warning", f"{HIDDEN} waits")

    def test_costs_no_request_when_nobody_reads_it(self, stream: io.BytesIO) -> None:
        stream.close()
        structlog.get_logger("orders").info("heard by nobody")


def test_an_id_for_a_moment_is_in_the_order_of_time() -> None:
    moments = [
        datetime(2026, 11, 29, 9, 0, 0, microsecond, tzinfo=UTC) for microsecond in (0, 1, 999, 1000, 999_999)
    ]
    ids = [uuid7_at(moment) for moment in moments]
    assert sorted(ids) == ids
    assert {one.version for one in ids} == {7}
    assert {one.variant for one in ids} == {UUID(int=0x8 << 60).variant}


class TestAnErrorInALog:
    def test_of_the_database_names_the_rule_and_no_value(self, database: Database) -> None:
        with psycopg.connect(database.owner, autocommit=True) as connection:
            connection.execute("CREATE TEMPORARY TABLE people (name text CONSTRAINT people_name UNIQUE)")
            connection.execute("INSERT INTO people VALUES ('Ada')")
            with pytest.raises(psycopg.Error) as raised:
                connection.execute("INSERT INTO people VALUES ('Ada')")
            assert "Ada" in str(raised.value)
            assert described(raised.value) == (
                "UniqueViolation: SQLSTATE 23505, table people, constraint people_name"
            )
            with pytest.raises(psycopg.Error) as raised:
                connection.execute("SELECT %s::text::int", ["Ada"])
        assert described(raised.value) == "InvalidTextRepresentation: SQLSTATE 22P02"

    def test_of_the_server_says_what_is_wrong_with_it(self) -> None:
        with pytest.raises(psycopg.OperationalError) as raised:
            psycopg.connect("host=127.0.0.1 port=1 connect_timeout=5")
        assert "refused" in described(raised.value)

    def test_of_a_decoder_names_no_value(self) -> None:
        with pytest.raises(msgspec.ValidationError) as raised:
            msgspec.json.decode('"Ada"', type=int)
        assert described(raised.value) == "ValidationError"

    def test_of_the_system_says_which(self) -> None:
        assert described(FileNotFoundError(2, "Ada", "/home/ada")) == (
            "FileNotFoundError: No such file or directory"
        )

    def test_of_a_refusal_is_its_code(self) -> None:
        refusal = Invalid(details=[Detail("name", "taken", "Ada is taken.")])
        assert described(refusal) == f"Invalid: {refusal.code}"

    def test_of_ours_is_told(self) -> None:
        assert described(DamagedEvent("The event is damaged.")) == "DamagedEvent: The event is damaged."

    def test_has_what_led_to_it_with_its_lines(self) -> None:
        try:
            try:
                int("Ada")
            except ValueError as cause:
                raise LookupError("Ada") from cause
        except LookupError as error:
            first, second = traced((type(error), error, error.__traceback__))
        assert (first["error"], second["error"]) == ("LookupError", "ValueError")
        assert first["frames"][-1]["function"] == "test_has_what_led_to_it_with_its_lines"
        assert "Ada" not in str([first, second])

    def test_in_a_group_is_told_too(self) -> None:
        group = ExceptionGroup("Ada", [ValueError("Ada"), KeyError("Ada")])
        (told,) = traced((type(group), group, None))
        assert [one[0]["error"] for one in told["errors"]] == ["ValueError", "KeyError"]
        assert "Ada" not in str(told)
