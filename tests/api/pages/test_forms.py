"""Each operation of the reference has a form for all it takes; what takes away asks once more."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from api.docs.markup import slug
from api.docs.site import Site
from api.docs.topics import TOPICS
from api.openapi.areas import AREAS
from tests.api.conftest import add_product
from tests.api.pages.trying import opened, read, run, send
from tests.browser import Browser

#: Every page that has operations.
PAGES = [
    slug(name)
    for name in (
        *dict.fromkeys(name for _, name, _ in AREAS),
        *(one.title for topics in TOPICS.values() for one in topics),
    )
]


@pytest.fixture(scope="module")
def taken(service: Any) -> dict[str, dict[str, list[str]]]:
    """By page and operation, the fields that its form must have."""
    document = service.client().get("/api/openapi.json").json
    operations = {
        operation["operationId"]: operation
        for methods in document["paths"].values()
        for operation in methods.values()
    }
    return {
        page.name: {
            entry.anchor: list(_fields(document, operations[entry.anchor]))
            for entry in page.entries
            if entry.kind == "operation"
        }
        for page in Site(document).pages
    }


def _fields(document: dict[str, Any], operation: dict[str, Any]) -> Iterator[str]:
    components = document["components"]
    for one in operation["parameters"]:
        declared = components["parameters"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        yield f"{declared['in']}:{declared['name']}"
    # A file is chosen once, in whichever of several ways it may be sent.
    for media, content in list(operation.get("requestBody", {}).get("content", {}).items())[:1]:
        if media == "application/json":
            yield "body"
        elif "encoding" in content:
            form = components["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
            yield from (f"form:{name}" for name in form["properties"])
        else:
            yield "file"


@pytest.fixture
def dot(tmp_path: Path) -> Path:
    """A picture of one dot."""
    path = tmp_path / "dot.png"
    Image.new("RGB", (1, 1)).save(path, "PNG")
    return path


class TestEveryOperation:
    @pytest.mark.parametrize("page", PAGES)
    def test_has_fields_for_all_it_takes_and_a_command(
        self, browser: Browser, reader: Any, taken: dict[str, dict[str, list[str]]], page: str
    ) -> None:
        read(browser, reader, page)
        browser.run("for (const button of document.querySelectorAll('.try')) button.click()")
        written = "[...document.querySelectorAll('.trial > .panel code')]"
        browser.wait_for_script(f"return {written}.length === document.querySelectorAll('.op').length")
        forms = browser.run("""
            return [...document.querySelectorAll('.op')].map(op => {
                const form = op.querySelector('.trial');
                const names = [...form.elements].map(one => one.name).filter(Boolean);
                return [op.id, names, form.querySelector(':scope > .panel code').textContent];
            });
        """)
        assert {name for name, *_ in forms} == taken[page].keys()
        for name, fields, command in forms:
            assert sorted(fields) == sorted(taken[page][name]), name
            assert sum(word.startswith(reader.url) for word in run(command)) == 1, name
        assert browser.log() == []


def brands_of(shop: Any) -> set[str]:
    """The ids of the brands that it has."""
    return {brand["id"] for brand in shop.client().get("/api/admin/settings/brands").data}


class TestGraveOnes:
    def test_ask_once_more(self, browser: Browser, admin: Any) -> None:
        brand = admin.client().post("/api/admin/settings/brands", {"name": "Gone soon"}).data["id"]
        read(browser, admin, "brands-categories-units")
        form = opened(browser, "archiveBrand")
        browser.type(f"{form} [name='path:brand_id']", brand)
        browser.click(f"{form} > button")
        browser.wait_for("Yes, archive a brand", f"{form} > button")
        assert browser.text(f"{form} .result") == ""
        assert brand in brands_of(admin)
        browser.click(f"{form} > button")
        browser.wait_for("200", f"{form} .result")
        assert brand not in brands_of(admin)

    def test_are_forgotten_when_something_else_is_done(self, browser: Browser, admin: Any) -> None:
        read(browser, admin, "brands-categories-units")
        form = opened(browser, "archiveBrand")
        browser.type(f"{form} [name='path:brand_id']", str(admin.company_id))
        browser.click(f"{form} > button")
        browser.wait_for("Yes", f"{form} > button")
        browser.type(f"{form} [name='path:brand_id']", str(admin.company_id))
        browser.wait_for("Send", f"{form} > button")


class TestFiles:
    def test_of_a_form_are_sent_with_its_other_fields(self, browser: Browser, admin: Any, dot: Path) -> None:
        product = add_product(admin.client(), {"variants": [{"sku": "DOT-1", "price": 1}]})["id"]
        read(browser, admin, "catalog")
        form = opened(browser, "addPicture")
        browser.type(f"{form} [name='path:product_id']", product)
        browser.attach(f"{form} [name='form:file']", dot)
        browser.type(f"{form} [name='form:alt']", "A dot")
        assert '"A dot"' in send(browser, form, "201")
        assert run(browser.text(f"{form} > .panel code"))[-4:] == [
            *("--form-string", "alt=A dot"),
            *("-F", 'file=@"dot.png"'),
        ]

    def test_that_are_answered_can_be_saved_under_their_name(self, browser: Browser, admin: Any) -> None:
        read(browser, admin, "import-and-export")
        form = opened(browser, "exportProducts")
        browser.run("document.querySelector(arguments[0]).value = 'xlsx'", f"{form} [name='query:format']")
        send(browser, form, "200")
        name = browser.run("return document.querySelector(arguments[0]).download", f"{form} .result a")
        assert name.endswith(".xlsx")
