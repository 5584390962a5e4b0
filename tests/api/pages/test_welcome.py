"""Whoever knows the address and nothing else is led on, by a page or by links."""

import base64
import hashlib
import re
from typing import Any

import pytest
from falcon.testing import TestClient

from tests.api.pages.conftest import overflowing
from tests.api.test_headers import client_of
from tests.browser import Browser

#: What browsers send.
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
DOORS = ("/", "/api")


@pytest.fixture
def client() -> TestClient:
    return client_of()


def page(client: TestClient, path: str = "/") -> Any:
    return client.simulate_get(path, headers={"Accept": BROWSER})


@pytest.mark.parametrize("path", DOORS)
class TestTheDoor:
    def test_shows_a_page_to_browsers(self, client: TestClient, path: str) -> None:
        answer = page(client, path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert {"/docs", "/console", "/api/openapi.json", "/health"} <= set(
            re.findall('href="([^"]+)"', answer.text)
        )

    @pytest.mark.parametrize(
        "accept", ["*/*", "application/json", "", "application/json, text/html;q=0.5", "x"]
    )
    def test_gives_links_to_everybody_else(self, client: TestClient, path: str, accept: str) -> None:
        answer = client.simulate_get(path, headers={"Accept": accept} if accept else {})
        assert answer.headers["content-type"] == "application/json"
        data = answer.json["data"]
        version = client.simulate_get("/api/openapi.json").json["info"]["version"]
        assert (data["name"], data["version"]) == ("MIPOS", version)
        for name in ("documentation", "openapi", "console", "health"):
            assert client.simulate_get(data[name]).status_code == 200, name

    def test_tells_caches_that_these_are_two(self, client: TestClient, path: str) -> None:
        shown, links = page(client, path), client.simulate_get(path)
        assert shown.headers["etag"] != links.headers["etag"]
        for answer in (shown, links):
            assert answer.headers["vary"] == "Accept-Encoding, Accept"
            assert answer.headers["cache-control"] == "no-cache"

    def test_is_not_sent_again_to_who_has_it(self, client: TestClient, path: str) -> None:
        headers = {"Accept": BROWSER, "If-None-Match": page(client, path).headers["etag"]}
        again = client.simulate_get(path, headers=headers)
        assert (again.status_code, again.content) == (304, b"")

    def test_answers_head_without_the_body(self, client: TestClient, path: str) -> None:
        head = client.simulate_head(path, headers={"Accept": BROWSER})
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["etag"] == page(client, path).headers["etag"]

    def test_lets_the_browser_load_nothing_but_its_own_icon(self, client: TestClient, path: str) -> None:
        answer = page(client, path)
        policy = answer.headers["content-security-policy"]
        sheet = answer.text.partition("<style>")[2].partition("</style>")[0]
        digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'; img-src 'self'" in policy
        assert "script-src" not in policy
        assert "unsafe" not in policy

    def test_refuses_what_it_does_not_know(self, client: TestClient, path: str) -> None:
        assert client.simulate_get(path, params={"surely_unknown": "1"}).status_code == 400
        assert client.simulate_post(path).status_code == 405


class TestSigningIn:
    def test_names_the_users_of_the_demo_and_never_their_password(self) -> None:
        text = page(client_of(has_demo=True)).text
        for name in ("cashier@demo.local", "manager@demo.local", "clerk@demo.local", "root@mipos.local"):
            assert name in text
        assert ".data/demo_password" in text

    def test_names_no_demo_where_there_is_none(self) -> None:
        text = page(client_of()).text
        assert "demo" not in text
        assert "mipos super-admin" in text


class TestFiles:
    @pytest.mark.parametrize(
        ("path", "media_type", "begins"),
        [
            ("/favicon.ico", "image/vnd.microsoft.icon", b"\x00\x00\x01\x00\x03\x00"),
            ("/icon.svg", "image/svg+xml", b"<svg xmlns="),
            ("/robots.txt", "text/plain; charset=utf-8", b"User-agent: *\nDisallow: /\n"),
        ],
    )
    def test_are_served_once(self, client: TestClient, path: str, media_type: str, begins: bytes) -> None:
        answer = client.simulate_get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
        assert answer.content.startswith(begins)
        again = client.simulate_get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")

    def test_every_page_has_the_icon(self, client: TestClient) -> None:
        for path, icon in (("/", "/"), ("/docs", "./"), ("/docs/errors", "../"), ("/console", "/")):
            answer = page(client, path)
            assert f'<link rel="icon" href="{icon}icon.svg" type="image/svg+xml">' in answer.text
            assert "img-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("is_dark", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
def test_fits_every_screen(browser: Browser, service: Any, width: int, is_dark: bool) -> None:
    browser.resize(width, 900, dark=is_dark)
    browser.open(f"{service.url}/")
    assert browser.run("return document.querySelector('h1').textContent")
    assert overflowing(browser) == []
