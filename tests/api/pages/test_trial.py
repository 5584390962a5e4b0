"""Operations of the reference are tried in a real browser, and as commands in a real shell."""

import json
from typing import Any

import pytest

from tests.api.pages.trying import enter, opened, read, run, send
from tests.browser import Browser

#: Whatever a shell might take for its own.
NASTY = "@it's $HOME `id` \"quoted\" \\n !history #no *\n-next\tline é {a,b} ~ ''"
EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def stranger(browser: Browser, reader: Any) -> Any:
    """The shop, of which nobody is signed in at the reference."""
    if not browser.run("return document.querySelector('#session form') !== null"):
        browser.click("#who")
        browser.click("#session button")
        browser.wait_for("Sign in", "#who")
        browser.click("#trying > .close")
    return reader


class TestTrying:
    def test_sends_what_the_fields_say_and_shows_what_came_back_as_text(
        self, browser: Browser, admin: Any
    ) -> None:
        form = opened(browser, "addBrand")
        browser.type(f"{form} textarea", json.dumps({"name": EVIL}))
        answer = send(browser, form, "201")
        assert EVIL in answer
        assert " ms" in answer
        brands = admin.client().get("/api/admin/settings/brands").data
        assert EVIL in {brand["name"] for brand in brands}
        assert browser.run("return document.querySelectorAll('main img').length") == 0
        assert browser.log() == []

    def test_the_same_again_is_a_repeat_and_another_is_not(self, browser: Browser, admin: Any) -> None:
        form = opened(browser, "addBrand")
        for name, is_repeated in (("Acme", False), (None, True), ("Other", False)):
            if name:
                browser.type(f"{form} textarea", json.dumps({"name": name}))
            send(browser, form, "201")
            headers = browser.run("return document.querySelector(arguments[0]).textContent", f"{form} dl")
            assert ("idempotent-replayed" in headers) == is_repeated
        brands = admin.client().get("/api/admin/settings/brands").data
        assert {"Acme", "Other"} <= {brand["name"] for brand in brands}

    def test_a_refusal_is_shown_with_its_code(self, browser: Browser, admin: Any) -> None:
        form = opened(browser, "showBrand")
        browser.type(f"{form} [name='path:brand_id']", str(admin.company_id))
        assert '"not_found"' in send(browser, form, "404")
        assert (
            browser.run("return document.querySelector(arguments[0]).hash", f"{form} .result a")
            == "#not_found"
        )

    def test_who_is_signed_in_stays_so_on_other_pages_of_this_tab(self, browser: Browser, admin: Any) -> None:
        read(browser, admin, "catalog")
        browser.wait_for(admin.username("Admin"), "#who")
        assert '"pagination"' in send(browser, opened(browser, "listProducts"), "200")
        read(browser, admin, "brands-categories-units")
        browser.wait_for(admin.username("Admin"), "#who")

    @pytest.mark.usefixtures("admin")
    def test_the_token_is_kept_for_this_tab_alone(self, browser: Browser) -> None:
        kept = "return [document.cookie, {...localStorage}, Object.keys(sessionStorage), location.hash, name]"
        assert browser.run(kept) == ["", {}, ["mipos.session"], "", ""]

    @pytest.mark.usefixtures("stranger")
    def test_nothing_of_it_is_kept_by_who_signed_out(self, browser: Browser) -> None:
        assert browser.run("return sessionStorage.length") == 0

    @pytest.mark.usefixtures("stranger")
    def test_without_signing_in_no_token_is_sent(self, browser: Browser) -> None:
        form = opened(browser, "listBrands")
        assert "Sign in" in browser.text(f"{form} .hint")
        assert '"unauthenticated"' in send(browser, form, "401")

    def test_a_wrong_password_is_told_and_opens_nothing(self, browser: Browser, stranger: Any) -> None:
        enter(browser, stranger.username("Admin"), "not this one")
        browser.wait_for("password", "#session [role=alert]")
        assert browser.run("return document.querySelector('#session form') !== null")
        browser.click("#trying > .close")


class TestTheCommand:
    def test_says_the_same_as_the_fields(self, browser: Browser, admin: Any) -> None:
        form = opened(browser, "addBrand")
        body = json.dumps({"name": "it's $HOME"})
        browser.type(f"{form} textarea", body)
        browser.type(f"{form} [name='header:Idempotency-Key']", "a 'key'")
        words = run(browser.text(f"{form} .panel code"))
        assert words[:3] == ["-X", "POST", f"{admin.url}/api/admin/settings/brands"]
        assert "Authorization: Bearer secret" in words
        assert "Idempotency-Key: a 'key'" in words
        assert words[-2:] == ["--data-raw", body]

    @pytest.mark.usefixtures("reader")
    def test_reaches_curl_as_it_is_whatever_is_in_it(self, browser: Browser) -> None:
        sent = {"method": "PUT", "url": f"/a?b={NASTY}", "headers": {"X-Nasty": NASTY}, "body": NASTY}
        write = "const sent = arguments[0]; return import('/pages/curl.js').then(({ curl }) => curl(sent))"
        assert run(browser.run(write, {**sent, "signed": True})) == [
            *("-X", "PUT", f"/a?b={NASTY}", "-H", "Authorization: Bearer secret"),
            *("-H", f"X-Nasty: {NASTY}", "--data-raw", NASTY),
        ]
