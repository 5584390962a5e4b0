"""What rises and fades between two periods is what a plain count of both says."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.market_basket import Counts, rise_score
from projections.market_basket.rules import RuleQuery
from projections.market_basket.trends import Compared, Trend, compare, trend_of
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
