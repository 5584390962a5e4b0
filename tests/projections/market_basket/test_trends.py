"""What rises and fades between two periods is what a plain count of both says."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.market_basket import MEASURES, Counts, rise_score
from projections.market_basket.rules import RuleQuery, directed
from projections.market_basket.trends import Compared, Trend, compare, trend_of
from tests.projections.market_basket.made_up import pairs_of
from tests.projections.reports.grocer import Grocer
from tests.projections.reports.plain_baskets import Things, counting, ids_of, plain
from tests.projections.reports.trade import EVERYTHING

NOW, EARLIER = (date(2024, 3, 21), date(2024, 4, 30)), (date(2024, 2, 1), date(2024, 3, 20))
TRENDS: tuple[Trend, ...] = ("rising", "fading", "steady")


@pytest.fixture(scope="module")
def shop(database: Any) -> Any:
    """What is sold together changes in the middle of March."""
    opened = Grocer(database)
    one, two, three, *_ = opened.variants[::2]
    opened.sell(25)
    opened.sell(12, variants=[one, two], day=EARLIER[1])
    opened.sell(12, variants=[one, three], day=NOW[0])
    opened.refund(5)
    opened.fold([EVERYTHING])
    yield opened
    opened.close()


def counts(shop: Grocer, days: tuple[date, date]) -> dict[tuple[Any, Any], Counts]:
    """Of each product with each other, how many baskets have which."""
    baskets: list[Things] = [one.has("product") for one in plain(shop) if days[0] <= one.day <= days[1]]
    products = set(shop.products.values())
    return {
        (one, other): Counts(
            len(baskets),
            sum(one in basket for basket in baskets),
            sum(other in basket for basket in baskets),
            sum({one, other} <= basket for basket in baskets),
        )
        for one in products
        for other in products - {one}
    }


def compared(shop: Grocer, least: tuple[int, int]) -> Compared:
    with shop.open() as opened:
        now = counting(opened, days=NOW)
        return compare(now, now.of_other_dates(*EARLIER), least, None)


@pytest.mark.parametrize("least", [(1, 1), (4, 4), (3, 10), (10, 3), (1_000, 1_000)])
def test_rules_of_either_period_have_the_counts_of_both(shop: Grocer, least: tuple[int, int]) -> None:
    ids = ids_of(shop, "product")
    now, earlier = counts(shop, NOW), counts(shop, EARLIER)
    expected = {
        pair: (now[pair], earlier[pair])
        for pair in now
        if now[pair].n >= least[0] or earlier[pair].n >= least[1]
    }
    both = compared(shop, least)
    told = {
        (ids[rule.antecedent], ids[rule.consequent]): (rule.counts, before.counts)
        for rule, before in both.page(RuleQuery(limit=1000))
    }
    assert told == expected
    assert len(both) == len(expected)


def made_up(pairs: dict[tuple[int, int], tuple[int, int]], own: tuple[list[int], list[int]]) -> Compared:
    """How often pairs are together now and before, in 100 baskets of each, and how often each thing is."""
    both = [
        pairs_of({pair: counts[period] for pair, counts in pairs.items()}, own[period], 100)
        for period in (0, 1)
    ]
    return Compared(*(directed(one, None) for one in both))


class TestFading:
    """One and two were together in a fifth of all baskets, and hardly are; three is not sold any more."""

    both = made_up(
        {(1, 2): (1, 20), (1, 3): (0, 12), (2, 4): (30, 30)}, ([0, 40, 40, 0, 40], [0, 40, 40, 20, 40])
    )
    usual = RuleQuery(
        at_least=(("confidence", Decimal("0.1")), ("lift", Decimal(1))), sort="-lift", limit=100
    )

    def test_is_seen_though_it_is_weak_by_now(self) -> None:
        faded = self.both.matching(self.usual).of_trend("fading").page(self.usual)
        assert {(rule.antecedent, rule.consequent) for rule, _ in faded} == {(1, 2), (2, 1), (1, 3), (3, 1)}

    def test_is_not_seen_where_it_never_was_strong(self) -> None:
        query = replace(self.usual, at_least=(("lift", Decimal("1.5")),))
        matching = self.both.matching(query).page(query)
        assert {(rule.antecedent, rule.consequent) for rule, _ in matching} == {
            (1, 3),
            (3, 1),
            (2, 4),
            (4, 2),
        }

    @pytest.mark.parametrize("name", [*MEASURES])
    def test_of_what_is_not_sold_any_more_there_is_no_measure_to_come_first_or_pass_by(
        self, name: str
    ) -> None:
        query = RuleQuery(sort=f"-{name}", limit=100)
        last = self.both.page(query)[-2:]
        assert {(rule.antecedent, rule.consequent) for rule, _ in last} == {(1, 3), (3, 1)}
        highest = RuleQuery(at_least=((name, Decimal(1_000_000_000)),), limit=100)
        assert self.both.matching(highest).page(highest) == []


def test_beside_no_baskets_nothing_rises_or_fades_or_stays() -> None:
    now, before = pairs_of({(1, 2): 9}, [0, 9, 9], 20), pairs_of({(1, 2): 0}, [0, 0, 0], 0)
    both = Compared(directed(now, None), directed(before, None))
    assert len(both.page(RuleQuery())) == 2
    assert {trend_of(*(one.counts for one in pair)) for pair in both.page(RuleQuery())} == {None}
    for trend in TRENDS:
        assert both.of_trend(trend).page(RuleQuery()) == []


def test_trends_and_scores_are_those_of_one_rule(shop: Grocer) -> None:
    query = RuleQuery(sort="-score", limit=1000)
    both = compared(shop, (1, 1))
    rules = both.page(query)
    scores = [rise_score(rule.counts, before.counts) for rule, before in rules]
    assert scores == sorted(scores, reverse=True)
    for trend in TRENDS:
        told = both.of_trend(trend).page(query)
        assert told == [pair for pair in rules if trend_of(*(one.counts for one in pair)) == trend]
        assert told
    paged = [
        pair for page in range(1, len(rules) + 1) for pair in both.page(replace(query, page=page, limit=1))
    ]
    assert paged == rules
