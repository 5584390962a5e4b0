"""The quick start does what it says when it is pasted."""

import html
import json
import re
from typing import Any

import pytest

from api.docs.pages import START
from api.docs.site import Site


@pytest.fixture(scope="module")
def page(site: Site) -> str:
    return site.html(START).html


class TestTheQuickStart:
    @pytest.fixture
    def commands(self, page: str) -> list[str]:
        steps = page.partition('<ol class="steps">')[2].partition("</ol>")[0]
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

    def test_leads_to_where_the_page_came_from(self, page: str) -> None:
        assert page.count("<span data-origin>http://localhost:3000</span>") == 1
        assert page.count("localhost:3000") == 1

    def path(self, command: str) -> str:
        return command.partition('"$MIPOS')[2].partition('"')[0]

    def sent(self, command: str, **variables: str) -> Any:
        """The body that the shell would send."""
        body = command.partition("-d '")[2].rpartition("'")[0]
        for name, value in variables.items():
            body = body.replace(f"""'"${name}"'""", value)
        return json.loads(body)
