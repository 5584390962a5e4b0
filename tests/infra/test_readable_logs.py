"""What whoever runs `mipos up` in a terminal reads of each request."""

import io
import os
import pty
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec
import pytest
import structlog

from infra.process.lines import line_of
from infra.process.logs import configure_logs
from infra.process.readable import readable, wants_colour
from infra.process.troubles import traced

TIME = r"\d\d:\d\d:\d\d"


def shown(event: str, level: str = "info", *, in_colour: bool = False, **facts: Any) -> str:
    line = line_of({"event": event, **facts}, logger="request", level=level)
    return readable(line, in_colour=in_colour).decode()


def a_sale(**more: Any) -> dict[str, Any]:
    facts = {"method": "POST", "route": "/api/pos/orders", "status": 201, "milliseconds": 7.41}
    return {**facts, "role": "Cashier", **more}


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[BinaryIO]:
    """A terminal that somebody sits at, as far as a program can tell."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    reader, writer = pty.openpty()
    with os.fdopen(writer, "wb", buffering=0) as stream:
        yield stream
    os.close(reader)


class TestARequest:
    def test_is_one_short_line(self) -> None:
        line = shown("answered", **a_sale())
        assert re.fullmatch(rf"{TIME}  POST +/api/pos/orders +201  7 ms  Cashier\n", line)
        assert len(line) < 100

    def test_says_why_it_was_refused(self) -> None:
        assert "409 insufficient_stock  7 ms" in shown(
            "answered", **a_sale(status=409, code="insufficient_stock")
        )

    def test_has_names_in_place_of_what_stands_in_a_path(self) -> None:
        assert "/api/admin/products/{product_id}  " in shown(
            "answered", **a_sale(route="/api/admin/products/{product_id:uuid}")
        )

    def test_that_leads_nowhere_does_not_repeat_where(self) -> None:
        assert "(no such path)" in shown("answered", **a_sale(route="unknown", status=404))

    def test_of_a_stranger_names_nobody(self) -> None:
        facts = a_sale()
        del facts["role"]
        assert shown("answered", **facts).endswith("ms\n")

    def test_has_colours_where_they_are_wanted_only(self) -> None:
        assert "\x1b" not in shown("answered", **a_sale())
        assert "\x1b[32m201\x1b[0m" in shown("answered", in_colour=True, **a_sale())
        assert "\x1b[31m500\x1b[0m" in shown("answered", in_colour=True, **a_sale(status=500))


class TestWhatElseHappens:
    def test_is_told_with_what_is_known_of_it(self) -> None:
        line = shown("a store could not be closed", "warning", store_id="S1", error="ValueError")
        assert re.fullmatch(
            rf"{TIME}  warning  a store could not be closed  store_id=S1  error=ValueError\n", line
        )

    def test_shows_where_an_error_was_raised(self) -> None:
        try:
            int("x")
        except ValueError as error:
            line = shown(
                "unexpected error", "error", exception=traced((type(error), error, error.__traceback__))
            )
        assert "error  unexpected error" in line
        assert "\n  ValueError\n" in line
        assert f"{__file__}:" in line

    def test_never_shows_a_secret(self) -> None:
        secrets = {
            "password": "zebra-9",
            "note": "Bearer zebra-9.zebra",
            "url": "postgresql://me:zebra-9@db/x",
        }
        facts: dict[str, Any] = secrets
        line = shown("something went wrong with https://shop/reset?token=zebra-9", **facts)
        assert "zebra" not in line
        assert "***" in line

    def test_of_many_lines_stays_on_one(self) -> None:
        assert shown("odd", note="first\nPOST /api forged").count("\n") == 1
        forged: dict[str, Any] = {"note": "\x1b[2J", "na\x1bme\n": "x"}
        assert shown("odd\x1b[2J", **forged).count("\x1b") == 0
        told = shown("odd", exception=[{"error": "It failed:\nPOST /api forged\x1b[2J", "frames": []}])
        assert (told.count("\n"), told.count("\x1b")) == (2, 0)


class TestTheForm:
    def written(self, stream: BinaryIO, form: str | None) -> None:
        configure_logs("info", stream, form=form)
        structlog.get_logger("request").info("answered", **a_sale())

    def test_is_json_where_no_person_looks(self) -> None:
        stream = io.BytesIO()
        self.written(stream, None)
        assert msgspec.json.decode(stream.getvalue())["route"] == "/api/pos/orders"

    def test_is_text_where_it_is_asked_for(self) -> None:
        stream = io.BytesIO()
        self.written(stream, "text")
        assert b"/api/pos/orders" in stream.getvalue()
        assert b"{" not in stream.getvalue()
        assert b"\x1b" not in stream.getvalue()

    def test_is_text_on_a_terminal_unless_json_is_asked_for(self) -> None:
        for form, begins in ((None, b"\x1b"), ("json", b"{")):
            reader, writer = pty.openpty()
            with os.fdopen(writer, "wb", buffering=0) as stream:
                self.written(stream, form)
                assert os.read(reader, 4096).startswith(begins)
            os.close(reader)


class TestColours:
    def test_are_for_terminals(self, terminal: BinaryIO) -> None:
        assert wants_colour(terminal)
        assert not wants_colour(io.BytesIO())

    @pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
    def test_are_left_out_where_they_are_unwelcome(
        self, terminal: BinaryIO, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        monkeypatch.setenv(name, value)
        assert not wants_colour(terminal)
