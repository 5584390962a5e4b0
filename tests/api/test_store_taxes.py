"""What has no tax rates of its own is taxed as the store says that sells it."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

STORES = "/api/admin/stores"
TAX_RATES = "/api/admin/settings/tax-rates"


@dataclass(frozen=True)
class Taxed:
    """A stocked shop, whose product is taxed by 19 % within its price, and a product without tax rates."""

    stocked: Any
    plain: Any

    @property
    def admin(self) -> Any:
        return self.stocked.shop.client()

    @property
    def path(self) -> str:
        return f"{STORES}/{self.stocked.store['id']}"

    def rate(self, rate: str, *, inclusive: bool = False) -> str:
        body = {"name": f"Tax {rate}", "rate": rate, "inclusive": inclusive}
        return str(self.admin.post(TAX_RATES, body).data["id"])

    def set(self, *rates: str) -> Any:
        """The store with these tax rates."""
        return self.admin.patch(self.path, {"tax_rate_ids": rates}).data

    def sell(self, product: Any, **where: Any) -> Any:
        """One of a product, quoted and sold at the till of the first store unless `where` says otherwise."""
        till = where or {"register_id": self.stocked.register["id"]}
        lines = [{"variant_id": product["variants"][0]["id"], "quantity": 1}]
        quote = self.admin.post("/api/pos/quote", {**till, "lines": lines}).data
        payments = [{"method": "card", "amount": quote["total"]}]
        sold = self.admin.post("/api/pos/orders", {**till, "lines": lines, "payments": payments}).data
        assert [line["taxes"] for line in sold["lines"]] == [line["taxes"] for line in quote["lines"]]
        assert (sold["total"], sold["taxes"]) == (quote["total"], quote["taxes"])
        return sold


@pytest.fixture
def taxed(stocked: Any) -> Taxed:
    variant = {"sku": "BAG", "price": 1000}
    return Taxed(
        stocked, stocked.product_of(name="Bag", variants=[variant], tax_rate_ids=[], track_stock=False)
    )


def taxes(order: Any) -> list[tuple[str, int]]:
    (line,) = order["lines"]
    return [(tax["rate"], tax["amount"]) for tax in line["taxes"]]


class TestSales:
    def test_what_has_no_rates_is_taxed_by_the_stores_in_their_order(self, taxed: Taxed) -> None:
        state, city = taxed.rate("7.25"), taxed.rate("1")
        for rates, charged in (((state, city), [("7.25", 73), ("1", 10)]), ((city,), [("1", 10)])):
            taxed.set(*rates)
            sold = taxed.sell(taxed.plain)
            assert taxes(sold) == charged
            assert (sold["tax_total"], sold["total"]) == (
                total := sum(tax for _, tax in charged),
                1000 + total,
            )

    def test_each_store_taxes_by_its_own(self, taxed: Taxed) -> None:
        taxed.set(taxed.rate("10", inclusive=True))
        other = taxed.admin.post(
            STORES, {"name": "Pier", "code": "P", "tax_rate_ids": [taxed.rate("25")]}
        ).data
        assert taxes(taxed.sell(taxed.plain)) == [("10", 91)]
        assert taxes(taxed.sell(taxed.plain, store_id=other["id"])) == [("25", 250)]

    def test_the_till_shows_the_taxes_that_a_sale_will_have(self, taxed: Taxed) -> None:
        def shown(query: str = "") -> dict[str, list[str]]:
            rows = taxed.admin.get(f"/api/pos/products{query}").data
            return {row["name"]: row["tax_rate_ids"] for row in rows}

        assert shown()["Bag"] == []
        state, city, other = taxed.rate("7.25"), taxed.rate("1"), taxed.rate("25")
        taxed.set(state, city)
        own = taxed.stocked.product["tax_rate_ids"]
        assert shown() == {"Bag": [state, city], "Oat milk": own}
        pier = taxed.admin.post(STORES, {"name": "Pier", "code": "P", "tax_rate_ids": [other]}).data
        assert shown(f"?store_id={pier['id']}") == {"Bag": [other], "Oat milk": own}
        assert shown(f"?store_id={taxed.stocked.store['id']}")["Bag"] == [state, city]


class TestAStoresRates:
    def test_are_shown_and_recorded_as_one_fact(self, taxed: Taxed) -> None:
        assert taxed.stocked.store["tax_rate_ids"] == []
        rate = taxed.rate("7.25")
        before = len(taxed.stocked.shop.events())
        shown = taxed.set(rate, rate)
        assert shown["tax_rate_ids"] == [rate]
        assert taxed.set(rate)["version"] == shown["version"]
        assert [taxed.admin.get(taxed.path).data] == taxed.admin.get(STORES).data == [shown]
        (fact,) = taxed.stocked.shop.events()[before:]
        assert (fact["type"], fact["state"]) == ("stores.Store.Retaxed", {"tax_rate_ids": [rate]})

    def test_must_be_there(self, taxed: Taxed, make_shop: Any) -> None:
        here, gone = taxed.rate("7.25"), taxed.rate("8")
        taxed.admin.delete(f"{TAX_RATES}/{gone}")
        elsewhere = make_shop().client().post(TAX_RATES, {"name": "VAT", "rate": "19"}).data["id"]
        new = {"name": "Pier", "code": "P"}
        for wrong in (gone, elsewhere, str(uuid4()), taxed.stocked.store["id"]):
            fields = {"tax_rate_ids": [here, wrong]}
            for answer in (
                taxed.admin.patch(taxed.path, fields),
                taxed.admin.post(STORES, {**new, **fields}),
            ):
                assert (answer.status, answer.fields) == (422, {"tax_rate_ids.1"})
