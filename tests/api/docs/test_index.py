"""What the search looks through has everything that somebody may look for, and leads there."""

from typing import Any
from urllib.parse import urldefrag, urljoin

import pytest

from api.docs.site import Site
from api.envelope import encode
from tests.api.docs.conftest import Read


@pytest.fixture(scope="module")
def index(site: Site) -> dict[str, Any]:
    return site.index()


def titles(index: dict[str, Any], kind: str) -> set[str]:
    number = index["kinds"].index(kind)
    return {title for of, title, *_ in index["lines"] if of == number}


class TestTheIndex:
    def test_has_operations_by_method_and_path(self, document: dict[str, Any], index: dict[str, Any]) -> None:
        number = index["kinds"].index("operation")
        beside = {beside for kind, _, beside, *_ in index["lines"] if kind == number}
        for path, methods in document["paths"].items():
            assert {f"{method.upper()} {path}" for method in methods} <= beside

    def test_has_codes_objects_pages_and_sections(
        self, document: dict[str, Any], site: Site, index: dict[str, Any]
    ) -> None:
        assert titles(index, "error") == {one["code"] for one in document["x-error-codes"]}
        assert titles(index, "detail") == {one["code"] for one in document["x-detail-codes"]}
        assert titles(index, "page") == {page.title for page in site.pages}
        assert {"Repeating safely", "Quick start", "Upgrading the service"} <= titles(index, "text")
        assert {"Order", "Product"} <= titles(index, "object")

    def test_has_fields_of_bodies_answers_and_queries(self, index: dict[str, Any]) -> None:
        assert {"change_total", "counted_cash", "as_of", "barcode"} <= titles(index, "field")

    def test_leads_to_what_is_there(self, pages: dict[str, Read], index: dict[str, Any]) -> None:
        ids = {"/docs" if name == "index" else f"/docs/{name}": page.ids for name, page in pages.items()}
        for *_, address in index["lines"]:
            path, anchor = urldefrag(urljoin("/", address))
            assert not anchor or anchor in ids[path], address
        for address in index["anchors"].values():
            assert urljoin("/", address) in ids

    def test_is_small(self, index: dict[str, Any]) -> None:
        assert len(encode(index)) < 700_000
