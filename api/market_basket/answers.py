"""What is answered of baskets."""

from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any, cast
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from api.answers import NULL, Answer, Count, Currency, Day, Id, Meaning, Moment, Ratio, Sum
from domain.market_basket import MEASURES, Counts, change, p_value, ratio, rise_score
from projections.base import Row
from projections.market_basket.selection import Level
from projections.market_basket.summary import LARGEST
from projections.market_basket.trends import Trend

HOW_MANY = "How many baskets there are: completed sales with anything in them that has not come back."

#: The row of every example, and what it was before: what else is shown of it follows from these.
_NOW, _BEFORE = Counts(8_000, 240, 320, 100), Counts(7_500, 220, 300, 60)


def _thing(name: str, *, has_product: bool = True) -> dict[str, Any]:
    """An example of a product, or of a category."""
    one = str(UUID(bytes=sha256(name.encode()).digest()[:16], version=4))
    product = {"product_id": one if has_product else None}
    return {"id": one, "name": name, "sku": None, "variant_name": None, **product}


_BEANS, _FILTERS = _thing("Espresso beans"), _thing("Filter paper")
_CATEGORIES = [
    {**_thing(name, has_product=False), "count": count}
    for name, count in (("Coffee", _NOW.a), ("Filters", _NOW.b))
]
_LIFT, _P_VALUE = str(MEASURES["lift"].value(_NOW)), p_value(_NOW)
_CHANGE = change(_NOW, _BEFORE)
_SCORE = ratio(rise_score(_NOW, _BEFORE), 1)


class BasketFrameAnswer(Answer, rename={"from_date": "from", "to_date": "to"}):
    """Which baskets were counted."""

    from_date: Annotated[Day, Meaning("The first business date.", "2026-03-01")]
    to_date: Annotated[Day, Meaning("The last business date, itself included.", "2026-03-31")]
    level: Annotated[Level, Meaning("By what baskets are told.", "product")]
    baskets: Annotated[Count, Meaning(HOW_MANY, _NOW.baskets)]
    as_of: Annotated[Moment | None, Meaning("Up to when recorded facts count; null for all.")]
    as_of_position: Annotated[int | None, Meaning("The position of the log that this is.")]
    read_position: Annotated[int, Meaning("The position of the log this knows.", 42)]
    computed_at: Annotated[Moment, Meaning("When this was computed.")]


class ThingAnswer(Answer):
    """A variant, product, category or brand."""

    id: Annotated[Id, Meaning("Of the variant, product, category or brand that it is.", _BEANS["id"])]
    name: Annotated[str | None, Meaning("What it was called at its latest sale.", _BEANS["name"])]
    sku: Annotated[str | None, Meaning("The stock-keeping unit of a variant.", NULL)]
    variant_name: Annotated[str | None, Meaning("What the variant is called.", NULL)]
    product_id: Annotated[
        Id | None, Meaning("The product of a variant, or the product itself.", _BEANS["product_id"])
    ]


class ThingCountAnswer(ThingAnswer):
    """The same with how many baskets have it."""

    count: Annotated[Count, Meaning("How many baskets have it.", _NOW.a)]


def _with_measures(name: str, meaning: str, base: type[Answer]) -> type[Answer]:
    """The record with a field for every measure."""
    fields = [
        (one.name, Annotated[Ratio | None, Meaning(one.meaning, str(one.value(_NOW)))], msgspec.NODEFAULT)
        for one in MEASURES.values()
    ]
    made = msgspec.defstruct(name, fields, bases=(base,), kw_only=True)
    made.__doc__ = meaning
    made.__module__ = __name__
    return cast("type[Answer]", made)


class _RuleCountsAnswer(Answer, kw_only=True):
    baskets: Annotated[Count, Meaning(HOW_MANY, _NOW.baskets)]
    antecedent_count: Annotated[Count, Meaning("How many baskets have the antecedent.", _NOW.a)]
    consequent_count: Annotated[Count, Meaning("How many baskets have the consequent.", _NOW.b)]
    pair_count: Annotated[Count, Meaning("How many baskets have both.", _NOW.n)]


class EarlierAnswer(Answer, kw_only=True):
    """A rule in the period that is compared with."""

    baskets: Annotated[Count, Meaning("How many baskets that period has.", _BEFORE.baskets)]
    antecedent_count: Annotated[Count, Meaning("How many of these have the antecedent.", _BEFORE.a)]
    consequent_count: Annotated[Count, Meaning("How many of these have the consequent.", _BEFORE.b)]
    pair_count: Annotated[Count, Meaning("How many of these have both.", _BEFORE.n)]
    support: Annotated[
        Ratio | None, Meaning(MEASURES["support"].meaning, str(MEASURES["support"].value(_BEFORE)))
    ]
    lift: Annotated[Ratio | None, Meaning(MEASURES["lift"].meaning, str(MEASURES["lift"].value(_BEFORE)))]


class _CompanionAnswer(_RuleCountsAnswer, kw_only=True):
    antecedent: Annotated[ThingAnswer, Meaning("What is bought.", _BEANS)]
    consequent: Annotated[ThingAnswer, Meaning("What is bought with it.", _FILTERS)]


class _RuleAnswer(_CompanionAnswer, kw_only=True):
    p_value: (
        Annotated[
            str,
            Meaning(
                "With `include=p_value`: how likely chance alone puts at least so many pairs together, by "
                "Fisher's exact test, one-sided.",
                _P_VALUE,
            ),
        ]
        | UnsetType
    ) = UNSET
    comparison: (
        Annotated[EarlierAnswer, Meaning("With `compare_to`: the same in the other period.")] | UnsetType
    ) = UNSET
    change: (
        Annotated[
            Ratio | None,
            Meaning(
                "What support, a share of all baskets, rose by; below 0 where it fell; null where one of "
                "both periods has no baskets.",
                str(_CHANGE),
            ),
        ]
        | UnsetType
    ) = UNSET
    score: (
        Annotated[
            Ratio | None,
            Meaning(
                "By how many standard errors that is: the test of two proportions, with the error of both "
                "periods pooled; below 0 where support fell; null where one of both has no baskets.",
                str(_SCORE),
            ),
        ]
        | UnsetType
    ) = UNSET
    trend: (
        Annotated[
            Trend | None,
            Meaning(
                "Whether support rises or fades by more than chance does in 19 of 20 cases; `steady` where "
                "chance would give one of both periods less than five baskets with both, or without; null "
                "where one of both has no baskets.",
                "rising",
            ),
        ]
        | UnsetType
    ) = UNSET


RuleAnswer: Any = _with_measures("RuleAnswer", "A rule with its raw counts and its measures.", _RuleAnswer)
CompanionAnswer: Any = _with_measures(
    "CompanionAnswer", "What is bought with a product, as a rule.", _CompanionAnswer
)


class ComparedWithAnswer(Answer, rename={"from_date": "from", "to_date": "to"}):
    """The period that is compared with."""

    from_date: Annotated[Day, Meaning("Its first business date.", "2026-02-01")]
    to_date: Annotated[Day, Meaning("Its last.", "2026-02-28")]
    baskets: Annotated[Count, Meaning("How many baskets it has.", _BEFORE.baskets)]


class RulesAnswer(BasketFrameAnswer, kw_only=True):
    """One page of rules."""

    min_support_count: Annotated[
        Count,
        Meaning("How many baskets have each pair at least; with `compare_to`, in one of both periods.", 5),
    ]
    count: Annotated[Count, Meaning("How many rules there are in all.", 1)]
    rules: Annotated[list[RuleAnswer], Meaning("The rules of the page.")]
    comparison: Annotated[ComparedWithAnswer, Meaning("What they are compared with.")] | UnsetType = UNSET


class CompanionsAnswer(BasketFrameAnswer, kw_only=True):
    """What is bought with a product."""

    product: Annotated[
        ThingCountAnswer,
        Meaning("What was asked about, and how often it was bought.", {**_BEANS, "count": _NOW.a}),
    ]
    companions: Annotated[list[CompanionAnswer], Meaning("What is bought with it, the strongest first.")]


class ItemsetAnswer(Answer):
    """Things that are bought together."""

    things: Annotated[list[ThingAnswer], Meaning("What they are.", [_BEANS, _FILTERS])]
    count: Annotated[Count, Meaning("How many baskets have all of them.", _NOW.n)]
    support: Annotated[
        Ratio | None,
        Meaning("Which share of all baskets that is: count / baskets.", str(ratio(_NOW.n, _NOW.baskets))),
    ]


class ItemsetsAnswer(BasketFrameAnswer, kw_only=True):
    """One page of sets."""

    min_support_count: Annotated[Count, Meaning("How many baskets have each set at least.", 5)]
    count: Annotated[Count, Meaning("How many sets there are in all.", 1)]
    itemsets: Annotated[list[ItemsetAnswer], Meaning("The sets, those of most baskets first.")]


class MatrixAnswer(BasketFrameAnswer, kw_only=True):
    """How often things are bought with each other."""

    level: Annotated[Level, Meaning("By what baskets are told.", "category")]
    things: Annotated[list[ThingCountAnswer], Meaning("What most baskets have, most first.", _CATEGORIES)]
    together: Annotated[
        list[list[int]],
        Meaning(
            "For each of the things, in this order, how many baskets have it and each of them; with itself, "
            "have it.",
            [[_NOW.a, _NOW.n], [_NOW.n, _NOW.b]],
        ),
    ]
    lift: Annotated[
        list[list[Decimal | None]],
        Meaning(
            "The same as lift; null with itself.",
            [[None, _LIFT], [_LIFT, None]],
        ),
    ]


class BasketSizeAnswer(Answer):
    """Baskets of one size."""

    size: Annotated[
        Count,
        Meaning(
            f"How many things are in them; {LARGEST} is {LARGEST} and more; 0 is nothing of the level, as of "
            "what has no category.",
            1,
        ),
    ]
    baskets: Annotated[Count, Meaning("How many baskets that are.", 2_000)]


class BasketSummaryAnswer(BasketFrameAnswer, kw_only=True):
    """How many baskets there are, and how much is in them."""

    single_item_baskets: Annotated[Count, Meaning("How many have one thing alone.", 2_000)]
    single_item_share: Annotated[Ratio | None, Meaning("Which share of all that is.", "0.250000")]
    distinct_items: Annotated[Count, Meaning("How many different things are in all of them.", 640)]
    mean_items: Annotated[Ratio | None, Meaning("How many are in one on average.", "3.500000")]
    currency: Currency
    net_sales: Annotated[Sum, Meaning("Net sales of the same stores and dates.", 10_000_000)]
    mean_value: Annotated[Sum | None, Meaning("The same a basket, rounded half up.", 1_250)]
    sizes: Annotated[list[BasketSizeAnswer], Meaning("How many baskets have how many things.")]


class RuleOrderAnswer(Answer):
    """An order whose basket has both."""

    order_id: Annotated[Id, Meaning("Where both were bought together.")]
    number: Annotated[str | None, Meaning("What its receipt says; null: it has none.", "MAIN-1-000042")]
    business_date: Annotated[
        Day, Meaning("The day whose figures it is in, by the store's clock and day cut.")
    ]
    store_id: Annotated[Id, Meaning("Where it was sold.")]
    store: Annotated[str | None, Meaning("What the store is called.", "Harbour")]
    recorded_at: Annotated[Moment, Meaning("When it was recorded.")]
    total: Annotated[Sum | None, Meaning("What it came to.", 1_249)]
    position: Annotated[int, Meaning("Where in the log it is.", 42)]


class RuleOrdersAnswer(BasketFrameAnswer, kw_only=True):
    """One page of the orders behind a rule."""

    antecedent: Annotated[ThingAnswer, Meaning("The one.", _BEANS)]
    consequent: Annotated[ThingAnswer, Meaning("The other.", _FILTERS)]
    currency: Currency
    count: Annotated[Count, Meaning("How many orders have both.", _NOW.n)]
    orders: Annotated[list[RuleOrderAnswer], Meaning("The orders, the newest first.")]


def show_counts(counts: Counts) -> dict[str, Any]:
    """The raw counts and every measure of a rule."""
    own = dict(zip(("baskets", "antecedent_count", "consequent_count", "pair_count"), counts, strict=True))
    return {**own, **{name: one.value(counts) for name, one in MEASURES.items()}}


def show_thing(row: Row) -> dict[str, Any]:
    """A thing by what it is called."""
    return {name: row[name] for name in ("id", "name", "sku", "variant_name", "product_id")}
