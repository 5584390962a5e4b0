"""What can be asked of baskets: which of them, told by what, and how many must have a pair."""

from collections.abc import Iterable

from api.dashboard.query import DashboardQuery
from api.fields import Choice, Day, Exact, Id, Moment, Whole
from api.queries import PageQuery
from domain.market_basket import MEASURES
from projections.market_basket.rules import SORTS
from projections.market_basket.trends import SORTS as TREND_SORTS

#: How many days are asked about where no dates are given.
USUAL_DAYS = 365


def level(*words: str) -> Choice:
    """The parameter that says by what baskets are told."""
    return Choice(
        *words,
        load_default=words[0],
        meaning="By what baskets are told: variants, or their products, categories or brands as they were "
        "when they were sold.",
    )


def measure(name: str, least: int, most: int, default: str | None = None) -> Exact:
    """The parameter that says how high a measure must be at least."""
    return Exact(
        least=least,
        most=most,
        load_default=default,
        meaning=f"The least `{name}`. {MEASURES[name].meaning}",
        example=default or "0.1",
    )


def least_count(what: str) -> Whole:
    """The parameter that says how many baskets must have something."""
    return Whole(
        least=1,
        most=1_000_000_000,
        load_default=5,
        meaning=f"How many baskets must have {what} at least.",
        example=5,
    )


def sort(names: Iterable[str], meaning: str) -> Choice:
    """The parameter that says what rules are sorted by, either way."""
    either_way = (sign + name for name in names for sign in ("", "-"))
    return Choice(*either_way, load_default="-lift_low", meaning=meaning)


class BasketQuery(DashboardQuery):
    """Which baskets: of some stores, on some business dates, as they were known at a moment."""

    from_date = Day(
        data_key="from",
        meaning="The first business date, given with `to` or not at all: then of the last 365 days, up to "
        "the latest business date that one of the stores is in.",
        example="2026-03-01",
    )
    as_of = Moment(meaning="Answer from what was recorded up to this time.")
    level = level("product", "variant", "category", "brand")


class FrequentQuery(BasketQuery, PageQuery):
    """How many baskets must have what is asked for."""

    page = Whole(least=1, most=1_000, load_default=1, meaning="Which page, from 1.", example=1)
    min_support_count = least_count("it")
    min_support = Exact(
        above=0, most=1, meaning="Which share of all baskets must have it at least.", example="0.001"
    )


class RulesQuery(FrequentQuery):
    """Which rules, and in which order."""

    antecedent_id = Id(meaning="Only what is bought with this one: a variant, product, category or brand.")
    min_confidence = measure("confidence", 0, 1, "0.1")
    min_reverse_confidence = measure("reverse_confidence", 0, 1)
    min_lift = measure("lift", 0, 1_000_000_000, "1")
    min_lift_low = measure("lift_low", 0, 1_000_000_000)
    min_leverage = measure("leverage", -1, 1)
    min_conviction = measure("conviction", 0, 1_000_000_000)
    min_zhang = measure("zhang", -1, 1)
    min_jaccard = measure("jaccard", 0, 1)
    sort = sort(
        (*SORTS, *TREND_SORTS),
        "What to sort by, a minus turns the order around; `change` and `score` take `compare_to`.",
    )
    include = Choice("p_value", meaning="`p_value` adds Fisher's exact test to each rule.")
    compare_to = Choice(
        "previous_period", "previous_year", "none", load_default="none", meaning="What to compare with."
    )
    trend = Choice(
        "rising",
        "fading",
        "steady",
        meaning="With `compare_to`: only rules whose support does that; none where one of both periods has "
        "no baskets.",
    )


class RuleOrdersQuery(BasketQuery, PageQuery):
    """Which rule."""

    page = Whole(least=1, most=1_000, load_default=1, meaning="Which page, from 1.", example=1)
    antecedent_id = Id(required=True, meaning="The one: a variant, product, category or brand.")
    consequent_id = Id(required=True, meaning="The other.")


class CompanionsQuery(BasketQuery):
    """How many companions."""

    level = level("product")
    min_support_count = least_count("both")
    min_lift = measure("lift", 0, 1_000_000_000, "1")
    sort = sort(SORTS, "What to sort by, a minus turns the order around.")
    limit = Whole(least=1, most=100, load_default=10, meaning="How many at most.", example=10)


class ItemsetsQuery(FrequentQuery):
    """How large the sets may be."""

    min_length = Whole(least=2, most=5, load_default=2, meaning="How many things at least.", example=2)
    max_length = Whole(least=2, most=5, load_default=3, meaning="How many things at most.", example=3)


class MatrixQuery(BasketQuery):
    """How large the square is."""

    level = level("category", "brand", "product", "variant")
    limit = Whole(
        least=2, most=100, load_default=20, meaning="Of how many things, those of most baskets.", example=20
    )
