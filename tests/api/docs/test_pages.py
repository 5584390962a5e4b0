"""The pages for people name everything, lead somewhere, reach for nothing, and believe no text."""

import copy
import gzip
import re
from collections import Counter
from typing import Any
from urllib.parse import urldefrag, urljoin

import pytest

from api.docs.pages import START
from api.docs.site import Site
from api.docs.topics import TOPICS
from api.openapi.document import routes_of
from tests.api.docs.conftest import Read

#: What the pages lead to besides each other.
ELSEWHERE = {"/api/openapi.json", "/llms.txt", "/llms-full.txt", "/docs/index.md"}


def path_of(name: str) -> str:
    return "/docs" if name == START else f"/docs/{name}"


def article(pages: dict[str, Read], name: str) -> str:
    """What is written of an operation, on whichever page."""
    beginning = f'<article class="op" id="{name}">'
    there = [page.words for page in pages.values() if beginning in page.words]
    assert len(there) == 1, name
    return there[0].partition(beginning)[2].partition("</article>")[0]


class TestThePages:
    def test_have_every_operation_once(self, document: dict[str, Any], pages: dict[str, Read]) -> None:
        found = Counter(
            name
            for page in pages.values()
            for name in re.findall(r'<article class="op" id="(\w+)">', page.html)
        )
        named = {one["operationId"] for methods in document["paths"].values() for one in methods.values()}
        assert found == dict.fromkeys(named, 1)

    def test_name_method_and_path_of_every_operation(
        self, document: dict[str, Any], pages: dict[str, Read]
    ) -> None:
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                written = article(pages, operation["operationId"])
                assert f'<span class="m {method}">{method}</span><code>{path}</code>' in written

    def test_explain_every_code_at_an_anchor_of_its_own(
        self, document: dict[str, Any], pages: dict[str, Read]
    ) -> None:
        ids = pages["errors"].ids
        assert {refusal["code"] for refusal in document["x-error-codes"]} <= set(ids)
        assert {f"detail-{detail['code']}" for detail in document["x-detail-codes"]} <= set(ids)

    def test_say_what_to_do_about_an_error_where_that_is_known(self, document: dict[str, Any]) -> None:
        told = copy.deepcopy(document)
        told["x-error-codes"][0]["cases"][0]["remedy"] = "Look at `details`, and <b>mend</b> it."
        errors = Site(told).html("errors").html
        remedy = "Look at <code>details</code>, and &lt;b&gt;mend&lt;/b&gt; it."
        assert f'<p class="remedy"><b>What to do</b> {remedy}</p>' in errors
        assert "**What to do:** Look at `details`" in Site(told).markdown("errors")

    def test_put_each_remedy_below_what_it_is_for(self, pages: dict[str, Read]) -> None:
        told = pages["errors"].words.partition('id="token_expired"')[2].partition("</div>")[0]
        expired, refresh, idle, again = re.findall(r"<p[^>]*>(.*?)</p>", told)
        assert "has expired; refresh it" in expired
        assert "/api/auth/refresh" in refresh
        assert "not used for too long" in idle
        assert "Sign in again" in again

    def test_show_choices_that_nobody_could_see(self, pages: dict[str, Read]) -> None:
        assert "<code>\\t</code>" in article(pages, "exportReportAsJob")

    def test_say_what_kind_of_file_is_answered(self, pages: dict[str, Read]) -> None:
        assert "A file: <code>text/csv</code>" in article(pages, "exportProducts")
        assert "<code>file</code> <span>file</span>" in article(pages, "addPicture")

    def test_break_names_of_objects_between_words_alone(self, pages: dict[str, Read]) -> None:
        assert "Sales<wbr>Summary<wbr>By<wbr>Brand" in pages["objects"].html

    def test_say_what_samples_need(self, pages: dict[str, Read]) -> None:
        assert "samples" in pages["guide"].ids
        assert all(
            'href="guide#samples"' in page.html for page in pages.values() if 'class="op"' in page.html
        )

    def test_tell_every_object_once(self, document: dict[str, Any], pages: dict[str, Read]) -> None:
        found = Counter(one for page in pages.values() for one in page.ids if one.startswith("object-"))
        assert set(found.values()) == {1}
        assert {one.removeprefix("object-") for one in found} <= document["components"]["schemas"].keys()

    def test_name_with_each_operation_what_that_one_refuses(
        self, app: Any, document: dict[str, Any], pages: dict[str, Read]
    ) -> None:
        general = {"not_found", "forbidden", "company_suspended", "subscription_expired"}
        general |= {"unauthenticated", "token_expired", "token_revoked", "too_many_requests"}
        for route in routes_of(app):
            name = document["paths"][route.path][route.method.lower()]["operationId"]
            written = article(pages, name)
            for code in {refusal.code for refusal in route.operation.refusals} - general:
                assert f"<code>{code}</code>" in written, (name, code)

    def test_have_every_section_of_the_guide(self, document: dict[str, Any]) -> None:
        longer = copy.deepcopy(document)
        longer["info"]["description"] += "\n\n## Something new\n\nSee [errors](#errors)."
        site = Site(longer)
        guide = Read(site.html("guide").html)
        assert "something-new" in guide.ids
        assert "errors#errors" in guide.links
        assert '<a href="docs/guide#something-new">Something new</a>' in site.html(START).html

    def test_are_well_formed(self, pages: dict[str, Read]) -> None:
        for name, page in pages.items():
            assert (page.open, page.misplaced) == ([], []), name
            assert [one for one, count in Counter(page.ids).items() if count > 1] == [], name
            assert page.handlers == [], name
            assert page.html.count("<h1") == 1, name

    def test_every_link_leads_somewhere_on_this_server(self, pages: dict[str, Read]) -> None:
        ids = {path_of(name): set(page.ids) for name, page in pages.items()}
        markdown = {f"/docs/{name}.md" for name in pages}
        for name, page in pages.items():
            for link in page.links:
                path, anchor = urldefrag(urljoin(path_of(name), link))
                if path in ELSEWHERE | markdown:
                    continue
                assert path in ids, (name, link)
                assert not anchor or anchor in ids[path], (name, link)

    def test_work_below_any_path(self, pages: dict[str, Read]) -> None:
        for name, page in pages.items():
            assert [link for link in page.links if link.startswith("/") or ":" in link] == [], name

    def test_load_nothing_and_name_no_address_but_this_machine(self, pages: dict[str, Read]) -> None:
        for name, page in pages.items():
            assert page.loaded == [], name
            hosts = re.findall(r"https?://([^\s\"'<)/:]+)", page.words)
            # Names that end so are nobody's: examples of addresses that others give.
            named = {host for host in hosts if not host.endswith(".example")}
            assert named <= {"localhost", "127.0.0.1"}, name
            assert not re.search(r"@import|url\(", page.html), name

    def test_stay_light(self, pages: dict[str, Read]) -> None:
        for name, page in pages.items():
            assert len(gzip.compress(page.html.encode())) < 60_000, name

    def test_break_no_code_within_a_word(self, pages: dict[str, Read]) -> None:
        assert "insufficient_<wbr>stock</code>" in pages["errors"].html

    def test_believe_no_text(self, document: dict[str, Any]) -> None:
        evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"
        poisoned = copy.deepcopy(document)
        poisoned["info"] = {"title": evil, "description": evil, "summary": evil, "version": evil}
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
        for code in (*poisoned["x-error-codes"], *poisoned["x-detail-codes"]):
            code["code"] = code["meaning"] = code["remedy"] = evil
            code["cases"] = [{"meanings": [evil], "remedy": evil}]
        site = Site(poisoned)
        for page in site.pages:
            html = site.html(page.name).html
            assert "alert(1)" in html or page.name in ("changelog", "upgrading")
            assert html.count("<script") == 2
            assert "<img" not in html


class TestTopics:
    @pytest.mark.parametrize(
        ("area", "prefix"),
        [(area, prefix) for area, topics in TOPICS.items() for topic in topics for prefix in topic.prefixes],
    )
    def test_each_has_operations_of_its_area(self, document: dict[str, Any], area: str, prefix: str) -> None:
        assert any(
            area in operation["tags"]
            for path, methods in document["paths"].items()
            if path == prefix or path.startswith(f"{prefix}/")
            for operation in methods.values()
        )


class TestTheContents:
    def test_lead_from_every_page_to_every_other(self, pages: dict[str, Read]) -> None:
        for name, page in pages.items():
            reached = {urldefrag(urljoin(path_of(name), link))[0] for link in page.links}
            assert {path_of(other) for other in pages} <= reached, name
