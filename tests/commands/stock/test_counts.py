"""Decisions about counts."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from commands.catalog.products import ReviseProduct
from commands.orders.sales import PlaceSale
from commands.ports import DuplicateId, Missing, StaleVersion
from commands.stock.counts import completion
from commands.stock.counts.completion import CompleteCount, PostDifferences
from commands.stock.counts.documents import BeginCount, CancelCount
from commands.stock.counts.tallies import BarcodeTally, Tally, TallyCount
from commands.stock.moments import BeforeLastCount
from commands.stock.receipts import ReceivedLine, ReceiveStock
from domain.errors import Invalid
from domain.orders import Order
from domain.settings import OtherStore
from domain.stock.counts import CountNotOpen, CountOverlaps, Scope, StockCount, UncountedLines
from domain.stock.movements import InsufficientStock, StockMovement
from tests.commands.samples import (
    BRAND,
    CATEGORY,
    NOTHING,
    NOW,
    ORDER,
    OTHER,
    PRODUCT,
    STORAGE,
    SUPPLIER,
    VARIANT,
    brand,
    caller,
    category,
    delivery,
    id_of,
    line,
    product,
    sale,
    storage,
    store,
    supplier,
    variant,
)
from tests.commands.scenario import Outcome, Scenario, fact

COUNT, SECOND = id_of("count"), id_of("second count")
#: How many variants a part has here.
AT_ONCE = 3
PEPPER, FLOUR = id_of("pepper"), id_of("flour")


def begin(one: UUID = COUNT, **values: Any) -> BeginCount:
    return BeginCount(**{"id": one, "storage_id": STORAGE, "kind": "full", "scope": Scope(), **values})


def partial(one: UUID = COUNT, **scope: tuple[UUID, ...]) -> BeginCount:
    return begin(one, kind="partial", scope=Scope(**scope))


def tally(quantity: str, variant_id: UUID = VARIANT, **values: Any) -> Tally:
    return Tally(variant_id=variant_id, quantity=Decimal(quantity), **values)


def tallies(*lines: Tally | BarcodeTally, count_id: UUID = COUNT) -> TallyCount:
    return TallyCount(count_id=count_id, lines=lines)


def complete(count_id: UUID = COUNT, **values: Any) -> CompleteCount:
    return CompleteCount(id=count_id, **values)


def sell(quantity: str, **values: Any) -> PlaceSale:
    return sale(line(quantity), **{"paid": int(Decimal(quantity) * 249), "id": ORDER, **values})


def at(clock: str) -> datetime:
    """A time of the day of all decisions."""
    hour, minute = map(int, clock.split(":"))
    return NOW.replace(hour=hour, minute=minute)


def posted(outcome: Outcome) -> list[tuple[Any, ...]]:
    """What the count moved, and the balances that it left: quantities and values."""
    if outcome.refusal:
        raise outcome.refusal
    return [
        (moved.quantity, moved.value_change, moved.balance_quantity, moved.balance_value)
        for event, _, data in outcome.recorded
        if event is StockMovement.Counted
        for moved in data.lines
    ]


def tallied(outcome: Outcome) -> list[Any]:
    """What was tallied."""
    if outcome.refusal:
        raise outcome.refusal
    return [one for event, _, data in outcome.recorded if event is StockCount.Tallied for one in data.lines]


@pytest.fixture
def scenario(scenario: Scenario) -> Scenario:
    """There are twenty of salt, worth 4000, and none of pepper."""
    scenario.given(store(), storage(), category(), brand(), supplier(), product())
    scenario.given(product(variant(PEPPER, "PEPPER", cost=70), one=OTHER))
    return scenario.given(delivery("20", unit_cost=200))


class TestBeginning:
    def test_takes_the_next_number(self, scenario: Scenario) -> None:
        begun = scenario.when(partial(variant_ids=(VARIANT,)))
        begun.then(fact(StockCount.Begun, COUNT, number="CT-000001", storage_id=STORAGE, kind="partial"))
        scenario.when(partial(SECOND, variant_ids=(PEPPER,))).then(
            fact(StockCount.Begun, SECOND, number="CT-000002")
        )

    def test_says_how_much_there_is_to_count(self, scenario: Scenario) -> None:
        extent = scenario.when(begin()).answer.extent
        assert (extent.lines_total, extent.counted, extent.uncounted) == (1, 0, 1)

    def test_answers_a_repetition_with_the_count_it_began(self, scenario: Scenario) -> None:
        scenario.when(begin(), saying="this")
        scenario.when(begin(), saying="this").then_repeated()
        scenario.when(begin(), saying="that").then_refused(DuplicateId, "id")

    def test_names_what_is_not_there(self, scenario: Scenario) -> None:
        command = begin(storage_id=NOTHING, kind="partial", scope=Scope(variant_ids=(NOTHING,)))
        scenario.when(command).then_refused(Invalid, "storage_id:not_found", "scope.variant_ids.0:not_found")
        scenario.when(partial(brand_ids=(CATEGORY,))).then_refused(Invalid, "scope.brand_ids.0:not_found")

    def test_refuses_a_scope_that_its_kind_does_not_have(self, scenario: Scenario) -> None:
        scenario.when(partial()).then_refused(Invalid, "scope:required")
        command = begin(scope=Scope(variant_ids=(VARIANT,)))
        scenario.when(command).then_refused(Invalid, "scope:not_valid")

    def test_refuses_a_storage_of_others(self, scenario: Scenario) -> None:
        scenario.by(caller("Inventory Clerk", OTHER)).when(begin()).then_refused(OtherStore)

    @pytest.mark.parametrize(
        "first",
        [
            {"variant_ids": (VARIANT,)},
            {"category_ids": (CATEGORY,)},
            {"brand_ids": (BRAND,)},
            {"supplier_ids": (SUPPLIER,)},
        ],
        ids=lambda scope: next(iter(scope)),
    )
    def test_refuses_a_second_open_count_of_the_same_goods(
        self, scenario: Scenario, first: dict[str, Any]
    ) -> None:
        scenario.given(category(id_of("below"), "Baking", parent_id=CATEGORY))
        flour = variant(FLOUR, "FLOUR")
        own: dict[str, Any] = {"category_id": id_of("below"), "brand_id": BRAND, "supplier_id": SUPPLIER}
        scenario.given(product(flour, one=id_of("flour product"), **own))
        scenario.given(delivery("1", FLOUR, one=id_of("flour delivery")))
        scenario.when(partial(**first)).then(fact(StockCount.Begun))
        scenario.when(begin(SECOND)).then_refused(CountOverlaps, "scope")
        named = VARIANT if "variant_ids" in first else FLOUR
        scenario.when(partial(SECOND, variant_ids=(named,))).then_refused(CountOverlaps, "scope")
        scenario.when(partial(SECOND, variant_ids=(PEPPER,))).then(fact(StockCount.Begun))

    def test_allows_it_once_the_first_is_over_and_in_another_storage(self, scenario: Scenario) -> None:
        scenario.given(storage(id_of("attic"), "Attic", "A"))
        scenario.when(begin())
        scenario.when(begin(SECOND, storage_id=id_of("attic"))).then(fact(StockCount.Begun))
        scenario.when(CancelCount(id=COUNT, reason="Rain")).then(
            fact(StockCount.Cancelled, COUNT, reason="Rain")
        )
        scenario.when(begin(id_of("third"))).then(fact(StockCount.Begun))


class TestCounting:
    @pytest.fixture
    def open_count(self, scenario: Scenario) -> Scenario:
        """A count of everything."""
        scenario.when(begin())
        return scenario

    def test_expects_what_is_there_now(self, open_count: Scenario) -> None:
        (found,) = tallied(open_count.when(tallies(tally("18"))))
        assert (found.quantity, found.expected_quantity, found.counted_at) == (18, 20, NOW)

    def test_expects_what_was_there_at_an_earlier_moment(self, open_count: Scenario) -> None:
        open_count.at(at("10:00")).when(sell("3")).then(fact(Order.Sold), fact(StockMovement.Issued))
        receipt = ReceiveStock(
            id=id_of("later"),
            storage_id=STORAGE,
            lines=(ReceivedLine(variant_id=VARIANT, quantity=Decimal(5), unit_cost=100),),
        )
        open_count.at(at("11:00")).when(receipt)
        open_count.at(NOW)
        (before,) = tallied(open_count.when(tallies(tally("1", counted_at=at("09:59")))))
        (between,) = tallied(open_count.when(tallies(tally("1", counted_at=at("10:30")))))
        (after,) = tallied(open_count.when(tallies(tally("1", counted_at=at("11:30")))))
        assert [one.expected_quantity for one in (before, between, after)] == [20, 17, 22]

    def test_takes_a_sale_at_the_very_moment_as_one_after_it(self, open_count: Scenario) -> None:
        open_count.at(at("10:00")).when(sell("3"))
        (found,) = tallied(open_count.at(NOW).when(tallies(tally("1", counted_at=at("10:00")))))
        assert found.expected_quantity == 20

    def test_replaces_or_adds_what_was_found_in_an_area(self, open_count: Scenario) -> None:
        open_count.when(tallies(tally("5", area="Shelf"), tally("4", area="Window")))
        (set_anew,) = tallied(open_count.when(tallies(tally("6", area="Shelf"))))
        (added,) = tallied(open_count.when(tallies(tally("2", area="Window", mode="add"))))
        (begun,) = tallied(open_count.when(tallies(tally("1", area="Cellar", mode="add"))))
        assert [one.quantity for one in (set_anew, added, begun)] == [6, 6, 1]

    def test_finds_what_the_storage_never_had(self, open_count: Scenario) -> None:
        (found,) = tallied(open_count.when(tallies(tally("2", PEPPER))))
        assert (found.variant_id, found.expected_quantity) == (PEPPER, 0)

    def test_knows_a_variant_by_its_barcode(self, open_count: Scenario) -> None:
        flour = variant(FLOUR, "FLOUR", barcodes=("4006381333931",))
        open_count.given(product(flour, one=id_of("flour product")))
        command = tallies(BarcodeTally(barcode="4006381333931", quantity=Decimal(2)))
        (found,) = tallied(open_count.when(command))
        assert found.variant_id == FLOUR
        unknown = tallies(tally("1"), BarcodeTally(barcode="0", quantity=Decimal(2)))
        open_count.when(unknown).then_refused(Invalid, "lines.1.barcode:not_found")

    def test_refuses_the_same_variant_twice_in_an_area(self, open_count: Scenario) -> None:
        command = tallies(tally("1"), tally("2", area="Shelf"), tally("3"))
        open_count.when(command).then_refused(Invalid, "lines.2.variant_id:duplicate_line")

    def test_names_every_line_that_is_wrong(self, scenario: Scenario) -> None:
        uncounted = variant(id_of("advice"), "ADVICE")
        scenario.given(product(uncounted, one=id_of("advice product"), track_stock=False))
        scenario.when(partial(variant_ids=(VARIANT,)))
        command = tallies(tally("1"), tally("1", PEPPER), tally("1", uncounted.id), tally("1", NOTHING))
        scenario.when(command).then_refused(
            Invalid,
            "lines.1.variant_id:not_in_scope",
            "lines.2.variant_id:not_found",
            "lines.3.variant_id:not_found",
        )

    def test_refuses_moments_that_cannot_be(self, open_count: Scenario) -> None:
        future = tallies(tally("1"), tally("1", PEPPER, counted_at=NOW + timedelta(hours=1)))
        open_count.when(future).then_refused(Invalid, "lines.1.counted_at:in_the_future")
        long_ago = tallies(tally("1", counted_at=NOW - timedelta(days=40)))
        open_count.by(caller("Inventory Clerk")).when(long_ago).then_refused(
            Invalid, "lines.0.counted_at:too_old"
        )

    def test_takes_a_clock_that_is_minutes_ahead_as_now(self, open_count: Scenario) -> None:
        command = tallies(tally("1", counted_at=NOW + timedelta(minutes=5)))
        (found,) = tallied(open_count.when(command))
        assert found.counted_at == NOW

    def test_refuses_what_was_counted_since(self, open_count: Scenario) -> None:
        open_count.at(at("10:00")).when(tallies(tally("18")))
        open_count.when(complete())
        open_count.at(NOW).when(begin(SECOND))
        command = tallies(tally("18", counted_at=at("09:00")), count_id=SECOND)
        open_count.when(command).then_refused(BeforeLastCount, "lines.0.counted_at")

    def test_refuses_what_another_open_count_has_counted(self, scenario: Scenario) -> None:
        scenario.when(partial(variant_ids=(VARIANT,)))
        scenario.when(tallies(tally("18")))
        scenario.when(partial(SECOND, category_ids=(CATEGORY,)))
        # The catalog says only now that salt is of that category.
        scenario.when(ReviseProduct(id=PRODUCT, changes={"category_id": CATEGORY}))
        scenario.when(tallies(tally("18"), count_id=SECOND)).then_refused(CountOverlaps, "lines.0.variant_id")

    def test_refuses_what_is_unknown_over_or_another_version(self, open_count: Scenario) -> None:
        open_count.when(tallies(tally("1"), count_id=NOTHING)).then_refused(Missing)
        stale = TallyCount(count_id=COUNT, lines=(tally("1"),), expected_versions=frozenset({7}))
        open_count.when(stale).then_refused(StaleVersion)
        open_count.when(CancelCount(id=COUNT, reason="Rain"))
        open_count.when(tallies(tally("1"))).then_refused(CountNotOpen)

    def test_refuses_a_storage_of_others(self, open_count: Scenario) -> None:
        open_count.by(caller("Inventory Clerk", OTHER))
        open_count.when(tallies(tally("1"))).then_refused(OtherStore)


class TestCompleting:
    @pytest.fixture
    def open_count(self, scenario: Scenario) -> Scenario:
        """A count of everything."""
        scenario.when(begin())
        return scenario

    def test_posts_what_is_missing_at_the_average(self, open_count: Scenario) -> None:
        open_count.when(tallies(tally("18")))
        completed = open_count.when(complete())
        completed.then(
            fact(StockCount.CompletionBegun, COUNT, uncounted="keep"),
            fact(StockMovement.Counted, count_id=COUNT, storage_id=STORAGE, occurred_at=NOW),
            fact(StockCount.Completed, COUNT, uncounted=0),
        )
        assert posted(completed) == [(-2, -400, 18, 3600)]

    def test_a_gain_costs_what_is_there_or_the_last_or_the_catalogs_cost(self, open_count: Scenario) -> None:
        open_count.when(tallies(tally("22"), tally("3", PEPPER)))
        lines = posted(open_count.when(complete()))
        assert sorted(lines) == [(2, 400, 22, 4400), (3, 210, 3, 210)]
        open_count.when(sell("20"))
        open_count.when(sell("2", id=id_of("second order")))
        open_count.at(NOW + timedelta(minutes=1)).when(begin(SECOND))
        open_count.when(tallies(tally("1"), count_id=SECOND))
        assert posted(open_count.when(complete(SECOND))) == [(1, 200, 1, 200)]

    def test_posts_a_line_without_difference_too_as_it_was_counted(self, open_count: Scenario) -> None:
        open_count.when(tallies(tally("20")))
        completed = open_count.when(complete())
        assert posted(completed) == [(0, 0, 20, 4000)]
        assert completed.answer.count.differences == ()

    def test_adds_up_areas_and_counts_for_the_latest_moment(self, open_count: Scenario) -> None:
        open_count.at(at("10:00")).when(tallies(tally("12", area="Shelf")))
        open_count.at(at("10:05")).when(sell("3"))
        open_count.at(at("10:10")).when(tallies(tally("4", area="Cellar")))
        assert posted(open_count.at(NOW).when(complete())) == [(-1, -200, 16, 3200)]

    def test_posts_the_difference_and_not_what_was_counted(self, open_count: Scenario) -> None:
        """As others adjusted by a snapshot (msupply/mobile#638), what was sold meanwhile came back."""
        open_count.at(at("10:00")).when(tallies(tally("20")))
        open_count.at(at("10:05")).when(sell("3"))
        assert posted(open_count.at(NOW).when(complete())) == [(0, 0, 17, 3400)]

    def test_untouched_changes_nothing(self, open_count: Scenario) -> None:
        """A count completed untouched set everything to nothing elsewhere."""
        completed = open_count.when(complete())
        completed.then(fact(StockCount.CompletionBegun), fact(StockCount.Completed, uncounted=1))
        assert completed.answer.extent.uncounted == 1

    def test_zeroes_what_nobody_counted_only_if_its_number_is_confirmed(self, open_count: Scenario) -> None:
        zero: dict[str, Any] = {"uncounted": "zero"}
        open_count.when(complete(**zero)).then_refused(UncountedLines, "confirm_uncounted")
        open_count.when(complete(**zero, confirm_uncounted=2)).then_refused(
            UncountedLines, "confirm_uncounted"
        )
        completed = open_count.when(complete(**zero, confirm_uncounted=1))
        assert posted(completed) == [(-20, -4000, 0, 0)]
        (gone,) = tallied(completed)
        assert (gone.quantity, gone.expected_quantity, gone.counted_at) == (0, 20, NOW)
        extent = completed.answer.extent
        assert (extent.lines_total, extent.counted, extent.uncounted) == (1, 1, 0)

    def test_is_never_refused_for_stock(self, open_count: Scenario) -> None:
        open_count.when(tallies(tally("5")))
        for number in range(2):
            open_count.when(sell("9", id=id_of(f"order {number}")))
        assert posted(open_count.when(complete())) == [(-15, -3000, -13, -2600)]

    def test_counts_a_sale_that_became_known_late_while_it_is_open(self, open_count: Scenario) -> None:
        open_count.at(at("10:00")).when(tallies(tally("18")))
        open_count.at(at("11:00")).when(sell("1", occurred_at=at("09:50")))
        assert posted(open_count.when(complete())) == [(-1, -200, 18, 3600)]

    def test_does_not_count_one_between_counting_and_completing(self, open_count: Scenario) -> None:
        open_count.at(at("10:00")).when(tallies(tally("18")))
        open_count.at(at("11:00")).when(sell("1", occurred_at=at("10:01")))
        assert posted(open_count.when(complete())) == [(-2, -400, 17, 3400)]

    def test_an_earlier_count_keeps_its_figure(self, open_count: Scenario) -> None:
        """Cancelling a later document changed a counted figure elsewhere (erpnext#54640)."""
        open_count.at(at("10:00")).when(tallies(tally("18")))
        open_count.when(complete())
        open_count.at(at("11:00")).when(begin(SECOND))
        open_count.when(tallies(tally("17"), count_id=SECOND))
        open_count.when(CancelCount(id=SECOND, reason="Rain"))
        open_count.when(begin(id_of("third")))
        (found,) = tallied(open_count.when(tallies(tally("18"), count_id=id_of("third"))))
        assert found.expected_quantity == 18

    def test_ends_once(self, open_count: Scenario) -> None:
        open_count.when(complete())
        open_count.when(complete()).then_refused(CountNotOpen)
        open_count.when(CancelCount(id=COUNT, reason="Rain")).then_refused(CountNotOpen)

    def test_refuses_what_is_unknown_of_others_or_another_version(self, open_count: Scenario) -> None:
        open_count.when(complete(NOTHING)).then_refused(Missing)
        open_count.when(complete(expected_versions=frozenset({7}))).then_refused(StaleVersion)
        open_count.by(caller("Inventory Clerk", OTHER)).when(complete()).then_refused(OtherStore)
        open_count.when(CancelCount(id=COUNT, reason="Rain")).then_refused(OtherStore)


class TestALargeCount:
    """It is posted in parts, here of three; whoever completes it again goes on where it stopped."""

    @pytest.fixture(autouse=True)
    def small_parts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let a few lines be many."""
        monkeypatch.setattr(completion, "AT_ONCE", AT_ONCE)

    @pytest.fixture
    def many(self, scenario: Scenario) -> Scenario:
        """One more than a part has of flour, each of which there are two, and of which one was found."""
        flours = [variant(id_of(f"flour {n}"), f"FLOUR-{n}") for n in range(AT_ONCE + 1)]
        scenario.given(product(*flours, one=id_of("flour product")))
        for flour in flours:
            scenario.given(delivery("2", flour.id, one=id_of(f"delivery {flour.sku}")))
        scenario.when(partial(variant_ids=tuple(flour.id for flour in flours)))
        scenario.when(tallies(*(tally("1", flour.id) for flour in flours)))
        return scenario

    def test_a_part_is_posted_and_nothing_is_counted_any_more(self, many: Scenario) -> None:
        part = many.when(PostDifferences(id=COUNT))
        part.then(fact(StockCount.CompletionBegun, COUNT), fact(StockMovement.Counted))
        assert (part.answer, len(posted(part))) == (True, AT_ONCE)
        many.when(tallies(tally("1", id_of("flour 0")))).then_refused(CountNotOpen)
        many.when(CancelCount(id=COUNT, reason="Rain")).then_refused(CountNotOpen)
        assert many.when(PostDifferences(id=COUNT)).answer is False

    def test_the_rest_completes_it_whatever_is_said_of_the_uncounted_then(self, many: Scenario) -> None:
        many.when(PostDifferences(id=COUNT))
        completed = many.when(complete(uncounted="zero"))
        completed.then(fact(StockMovement.Counted), fact(StockCount.Completed, COUNT, uncounted=0))
        assert len(posted(completed)) == 1
        (_, (_, _, data)) = completed.recorded
        assert len(data.differences) == AT_ONCE + 1
        assert sum(one.quantity for one in data.differences) == -(AT_ONCE + 1)

    def test_what_came_since_the_completion_began_is_not_gone(self, scenario: Scenario) -> None:
        scenario.when(begin())
        scenario.when(tallies(tally("20")))
        flours = [variant(id_of(f"flour {n}"), f"FLOUR-{n}") for n in range(AT_ONCE)]
        scenario.given(product(*flours, one=id_of("flour product")))
        for flour in flours:
            scenario.given(delivery("2", flour.id, one=id_of(f"delivery {flour.sku}")))
        zero: dict[str, Any] = {"uncounted": "zero", "confirm_uncounted": AT_ONCE}
        assert scenario.when(PostDifferences(id=COUNT, **zero)).answer is True
        receipt = ReceiveStock(
            id=id_of("later"),
            storage_id=STORAGE,
            lines=(ReceivedLine(variant_id=PEPPER, quantity=Decimal(5), unit_cost=100),),
        )
        scenario.at(NOW + timedelta(minutes=1)).when(receipt)
        lines = posted(scenario.when(complete(**zero)))
        assert (0, 0, 5, 500) in lines

    def test_a_small_one_has_no_parts(self, scenario: Scenario) -> None:
        scenario.when(begin())
        scenario.when(PostDifferences(id=COUNT)).then_nothing()


class TestALateSale:
    """A sale that becomes known after the count: its goods were not missing."""

    @pytest.fixture
    def counted(self, scenario: Scenario) -> Scenario:
        """Counted at 10:00: eighteen are left of twenty."""
        scenario.at(at("10:00")).when(begin())
        scenario.when(tallies(tally("18")))
        scenario.at(at("10:30")).when(complete())
        return scenario.at(at("11:00"))

    def test_s5_count_and_a_late_sale(self, scenario: Scenario) -> None:
        scenario.at(at("10:00")).when(begin())
        (found,) = tallied(scenario.when(tallies(tally("18"))))
        assert found.expected_quantity == 20
        scenario.at(at("10:05")).when(sell("3"))
        assert posted(scenario.at(at("10:30")).when(complete())) == [(-2, -400, 15, 3000)]
        late = scenario.at(at("11:00")).when(sell("1", id=id_of("late"), occurred_at=at("09:50")))
        late.then(
            fact(Order.Sold),
            fact(StockMovement.Issued, occurred_at=at("09:50")),
            fact(
                StockMovement.CountCorrected,
                count_id=COUNT,
                order_id=id_of("late"),
                occurred_at=at("09:50"),
                storage_id=STORAGE,
            ),
        )
        assert _moved(late) == [(-1, -200, 14, 2800), (1, 200, 15, 3000)]

    def test_one_after_the_moment_of_counting_is_a_sale_like_any(self, counted: Scenario) -> None:
        late = counted.when(sell("1", occurred_at=at("10:00")))
        assert _moved(late) == [(-1, -200, 17, 3400)]

    def test_takes_nothing_of_what_is_there_now(self, counted: Scenario) -> None:
        counted.when(sell("18"))
        counted.when(sell("1", id=id_of("too many"))).then_refused(InsufficientStock, "lines.0.quantity")
        late = counted.when(sell("2", id=id_of("late"), occurred_at=at("09:50")))
        assert _moved(late) == [(-2, -400, -2, -400), (2, 400, 0, 0)]

    def test_two_lines_of_a_variant_leave_its_balance_as_it_was(self, counted: Scenario) -> None:
        late = counted.when(sale(line("1"), line("2"), paid=747, id=id_of("late"), occurred_at=at("09:50")))
        assert _moved(late)[-1] == (2, 400, 18, 3600)

    def test_is_corrected_in_the_first_count_that_missed_it(self, counted: Scenario) -> None:
        counted.when(begin(SECOND))
        counted.when(tallies(tally("18"), count_id=SECOND))
        counted.when(complete(SECOND))
        late = counted.when(sell("1", occurred_at=at("09:50")))
        ((event, _, data),) = late.recorded[2:]
        assert (event, data.count_id) == (StockMovement.CountCorrected, COUNT)


def _moved(outcome: Outcome) -> list[tuple[Any, ...]]:
    if outcome.refusal:
        raise outcome.refusal
    return [
        (moved.quantity, moved.value_change, moved.balance_quantity, moved.balance_value)
        for event, _, data in outcome.recorded
        if event in (StockMovement.Issued, StockMovement.CountCorrected)
        for moved in data.lines
    ]
