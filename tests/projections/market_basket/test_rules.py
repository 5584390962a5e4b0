"""Rules are filtered as exactly as they are measured, and sorted as all of them would be."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.market_basket import MEASURES, Counts
from projections.market_basket import rules as measuring
from projections.market_basket.pairs import Pairs
from projections.market_basket.rules import SORTS, Rule, RuleQuery, RulesPage, find_rules
from tests.projections.market_basket.made_up import (
    BASKETS,
    MOST,
    Plain,
    count_sets,
    own_counts,
    pairs_of,
    patient,
    with_limits,
)

EXACT = sorted({*MEASURES} - {"lift_low"})


def counted(baskets: Plain) -> Pairs:
    counts = {(one, other): count for (one, other), count in count_sets(baskets, 2, 1).items()}
    return pairs_of(counts, own_counts(baskets), len(baskets))


def every(pairs: Pairs) -> list[Rule]:
    """Both rules of each pair."""
    rows = zip(pairs.first.tolist(), pairs.second.tolist(), pairs.together.tolist(), strict=True)
    return [
        Rule(
            antecedent=one,
            consequent=other,
            counts=Counts(pairs.baskets, int(pairs.own[one]), int(pairs.own[other]), together),
        )
        for first, second, together in rows
        for one, other in ((first, second), (second, first))
    ]


def exactly(rule: Rule, name: str) -> Any:
    """What a rule is sorted by; what has no limit is above all."""
    counts = dict(zip(("antecedent_count", "consequent_count", "pair_count"), rule.counts[1:], strict=True))
    if name in counts:
        return counts[name]
    numerator, denominator = MEASURES[name].of(rule.counts)
    if not denominator:
        return float("inf")
    return numerator / denominator if name == "lift_low" else Fraction(numerator, denominator)


@patient
@given(baskets=BASKETS, name=st.sampled_from(EXACT), data=st.data())
def test_a_rule_that_has_just_as_much_as_is_asked_for_is_there(
    baskets: Plain, name: str, data: st.DataObject
) -> None:
    pairs = counted(baskets)
    values = [Decimal(str(value)) for rule in every(pairs) if 0 <= (value := _rounded(rule, name)) < 10**9]
    least = data.draw(st.sampled_from([*values, Decimal("0.5"), Decimal("0.33333"), Decimal(1)]))
    page = find_rules(pairs, RuleQuery(at_least=((name, least),), limit=MOST**2))
    found, count = page.rules, page.count
    wanted = {
        (rule.antecedent, rule.consequent) for rule in every(pairs) if exactly(rule, name) >= Fraction(least)
    }
    assert {(rule.antecedent, rule.consequent) for rule in found} == wanted
    assert count == len(wanted)


def _rounded(rule: Rule, name: str) -> Any:
    """The value to the five places that can be asked for, which are below it as often as above it."""
    return round(float(exactly(rule, name)), 5)


@patient
@given(
    baskets=BASKETS,
    name=st.sampled_from(sorted(SORTS)),
    sign=st.sampled_from(["", "-"]),
    limit=st.integers(1, 7),
    antecedent=st.none() | st.integers(1, MOST),
)
def test_pages_are_parts_of_all_rules_in_order(
    baskets: Plain, name: str, sign: str, limit: int, antecedent: int | None
) -> None:
    pairs = counted(baskets)
    rules = [rule for rule in every(pairs) if antecedent in (None, rule.antecedent)]
    turn = -1 if sign else 1

    def key(rule: Rule) -> Any:
        return turn * exactly(rule, name), -rule.counts.n, rule.antecedent, rule.consequent

    rules.sort(key=key)
    paged: list[Rule] = []
    for page in range(1, len(rules) // limit + 2):
        query = RuleQuery(antecedent=antecedent, sort=sign + name, page=page, limit=limit)
        # Parts of few pairs, of which each page has some of several.
        with with_limits(measuring, PART=limit):
            page_found = find_rules(pairs, query)
        found, count = page_found.rules, page_found.count
        assert count == len(rules)
        paged += found
    assert paged == rules
    beyond = RuleQuery(antecedent=antecedent, page=len(rules) // limit + 2, limit=limit)
    assert find_rules(pairs, beyond) == RulesPage(rules=[], count=len(rules))


@pytest.mark.parametrize(
    ("name", "least", "is_there"),
    [
        ("confidence", "0.33333", True),
        ("confidence", "0.33334", False),
        ("lift", "1000000000", False),
        ("lift", "999999.99999", False),
        ("lift", "3.33333", True),
        ("conviction", "1000000000", False),
        ("conviction", "1.34999", True),
        ("lift_low", "3.3", True),
        ("lift_low", "1000000000", False),
        ("leverage", "-1", True),
        ("leverage", "0.07", True),
        ("leverage", "0.07001", False),
    ],
)
def test_as_many_baskets_as_there_may_be_are_compared_as_exactly(
    name: str, least: str, *, is_there: bool
) -> None:
    millions = 1_000_000
    pairs = pairs_of({(1, 2): millions}, [0, 3 * millions, millions], 10 * millions)
    query = RuleQuery(antecedent=1, at_least=((name, Decimal(least)),))
    assert find_rules(pairs, query).count == is_there


def test_what_nothing_limits_comes_first_and_passes_every_filter() -> None:
    pairs = pairs_of({(1, 2): 3, (1, 3): 1}, [0, 6, 3, 2], 10)
    query = RuleQuery(at_least=(("conviction", Decimal(1_000_000_000)),), sort="-conviction")
    [first] = find_rules(pairs, query).rules
    assert (first.antecedent, first.consequent) == (2, 1)
    assert MEASURES["conviction"].value(first.counts) is None


def test_what_every_basket_has_tells_nothing_of_the_other_by_zhang() -> None:
    pairs = pairs_of({(1, 2): 2}, [0, 2, 2], 2)
    assert find_rules(pairs, RuleQuery(at_least=(("zhang", Decimal("0.1")),))) == RulesPage(rules=[], count=0)
    [rule, _] = find_rules(pairs, RuleQuery(at_least=(("zhang", Decimal(0)),))).rules
    assert MEASURES["zhang"].value(rule.counts) == 0
