"""What is answered of baskets."""

from decimal import Decimal
from typing import Annotated, Any, cast

import msgspec
from msgspec import UNSET, UnsetType

from api.answers import Answer, Count, Day, Id, Meaning, Moment, Ratio, Sum
from domain.market_basket import MEASURES, Counts
from projections.base import Row
from projections.market_basket.selection import Level
from projections.market_basket.trends import Trend

HOW_MANY = "How many baskets there are: completed sales with anything in them that has not come back."


class BasketFrameAnswer(Answer, rename={"from_date": "from", "to_date": "to"}):
    """Which baskets were counted."""

    from_date: Annotated[Day, Meaning("The first business date.", "2026-03-01")]
    to_date: Annotated[Day, Meaning("The last business date, itself included.", "2026-03-31")]
    level: Annotated[Level, Meaning("By what baskets are told.", "product")]
    baskets: Annotated[Count, Meaning(HOW_MANY, 12_773)]
    as_of: Annotated[Moment | None, Meaning("Up to when recorded facts count; null for all.")]
    as_of_position: Annotated[int | None, Meaning("The position of the log that this is.")]
    read_position: Annotated[int, Meaning("The position of the log this knows.", 42)]
    computed_at: Annotated[Moment, Meaning("When this was computed.")]


class ThingAnswer(Answer):
    """A variant, product, category or brand."""

    id: Annotated[Id, Meaning("Its id.")]
    name: Annotated[str | None, Meaning("What it was called at its latest sale.", "Espresso beans")]
    sku: Annotated[str | None, Meaning("The stock-keeping unit of a variant.", "BEANS-250")]
    variant_name: Annotated[str | None, Meaning("What the variant is called.", "250 g")]
    product_id: Annotated[Id | None, Meaning("The product of a variant, or the product itself.")]


class ThingCountAnswer(ThingAnswer):
    """The same with how many baskets have it."""

    count: Annotated[Count, Meaning("How many baskets have it.", 240)]


def _with_measures(name: str, meaning: str, base: type[Answer]) -> type[Answer]:
    """The record with a field for every measure."""
    fields = [
        (one.name, Annotated[Ratio | None, Meaning(one.meaning, one.example)], msgspec.NODEFAULT)
        for one in MEASURES.values()
    ]
    made = msgspec.defstruct(name, fields, bases=(base,), kw_only=True)
    made.__doc__ = meaning
    made.__module__ = __name__
    return cast("type[Answer]", made)


class _RuleCountsAnswer(Answer, kw_only=True):
    baskets: Annotated[Count, Meaning(HOW_MANY, 12_773)]
    antecedent_count: Annotated[Count, Meaning("How many baskets have the antecedent.", 240)]
    consequent_count: Annotated[Count, Meaning("How many baskets have the consequent.", 320)]
    pair_count: Annotated[Count, Meaning("How many baskets have both.", 100)]


class EarlierAnswer(_RuleCountsAnswer, kw_only=True):
    """A rule in the period that is compared with."""

    support: Annotated[Ratio | None, Meaning(MEASURES["support"].meaning, "0.010000")]
    lift: Annotated[Ratio | None, Meaning(MEASURES["lift"].meaning, "3.900000")]


class _RuleAnswer(_RuleCountsAnswer, kw_only=True):
    antecedent: Annotated[ThingAnswer, Meaning("What is bought.")]
    consequent: Annotated[ThingAnswer, Meaning("What is bought with it.")]
    p_value: (
        Annotated[
            str,
            Meaning(
                "How likely chance alone puts at least so many pairs together: Fisher's exact test, "
                "one-sided.",
                "1.271e-12",
            ),
        ]
        | UnsetType
    ) = UNSET
    comparison: Annotated[EarlierAnswer, Meaning("The same in the other period.")] | UnsetType = UNSET
    change: (
        Annotated[
            Ratio | None,
            Meaning(
                "By which share of all baskets support rose; null where one of both periods has no baskets.",
                "0.004500",
            ),
        ]
        | UnsetType
    ) = UNSET
    score: (
        Annotated[
            Ratio | None,
            Meaning(
                "By how many standard errors that is, of two proportions whose share is that of both periods "
                "together; below 0 where support fell; null where one of both has no baskets.",
                "2.829404",
            ),
        ]
        | UnsetType
    ) = UNSET
    trend: (
        Annotated[
            Trend | None,
            Meaning(
                "Whether support rises or fades by more than chance does in 19 of 20 cases; `steady` where one "
                "of both periods would have less than five baskets with both, or without, by chance; null where "
                "one of both has no baskets.",
                "rising",
            ),
        ]
        | UnsetType
    ) = UNSET


RuleAnswer: Any = _with_measures("RuleAnswer", "A rule with its raw counts and its measures.", _RuleAnswer)


class ComparedWithAnswer(Answer, rename={"from_date": "from", "to_date": "to"}):
    """The period that is compared with."""

    from_date: Annotated[Day, Meaning("Its first business date.", "2026-02-01")]
    to_date: Annotated[Day, Meaning("Its last.", "2026-02-28")]
    baskets: Annotated[Count, Meaning("How many baskets it has.", 11_840)]


class RulesAnswer(BasketFrameAnswer, kw_only=True):
    """One page of rules."""

    min_support_count: Annotated[
        Count,
        Meaning("How many baskets have each pair at least; with `compare_to`, in one of both periods.", 5),
    ]
    count: Annotated[Count, Meaning("How many rules there are in all.", 1_068)]
    rules: Annotated[list[RuleAnswer], Meaning("The rules of the page.")]
    comparison: Annotated[ComparedWithAnswer, Meaning("What they are compared with.")] | UnsetType = UNSET


class CompanionsAnswer(BasketFrameAnswer, kw_only=True):
    """What is bought with a product."""

    product: Annotated[ThingCountAnswer, Meaning("The product.")]
    companions: Annotated[list[RuleAnswer], Meaning("What is bought with it, the strongest first.")]


class ItemsetAnswer(Answer):
    """Things that are bought together."""

    things: Annotated[list[ThingAnswer], Meaning("What they are.")]
    count: Annotated[Count, Meaning("How many baskets have all of them.", 60)]
    support: Annotated[
        Ratio | None, Meaning("Which share of all baskets that is: count / baskets.", "0.004697")
    ]


class ItemsetsAnswer(BasketFrameAnswer, kw_only=True):
    """One page of sets."""

    min_support_count: Annotated[Count, Meaning("How many baskets have each set at least.", 5)]
    count: Annotated[Count, Meaning("How many sets there are in all.", 544)]
    itemsets: Annotated[list[ItemsetAnswer], Meaning("The sets, those of most baskets first.")]


class MatrixAnswer(BasketFrameAnswer, kw_only=True):
    """How often things are bought with each other."""

    things: Annotated[list[ThingCountAnswer], Meaning("What most baskets have, most first.")]
    together: Annotated[
        list[list[int]],
        Meaning(
            "For each of the things, in this order, how many baskets have it and each of them; with itself, "
            "have it.",
            [[240, 100], [100, 320]],
        ),
    ]
    lift: Annotated[
        list[list[Decimal | None]],
        Meaning(
            "The same as lift; null with itself.",
            [[None, "4.166667"], ["4.166667", None]],
        ),
    ]


class BasketSizeAnswer(Answer):
    """Baskets of one size."""

    size: Annotated[Count, Meaning("How many things are in them; the last size is that and more.", 2)]
    baskets: Annotated[Count, Meaning("How many baskets that are.", 2_310)]


class BasketSummaryAnswer(BasketFrameAnswer, kw_only=True):
    """How many baskets there are, and how much is in them."""

    single_item_baskets: Annotated[Count, Meaning("How many have one thing alone.", 2_911)]
    single_item_share: Annotated[Ratio | None, Meaning("Which share of all that is.", "0.227903")]
    distinct_items: Annotated[Count, Meaning("How many different things are in all of them.", 23_412)]
    mean_items: Annotated[Ratio | None, Meaning("How many are in one on average.", "8.912300")]
    net_sales: Annotated[Sum, Meaning("Net sales of the same stores and dates.", 37_330_023)]
    mean_value: Annotated[Sum | None, Meaning("The same a basket, rounded half up.", 2_923)]
    sizes: Annotated[list[BasketSizeAnswer], Meaning("How many baskets have how many things.")]


class RuleOrderAnswer(Answer):
    """An order whose basket has both."""

    order_id: Annotated[Id, Meaning("The order.")]
    number: Annotated[str | None, Meaning("Its number.", "MAIN-1-000042")]
    business_date: Annotated[Day, Meaning("Its business date.")]
    store_id: Annotated[Id, Meaning("Where it was sold.")]
    store: Annotated[str | None, Meaning("What the store is called.", "Harbour")]
    recorded_at: Annotated[Moment, Meaning("When it was recorded.")]
    total: Annotated[Sum | None, Meaning("What it came to.", 1_249)]
    position: Annotated[int, Meaning("Where in the log it is.", 42)]


class RuleOrdersAnswer(BasketFrameAnswer, kw_only=True):
    """One page of the orders behind a rule."""

    antecedent: Annotated[ThingAnswer, Meaning("The one.")]
    consequent: Annotated[ThingAnswer, Meaning("The other.")]
    count: Annotated[Count, Meaning("How many orders have both.", 100)]
    orders: Annotated[list[RuleOrderAnswer], Meaning("The orders, the newest first.")]


def show_counts(counts: Counts) -> dict[str, Any]:
    """The raw counts and every measure of a rule."""
    own = dict(zip(("baskets", "antecedent_count", "consequent_count", "pair_count"), counts, strict=True))
    return {**own, **{name: one.value(counts) for name, one in MEASURES.items()}}


def show_thing(row: Row) -> dict[str, Any]:
    """A thing by what it is called."""
    return {name: row[name] for name in ("id", "name", "sku", "variant_name", "product_id")}
