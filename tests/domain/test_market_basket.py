"""What each measure is of its counts, exactly; how certain rules are; and whether they rise."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import comb, isclose, log10, sqrt
from time import process_time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.market_basket import (
    MEASURES,
    SIGNIFICANT,
    Counts,
    can_be_compared,
    change,
    direction,
    fewest,
    most,
    p_value,
    rise_score,
)

#: However busy the machine is.
patient = settings(deadline=None)

EXACT = sorted({*MEASURES} - {"lift_low"})
#: What two have in common of all, the one alone, the other alone, and neither.
PARTS = st.tuples(*[st.integers(0, 10_000)] * 4)


def counts_of(both: int, one: int, other: int, neither: int) -> Counts:
    return Counts(both + one + other + neither, both + one, both + other, both)


#: Rules that there can be: both things are in some basket.
RULES = PARTS.map(lambda parts: counts_of(*parts)).filter(lambda counts: counts.a > 0 < counts.b)
LIKELY = RULES.filter(lambda counts: counts.n > 0)


def by_contract(name: str, counts: Counts) -> Fraction | None:
    """The measure of shares, as the contract has it; None where it has no limit."""
    both, one, other = (Fraction(count, counts.baskets) for count in (counts.n, counts.a, counts.b))
    confidence, by_chance = both / one, one * other
    larger = max(both * (1 - one), one * (other - both))
    return {
        "support": both,
        "confidence": confidence,
        "reverse_confidence": both / other,
        "lift": both / by_chance,
        "leverage": both - by_chance,
        "conviction": None if confidence == 1 else (1 - other) / (1 - confidence),
        "zhang": (both - by_chance) / larger if larger else Fraction(0),
        "jaccard": both / (one + other - both),
    }[name]


def rounded(value: Fraction) -> Decimal:
    """To six places, halves away from zero."""
    size = abs(value) * 10**6 + Fraction(1, 2)
    return Decimal(size.numerator // size.denominator).scaleb(-6) * (-1 if value < 0 else 1)


@pytest.mark.parametrize("name", EXACT)
@patient
@given(counts=RULES)
def test_every_measure_is_what_the_contract_says(name: str, counts: Counts) -> None:
    expected = by_contract(name, counts)
    assert MEASURES[name].value(counts) == (None if expected is None else rounded(expected))


@pytest.mark.parametrize("name", MEASURES)
@patient
@given(rules=st.lists(RULES, min_size=1, max_size=8))
def test_numbers_and_arrays_are_measured_alike(name: str, rules: list[Counts]) -> None:
    arrays = Counts(*(np.array(column, np.int64) for column in zip(*rules, strict=True)))
    numerators, denominators = (
        np.broadcast_to(part, len(rules)).tolist() for part in MEASURES[name].of(arrays)
    )
    for place, counts in enumerate(rules):
        numerator, denominator = MEASURES[name].of(counts)
        assert isclose(numerators[place], numerator, rel_tol=1e-14)
        assert isclose(denominators[place], denominator, rel_tol=1e-14)
        assert isinstance(numerator, float if name == "lift_low" else int)


def test_measures_of_one_rule_are_these() -> None:
    counts = Counts(8_000, 240, 320, 100)
    assert {name: str(measure.value(counts)) for name, measure in MEASURES.items()} == {
        "support": "0.012500",
        "confidence": "0.416667",
        "reverse_confidence": "0.312500",
        "lift": "10.416667",
        "lift_low": "6.693138",
        "leverage": "0.011300",
        "conviction": "1.645714",
        "zhang": "0.931959",
        "jaccard": "0.217391",
    }


def test_nothing_has_a_measure_of_nothing() -> None:
    nothing = Counts(0, 0, 0, 0)
    told = {name: measure.value(nothing) for name, measure in MEASURES.items()}
    assert told.pop("zhang") == 0
    assert told.pop("lift_low") == 0
    assert set(told.values()) == {None}


def test_what_is_never_missing_has_no_limit_of_conviction() -> None:
    assert MEASURES["conviction"].value(Counts(10, 3, 5, 3)) is None
    assert MEASURES["conviction"].value(Counts(10, 3, 5, 2)) == Decimal("1.5")


@pytest.mark.parametrize(
    ("counts", "expected"),
    [(Counts(10, 5, 5, 5), 1), (Counts(10, 5, 5, 0), -1), (Counts(10, 5, 4, 2), 0), (Counts(5, 5, 3, 3), 0)],
)
def test_zhang_goes_from_never_to_always(counts: Counts, expected: int) -> None:
    assert MEASURES["zhang"].value(counts) == expected


class TestTheLowerBoundOfLift:
    @patient
    @given(counts=RULES)
    def test_is_never_above_lift_nor_below_zero(self, counts: Counts) -> None:
        low, lift = (MEASURES[name].value(counts) for name in ("lift_low", "lift"))
        assert low is not None
        assert lift is not None
        assert 0 <= low <= lift

    @patient
    @given(counts=LIKELY, times=st.integers(2, 50))
    def test_rises_with_the_evidence_for_the_same_lift(self, counts: Counts, times: int) -> None:
        many = Counts(*(times * count for count in counts))
        assert lift_low(many) > lift_low(counts)

    @patient
    @given(counts=LIKELY)
    def test_comes_close_to_lift_in_the_end(self, counts: Counts) -> None:
        many = Counts(*(10**9 * count for count in counts))
        numerator, denominator = MEASURES["lift"].of(many)
        assert isclose(lift_low(many), numerator / denominator, rel_tol=2e-4)

    def test_is_low_for_what_few_baskets_show(self) -> None:
        few, some = Counts(155_848, 6, 6, 5), Counts(155_848, 4_000, 3_000, 900)
        assert MEASURES["lift"].value(few) == Decimal("21645.555556")
        assert 100 * lift_low(few) < 21_646 * 20
        assert lift_low(some) > 10


def lift_low(counts: Counts) -> float:
    numerator, denominator = MEASURES["lift_low"].of(counts)
    return float(numerator / denominator)


class TestTheInterval:
    @pytest.mark.parametrize(
        ("count", "low", "high"),
        # The exact limits of a Poisson count, from tables; Byar's formula is within 2 % from 5 on.
        [(5, 1.6235, 11.6683), (10, 4.7954, 18.3904), (50, 37.1105, 65.9188), (100, 81.3640, 121.6271)],
    )
    def test_is_that_of_poisson(self, count: int, low: float, high: float) -> None:
        assert isclose(fewest(count), low, rel_tol=0.02)
        assert isclose(most(count), high, rel_tol=0.02)

    @patient
    @given(count=st.integers(0, 10**9))
    def test_holds_the_count_and_grows_with_it(self, count: int) -> None:
        assert 0 <= fewest(count) <= count < most(count)
        assert fewest(count) < fewest(count + 1)
        assert most(count) < most(count + 1)


def exact_p(counts: Counts) -> Fraction:
    """The tail of the hypergeometric distribution, of whole numbers."""
    baskets, a, b, n = counts
    ways = sum(comb(a, both) * comb(baskets - a, b - both) for both in range(n, min(a, b) + 1))
    return Fraction(ways, comb(baskets, b))


def digits(value: Fraction) -> str:
    """Four digits of a number, and its power of ten."""
    exponent = 0
    while value < 1:
        value, exponent = value * 10, exponent - 1
    number = Decimal(value.numerator) / Decimal(value.denominator)
    mantissa = number.quantize(Decimal("0.001"), ROUND_HALF_UP)
    return f"{mantissa}e{exponent:+03d}" if mantissa < 10 else f"{mantissa / 10:.3f}e{exponent + 1:+03d}"


class TestChance:
    @patient
    @given(parts=st.tuples(*[st.integers(0, 60)] * 4))
    def test_is_the_tail_of_the_distribution(self, parts: Any) -> None:
        counts = counts_of(*parts)
        exact, told = exact_p(counts), p_value(counts)
        assert isclose(float(told), exact, rel_tol=5.1e-4)
        # Only where the fifth digit is a five does the last place hang on the float.
        assert told == digits(exact) or isclose(float(told), exact, rel_tol=5.1e-4, abs_tol=0)

    @pytest.mark.parametrize(
        ("counts", "told"),
        [
            (Counts(10, 5, 5, 0), "1.000e+00"),
            (Counts(10, 5, 5, 5), "3.968e-03"),
            (Counts(20, 10, 10, 8), "1.151e-02"),
            (Counts(1, 1, 1, 1), "1.000e+00"),
        ],
    )
    def test_is_told_with_four_digits(self, counts: Counts, told: str) -> None:
        assert told == p_value(counts) == digits(exact_p(counts))

    def test_is_told_where_it_is_too_small_for_a_float(self) -> None:
        counts = Counts(4_000, 1_000, 1_000, 1_000)
        told = p_value(counts)
        mantissa, _, exponent = told.partition("e")
        exact = exact_p(counts)
        assert float(told) == 0
        assert int(exponent) == -976
        assert isclose(float(exact * 10**976), float(mantissa), rel_tol=5.1e-4)

    def test_is_as_exact_for_a_year_of_baskets(self) -> None:
        counts = Counts(155_848, 7_861, 2_000, 300)
        mantissa, _, exponent = p_value(counts).partition("e")
        logarithm = _log10(exact_p(counts))
        assert isclose(log10(float(mantissa)) + int(exponent), logarithm, abs_tol=3e-4)

    @patient
    @given(parts=st.tuples(*[st.integers(0, 50_000)] * 4), offset=st.none() | st.integers(-300, 300))
    def test_is_as_exact_around_what_chance_gives(self, parts: Any, offset: int | None) -> None:
        counts = counts_of(*parts)
        baskets, a, b, _ = counts
        if offset is not None and baskets:
            least, many = max(a + b - baskets, 0), min(a, b)
            counts = counts._replace(n=min(max(a * b // baskets + offset, least), many))
        logarithm = tail_of_all(counts)
        assert isclose(log_of(p_value(counts)), logarithm, abs_tol=3e-4)

    def test_is_told_at_once_of_most_baskets(self) -> None:
        begun = process_time()
        for _ in range(20):
            assert p_value(Counts(155_848, 80_000, 70_000, 20_000)) == "1.000e+00"
            assert p_value(Counts(155_848, 17_000, 15_000, 5)) == "1.000e+00"
        assert process_time() - begun < 0.2

    @patient
    @given(counts=LIKELY.filter(lambda counts: counts.baskets < 5_000))
    def test_is_less_the_more_baskets_have_both(self, counts: Counts) -> None:
        one_less = counts._replace(n=counts.n - 1)
        if one_less.a + one_less.b - one_less.n <= one_less.baskets:
            assert log_of(p_value(counts)) <= log_of(p_value(one_less))


def tail_of_all(counts: Counts) -> float:
    """The logarithm of the tail, of every number of pairs that there can be, each by the one before."""
    baskets, a, b, n = counts
    least, many = max(a + b - baskets, 0), min(a, b)
    before = np.arange(least, many, dtype=float)
    ratios = (
        np.log(a - before) + np.log(b - before) - np.log(before + 1) - np.log(baskets - a - b + before + 1)
    )
    logs = np.concatenate([[0.0], np.cumsum(ratios)])
    tail, whole = logs[n - least :], np.exp(logs - logs.max()).sum()
    largest = tail.max()
    return float((largest + np.log(np.exp(tail - largest).sum()) - logs.max() - np.log(whole)) / np.log(10))


def _log10(value: Fraction) -> float:
    """The logarithm of a fraction whose parts are too long for floats."""
    many, few = len(str(value.denominator)), len(str(value.numerator))
    return log10(value.numerator / 10**few) + few - log10(value.denominator / 10**many) - many


def log_of(told: str) -> float:
    mantissa, _, exponent = told.partition("e")
    return log10(float(mantissa)) + int(exponent)


class TestRising:
    @patient
    @given(now=RULES, earlier=RULES)
    def test_is_the_test_of_two_proportions(self, now: Counts, earlier: Counts) -> None:
        score = rise_score(now, earlier)
        rise = Fraction(now.n, now.baskets) - Fraction(earlier.n, earlier.baskets)
        both = Fraction(now.n + earlier.n, now.baskets + earlier.baskets)
        variance = both * (1 - both) * (Fraction(1, now.baskets) + Fraction(1, earlier.baskets))
        assert isclose(score, float(rise) / sqrt(variance) if variance else 0, rel_tol=1e-9, abs_tol=1e-9)
        assert isclose(rise_score(earlier, now), -score, rel_tol=1e-12)

    def test_tells_what_is_more_than_chance(self) -> None:
        assert rise_score(Counts(100, 50, 50, 40), Counts(100, 50, 50, 20)) > SIGNIFICANT
        assert abs(rise_score(Counts(100, 50, 50, 21), Counts(100, 50, 50, 20))) < SIGNIFICANT

    def test_of_no_baskets_nothing_rises(self) -> None:
        nothing = Counts(0, 0, 0, 0)
        assert rise_score(nothing, nothing) == 0
        assert rise_score(nothing, Counts(10, 5, 5, 0)) == 0

    @patient
    @given(now=RULES, earlier=RULES)
    def test_is_told_where_the_test_holds(self, now: Counts, earlier: Counts) -> None:
        both = Fraction(now.n + earlier.n, now.baskets + earlier.baskets)
        expected = [share * one.baskets for one in (now, earlier) for share in (both, 1 - both)]
        score = rise_score(now, earlier)
        sign = (score > 0) - (score < 0)
        assert direction(now, earlier) == (sign if min(expected) >= 5 and abs(score) >= SIGNIFICANT else 0)

    @patient
    @given(rules=st.lists(st.tuples(RULES, RULES), min_size=1, max_size=8))
    def test_is_told_alike_of_numbers_and_arrays(self, rules: list[tuple[Counts, Counts]]) -> None:
        # Every rule of a period is of the same baskets.
        baskets = [max(pair[place].baskets for pair in rules) for place in (0, 1)]
        pairs = [
            tuple(one._replace(baskets=many) for one, many in zip(pair, baskets, strict=True))
            for pair in rules
        ]
        arrays = [
            Counts(
                many, *(np.array(column, np.int64) for column in zip(*(one[1:] for one in side), strict=True))
            )
            for many, side in zip(baskets, zip(*pairs, strict=True), strict=True)
        ]
        assert direction(*arrays).tolist() == [direction(now, earlier) for now, earlier in pairs]

    @pytest.mark.parametrize(
        ("now", "earlier", "sign"),
        [
            # Of 100 baskets each nine alone are no evidence, ten are.
            (Counts(100, 50, 50, 9), Counts(100, 50, 50, 0), 0),
            (Counts(100, 50, 50, 10), Counts(100, 50, 50, 0), 1),
            (Counts(100, 50, 50, 0), Counts(100, 50, 50, 10), -1),
            (Counts(100, 100, 100, 91), Counts(100, 100, 100, 100), 0),
            (Counts(100, 100, 100, 90), Counts(100, 100, 100, 100), -1),
            # The smaller period has too few of them, however many the other has.
            (Counts(1_000_000, 50_000, 50_000, 10_000), Counts(400, 100, 100, 20), 0),
        ],
    )
    def test_takes_five_baskets_that_chance_would_give(self, now: Counts, earlier: Counts, sign: int) -> None:
        assert abs(rise_score(now, earlier)) > SIGNIFICANT
        assert direction(now, earlier) == sign

    def test_cannot_be_told_beside_no_baskets(self) -> None:
        some, nothing = Counts(10, 5, 5, 0), Counts(0, 0, 0, 0)
        assert can_be_compared(some, some)
        assert not any(can_be_compared(*pair) for pair in ((some, nothing), (nothing, some)))


@patient
@given(now=PARTS, earlier=PARTS)
def test_the_change_of_support_is_rounded_once(now: tuple[int, ...], earlier: tuple[int, ...]) -> None:
    here, there = counts_of(*now), counts_of(*earlier)
    found = change(here, there)
    if not (here.baskets and there.baskets):
        assert found is None
        return
    exact = Fraction(here.n, here.baskets) - Fraction(there.n, there.baskets)
    assert found is not None
    assert abs(Fraction(found) - exact) <= Fraction(1, 2_000_000)


def test_the_change_of_support_is_no_difference_of_rounded_shares() -> None:
    # 0.666667 less 0.333333 would be 0.333334.
    assert change(Counts(3, 3, 3, 2), Counts(3, 3, 3, 1)) == Decimal("0.333333")
