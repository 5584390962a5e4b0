"""The reference as somebody reads it: searching, choosing, copying, with a keyboard, and on a phone."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.api.pages.conftest import overflowing
from tests.api.pages.test_forms import PAGES
from tests.api.pages.trying import read
from tests.browser import Browser

DOWN, ENTER, ESCAPE = "\ue015", "\ue007", "\ue00c"
BRANDS = "brands-categories-units"
#: How far what is shown moved by itself since the page began to load, by the measure of browsers (CLS).
SHIFT = """
    return new Promise(tell => {
        let sum = 0;
        new PerformanceObserver(list => {
            for (const one of list.getEntries()) sum += one.hadRecentInput ? 0 : one.value;
        }).observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => tell(sum), 300);
    });
"""


@pytest.fixture
def phone(at_desk: Callable[..., None]) -> Iterator[None]:
    """A screen as narrow as a phone's."""
    at_desk(390)
    yield
    at_desk()


@pytest.fixture
def find(browser: Browser, reader: Any) -> Callable[[str], str]:
    """Opens the search on the first page, and tells what is found of a text."""
    browser.open(f"{reader.url}/docs")

    def look(text: str) -> str:
        browser.press("body", "/")
        browser.type("#find", text)
        browser.wait_for_script("return document.querySelector('#said').textContent")
        return browser.text("#search")

    return look


def chosen(browser: Browser) -> str:
    """What of the search is chosen, as it is told to those who cannot see."""
    return str(
        browser.run("""
            const found = document.getElementById('find').getAttribute('aria-activedescendant');
            return document.getElementById(found)?.querySelector('strong').textContent ?? '';
        """)
    )


class TestTheSearch:
    @pytest.mark.parametrize(
        ("text", "group", "found"),
        [
            ("sell basket", "OPERATIONS", "Sell a basket"),
            ("POST /api/pos/orders", "OPERATIONS", "Sell a basket"),
            ("change_total", "FIELDS", "change_total"),
            ("insufficient_stock", "ERROR CODES", "insufficient_stock"),
            ("possible_duplicate", "DETAIL CODES", "possible_duplicate"),
            ("overwrite another", "GUIDE AND TEXTS", "Changing what others change too"),
            ("Shifts", "PAGES", "Shifts"),
            ("RÉFÛND", "OPERATIONS", "Refund an order"),
        ],
    )
    def test_finds(self, find: Callable[[str], str], text: str, group: str, found: str) -> None:
        lines = find(text)
        assert group in lines
        assert found in lines

    def test_says_so_when_there_is_nothing(self, find: Callable[[str], str]) -> None:
        assert "Nothing found for “<b>xyzzy</b>”." in find("<b>xyzzy</b>")

    def test_is_used_with_keys_alone(self, browser: Browser, find: Callable[[str], str]) -> None:
        find("sell basket")
        assert chosen(browser) == "Sell a basket"
        browser.press("#find", DOWN)
        assert chosen(browser) != "Sell a basket"
        browser.press("#find", "\ue013")
        browser.press("#find", ENTER)
        browser.wait_for_script(
            "return location.pathname + location.hash === '/docs/point-of-sale#sellBasket'"
        )

    def test_closes_by_escape_and_gives_the_place_back(
        self, browser: Browser, find: Callable[[str], str]
    ) -> None:
        find("refund")
        browser.press("#find", ESCAPE)
        assert browser.wait_for_script("return document.querySelector('#search').open === false")
        # The browser gives the place back a moment after it has closed what was open.
        assert browser.wait_for_script("return document.activeElement === document.body")

    def test_shows_more_of_a_group_when_asked(self, browser: Browser, find: Callable[[str], str]) -> None:
        find("store")
        before = browser.run("return document.querySelectorAll('[role=option]').length")
        browser.click("[role=option].more")
        browser.wait_for_script(f"return document.querySelectorAll('[role=option]').length > {before}")


class TestOldLinks:
    @pytest.mark.parametrize(
        ("anchor", "there"),
        [
            ("sellBasket", "/docs/point-of-sale#sellBasket"),
            ("object-Order", "/docs/orders#object-Order"),
            ("repeating-safely", "/docs/guide#repeating-safely"),
            ("errors", "/docs/errors"),
            ("area-inventory", "/docs/inventory"),
        ],
    )
    def test_lead_to_where_it_is_now(self, browser: Browser, reader: Any, anchor: str, there: str) -> None:
        browser.open("about:blank")
        browser.open(f"{reader.url}/docs#{anchor}")
        browser.wait_for_script("return location.pathname + location.hash === arguments[0]", there)

    def test_to_an_object_open_it(self, browser: Browser, reader: Any) -> None:
        browser.open(f"{reader.url}/docs/orders#object-Order")
        browser.wait_for("fulfilment_status", "#object-Order")


class TestCopying:
    def test_works_where_the_browser_lends_no_clipboard(self, browser: Browser, reader: Any) -> None:
        read(browser, reader, BRANDS)
        browser.run("""
            Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
            document.addEventListener('copy', () => { window.copied = document.activeElement.value; });
        """)
        browser.click("#addBrand .panel button.copy")
        browser.wait_for("Copied", "#addBrand .panel")
        assert "/api/admin/settings/brands" in browser.run("return window.copied")
        browser.click("#copy-page")
        assert browser.wait_for_script("return window.copied.startsWith('# Brands, categories, units')")


class TestLanguages:
    def test_one_is_chosen_for_all_samples_of_all_pages(self, browser: Browser, reader: Any) -> None:
        read(browser, reader, BRANDS)
        browser.click("#addBrand .languages [data-language=javascript]")
        browser.wait_for("fetch(", "#addBrand .tabbed")
        read(browser, reader, "shifts")
        assert "fetch(" in browser.text("#openShift .tabbed")
        assert browser.run("return localStorage.length") == 1
        browser.click("#openShift .languages [data-language=curl]")
        browser.wait_for("curl ", "#openShift .tabbed")
        browser.run("localStorage.clear()")


class TestOnAPhone:
    @pytest.mark.usefixtures("phone")
    @pytest.mark.parametrize(
        "page",
        ["", *(f"/{name}" for name in ("guide", "errors", "objects", "changelog", "upgrading", *PAGES))],
    )
    def test_nothing_is_wider_than_the_screen(self, browser: Browser, reader: Any, page: str) -> None:
        browser.open(f"{reader.url}/docs{page}")
        browser.run("for (const one of document.querySelectorAll('main details')) one.open = true")
        assert overflowing(browser) == []

    @pytest.mark.usefixtures("phone")
    def test_nor_is_what_can_be_tried(self, browser: Browser, reader: Any) -> None:
        read(browser, reader, BRANDS)
        browser.click("#addBrand .try")
        browser.wait_for("Send", "#addBrand .trial")
        assert overflowing(browser) == []

    @pytest.mark.usefixtures("phone")
    @pytest.mark.parametrize("page", ["", "/errors", f"/{BRANDS}"])
    def test_nothing_moves_while_a_page_loads(self, browser: Browser, reader: Any, page: str) -> None:
        browser.open(f"{reader.url}/docs{page}")
        browser.wait_for_script(
            "return document.querySelector('button.copy') || !document.querySelector('.panel')"
        )
        assert browser.run(SHIFT) < 0.01

    @pytest.mark.usefixtures("phone")
    @pytest.mark.parametrize(
        "close",
        [
            lambda browser: browser.click("#contents [aria-current=page]"),
            lambda browser: browser.press(".menu summary", ESCAPE),
            lambda browser: browser.run("document.querySelector('footer, .around').click()"),
        ],
        ids=["by choosing", "by escape", "by touching something else"],
    )
    def test_the_contents_close(
        self, browser: Browser, reader: Any, close: Callable[[Browser], object]
    ) -> None:
        read(browser, reader, BRANDS)
        browser.click(".menu summary")
        browser.wait_for("Overview", "#contents")
        close(browser)
        browser.wait_for_script("return !document.querySelector('.menu').open")
        assert browser.text("#contents") == ""
