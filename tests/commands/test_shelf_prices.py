"""What a variant cost in a store, and how it was taxed there, as the log had it at a place or a moment."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from commands.catalog.shelf_prices import ShelfPricesWork
from domain.catalog.shelf_prices import ShelfPrice
from tests.commands.samples import NOTHING, NOW, OTHER, STORE, TAX, VARIANT, product, store, tax, variant
from tests.commands.scenario import Scenario

EARLIER, LATER = NOW - timedelta(days=2), NOW - timedelta(days=1)


def known(
    scenario: Scenario,
    *,
    position: int | None = None,
    moment: datetime | None = None,
    store_id: UUID = STORE,
    variants: tuple[UUID, ...] = (VARIANT,),
) -> dict[UUID, ShelfPrice]:
    """What is known of these variants."""

    def ask(_: None, work: ShelfPricesWork) -> Any:
        return work.shelf_prices.known_at(store_id, variants, position=position, moment=moment).read()

    return dict(scenario.when(None, handler=ask).then_nothing().answer)


def price(scenario: Scenario, **place: Any) -> int:
    """The price of the variant."""
    return known(scenario, **place)[VARIANT].price


def rates(scenario: Scenario, **place: Any) -> list[Decimal]:
    """The tax rates of the variant."""
    return [rate.rate for rate in known(scenario, **place)[VARIANT].tax_rates]


@pytest.fixture
def shelf(scenario: Scenario) -> Scenario:
    """A store with a product for 249, two days ago."""
    return scenario.given(store(), product(variant(price=249)), at=EARLIER)


def test_a_price_is_the_one_that_the_log_had_at_that_position(shelf: Scenario) -> None:
    position, salt = len(shelf.facts()), product(variant(price=249))
    salt.new_events()
    salt.revise_variant(VARIANT, {"price": 299})
    shelf.given(salt, at=LATER)
    assert [price(shelf, position=position), price(shelf, position=position + 1)] == [249, 299]
    assert price(shelf, position=10**9) == 299


def test_a_price_is_the_one_that_was_known_at_that_moment(shelf: Scenario) -> None:
    salt = product(variant(price=249))
    salt.new_events()
    salt.revise_variant(VARIANT, {"price": 299})
    shelf.given(salt, at=LATER)
    just_before = LATER - timedelta(seconds=1)
    assert [price(shelf, moment=just_before), price(shelf, moment=LATER)] == [249, 299]
    assert price(shelf) == 299


def test_a_stores_own_price_holds_there_alone_until_it_is_lifted(shelf: Scenario) -> None:
    shelf.given(store(OTHER, "Elsewhere", "E"), at=EARLIER)
    salt = product(variant(price=249))
    salt.new_events()
    salt.price_in_store(VARIANT, STORE, 199)
    shelf.given(salt, at=LATER)
    priced = len(shelf.facts())
    salt.price_in_store(VARIANT, STORE, None)
    shelf.given(salt, at=NOW)
    assert [price(shelf, position=at) for at in (priced - 1, priced, priced + 1)] == [249, 199, 249]
    assert price(shelf, position=priced, store_id=OTHER) == 249


def test_a_tax_is_as_high_as_it_was(scenario: Scenario) -> None:
    vat = tax(rate="19")
    scenario.given(vat, store(), product(variant(), tax_rate_ids=(TAX,)), at=EARLIER)
    vat.revise({"rate": Decimal(16)})
    scenario.given(vat, at=LATER)
    assert rates(scenario, moment=EARLIER) == [Decimal(19)]
    assert rates(scenario, moment=LATER) == [Decimal(16)]


def test_what_has_no_taxes_of_its_own_takes_those_that_the_store_had(scenario: Scenario) -> None:
    mitte = store()
    scenario.given(tax(rate="19"), mitte, product(variant()), at=EARLIER)
    mitte.revise({"tax_rate_ids": (TAX,)})
    scenario.given(mitte, at=LATER)
    assert rates(scenario, moment=EARLIER) == []
    assert rates(scenario, moment=LATER) == [Decimal(19)]


def test_what_was_not_there_yet_has_no_price(shelf: Scenario) -> None:
    assert known(shelf, moment=EARLIER - timedelta(seconds=1)) == {}
    assert known(shelf, position=1) == {}
    assert known(shelf, store_id=NOTHING) == {}
    assert known(shelf, variants=(NOTHING,)) == {}
    assert known(shelf, variants=()) == {}
