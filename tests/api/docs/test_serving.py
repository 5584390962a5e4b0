"""How the reference is served: kept by browsers, packed, under a strict policy, in the form asked for."""

import base64
import gzip
import hashlib
from typing import Any

import pytest
from falcon.testing import TestClient

#: What browsers send.
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
CONSTANT = (
    *("/docs", "/docs/errors", "/docs/point-of-sale", "/docs/errors.md", "/docs/index.md"),
    *("/docs/search.json", "/llms.txt", "/llms-full.txt", "/api/openapi.json"),
)


@pytest.fixture(scope="module")
def client(app: Any) -> TestClient:
    return TestClient(app)


@pytest.mark.parametrize("path", ["/docs", "/docs/guide", "/docs/point-of-sale"])
class TestAPage:
    def test_may_run_only_what_it_brings(self, client: TestClient, path: str) -> None:
        answer = client.simulate_get(path, headers={"Accept": BROWSER})
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/html")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "require-trusted-types-for 'script'" in policy
        for tag in ("style", "script"):
            for part in answer.text.split(f"<{tag}>")[1:]:
                content = part.partition(f"</{tag}>")[0]
                digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
                allowed = policy.partition(f"{tag}-src ")[2].partition(";")[0]
                assert f"'sha256-{digest}'" in allowed

    def test_comes_in_markdown_for_who_likes_that_better(self, client: TestClient, path: str) -> None:
        answer = client.simulate_get(path, headers={"Accept": "text/markdown"})
        name = path.removeprefix("/docs").removeprefix("/") or "index"
        assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
        assert answer.headers["vary"] == "Accept-Encoding, Accept"
        assert answer.text == client.simulate_get(f"/docs/{name}.md").text

    def test_comes_as_html_for_who_takes_anything(self, client: TestClient, path: str) -> None:
        for accept in ("*/*", BROWSER, "text/markdown;q=0.5, text/html"):
            answer = client.simulate_get(path, headers={"Accept": accept})
            assert answer.headers["content-type"].startswith("text/html")


class TestServing:
    @pytest.mark.parametrize("path", CONSTANT)
    def test_is_not_sent_again_to_who_has_it(self, client: TestClient, path: str) -> None:
        first = client.simulate_get(path)
        again = client.simulate_get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")

    @pytest.mark.parametrize("path", CONSTANT)
    def test_is_packed_for_whoever_takes_it(self, client: TestClient, path: str) -> None:
        plain = client.simulate_get(path, headers={"Accept-Encoding": "gzip;q=0, br"})
        packed = client.simulate_get(path, headers={"Accept-Encoding": "br, gzip"})
        assert gzip.decompress(packed.content) == plain.content
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.headers["etag"] != plain.headers["etag"]
        headers = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
        assert client.simulate_get(path, headers=headers).status_code == 304

    @pytest.mark.parametrize(
        ("path", "words"),
        [
            ("/docs", "export MIPOS=<span data-origin>https://till.example:8443</span>\n"),
            ("/docs/index.md", "export MIPOS=https://till.example:8443\n"),
            ("/docs/point-of-sale", "https://till.example:8443</span>/docs/errors#"),
            ("/docs/point-of-sale.md", "https://till.example:8443/docs/errors#"),
            ("/llms-full.txt", "export MIPOS=https://till.example:8443\n"),
        ],
    )
    def test_leads_to_where_it_is_read(self, client: TestClient, path: str, words: str) -> None:
        client.simulate_get(path, host="kiosk.example")
        text = client.simulate_get(path, host="till.example", port=8443, protocol="https").text
        assert words in text
        assert "localhost:3000" not in text
        assert "kiosk.example" not in text

    @pytest.mark.parametrize("path", ["/llms.txt", "/llms-full.txt"])
    def test_what_models_read_is_plain_text(self, client: TestClient, path: str) -> None:
        assert client.simulate_get(path).headers["content-type"] == "text/plain; charset=utf-8"

    @pytest.mark.parametrize(
        "path",
        ["/docs/nothing", "/docs/nothing.md", "/docs/index", "/docs/", "/docs/errors.html", "/docs/.md"],
    )
    def test_there_are_no_other_pages(self, client: TestClient, path: str) -> None:
        answer = client.simulate_get(path)
        assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found")

    @pytest.mark.parametrize("path", ["/docs", "/docs/errors", "/docs/search.json", "/llms.txt"])
    def test_takes_no_parameters(self, client: TestClient, path: str) -> None:
        assert client.simulate_get(f"{path}?surely_unknown=1").status_code == 400

    def test_the_document_is_served_as_it_is(self, client: TestClient, document: dict[str, Any]) -> None:
        assert client.simulate_get("/api/openapi.json").json == document
