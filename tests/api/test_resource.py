"""What makes a repetition the same request: who asks, what for, with which body and parameters."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from falcon import Request
from falcon.testing import create_environ

from api.resource import idempotency_key
from commands.outcomes import IdempotencyKey
from commands.ports import Caller

COMPANY, USER = UUID(int=1), UUID(int=2)
PEPPERS = (b"today's", b"yesterday's")


def request(query: dict[str, Any] | None = None, body: bytes = b"sku\n1\n", **headers: str) -> Request:
    """A write with these validated parameters."""
    example = Request(
        create_environ("/api/things", method="POST", headers=headers or {"Idempotency-Key": "one"})
    )
    example.context.caller = Caller(company_id=COMPANY, user_id=USER, session_id=USER, role="Admin")
    example.context.raw_body = body
    example.context.query = query or {}
    return example


def key(query: dict[str, Any] | None = None, body: bytes = b"sku\n1\n") -> IdempotencyKey | None:
    return idempotency_key(request(query, body), PEPPERS)


def test_without_parameters_it_is_caller_method_path_and_body() -> None:
    parts = (str(USER).encode(), b"POST", b"/api/things", b"sku\n1\n")
    assert key() == IdempotencyKey.of("one", *parts, peppers=PEPPERS)


@pytest.mark.parametrize(
    "other", [{}, {"commit": False, "job": True}, {"commit": True}, {"commit": True, "job": "True"}]
)
def test_other_parameters_make_another_request(other: dict[str, Any]) -> None:
    assert key(other) != key({"commit": True, "job": True})


def test_another_body_makes_another_request_with_the_same_parameters() -> None:
    assert key({"commit": True}, b"sku\n2\n") != key({"commit": True})


def test_the_order_of_the_parameters_makes_no_difference() -> None:
    moment = datetime(2024, 2, 29, tzinfo=UTC)
    assert key({"commit": True, "at": moment}) == key({"at": moment, "commit": True})


def test_without_a_key_the_body_is_not_looked_at() -> None:
    keyless = request(Accept="*/*")
    del keyless.context.raw_body
    assert idempotency_key(keyless, PEPPERS) is None
