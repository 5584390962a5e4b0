"""What is shown of the service itself: much to whoever watches over it, little to strangers."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

TOKEN = "only-for-those-who-wätch"
ELSEWHERE = {"X_Forwarded_For": "192.0.2.1"}


@pytest.fixture(scope="module")
def watched(serve_here: Callable[..., Any]) -> Iterator[Any]:
    with serve_here(MIPOS_METRICS_TOKEN=TOKEN) as running:
        yield running


class TestOnTheSameMachine:
    def test_all_is_shown(self, service: Any) -> None:
        assert "projections" in service.client().get("/ready").data
        assert b"mipos_http_requests_total" in service.client().get("/metrics").body

    @pytest.mark.parametrize(
        "host", ["localhost", "LOCALHOST:3000", "127.0.0.1", "127.8.9.1:1", "[::1]:3000"]
    )
    def test_it_goes_by_the_names_that_every_machine_has_for_itself(self, service: Any, host: str) -> None:
        assert "projections" in service.client().get("/ready", Host=host).data

    @pytest.mark.parametrize(
        "host",
        ["shop.example", "localhost.evil.example", "evil.example:3000", "127.0.0.1.evil.example", "[::1"],
    )
    def test_by_any_other_name_a_stranger_asks(self, service: Any, host: str) -> None:
        assert service.client().get("/ready", Host=host).data == {"ready": True}
        assert service.client().get("/metrics", Host=host).code == "forbidden"

    @pytest.mark.parametrize("said", ["1.1 somebody", ""])
    @pytest.mark.parametrize(
        "header",
        ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "Via"],
    )
    def test_a_proxy_is_a_stranger(self, service: Any, header: str, said: str) -> None:
        headers = {header: said}
        assert service.client().call("GET", "/ready", headers=headers).data == {"ready": True}
        assert service.client().call("GET", "/metrics", headers=headers).code == "forbidden"


class TestFromElsewhere:
    def test_the_token_opens_both(self, watched: Any) -> None:
        client = watched.client(TOKEN.encode().decode("latin-1"))
        assert "projections" in client.get("/ready", **ELSEWHERE).data
        assert b"mipos_http_requests_total" in client.get("/metrics", **ELSEWHERE).body

    @pytest.mark.parametrize("token", [None, "", "x", TOKEN[:-1], f"{TOKEN}x", TOKEN.upper()])
    def test_any_other_opens_nothing(self, watched: Any, token: str | None) -> None:
        client = watched.client(token)
        refused = client.get("/metrics", **ELSEWHERE)
        assert (refused.status, refused.code) == (403, "forbidden")
        assert b"mipos_http_requests" not in refused.body
        assert client.get("/ready", **ELSEWHERE).data == {"ready": True}

    def test_without_a_token_none_opens_anything(self, service: Any) -> None:
        for token in (None, "None", "", str(uuid4())):
            assert service.client(token).get("/metrics", **ELSEWHERE).code == "forbidden"

    def test_who_runs_the_platform_sees_details_and_nobody_of_a_company_does(
        self, watched: Any, platform: Any, shop: Any
    ) -> None:
        assert "projections" in watched.client(platform.token).get("/ready", **ELSEWHERE).data
        for role in ("Admin", "Cashier"):
            client = watched.client(shop.token(role))
            assert client.get("/ready", **ELSEWHERE).data == {"ready": True}
            assert client.get("/metrics", **ELSEWHERE).code == "forbidden"
