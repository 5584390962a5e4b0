"""The page for people names everything, reaches for nothing, and believes no text."""

import base64
import copy
import gzip
import hashlib
import html
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any, cast

import falcon.testing
import pytest

from api.app import create_app
from api.docs.page import Page, render
from api.openapi import document_of
from api.openapi.document import routes_of
from api.services import Services

UNUSED = cast("Any", None)
_VOID = {"meta", "input", "path", "wbr", "br", "hr", "link", "img"}


@pytest.fixture(scope="module")
def app() -> Any:
    return create_app(
        Services(
            application=UNUSED,
            authentication=UNUSED,
            health=UNUSED,
            pictures=UNUSED,
            now=lambda: datetime.now(UTC),
        )
    )


@pytest.fixture(scope="module")
def document(app: Any) -> dict[str, Any]:
    return document_of(app)


@pytest.fixture(scope="module")
def page(document: dict[str, Any]) -> Page:
    return render(document)


class _Reader(HTMLParser):
    """Checks that tags are closed in order, and collects ids, links, and what is loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self.open.append(tag)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"])
        self.loaded += [attributes[name] for name in ("src", "srcset", "poster") if name in attributes]
        self.handlers += [name for name in attributes if name.startswith("on") or name == "style"]

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def read(page: Page) -> _Reader:
    reader = _Reader()
    reader.feed(page.html)
    reader.close()
    return reader


class TestThePage:
    def test_names_every_path_and_operation(
        self, document: dict[str, Any], page: Page, read: _Reader
    ) -> None:
        for path, methods in document["paths"].items():
            assert f"<code>{path}</code>" in page.html
            assert {operation["operationId"] for operation in methods.values()} <= set(read.ids)

    def test_explains_every_error_code(self, document: dict[str, Any], page: Page) -> None:
        for refusal in document["x-error-codes"]:
            assert f"<code>{refusal['code']}</code>" in page.html

    def test_explains_every_detail_code(self, document: dict[str, Any], page: Page) -> None:
        for detail in document["x-detail-codes"]:
            assert f"<code>{detail['code']}</code>" in page.html

    def test_names_with_each_operation_what_that_one_refuses(
        self, app: Any, document: dict[str, Any], page: Page
    ) -> None:
        general = {"not_found", "forbidden", "company_suspended", "subscription_expired"}
        general |= {"unauthenticated", "token_expired", "token_revoked", "too_many_requests"}
        for route in routes_of(app):
            name = document["paths"][route.path][route.method.lower()]["operationId"]
            article = page.html.partition(f'<article class="op" id="{name}">')[2].partition("</article>")[0]
            for code in {refusal.code for refusal in route.operation.refusals} - general:
                assert f"<code>{code}</code>" in article, (name, code)

    def test_is_well_formed(self, read: _Reader) -> None:
        assert read.open == []
        assert len(set(read.ids)) == len(read.ids)

    def test_every_link_leads_somewhere_on_this_server(self, read: _Reader) -> None:
        for link in read.links:
            assert link == "/api/openapi.json" or link.removeprefix("#") in read.ids, link

    def test_loads_nothing_and_names_no_address_but_this_machine(self, page: Page, read: _Reader) -> None:
        assert read.loaded == []
        hosts = re.findall(r"https?://([^\s\"'<)/:]+)", page.html)
        # Names that end so are nobody's: examples of addresses that others give.
        assert {host for host in hosts if not host.endswith(".example")} <= {"localhost"}
        assert not re.search(r"@import|url\(", page.html)

    def test_stays_light(self, page: Page) -> None:
        # Some four hundred operations, of which each section of a report has columns of its own.
        assert len(gzip.compress(page.html.encode())) < 270_000

    def test_believes_no_text(self, document: dict[str, Any]) -> None:
        evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"
        poisoned = copy.deepcopy(document)
        poisoned["info"]["title"] = poisoned["info"]["description"] = evil
        for methods in poisoned["paths"].values():
            for one in methods.values():
                one["summary"] = one["description"] = one["operationId"] = one["x-permission"] = evil
                one["x-roles"] = [evil]
                for parameter in one["parameters"]:
                    if "schema" in parameter:
                        parameter["name"] = parameter["description"] = evil
                        parameter["schema"] = {"type": "string", "enum": [evil], "default": evil}
                if "requestBody" in one:
                    for content in one["requestBody"]["content"].values():
                        content["example"], content["encoding"] = {evil: evil}, {evil: {}}
        for schema in poisoned["components"]["schemas"].values():
            schema["description"] = evil
            schema["properties"][evil] = {"type": evil, "description": evil, "enum": [evil]}
        html = render(poisoned).html
        assert "alert(1)" in html
        assert html.count("<script") == 1
        assert "<img" not in html


class TestTheQuickStart:
    @pytest.fixture
    def commands(self, page: Page) -> list[str]:
        steps = page.html.partition('<ol class="steps">')[2].partition("</ol>")[0]
        shown = re.findall(r"<code>(.*?)</code></pre>", steps, re.DOTALL)
        return [html.unescape(re.sub(r"<[^>]+>", "", command)) for command in shown]

    def test_sells_a_product_as_it_is_written(self, commands: list[str], stocked: Any) -> None:
        sign_in, choose, quote, sell = commands
        login = self.sent(sign_in, PASSWORD="correct horse battery staple")
        assert login["username"] == "cashier@demo.local"
        login["username"] = stocked.shop.username("Cashier")
        token = stocked.shop.service.client().post("/api/auth/login", login).data["token"]
        cashier = stocked.shop.service.client(token)
        variant = cashier.get(self.path(choose)).data[0]["variant_id"]
        assert cashier.post(self.path(quote), self.sent(quote, VARIANT=variant)).data["total"] == 119
        sold = cashier.post(self.path(sell), self.sent(sell, VARIANT=variant))
        assert (sold.status, sold.data["change_total"]) == (201, 100_000 - 119)

    def test_leads_to_where_the_page_came_from(self, page: Page) -> None:
        assert page.html.count("<span data-origin>http://localhost:3000</span>") == 1
        assert page.html.count("localhost:3000") == 1
        assert "address.textContent = location.origin" in page.html

    def path(self, command: str) -> str:
        return command.partition('"$MIPOS')[2].partition('"')[0]

    def sent(self, command: str, **variables: str) -> Any:
        """The body that the shell would send."""
        body = command.partition("-d '")[2].rpartition("'")[0]
        for name, value in variables.items():
            body = body.replace(f"""'"${name}"'""", value)
        return json.loads(body)


class TestServing:
    def test_the_browser_may_run_only_what_the_page_brings(self, app: Any) -> None:
        answer = falcon.testing.TestClient(app).simulate_get("/docs")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/html")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        for tag in ("style", "script"):
            content = answer.text.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in policy

    def test_no_text_becomes_markup_in_it(self, app: Any) -> None:
        policy = falcon.testing.TestClient(app).simulate_get("/docs").headers["content-security-policy"]
        assert "require-trusted-types-for 'script'" in policy

    @pytest.mark.parametrize("path", ["/docs", "/api/openapi.json"])
    def test_is_not_sent_again_to_who_has_it(self, app: Any, path: str) -> None:
        client = falcon.testing.TestClient(app)
        first = client.simulate_get(path)
        again = client.simulate_get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")

    @pytest.mark.parametrize("path", ["/docs", "/api/openapi.json"])
    def test_is_packed_for_whoever_takes_it(self, app: Any, path: str) -> None:
        client = falcon.testing.TestClient(app)
        plain = client.simulate_get(path, headers={"Accept-Encoding": "gzip;q=0, br"})
        packed = client.simulate_get(path, headers={"Accept-Encoding": "br, gzip"})
        assert gzip.decompress(packed.content) == plain.content
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.headers["etag"] != plain.headers["etag"]
        headers = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
        assert client.simulate_get(path, headers=headers).status_code == 304

    def test_the_document_is_served_as_it_is(self, app: Any, document: dict[str, Any]) -> None:
        assert falcon.testing.TestClient(app).simulate_get("/api/openapi.json").json == document
