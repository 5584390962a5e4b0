"""Headers that keep browsers careful, and origins that are let in by name."""

from dataclasses import MISSING, fields
from typing import Any, cast

import pytest
from falcon.testing import TestClient

from api.app import create_app
from api.services import Services

UNUSED = cast("Any", None)
ORIGIN = "https://till.example"


def client_of(**services: Any) -> TestClient:
    """The application itself: what is looked at here needs nothing behind it."""
    unused = {field.name: UNUSED for field in fields(Services) if field.default is MISSING}
    return TestClient(create_app(Services(**{**unused, **services})))


@pytest.mark.parametrize(
    "path",
    ["/health", "/api/openapi.json", "/api/nowhere", "/api/admin/products", "/docs", "/", "/favicon.ico"],
)
class TestEveryAnswer:
    def test_is_to_be_taken_as_what_it_says_and_shown_nowhere_else(self, path: str) -> None:
        headers = client_of().simulate_get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]

    def test_is_not_kept_unless_it_can_be_asked_for_again(self, path: str) -> None:
        is_stored = path in ("/api/openapi.json", "/docs", "/", "/favicon.ico")
        directive = "no-cache" if is_stored else "no-store"
        assert client_of().simulate_get(path).headers["cache-control"] == directive

    def test_asks_for_encryption_only_where_there_is_some(self, path: str) -> None:
        assert "strict-transport-security" not in client_of().simulate_get(path).headers
        encrypted = client_of().simulate_get(path, protocol="https").headers
        assert encrypted["strict-transport-security"] == "max-age=63072000"

    def test_is_for_no_other_origin(self, path: str) -> None:
        headers = client_of().simulate_get(path, headers={"Origin": ORIGIN}).headers
        assert not [name for name in headers if name.startswith("access-control")]


class TestOrigins:
    def preflight(self, client: TestClient, origin: str) -> Any:
        headers = {
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type, idempotency-key",
        }
        return client.simulate_options("/api/auth/login", headers=headers).headers

    def test_none_is_let_in_by_default(self) -> None:
        assert "access-control-allow-origin" not in self.preflight(client_of(), ORIGIN)

    def test_one_is_let_in_by_name_and_no_other(self) -> None:
        client = client_of(cors_origins=(ORIGIN,))
        allowed = self.preflight(client, ORIGIN)
        assert allowed["access-control-allow-origin"] == ORIGIN
        assert "POST" in allowed["access-control-allow-methods"]
        assert allowed["access-control-allow-headers"] == "authorization, content-type, idempotency-key"
        assert "access-control-allow-credentials" not in allowed
        for other in ("https://evil.example", "http://till.example", f"{ORIGIN}.evil.example", "null"):
            assert "access-control-allow-origin" not in self.preflight(client, other), other

    def test_it_may_read_the_headers_that_matter(self) -> None:
        answer = client_of(cors_origins=(ORIGIN,)).simulate_get("/api/nowhere", headers={"Origin": ORIGIN})
        shared = answer.headers["access-control-expose-headers"]
        for name in ("ETag", "X-Event-Position", "X-Request-Id", "RateLimit-Remaining", "Retry-After"):
            assert name in shared

    def test_what_is_answered_to_one_is_kept_for_no_other(self) -> None:
        for headers in ({}, {"Origin": ORIGIN}, {"Origin": "https://evil.example"}):
            answer = client_of(cors_origins=(ORIGIN,)).simulate_get("/api/openapi.json", headers=headers)
            assert "Origin" in answer.headers["vary"]
        assert "Origin" not in client_of().simulate_get("/api/openapi.json").headers["vary"]

    def test_it_may_read_a_refusal_as_well(self) -> None:
        client = client_of(cors_origins=(ORIGIN,), requests_per_minute=1)
        for _ in range(3):
            answer = client.simulate_get("/api/nowhere", headers={"Origin": ORIGIN})
        assert answer.status_code == 429
        assert answer.headers["access-control-allow-origin"] == ORIGIN
