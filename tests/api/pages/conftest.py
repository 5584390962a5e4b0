"""What the tests of pages share: a browser for all of them, and signing in as a person does."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.api.pages.trying import enter, read
from tests.browser import Browser, opened_browser
from tests.conftest import PASSWORD, found_shop


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser; without one, these tests are skipped."""
    with opened_browser() as opened:
        yield opened


@pytest.fixture
def sign_in(browser: Browser) -> Callable[[str], None]:
    """Signs in on the page that is open."""

    def enter(username: str) -> None:
        browser.type("#session [name=username]", username)
        browser.type("#session [name=password]", PASSWORD)
        browser.click("#session button")
        browser.wait_for(username, "#session")

    return enter


@pytest.fixture(scope="module")
def reader(browser: Browser, service: Any, password_hash: str) -> Any:
    """A shop, and a page of the reference open in the browser, at which nobody is signed in."""
    read(browser, service, "brands-categories-units")
    browser.run("sessionStorage.clear()")
    read(browser, service, "brands-categories-units")
    return found_shop(service, password_hash, {})


@pytest.fixture
def admin(browser: Browser, reader: Any) -> Any:
    """The shop, whose admin is signed in at the reference."""
    if reader.username("Admin") not in browser.text("#who"):
        enter(browser, reader.username("Admin"))
        browser.wait_for(reader.username("Admin"), "#who")
    return reader


@pytest.fixture
def at_desk(browser: Browser) -> Callable[..., None]:
    """Shows the page on a screen, light unless `dark`, 1280 wide unless told otherwise."""

    def show(width: int = 1280, *, dark: bool = False) -> None:
        browser.resize(width, 900, dark=dark)

    return show


def overflowing(browser: Browser) -> Any:
    """What makes the page wider than the screen."""
    return browser.run("""
        const width = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= width) return [];
        return [...document.querySelectorAll('body *')]
            .filter(one => one.scrollWidth > width && getComputedStyle(one).overflowX === 'visible')
            .map(one => one.outerHTML.slice(0, 100));
    """)
