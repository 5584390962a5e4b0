"""The same in Markdown: for tools, and for whoever likes it plain."""

import re
from typing import Any
from urllib.parse import urldefrag, urljoin

import pytest

from api.docs.site import Site

LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.fixture(scope="module")
def texts(site: Site) -> dict[str, str]:
    """Every page in Markdown."""
    return {page.name: site.markdown(page.name) for page in site.pages}


class TestThePages:
    def test_have_every_operation_once(self, document: dict[str, Any], texts: dict[str, str]) -> None:
        whole = "\n".join(texts.values())
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                assert whole.count(f"\n`{method.upper()} {path}`\n") == 1
                assert whole.count(f'## <a id="{operation["operationId"]}"></a>') == 1

    def test_show_no_fields_of_one_of_several_bodies_as_those_of_all(self, texts: dict[str, str]) -> None:
        """A sale that a till delivers has no opening float, which a shift has."""
        whole = "\n".join(texts.values())
        assert "| `operations[].body` (required) | object |" in whole
        assert "operations[].body.opening_float" not in whole

    def test_say_of_each_operation_what_the_document_says(
        self, document: dict[str, Any], texts: dict[str, str]
    ) -> None:
        whole = "\n".join(texts.values())
        for methods in document["paths"].values():
            for operation in methods.values():
                written = whole.partition(f'<a id="{operation["operationId"]}"></a>')[2].partition("\n## ")[0]
                assert (
                    f"**Permission**: {operation['description'].partition('**Permission**: ')[2]}" in written
                )
                for parameter in operation["parameters"]:
                    if parameter.get("in") == "query":
                        assert f"| `{parameter['name']}`" in written

    def test_explain_every_code(self, document: dict[str, Any], texts: dict[str, str]) -> None:
        for refusal in document["x-error-codes"]:
            assert f'- <a id="{refusal["code"]}"></a>`{refusal["code"]}`:' in texts["errors"]

    def test_every_link_leads_to_another_of_them(self, site: Site, texts: dict[str, str]) -> None:
        for name, text in texts.items():
            for link in LINK.findall(text):
                path = urldefrag(urljoin(f"/docs/{name}.md", link))[0]
                assert site.has(path.removeprefix("/docs/").removesuffix(".md")), (name, link)


class TestTheList:
    def test_begins_with_what_this_is_and_names_every_page(self, site: Site) -> None:
        title, summary, *lines = [line for line in site.llms().splitlines() if line]
        assert (title[:2], summary[:2]) == ("# ", "> ")
        listed = [link for line in lines for link in LINK.findall(line)]
        assert [f"docs/{page.name}.md" for page in site.pages] == [
            link for link in listed if link.endswith(".md")
        ]
        assert {"llms-full.txt", "api/openapi.json"} < set(listed)

    def test_all_of_it_is_in_one_file(self, site: Site, texts: dict[str, str]) -> None:
        whole = site.llms_full()
        for text in texts.values():
            assert text.partition("\n")[0] in whole
        assert len(whole) > sum(map(len, texts.values()))
