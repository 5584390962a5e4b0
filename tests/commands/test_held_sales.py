"""Decisions about parked sales: parking a basket, taking it up again, selling it, giving it up."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from commands.catalog.products import ChangeProductStatus, RemoveVariant, ReviseProduct, ReviseVariant
from commands.orders.baskets import DiscountNotAllowed, PriceOverrideNotAllowed
from commands.orders.held_sales.discarding import DiscardSale
from commands.orders.held_sales.expiry import ExpireHeldSales
from commands.orders.held_sales.parking import HoldSale
from commands.orders.held_sales.resuming import ResumeSale, Resumption, TakeOverNotAllowed
from commands.orders.offline_sales import TakeOverSale
from commands.ports import DuplicateId, Missing, StaleVersion
from commands.settings import ReviseSetting, SwitchSetting
from commands.shifts.closing import CloseShift
from commands.sync.delivery import Delivery
from domain.catalog.products import NotForSale
from domain.errors import Invalid
from domain.held_sales import HeldElsewhere, HeldSale, HeldSaleEnded, reservation_of
from domain.orders import Order
from domain.pricing import Discount
from domain.settings import InUse, OtherStore
from domain.stock.movements import InsufficientStock, StockMovement
from domain.stock.reservations import Reservation
from domain.stores import Store, StoreClosed
from domain.tax_rates import TaxRate
from tests.commands.samples import (
    CUSTOMER,
    NOTHING,
    NOW,
    ORDER,
    OTHER,
    PRODUCT,
    REGISTER,
    SHIFT,
    STORAGE,
    STORE,
    TAX,
    USER,
    VARIANT,
    caller,
    company,
    customer,
    delivery,
    id_of,
    line,
    product,
    register,
    sale,
    shift,
    storage,
    store,
    tax,
    user,
    variant,
)
from tests.commands.scenario import Outcome, Scenario, fact, with_permission

HELD = id_of("held")
SECOND_TILL, SECOND, ATTIC = id_of("second till"), id_of("second variant"), id_of("attic")
CASHIER, MANAGER = caller("Cashier", user_id=USER), caller("Manager", user_id=OTHER)
HALF = Discount(type="percent", value=Decimal(50))
THREE_DAYS = timedelta(hours=72)


@pytest.fixture
def shop(scenario: Scenario) -> Scenario:
    """Ten SALT in the cellar of one store with two tills."""
    second_till = register(SECOND_TILL, "2")
    return scenario.given(store(), storage(), register(), second_till, product(), delivery("10"), user())


def hold(*lines: Any, **values: Any) -> HoldSale:
    return HoldSale(**{"id": HELD, "register_id": REGISTER, "lines": lines or (line("2"),), **values})


def resume(register_id: UUID | None = REGISTER, **values: Any) -> ResumeSale:
    return ResumeSale(**{"id": HELD, "register_id": register_id, **values})


def sell(*lines: Any, register_id: UUID | None = REGISTER, **values: Any) -> Any:
    store_id = None if register_id else STORE
    defaults = {"register_id": register_id, "store_id": store_id, "held_id": HELD, "paid": 498}
    return sale(*(lines or (line("2"),)), **{**defaults, **values})


def resumed(outcome: Outcome) -> Resumption:
    """What was answered to a till that took the sale up."""
    if outcome.refusal:
        raise outcome.refusal
    assert isinstance(outcome.answer, Resumption)
    return outcome.answer


def changes(outcome: Outcome) -> list[tuple[int | None, str, Any, Any]]:
    """What had changed, as the till is told."""
    return [(one.line, one.field, one.before, one.now) for one in resumed(outcome).changes]


class TestHoldSale:
    def test_parks_the_basket_as_it_is_priced_now(self, shop: Scenario) -> None:
        outcome = shop.by(CASHIER).when(hold(label="Pram", note="Back at five"))
        outcome.then(
            fact(
                HeldSale.Parked,
                HELD,
                store_id=STORE,
                register_id=REGISTER,
                cashier_id=USER,
                label="Pram",
                note="Back at five",
                currency="EUR",
                value=498,
                held_at=NOW,
                expires_at=NOW + THREE_DAYS,
                reservation_id=None,
            )
        )
        (parked,) = outcome.recorded[0][2].lines
        assert (parked.sku, parked.quantity, parked.unit_price, parked.total) == ("SALT", 2, 249, 498)

    def test_waits_for_as_long_as_the_company_says(self, blank: Scenario) -> None:
        strict = company()
        strict.revise({"held_hours": 2})
        blank.given(strict, store(), storage(), register(), product())
        parked = blank.when(hold()).recorded[0][2]
        assert parked.expires_at == NOW + timedelta(hours=2)

    def test_takes_nothing_from_stock_and_needs_none(self, shop: Scenario) -> None:
        shop.when(hold(line("11"))).then(fact(HeldSale.Parked, HELD, value=2739))
        shop.when(sale(line("10"), paid=2490)).then(fact(Order.Sold), fact(StockMovement.Issued))

    def test_the_same_request_again_is_answered_with_what_it_parked(self, shop: Scenario) -> None:
        shop.when(hold(), saying="two")
        shop.when(ReviseVariant(product_id=PRODUCT, variant_id=VARIANT, changes={"price": 300}))
        again = shop.when(hold(), saying="two").then_repeated()
        assert again.answer.terms.value == 498
        shop.when(SwitchSetting(kind=Store, id=STORE, is_active=False))
        shop.when(hold(), saying="two").then_repeated()

    def test_another_request_with_its_id_is_refused(self, shop: Scenario) -> None:
        shop.when(hold(), saying="two")
        shop.when(hold(line("3")), saying="three").then_refused(DuplicateId, "id")

    def test_is_refused_what_a_quote_is_refused(self, shop: Scenario) -> None:
        cheap = hold(line(unit_price=1))
        shop.by(CASHIER).when(cheap).then_refused(PriceOverrideNotAllowed, "pos.price_override:not_held")
        shop.when(hold(line(variant_id=NOTHING))).then_refused(Invalid, "lines.0.variant_id:not_found")
        shop.by(caller("Cashier", OTHER)).when(hold()).then_refused(OtherStore)
        nobody = caller("Cashier", without=["pos.discount"])
        shop.by(nobody).when(hold(discounts=(HALF,))).then_refused(
            DiscountNotAllowed, "pos.discount:not_held"
        )

    def test_what_is_not_for_sale_cannot_wait(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(), register(), product(status="draft"))
        scenario.when(hold()).then_refused(NotForSale, "lines.0.variant_id:not_for_sale")


class TestResumeSale:
    def test_gives_the_basket_back_and_belongs_to_the_till(self, shop: Scenario) -> None:
        shop.when(hold(discounts=(HALF,)))
        outcome = shop.by(CASHIER).at(NOW + timedelta(hours=1)).when(resume(SECOND_TILL))
        outcome.then(
            fact(
                HeldSale.Resumed,
                HELD,
                register_id=SECOND_TILL,
                cashier_id=USER,
                resumed_at=NOW + timedelta(hours=1),
                expires_at=NOW + timedelta(hours=73),
            )
        )
        answer = resumed(outcome)
        assert (answer.held.status, answer.held.terms.discounts, changes(outcome)) == ("resumed", (HALF,), [])
        (taken,) = answer.lines
        assert (taken.variant_id, taken.quantity, taken.unit_price) == (VARIANT, Decimal(2), None)
        # The discount is above a cashier's ceiling, who therefore cannot sell it, but can look at it.
        assert answer.quote
        assert answer.quote.basket.total == 249

    def test_again_from_the_same_till_changes_nothing(self, shop: Scenario) -> None:
        shop.when(hold())
        first = resumed(shop.when(resume()))
        again = shop.by(CASHIER).at(NOW + timedelta(hours=1)).when(resume()).then_nothing()
        assert resumed(again).held.expires_at == first.held.expires_at
        assert (resumed(again).lines, resumed(again).changes) == (first.lines, first.changes)

    def test_from_another_till_it_is_refused_saying_who_has_it(self, shop: Scenario) -> None:
        shop.when(hold())
        shop.by(CASHIER).when(resume())
        refused = shop.by(MANAGER).when(resume(SECOND_TILL))
        refused.then_refused(HeldElsewhere)
        assert refused.refusal
        assert refused.refusal.message == "ann@salt.test has taken it up at Till 1."
        assert refused.refusal.beside["held_by"] == {
            "register_id": REGISTER,
            "register": "Till 1",
            "cashier_id": USER,
            "cashier": "ann@salt.test",
            "resumed_at": NOW,
        }

    def test_whoever_may_approve_takes_it_over(self, shop: Scenario) -> None:
        shop.when(hold())
        shop.when(resume())
        take = resume(SECOND_TILL, take_over=True)
        shop.by(CASHIER).when(take).then_refused(TakeOverNotAllowed, "pos.approve:not_held")
        approved = with_permission(CASHIER, "pos.approve")
        shop.by(approved).when(take).then(fact(HeldSale.Resumed, HELD, register_id=SECOND_TILL))
        shop.by(MANAGER).when(resume()).then_refused(HeldElsewhere)

    def test_nobody_needs_a_right_to_take_over_what_nobody_has(self, shop: Scenario) -> None:
        shop.when(hold())
        shop.by(CASHIER).when(resume(take_over=True)).then(fact(HeldSale.Resumed, HELD))

    def test_without_tills_it_belongs_to_whoever_took_it_up(self, shop: Scenario) -> None:
        shop.when(hold(register_id=None, store_id=STORE))
        shop.by(CASHIER).when(resume(None)).then(fact(HeldSale.Resumed, HELD, register_id=None))
        shop.by(CASHIER).when(resume(None)).then_nothing()
        shop.by(MANAGER).when(resume(None)).then_refused(HeldElsewhere)

    def test_whoever_took_it_up_at_no_till_takes_it_to_one(self, shop: Scenario) -> None:
        shop.when(hold())
        shop.by(CASHIER).when(resume(None))
        shop.by(MANAGER).when(resume()).then_refused(HeldElsewhere)
        shop.by(CASHIER).when(resume()).then(fact(HeldSale.Resumed, HELD, register_id=REGISTER))
        shop.by(CASHIER).when(resume()).then_nothing()
        shop.by(CASHIER).when(resume(None)).then_refused(HeldElsewhere)

    def test_at_a_till_of_another_store_it_is_refused(self, shop: Scenario) -> None:
        till = id_of("till elsewhere")
        shop.given(store(OTHER, "Nord", "N"), register(till, store_id=OTHER))
        shop.when(hold())
        shop.when(resume(till)).then_refused(Invalid, "register_id:not_found")
        shop.by(caller("Cashier", OTHER)).when(resume(till)).then_refused(Missing)

    def test_what_has_ended_or_never_was_is_refused(self, shop: Scenario) -> None:
        shop.when(resume()).then_refused(Missing)
        shop.when(hold())
        shop.when(DiscardSale(id=HELD))
        shop.when(resume()).then_refused(HeldSaleEnded)

    def test_a_stale_version_is_refused(self, shop: Scenario) -> None:
        shop.when(hold())
        shop.when(resume(expected_versions=frozenset({2}))).then_refused(StaleVersion)
        shop.when(resume(expected_versions=frozenset({1}))).then(fact(HeldSale.Resumed, HELD))

    def test_waits_on_while_its_store_is_closed(self, shop: Scenario) -> None:
        shop.when(hold())
        shop.when(SwitchSetting(kind=Store, id=STORE, is_active=False))
        shop.when(resume()).then_refused(StoreClosed)
        shop.when(SwitchSetting(kind=Store, id=STORE, is_active=True))
        shop.when(resume()).then(fact(HeldSale.Resumed, HELD))


class TestWhatHasChanged:
    def test_a_price_and_what_follows_from_it(self, shop: Scenario) -> None:
        shop.when(hold())
        shop.when(ReviseVariant(product_id=PRODUCT, variant_id=VARIANT, changes={"price": 300}))
        outcome = shop.when(resume())
        assert changes(outcome) == [(0, "unit_price", 249, 300), (None, "total", 498, 600)]
        quote = resumed(outcome).quote
        assert quote
        assert quote.basket.total == 600

    def test_not_a_price_that_somebody_had_set(self, shop: Scenario) -> None:
        shop.when(hold(line("2", unit_price=0), line("1", unit_price=249)))
        shop.when(ReviseVariant(product_id=PRODUCT, variant_id=VARIANT, changes={"price": 300}))
        outcome = shop.when(resume())
        assert changes(outcome) == [(1, "unit_price", 249, 300), (None, "total", 249, 300)]
        # What was asked for at the catalog's price is sold at the catalog's price.
        assert [one.unit_price for one in resumed(outcome).lines] == [0, None]

    def test_names(self, shop: Scenario) -> None:
        shop.when(hold())
        shop.when(ReviseProduct(id=PRODUCT, changes={"name": "Rock salt"}))
        assert changes(shop.when(resume())) == [(0, "name", "Sea salt", "Rock salt")]

    def test_taxes(self, scenario: Scenario) -> None:
        taxed = product(tax_rate_ids=(TAX,))
        scenario.given(tax(), store(), storage(), register(), taxed, delivery())
        scenario.when(hold())
        scenario.when(ReviseSetting(kind=TaxRate, id=TAX, changes={"rate": Decimal(7)}))
        ((place, field, before, now),) = changes(scenario.when(resume()))
        assert (place, field) == (0, "taxes")
        assert [(one.name, one.rate) for one in (*before, *now)] == [("VAT", 19), ("VAT", 7)]

    def test_what_is_no_more_for_sale_is_left_out_of_what_can_be_sold(self, shop: Scenario) -> None:
        tea = id_of("tea")
        shop.given(product(variant(SECOND, "TEA", 400), one=tea, track_stock=False))
        shop.when(hold(line("1", SECOND), line("2")))
        shop.when(ChangeProductStatus(id=tea, status="archived"))
        outcome = shop.when(resume())
        assert changes(outcome) == [(0, "status", "active", "archived"), (None, "total", 898, 498)]
        assert [one.variant_id for one in resumed(outcome).lines] == [VARIANT]

    def test_of_a_variant_that_is_gone_nothing_else_is_told(self, scenario: Scenario) -> None:
        both = product(variant(), variant(SECOND, "BIG", 400), track_stock=False)
        scenario.given(store(), storage(), register(), both)
        scenario.when(hold())
        scenario.when(RemoveVariant(product_id=PRODUCT, variant_id=VARIANT))
        outcome = scenario.when(resume())
        assert changes(outcome) == [(0, "status", "active", None), (None, "total", 498, None)]
        assert (resumed(outcome).quote, resumed(outcome).lines) == (None, ())

    def test_stock_that_is_short_for_all_of_a_variants_lines_together(self, shop: Scenario) -> None:
        shop.when(hold(line("3"), line("4")))
        shop.when(sale(line("5"), paid=1245))
        assert changes(shop.when(resume())) == [(0, "available", 7, 5), (1, "available", 7, 5)]

    def test_not_stock_that_may_go_below_zero(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(allow_negative=True), register(), product())
        scenario.when(hold())
        assert changes(scenario.when(resume())) == []

    def test_a_discount_that_is_more_than_the_goods_are_worth_by_now(self, shop: Scenario) -> None:
        shop.when(hold(discounts=(Discount(type="amount", value=Decimal(400)),)))
        shop.when(ReviseVariant(product_id=PRODUCT, variant_id=VARIANT, changes={"price": 100}))
        outcome = shop.when(resume())
        assert changes(outcome) == [(0, "unit_price", 249, 100), (None, "total", 98, None)]
        assert resumed(outcome).quote is None

    def test_a_customer_who_is_gone(self, shop: Scenario) -> None:
        ada = customer()
        shop.given(ada)
        shop.when(hold(customer_id=CUSTOMER))
        assert resumed(shop.when(resume())).customer_id == CUSTOMER
        ada.archive()
        shop.given(ada)
        outcome = shop.when(resume())
        assert changes(outcome) == [(None, "customer_id", CUSTOMER, None)]
        assert resumed(outcome).customer_id is None


class TestSelling:
    def test_notes_the_order_that_it_became(self, shop: Scenario) -> None:
        shop.when(hold())
        shop.when(resume())
        shop.when(sell()).then(
            fact(Order.Sold, ORDER, held_id=HELD),
            fact(HeldSale.Sold, HELD, order_id=ORDER),
            fact(StockMovement.Issued),
        )

    def test_it_need_not_be_taken_up_nor_sold_as_it_was_parked(self, shop: Scenario) -> None:
        shop.when(hold())
        shop.when(sell(line("1"), paid=249)).then(
            fact(Order.Sold, ORDER), fact(HeldSale.Sold, HELD), fact(StockMovement.Issued)
        )

    def test_the_same_sale_again_is_answered_and_another_is_refused(self, shop: Scenario) -> None:
        shop.when(hold())
        shop.when(sell(), saying="sale")
        shop.when(sell(), saying="sale").then_repeated()
        shop.when(sell(id=OTHER)).then_refused(HeldSaleEnded)
        shop.when(resume()).then_refused(HeldSaleEnded)
        shop.when(DiscardSale(id=HELD)).then_refused(HeldSaleEnded)

    def test_another_till_has_it(self, shop: Scenario) -> None:
        shop.when(hold())
        shop.when(resume())
        shop.when(sell(register_id=SECOND_TILL)).then_refused(HeldElsewhere)
        shop.when(sell(register_id=None)).then_refused(HeldElsewhere)

    def test_whoever_took_it_up_at_no_till_sells_it_at_any(self, shop: Scenario) -> None:
        shop.when(hold())
        shop.by(CASHIER).when(resume(None))
        shop.by(MANAGER).when(sell()).then_refused(HeldElsewhere)
        shop.by(CASHIER).when(sell()).then(
            fact(Order.Sold, ORDER), fact(HeldSale.Sold, HELD), fact(StockMovement.Issued)
        )

    def test_of_another_store_or_of_none_it_is_not_there(self, shop: Scenario) -> None:
        shop.when(sell()).then_refused(Invalid, "held_id:not_found")
        till = id_of("till elsewhere")
        shop.given(store(OTHER, "Nord", "N"), storage(ATTIC, "Attic", "A", store_id=OTHER))
        shop.given(register(till, store_id=OTHER), delivery("5", one=NOTHING, storage_id=ATTIC))
        shop.when(hold())
        shop.when(sell(register_id=till)).then_refused(Invalid, "held_id:not_found")
        stranger = caller("Cashier", OTHER)
        shop.by(stranger).when(sell(register_id=till)).then_refused(Invalid, "held_id:not_found")

    def test_the_rights_of_whoever_sells_count(self, shop: Scenario) -> None:
        shop.when(hold(line("2", unit_price=100)))
        answer = resumed(shop.by(CASHIER).when(resume()))
        shop.by(CASHIER).when(sell(*answer.lines, paid=200)).then_refused(
            PriceOverrideNotAllowed, "pos.price_override:not_held"
        )
        shop.by(MANAGER).when(sell(*answer.lines, paid=200)).then(
            fact(Order.Sold, ORDER), fact(HeldSale.Sold, HELD), fact(StockMovement.Issued)
        )


class TestSellingWithoutAConnection:
    def take_over(self, **values: Any) -> TakeOverSale:
        return TakeOverSale(
            sale=sell(**values),
            delivery=Delivery(
                register_id=REGISTER, device_id=id_of("device"), device_code="X1", seq=1, told_at=NOW
            ),
        )

    def test_closes_what_still_waits_whoever_has_it(self, shop: Scenario) -> None:
        shop.when(hold(line("10"), reserve=True))
        shop.when(resume(SECOND_TILL))
        outcome = shop.when(self.take_over())
        outcome.then(
            fact(Order.Sold, ORDER, held_id=HELD),
            fact(HeldSale.Sold, HELD, order_id=ORDER),
            fact(Reservation.Fulfilled),
            fact(Reservation.Released),
            fact(StockMovement.Issued),
        )
        assert "stock_negative" not in outcome.recorded[0][2].offline.flags

    @pytest.mark.parametrize("held_id", [HELD, NOTHING])
    def test_what_has_ended_or_never_was_refuses_no_sale(self, shop: Scenario, held_id: UUID) -> None:
        shop.when(hold())
        shop.when(DiscardSale(id=HELD))
        shop.when(self.take_over(held_id=held_id)).then(
            fact(Order.Sold, ORDER, held_id=None), fact(StockMovement.Issued)
        )


class TestParkingAgain:
    def test_gives_up_the_one_that_was_taken_up(self, shop: Scenario) -> None:
        shop.when(hold())
        shop.when(resume())
        shop.when(hold(line("3"), id=OTHER, held_id=HELD)).then(
            fact(HeldSale.Parked, OTHER, value=747), fact(HeldSale.Discarded, HELD, parked_again_id=OTHER)
        )
        shop.when(sell()).then_refused(HeldSaleEnded)

    def test_not_from_another_till_nor_one_that_has_ended(self, shop: Scenario) -> None:
        shop.when(hold())
        shop.when(resume())
        again = hold(id=OTHER, held_id=HELD)
        shop.when(replace(again, register_id=SECOND_TILL)).then_refused(HeldElsewhere)
        shop.when(DiscardSale(id=HELD))
        shop.when(again).then_refused(HeldSaleEnded)
        shop.when(replace(again, held_id=NOTHING)).then_refused(Invalid, "held_id:not_found")

    def test_takes_its_reservation_along(self, shop: Scenario) -> None:
        shop.when(hold(line("8"), reserve=True))
        shop.when(hold(line("9"), id=OTHER, held_id=HELD, reserve=True)).then(
            fact(HeldSale.Parked, OTHER),
            fact(HeldSale.Discarded, HELD),
            fact(Reservation.Released, reservation_of(HELD)),
            fact(Reservation.Placed, reservation_of(OTHER)),
        )
        shop.when(sale(line("2"), paid=498)).then_refused(InsufficientStock, "lines.0.quantity")
        shop.when(sale(line("1"))).then(fact(Order.Sold), fact(StockMovement.Issued))


class TestReserving:
    def test_promises_what_is_counted_until_it_expires(self, shop: Scenario) -> None:
        bag = product(variant(SECOND, "BAG", 10), one=id_of("bag"), track_stock=False)
        shop.given(bag)
        outcome = shop.when(hold(line("2"), line("3"), line("1", SECOND), reserve=True, label="Pram"))
        outcome.then(
            fact(HeldSale.Parked, HELD, reservation_id=reservation_of(HELD)),
            fact(
                Reservation.Placed,
                reservation_of(HELD),
                storage_id=STORAGE,
                expires_at=NOW + THREE_DAYS,
                reference="Pram",
            ),
        )
        (promised,) = outcome.recorded[1][2].lines
        assert (promised.variant_id, promised.quantity) == (VARIANT, 5)
        shop.when(sale(line("6"), paid=1494)).then_refused(InsufficientStock, "lines.0.quantity")

    def test_what_is_not_there_is_refused_by_the_line(self, shop: Scenario) -> None:
        shop.when(hold(line("6"), line("5"), reserve=True)).then_refused(
            InsufficientStock, "lines.0.quantity", "lines.1.quantity"
        )

    def test_nothing_is_reserved_where_nothing_is_counted(self, scenario: Scenario) -> None:
        scenario.given(store(), register(), product(track_stock=False))
        scenario.when(hold(reserve=True)).then(fact(HeldSale.Parked, HELD, reservation_id=None))
        scenario.when(sell()).then(fact(Order.Sold), fact(HeldSale.Sold))

    def test_a_store_without_a_storage_reserves_nothing(self, scenario: Scenario) -> None:
        scenario.given(store(), register(), product())
        scenario.when(hold(reserve=True)).then_refused(Invalid, "store_id:no_storage")

    def test_its_sale_takes_what_is_reserved_for_it(self, shop: Scenario) -> None:
        shop.when(hold(line("10"), reserve=True))
        assert changes(shop.when(resume())) == []
        shop.when(sell(line("10"), paid=2490)).then(
            fact(Order.Sold, ORDER),
            fact(HeldSale.Sold, HELD),
            fact(Reservation.Fulfilled, reservation_of(HELD)),
            fact(StockMovement.Issued),
        )

    def test_what_it_did_not_take_is_free_again(self, shop: Scenario) -> None:
        shop.when(hold(line("10"), reserve=True))
        shop.when(sell(line("4"), paid=996)).then(
            fact(Order.Sold, ORDER),
            fact(HeldSale.Sold, HELD),
            fact(Reservation.Fulfilled, reservation_of(HELD)),
            fact(Reservation.Released, reservation_of(HELD)),
            fact(StockMovement.Issued),
        )
        shop.when(sale(line("6"), id=OTHER, paid=1494)).then(fact(Order.Sold), fact(StockMovement.Issued))

    def test_it_is_free_again_when_the_sale_is_given_up(self, shop: Scenario) -> None:
        shop.when(hold(line("10"), reserve=True))
        shop.when(DiscardSale(id=HELD)).then(
            fact(HeldSale.Discarded, HELD), fact(Reservation.Released, reservation_of(HELD))
        )
        shop.when(sale()).then(fact(Order.Sold), fact(StockMovement.Issued))


class TestDiscardSale:
    def test_gives_it_up_whoever_has_it(self, shop: Scenario) -> None:
        shop.when(hold())
        shop.when(resume())
        discarded = shop.by(CASHIER).when(DiscardSale(id=HELD))
        discarded.then(fact(HeldSale.Discarded, HELD, parked_again_id=None))
        assert discarded.answer.status == "discarded"
        shop.when(DiscardSale(id=HELD)).then_refused(HeldSaleEnded)

    def test_an_order_stays(self, shop: Scenario) -> None:
        shop.when(sale())
        shop.when(DiscardSale(id=ORDER)).then_refused(InUse)
        shop.by(caller("Cashier", OTHER)).when(DiscardSale(id=ORDER)).then_refused(Missing)

    def test_what_is_not_there_for_the_caller_is_refused(self, shop: Scenario) -> None:
        shop.when(DiscardSale(id=NOTHING)).then_refused(Missing)
        shop.when(hold())
        shop.when(DiscardSale(id=HELD, expected_versions=frozenset({7}))).then_refused(StaleVersion)
        shop.by(caller("Cashier", OTHER)).when(DiscardSale(id=HELD)).then_refused(Missing)


class TestTheReportOfAShift:
    def test_has_what_waits_in_its_store_then_and_no_later(self, shop: Scenario) -> None:
        shop.given(store(OTHER, "Nord", "N"), register(id_of("till elsewhere"), store_id=OTHER))
        shop.given(shift())
        shop.when(hold())
        shop.when(hold(line("1"), id=id_of("another")))
        shop.when(hold(id=id_of("third"), register_id=id_of("till elsewhere")))
        shop.when(resume())
        shop.when(CloseShift(id=SHIFT, counted_cash=10000))
        closed = shop.facts()[-1][2]
        assert (closed.report.held_count, closed.report.held_value) == (2, 747)


class TestExpireHeldSales:
    def test_gives_up_what_is_due_and_nothing_else(self, shop: Scenario) -> None:
        shop.when(hold())
        shop.at(NOW + timedelta(hours=1)).when(hold(id=OTHER))
        both = ExpireHeldSales(ids=(HELD, OTHER))
        shop.at(NOW + THREE_DAYS - timedelta(seconds=1)).when(both).then_nothing()
        shop.at(NOW + THREE_DAYS).when(both).then(fact(HeldSale.Expired, HELD))
        shop.when(both).then_nothing()
        shop.when(sell()).then_refused(HeldSaleEnded)

    def test_not_what_was_taken_up_a_moment_ago(self, shop: Scenario) -> None:
        shop.when(hold())
        shop.at(NOW + THREE_DAYS - timedelta(seconds=1)).when(resume())
        shop.at(NOW + THREE_DAYS).when(ExpireHeldSales(ids=(HELD,))).then_nothing()
        shop.when(sell()).then(fact(Order.Sold), fact(HeldSale.Sold), fact(StockMovement.Issued))
