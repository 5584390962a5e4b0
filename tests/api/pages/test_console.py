"""The console in a real browser: it shows what happens while it happens, to those who may see it."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.api.conftest import add_product
from tests.api.pages.conftest import overflowing
from tests.browser import Browser
from tests.conftest import SUPER_ADMIN_NAME, appoint_super_admin, fresh_database, serving

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def signed_in(browser: Browser, stocked: Any, sign_in: Callable[[str], None]) -> Iterator[Callable[..., Any]]:
    """Opens the console and signs in as somebody of the shop; afterwards nothing was complained of."""

    def enter(role: str = "Admin") -> Any:
        browser.open(f"{stocked.shop.url}/console")
        sign_in(stocked.shop.username(role))
        return stocked

    yield enter
    assert browser.log() == []
    browser.open("about:blank")


@pytest.fixture
def far_away(browser: Browser) -> Iterator[None]:
    """The browser is where the clock says something else than in any store."""
    browser.devtools("Emulation.setTimezoneOverride", timezoneId="Asia/Kolkata")
    yield
    browser.devtools("Emulation.setTimezoneOverride", timezoneId="")


@pytest.fixture(scope="module")
def own(server: Any, password_hash: str) -> Iterator[Any]:
    """An installation of its own, with few logs to prove, and a client of whoever runs it."""
    with serving(fresh_database(server, "mipos_console"), ("serve", "worker")) as service:
        yield appoint_super_admin(service, password_hash)


def life_of(browser: Browser, what: str) -> None:
    """Look up the life of something."""
    browser.type("#life [name=search]", what)
    browser.click("#life .search button")
    browser.wait_for_script("return document.querySelector('#life .state tbody') !== null")


class TestThePage:
    def test_brings_all_it_needs_and_knows_nothing(self, shop: Any) -> None:
        answer = shop.service.client().get("/console")
        page, policy = answer.body.decode(), answer.headers["content-security-policy"]
        assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
        nonce = re.search(r"script-src 'nonce-([\w-]{22})'", policy)
        assert nonce
        assert page.count(f'nonce="{nonce[1]}"') == page.count("<script") + page.count("<style") == 2
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in page.replace("http-equiv", "")
        assert not re.search(r"\son\w+=|style=", page)

    def test_each_answer_has_a_nonce_of_its_own(self, shop: Any) -> None:
        client = shop.service.client()
        policies = {client.get("/console").headers["content-security-policy"] for _ in range(3)}
        assert len(policies) == 3


class TestWhoSees:
    def test_nobody_sees_anything_before_signing_in(self, browser: Browser, shop: Any) -> None:
        browser.open(f"{shop.url}/console")
        browser.wait_for("Sign in", "#session")
        assert browser.text("#desk") == ""
        assert browser.log() == []

    def test_a_cashier_is_told_why_not(self, browser: Browser, shop: Any) -> None:
        browser.open(f"{shop.url}/console")
        browser.type("#session [name=username]", shop.username("Cashier"))
        browser.type("#session [name=password]", "correct horse battery staple")
        browser.click("#session button")
        browser.wait_for("audit.view", "#session [role=alert]")
        assert browser.text("#desk") == ""

    def test_who_signs_out_leaves_nothing_behind(self, browser: Browser, signed_in: Any) -> None:
        stocked = signed_in()
        browser.wait_for("Product.Registered", "#events")
        browser.click("#session button")
        browser.wait_for("Sign in", "#session")
        assert browser.run("return document.querySelector('#desk').textContent.includes('Product')") is False
        assert stocked.shop.username("Admin") not in browser.text("body")

    def test_the_token_is_kept_nowhere(self, browser: Browser, signed_in: Any) -> None:
        signed_in()
        kept = "return [document.cookie, localStorage.length, sessionStorage.length, location.hash, name]"
        assert browser.run(kept) == ["", 0, 0, "", ""]


class TestStayingSignedIn:
    def test_tokens_are_renewed_while_one_looks(
        self, browser: Browser, stocked: Any, serve_here: Any, sign_in: Callable[[str], None]
    ) -> None:
        with serve_here(MIPOS_ACCESS_TOKEN_SECONDS="10") as service:
            browser.open(f"{service.url}/console")
            sign_in(stocked.shop.username("Admin"))
            browser.wait_for("Product.Registered", "#events .events")
            for name in ("Acme", "Other", "Third"):
                stocked.shop.client().post("/api/admin/settings/brands", {"name": name})
                browser.wait_for("Brand.Registered", "#events .events li:first-child")
                browser.click("#events [type=reset]")
            renewed = (
                "return performance.getEntriesByType('resource').filter(one => /refresh$/.test(one.name))"
            )
            assert browser.run(f"{renewed}.length") > 0
            assert browser.log() == []
            browser.open("about:blank")


class TestSales:
    def test_a_sale_is_counted_while_one_looks(self, browser: Browser, signed_in: Any) -> None:
        stocked = signed_in()
        browser.wait_for("€0.00", "#sales [data-figure=net_sales]")
        number = stocked.sell("2").data["number"]
        browser.wait_for("€2.00", "#sales [data-figure=net_sales]")
        assert "€2.38" in browser.wait_for(number, "#sales table")

    @pytest.mark.usefixtures("far_away")
    def test_a_sale_has_the_time_of_its_store(self, browser: Browser, signed_in: Any) -> None:
        stocked = signed_in()
        order = stocked.sell().data
        browser.wait_for(order["number"], "#sales table")
        local = datetime.fromisoformat(order["occurred_at"]).astimezone(ZoneInfo(stocked.store["timezone"]))
        assert browser.text("#sales table time").startswith(f"{local:%I:%M:%S}")


class TestEvents:
    def test_what_happens_comes_by_itself(self, browser: Browser, signed_in: Any) -> None:
        stocked = signed_in()
        browser.wait_for("Product.Registered", "#events .events")
        stocked.shop.client().post("/api/admin/settings/brands", {"name": EVIL})
        browser.wait_for("Brand.Registered", "#events .events li:first-child")
        assert "added the brand" in browser.text("#events .events li:first-child .sentence")
        browser.click("#events .events li:first-child summary")
        assert EVIL in browser.wait_for(EVIL, "#events .events li:first-child .facts")
        assert browser.run("return document.querySelectorAll('main img').length") == 0

    def test_filters_choose(self, browser: Browser, signed_in: Any) -> None:
        signed_in()
        browser.wait_for("Product.Registered", "#events .events")
        browser.type("#events [name=type]", "stock.StockMovement")
        browser.click("#events button.strong")
        only = "[...document.querySelectorAll('#events .type')].map(one => one.textContent)"
        types = browser.wait_for_script(f"const types = {only}; return types.length === 1 && types")
        assert types == ["stock.StockMovement.Received"]

    def test_a_pause_holds_them_back_and_says_how_many(self, browser: Browser, signed_in: Any) -> None:
        stocked = signed_in()
        browser.wait_for("Product.Registered", "#events .events")
        browser.click("#events [aria-pressed]")
        stocked.shop.client().post("/api/admin/settings/brands", {"name": "Acme"})
        browser.wait_for("1 more since", "#events")
        assert "Brand.Registered" not in browser.text("#events .events")
        browser.click("#events [aria-pressed]")
        browser.wait_for("Brand.Registered", "#events .events")


class TestLife:
    def test_a_product_as_it_was_at_any_moment(self, browser: Browser, signed_in: Any) -> None:
        stocked = signed_in()
        product = f"/api/admin/products/{stocked.product['id']}"
        assert stocked.shop.client().patch(product, {"name": EVIL}).status == 200
        life_of(browser, "OAT-1")
        assert EVIL in browser.wait_for(EVIL, "#life .state")
        assert browser.text("#life .when") == "Now"
        browser.click("#life .timeline li:first-child button")
        browser.wait_for("Oat milk", "#life .state")
        browser.run("""
            const slider = document.querySelector('#life [type=range]');
            slider.value = slider.max;
            slider.dispatchEvent(new Event('input'));
        """)
        browser.wait_for(EVIL, "#life .state")
        browser.click("#life .through-time button")
        browser.wait_for("Oat milk", "#life .state")
        assert browser.run("return document.querySelectorAll('main img').length") == 0

    def test_an_order_by_its_number_in_sentences(self, browser: Browser, signed_in: Any) -> None:
        stocked = signed_in()
        order = stocked.sell().data
        life_of(browser, order["number"])
        browser.wait_for("Order.Sold", "#life .timeline")
        steps = stocked.shop.client().get(f"/api/admin/orders/{order['id']}/history").data
        assert steps[0]["sentence"] in browser.text("#life .timeline")

    def test_what_nothing_is_called_is_said(self, browser: Browser, signed_in: Any) -> None:
        signed_in()
        browser.type("#life [name=search]", "no such thing")
        browser.click("#life .search button")
        browser.wait_for("Nothing is called so.", "#life")


class TestVerifying:
    def test_the_log_is_proved_at_the_press_of_a_button(self, browser: Browser, signed_in: Any) -> None:
        stocked = signed_in()
        browser.click("#verification button")
        browser.wait_for("events are what was recorded", "#verification")
        proof = stocked.shop.client().get("/api/audit/verify").data
        assert proof["head_hash"] in browser.text("#verification")
        assert f"All {proof['verified']} events" in browser.text("#verification")


class TestThePlatform:
    @pytest.fixture
    def root(self, browser: Browser, own: Any, sign_in: Callable[[str], None]) -> Any:
        """That client, whose user is signed in at the console."""
        browser.open("http://{}:{}/console".format(*own.address))
        sign_in(SUPER_ADMIN_NAME)
        return own

    def test_a_read_model_that_rests_is_marked_and_comes_first(self, browser: Browser, root: Any) -> None:
        browser.wait_for("report_sales", "#models")
        assert root.post("/api/dev/projections/price_history/pause").status == 200
        first = browser.wait_for("paused", "#models tbody tr:first-child")
        assert first.startswith("price_history")
        assert root.post("/api/dev/projections/price_history/resume").status == 200

    def test_a_read_model_is_compared_with_the_log(self, browser: Browser, root: Any) -> None:
        browser.wait_for_script("return document.querySelectorAll('#verification option').length > 1")
        browser.run("document.querySelector('#verification select').value = 'packages'")
        browser.click("#verification .check:nth-child(2) button")
        browser.wait_for("packages is what the log says", "#verification")
        assert root.get("/api/dev/projections/packages/verify").data["status"] == "done"

    @pytest.mark.usefixtures("root")
    def test_the_installation_is_examined(self, browser: Browser) -> None:
        browser.click("#verification .check:last-child button")
        browser.wait_for("checks are well", "#verification")
        assert browser.log() == []


class TestOnAnyScreen:
    @pytest.mark.parametrize("width", [390, 1280])
    @pytest.mark.parametrize("dark", [False, True])
    def test_nothing_is_wider_than_it(
        self, browser: Browser, signed_in: Any, at_desk: Callable[..., None], width: int, dark: bool
    ) -> None:
        stocked = signed_in()
        long = "W" * 200
        added = add_product(
            stocked.shop.client(), {"name": long, "variants": [{"sku": long[:60], "price": 1}]}
        )
        at_desk(width, dark=dark)
        life_of(browser, added["id"])
        browser.wait_for("Product.Registered", "#events .events")
        browser.click("#events .events li:first-child summary")
        assert overflowing(browser) == []
        at_desk()
