"""An address that leads nowhere is a page for who looks with a browser, and an error for everybody else."""

import re
from typing import Any

import pytest
from falcon.testing import TestClient

from tests.api.docs.test_serving import BROWSER
from tests.api.pages.conftest import overflowing
from tests.api.test_headers import client_of
from tests.browser import Browser


@pytest.fixture(scope="module")
def client() -> TestClient:
    return client_of()


def shown(client: TestClient, path: str, accept: str = BROWSER) -> Any:
    return client.simulate_get(path, headers={"Accept": accept})


class TestABrowser:
    @pytest.mark.parametrize("path", ["/docs/", "/docs/nothing", "/docs/nothing.md", "/nothing", "/docs/a/b"])
    def test_is_led_back(self, client: TestClient, path: str) -> None:
        answer = shown(client, path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert {"/docs", "/docs/errors#not_found", "/"} <= set(re.findall('href="([^"]+)"', answer.text))
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["vary"] == "Accept"

    @pytest.mark.parametrize(
        ("path", "meant"),
        [("/docs/", "/docs"), ("/docs/eror", "/docs/errors"), ("/docs/Errors", "/docs/errors")],
    )
    def test_is_led_to_the_page_that_was_meant(self, client: TestClient, path: str, meant: str) -> None:
        assert f'<a href="{meant}">{meant}</a>?' in shown(client, path).text

    def test_shows_nothing_that_was_sent_as_more_than_text(self, client: TestClient) -> None:
        answer = shown(client, '/api-docs/products/"<script>alert(1)<')
        assert "<script" not in answer.text
        policy = answer.headers["content-security-policy"]
        assert "script-src" not in policy
        assert "unsafe" not in policy

    @pytest.mark.parametrize("path", ["/docs/%2e%2e", "/docs/../", "/docs/..%2f..%2fetc/passwd", "/docs/%00"])
    def test_climbs_nowhere(self, client: TestClient, path: str) -> None:
        assert shown(client, path).status_code == 404

    def test_is_answered_head_without_the_page(self, client: TestClient) -> None:
        answer = client.simulate_head("/docs/nothing", headers={"Accept": BROWSER})
        assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html;q=0", "garbage", "text/markdown"])
def test_everybody_else_is_told_in_json(client: TestClient, accept: str) -> None:
    assert shown(client, "/docs/nothing", accept).json["error"]["code"] == "not_found"


def test_below_api_it_is_json_for_browsers_too(client: TestClient) -> None:
    assert shown(client, "/api/nothing").json["error"]["code"] == "not_found"


@pytest.mark.parametrize("width", [390, 1280])
def test_fits_every_screen(browser: Browser, service: Any, width: int) -> None:
    browser.resize(width, 900, dark=width == 390)
    browser.open(f"{service.url}/docs/eror")
    assert browser.run("return document.querySelector('main a').textContent") == "/docs/errors"
    assert overflowing(browser) == []
