"""Changes as requests have them: what they name, and what they say of categories below those they name."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.errors import Invalid
from domain.what_if.asking import changes_of, check_named_once, named_in
from domain.what_if.categories import below, spread

TOP, MIDDLE, LEAF, OTHER, VARIANT = (UUID(int=number) for number in range(1, 6))
TREE: Mapping[UUID, UUID | None] = {TOP: None, MIDDLE: TOP, LEAF: MIDDLE, OTHER: None}
NOTHING: dict[str, Any] = {
    "tax_rates": [],
    "prices": [],
    "rounding_level": None,
    "rounding_mode": None,
    "cash_rounding": None,
    "promotions": [],
}


def promotion(**fields: Any) -> dict[str, Any]:
    unsaid = dict.fromkeys(("variant_id", "category_id", "min_quantity", "min_subtotal"))
    return {"type": "percent", "value": "10", **unsaid, **fields}


class TestCategories:
    def test_hold_for_all_below_them_but_where_a_nearer_one_says_otherwise(self) -> None:
        assert spread({TOP: 5, LEAF: 7}, TREE) == {TOP: 5, MIDDLE: 5, LEAF: 7}

    def test_hold_where_they_are_gone_from_the_tree(self) -> None:
        assert spread({VARIANT: 5}, TREE) == {VARIANT: 5}

    def test_are_never_looked_through_for_ever(self) -> None:
        assert spread({OTHER: 5}, {TOP: MIDDLE, MIDDLE: TOP, OTHER: None}) == {OTHER: 5}

    def test_have_those_below_them(self) -> None:
        assert below(MIDDLE, TREE) == {MIDDLE, LEAF}


class TestChanges:
    def test_say_what_is_asked(self) -> None:
        changes = changes_of(
            {
                **NOTHING,
                "tax_rates": [{"id": str(OTHER), "rate": "20.5"}],
                "prices": [
                    {"variant_id": str(VARIANT), "price": 0},
                    {"category_id": str(MIDDLE), "percent": "-5"},
                ],
                "cash_rounding": 0,
                "promotions": [promotion(category_id=str(TOP), min_quantity="2")],
            },
            TREE,
        )
        assert changes.tax_rates == {OTHER: Decimal("20.5")}
        assert changes.prices == {VARIANT: 0}
        assert changes.percents == {MIDDLE: Decimal(-5), LEAF: Decimal(-5)}
        assert changes.cash_rounding == 0
        (given,) = changes.promotions
        assert given.category_ids == {TOP, MIDDLE, LEAF}
        assert (given.min_quantity, given.is_of_orders) == (Decimal(2), False)

    def test_name_ids_at_their_fields(self) -> None:
        asked = {
            **NOTHING,
            "prices": [{"variant_id": str(VARIANT), "price": 1}],
            "promotions": [promotion(), promotion(category_id=str(TOP))],
        }
        assert [(one.field, one.kind, one.id) for one in named_in(asked)] == [
            ("changes.prices.0.variant_id", "variants", VARIANT),
            ("changes.promotions.1.category_id", "categories", TOP),
        ]

    def test_say_nothing_twice_but_promotions(self) -> None:
        twice = [promotion(variant_id=str(VARIANT))] * 2
        check_named_once({**NOTHING, "promotions": twice})
        prices = [{"variant_id": str(VARIANT), "price": price} for price in (1, 2)]
        with pytest.raises(Invalid) as refusal:
            check_named_once({**NOTHING, "prices": prices, "promotions": twice})
        assert [one["field"] for one in refusal.value.details] == ["changes.prices.1.variant_id"]
