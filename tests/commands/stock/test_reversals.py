"""Decisions about taking a movement back."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from commands.catalog.products import ChangeProductStatus
from commands.ports import Missing, StaleVersion
from commands.settings import ArchiveSetting
from commands.stock.adjustments import AdjustmentLine, AdjustStock
from commands.stock.reversals import ReverseMovement
from domain.errors import Invalid
from domain.settings import OtherStore
from domain.stock.movements import InsufficientStock, StockMovement
from domain.stock.reversals import AlreadyReversed, NotReversible, reversal_id
from domain.storages import Storage
from tests.commands.samples import (
    DELIVERY,
    NOTHING,
    NOW,
    ORDER,
    OTHER,
    PRODUCT,
    STORAGE,
    STORE,
    VARIANT,
    caller,
    delivery,
    id_of,
    product,
    sale,
    storage,
    store,
)
from tests.commands.scenario import Outcome, Scenario, fact

ADJUSTMENT = id_of("adjustment")


def reverse(movement_id: UUID = DELIVERY) -> ReverseMovement:
    return ReverseMovement(movement_id=movement_id, reason="Booked twice")


def adjust(quantity: int, reason: str) -> AdjustStock:
    lines = (AdjustmentLine(variant_id=VARIANT, quantity=Decimal(quantity)),)
    return AdjustStock(id=ADJUSTMENT, storage_id=STORAGE, reason=reason, lines=lines)


def left(outcome: Outcome) -> tuple[int, int]:
    """What the last line of a movement left: quantity and value."""
    ((_, _, data),) = outcome.recorded
    return int(data.lines[-1].balance_quantity), data.lines[-1].balance_value


@pytest.fixture
def scenario(scenario: Scenario) -> Scenario:
    """Ten of SALT, at 90 each."""
    return scenario.given(store(), storage(), product(), delivery())


class TestReverseMovement:
    def test_records_the_opposite_under_an_id_of_the_original_s(self, scenario: Scenario) -> None:
        outcome = scenario.when(reverse())
        outcome.then(
            fact(
                StockMovement.Reversed,
                reversal_id(DELIVERY),
                storage_id=STORAGE,
                occurred_at=NOW,
                business_date=NOW.date(),
                original_id=DELIVERY,
                reason="Booked twice",
            )
        )
        assert left(outcome) == (0, 0)

    def test_of_a_loss_brings_the_goods_back_at_their_cost(self, scenario: Scenario) -> None:
        scenario.when(adjust(-3, "lost"))
        assert left(scenario.when(reverse(ADJUSTMENT))) == (10, 900)

    def test_of_a_gain_takes_it_out_again(self, scenario: Scenario) -> None:
        scenario.when(adjust(3, "found"))
        assert left(scenario.when(reverse(ADJUSTMENT))) == (10, 900)

    def test_happens_once(self, scenario: Scenario) -> None:
        scenario.when(adjust(3, "found"))
        scenario.when(reverse(ADJUSTMENT))
        scenario.when(reverse(ADJUSTMENT)).then_refused(AlreadyReversed, "movement_id:already_reversed")

    def test_is_of_the_version_that_the_client_saw(self, scenario: Scenario) -> None:
        scenario.when(adjust(3, "found"))
        scenario.when(replace(reverse(ADJUSTMENT), expected_versions=frozenset({2}))).then_refused(
            StaleVersion
        )
        scenario.when(replace(reverse(ADJUSTMENT), expected_versions=frozenset({1})))
        scenario.when(replace(reverse(ADJUSTMENT), expected_versions=frozenset({1}))).then_refused(
            StaleVersion
        )
        scenario.when(replace(reverse(ADJUSTMENT), expected_versions=frozenset({2}))).then_refused(
            AlreadyReversed, "movement_id:already_reversed"
        )

    def test_is_for_nothing_that_has_a_document_of_its_own(self, scenario: Scenario) -> None:
        scenario.when(adjust(3, "found"))
        scenario.when(reverse(ADJUSTMENT))
        scenario.when(reverse(reversal_id(ADJUSTMENT))).then_refused(NotReversible)
        sold = scenario.when(sale())
        issue = next(stream_id for event, stream_id, _ in sold.recorded if event is StockMovement.Issued)
        scenario.when(reverse(issue)).then_refused(NotReversible)

    @pytest.mark.parametrize("nothing", [NOTHING, ORDER, VARIANT, STORAGE])
    def test_of_no_movement_is_not_found(self, scenario: Scenario, nothing: UUID) -> None:
        scenario.when(reverse(nothing)).then_refused(Missing)

    def test_never_goes_below_zero(self, scenario: Scenario) -> None:
        scenario.when(sale())
        scenario.when(reverse()).then_refused(InsufficientStock, "lines.0.quantity")

    def test_refuses_what_lies_in_stores_of_others(self, scenario: Scenario) -> None:
        scenario.by(caller("Manager", OTHER)).when(reverse()).then_refused(OtherStore)

    def test_refuses_a_warehouse_s_to_whoever_is_bound_to_stores(self, scenario: Scenario) -> None:
        scenario.given(
            storage(OTHER, "Warehouse", "W", store_id=None), delivery(one=NOTHING, storage_id=OTHER)
        )
        scenario.by(caller("Manager", STORE)).when(reverse(NOTHING)).then_refused(OtherStore)

    def test_brings_nothing_of_an_archived_product_back(self, scenario: Scenario) -> None:
        scenario.when(adjust(-10, "lost"))
        for status in ("discontinued", "archived"):
            scenario.when(ChangeProductStatus(id=PRODUCT, status=status))
        scenario.when(reverse(ADJUSTMENT)).then_refused(NotReversible, "lines.0.variant_id:not_reversible")

    def test_brings_nothing_back_into_an_archived_storage(self, scenario: Scenario) -> None:
        scenario.when(adjust(-10, "lost"))
        scenario.when(ArchiveSetting(kind=Storage, id=STORAGE))
        scenario.when(reverse(ADJUSTMENT)).then_refused(Invalid, "storage_id:not_found")
