"""How strongly things are bought together: what each measure is of the counts it follows from.

Every formula takes whole numbers, or arrays of them, so that what is shown and what a million rules are
sorted by cannot differ. `n` baskets in `baskets` have both, `a` the antecedent, `b` the consequent.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, LiteralString, NamedTuple

from domain.money import round_ratio

#: Places after the point of every measure.
PLACES = 6
#: Of a normal distribution, 95 % lie within so many standard deviations.
_Z95 = 1.959963984540054
#: What is so small beside a sum adds nothing to its first digits, nor do all that are smaller.
_NOTHING = 1e-14


class Counts(NamedTuple):
    """In how many baskets: of all, with the antecedent, with the consequent, with both."""

    baskets: Any
    a: Any
    b: Any
    n: Any


#: The numerator and the denominator of a measure; where that is 0 there is none.
Formula = Callable[[Counts], tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A measure of a rule, what it tells, and how it is worked out."""

    name: LiteralString
    meaning: str
    of: Formula

    def value(self, counts: Counts) -> Decimal | None:
        """The measure of one rule to six places, half up; None where there is none."""
        return ratio(*self.of(counts))


def ratio(numerator: Any, denominator: Any) -> Decimal | None:
    """One number by the other to six places, half up; None of nothing."""
    if not denominator:
        return None
    if isinstance(numerator, float) or isinstance(denominator, float):
        return Decimal(f"{numerator / denominator:.{PLACES}f}")
    return Decimal(round_ratio(numerator * 10**PLACES, denominator)).scaleb(-PLACES)


def _lift_low(counts: Counts) -> tuple[Any, Any]:
    """Lift with each of its three counts at the unfavourable end of its own 95 % interval."""
    return fewest(counts.n) * counts.baskets, most(counts.a) * most(counts.b)


def fewest(count: Any) -> Any:
    """The lower end of the 95 % interval of a count that chance gave (Byar's formula for Poisson)."""
    some = count + (count == 0)
    return count * (1 - 1 / (9 * some) - _Z95 / (3 * some**0.5)) ** 3


def most(count: Any) -> Any:
    """The upper end of the same interval."""
    more = count + 1
    return more * (1 - 1 / (9 * more) + _Z95 / (3 * more**0.5)) ** 3


def _zhang(counts: Counts) -> tuple[Any, Any]:
    baskets, a, b, n = counts
    one, other = n * (baskets - a), a * (b - n)
    # The larger of the two, of numbers as of arrays.
    larger = one + (other - one) * (other > one)
    # Beside what every basket has, all is bought as by chance: nothing by one.
    return n * baskets - a * b, larger + (larger == 0)


MEASURES: Mapping[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure(
            name="support",
            meaning="The share of all baskets that have both: pair_count / baskets.",
            of=lambda counts: (counts.n, counts.baskets),
        ),
        Measure(
            name="confidence",
            meaning="Of the baskets with the antecedent, the share that have the consequent too: "
            "pair_count / antecedent_count.",
            of=lambda counts: (counts.n, counts.a),
        ),
        Measure(
            name="reverse_confidence",
            meaning="The same the other way round: pair_count / consequent_count.",
            of=lambda counts: (counts.n, counts.b),
        ),
        Measure(
            name="lift",
            meaning="How many times as often as by chance both are bought together: "
            "pair_count * baskets / (antecedent_count * consequent_count).",
            of=lambda counts: (counts.n * counts.baskets, counts.a * counts.b),
        ),
        Measure(
            name="lift_low",
            meaning="The lower 95 % bound of lift: each of its counts at the unfavourable end of its own "
            "95 % interval (Poisson, Byar's formula). What few baskets show is low.",
            of=_lift_low,
        ),
        Measure(
            name="leverage",
            meaning="The share of baskets that have both beyond what chance gives: "
            "support - share of the antecedent * share of the consequent.",
            of=lambda counts: (counts.n * counts.baskets - counts.a * counts.b, counts.baskets**2),
        ),
        Measure(
            name="conviction",
            meaning="How many times as often the consequent would be missing by chance: (1 - share of the "
            "consequent) / (1 - confidence); null when it is never missing.",
            of=lambda counts: (
                counts.a * (counts.baskets - counts.b),
                counts.baskets * (counts.a - counts.n),
            ),
        ),
        Measure(
            name="zhang",
            meaning="Zhang's measure, from -1 (never together) by 0 (as by chance) to 1 (always together): "
            "with s, a and c the shares of baskets that have both, the antecedent and the consequent, "
            "(s - a * c) / max(s * (1 - a), a * (c - s)).",
            of=_zhang,
        ),
        Measure(
            name="jaccard",
            meaning="Of the baskets that have either, the share that have both: "
            "pair_count / (antecedent_count + consequent_count - pair_count).",
            of=lambda counts: (counts.n, counts.a + counts.b - counts.n),
        ),
    )
}


def p_value(counts: Counts) -> str:
    """How likely chance alone puts at least so many pairs together: Fisher's exact test, one-sided.

    The tail of the hypergeometric distribution, as a number with four digits, such as `1.271e-12`.
    """
    baskets, a, b, n = counts
    fewest_possible = max(a + b - baskets, 0)
    if n <= fewest_possible:
        return _scientific(0.0)
    # The shorter side of what is most likely: all others are falling from there, and no rest is a small
    # difference of large numbers.
    if n * baskets > a * b:
        return _scientific(min(_log_tail(counts, 1), 0.0))
    below = math.exp(_log_tail(counts._replace(n=n - 1), -1))
    return _scientific(math.log1p(-below))


def _log_tail(counts: Counts, step: int) -> float:
    """The logarithm of the chance of so many pairs, and of more (1) or fewer (-1), which fall from there on.

    Each follows from the one before, as far as they add anything: files ask it of thousands of rules.
    """
    baskets, a, b, n = counts
    rest = baskets - a - b
    total = term = 1.0
    while term > _NOTHING * total:
        if step > 0:
            term *= (a - n) * (b - n) / ((n + 1) * (rest + n + 1))
        else:
            term *= n * (rest + n) / ((a - n + 1) * (b - n + 1))
        total += term
        n += step
    return _log_chance(counts) + math.log(total)


def _log_chance(counts: Counts) -> float:
    """The logarithm of the chance of exactly so many pairs, if both are spread at random."""
    baskets, a, b, n = counts
    return _log_choose(a, n) + _log_choose(baskets - a, b - n) - _log_choose(baskets, b)


def _log_choose(many: int, few: int) -> float:
    return math.lgamma(many + 1) - math.lgamma(few + 1) - math.lgamma(many - few + 1)


def _scientific(log: float) -> str:
    """What this is the natural logarithm of, also where it is too small for a float."""
    exponent = math.floor(log / math.log(10))
    mantissa = round(math.exp(log - exponent * math.log(10)), 3)
    if mantissa >= 10:  # noqa: PLR2004 rounded up to the next power of ten
        mantissa, exponent = mantissa / 10, exponent + 1
    return f"{mantissa:.3f}e{exponent:+03d}"


def change(now: Counts, earlier: Counts) -> Decimal | None:
    """By how much support rose from one period to another, rounded once; None beside no baskets at all."""
    risen = now.n * earlier.baskets - earlier.n * now.baskets
    return ratio(risen, now.baskets * earlier.baskets)


def rise(now: Counts, earlier: Counts) -> Any:
    """The same as a number that is not rounded, also of arrays: 0 of a period without baskets."""
    return now.n / max(now.baskets, 1) - earlier.n / max(earlier.baskets, 1)


def rise_score(now: Counts, earlier: Counts) -> Any:
    """By how many standard errors that is: the test of two proportions; 0 where nothing can have risen."""
    here, there = max(now.baskets, 1), max(earlier.baskets, 1)
    both = (now.n + earlier.n) / (here + there)
    error = (both * (1 - both) * (1 / here + 1 / there)) ** 0.5
    return rise(now, earlier) / (error + (error == 0))


#: From so many standard errors on, support rises or fades: 95 % of what chance alone does lies within.
SIGNIFICANT = _Z95
#: The test of two proportions holds where chance gives each period so many baskets with both, and without.
_FEWEST_EXPECTED = 5


def can_be_compared(now: Counts, earlier: Counts) -> bool:
    """Whether anything can have risen: both periods have baskets."""
    return bool(now.baskets and earlier.baskets)


def direction(now: Counts, earlier: Counts) -> Any:
    """1 where support rises by more than chance does in 19 of 20 cases, -1 where it fades so, else 0.

    What so few baskets have that the test does not hold does neither.
    """
    score = rise_score(now, earlier)
    return _is_tested(now, earlier) * ((score >= SIGNIFICANT) * 1 - (score <= -SIGNIFICANT) * 1)


def _is_tested(now: Counts, earlier: Counts) -> Any:
    """Whether each period would have enough baskets with both, and without, at the share of both together."""
    both, baskets = now.n + earlier.n, now.baskets + earlier.baskets
    rarer = both + (baskets - 2 * both) * (2 * both > baskets)
    return min(now.baskets, earlier.baskets) * rarer >= _FEWEST_EXPECTED * baskets
