"""Patterns of types of events: by a name, or by how names begin."""

import pytest

from domain.event_patterns import MOST_PATTERNS, EventPatterns, TooManyPatterns, UnknownEventType

KNOWN = ("orders.Order.Sold", "orders.Order.Refunded", "orders.HeldSale.Parked", "stores.Store.Renamed")


def chosen(*patterns: str) -> list[str]:
    found = EventPatterns.of(patterns)
    found.check(KNOWN)
    return [name for name in KNOWN if found.choose(name)]


def test_a_name_chooses_itself_alone() -> None:
    assert chosen("orders.Order.Sold") == ["orders.Order.Sold"]


def test_a_beginning_chooses_all_that_begin_so() -> None:
    assert chosen("orders.Order.*") == ["orders.Order.Sold", "orders.Order.Refunded"]
    assert chosen("orders.*") == ["orders.Order.Sold", "orders.Order.Refunded", "orders.HeldSale.Parked"]


def test_several_choose_what_any_of_them_chooses() -> None:
    assert chosen("stores.*", "orders.Order.Sold", "stores.*") == [
        "orders.Order.Sold",
        "stores.Store.Renamed",
    ]


def test_a_star_chooses_everything_and_none_chooses_nothing() -> None:
    assert chosen("*") == list(KNOWN)
    assert chosen() == []


def test_a_beginning_chooses_what_only_a_newer_version_knows() -> None:
    assert EventPatterns.of(["orders.*"]).choose("orders.Order.Gifted")
    assert not EventPatterns.of(["orders.*"]).choose("orders2.Order.Gifted")


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        ".*",
        "**",
        "orders",
        "orders.Order",
        "orders.Order.Sold.*",
        "orders.Ord*",
        "*.Sold",
        "Orders.*",
        "ord.*",
    ],
)
def test_what_chooses_nothing_is_named(pattern: str) -> None:
    with pytest.raises(UnknownEventType) as refused:
        EventPatterns.of(["orders.*", pattern]).check(KNOWN, field="kinds")
    assert [(one["field"], one["code"]) for one in refused.value.details] == [("kinds", "unknown_event_type")]
    assert pattern in refused.value.details[0]["message"]


def test_too_many_are_refused() -> None:
    with pytest.raises(TooManyPatterns):
        EventPatterns.of([f"orders.{number}" for number in range(MOST_PATTERNS + 1)]).check(KNOWN)
