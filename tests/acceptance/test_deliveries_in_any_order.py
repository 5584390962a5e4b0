"""A batch that two tabs send doubled, shuffled and split is one ordered delivery (property 6)."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.acceptance.till.offline import ACTS, Act, OfflineShift, deliver
from tests.acceptance.till.outcome import outcome_of
from tests.acceptance.till.shop import TillShop

Operations = list[dict[str, Any]]
#: One of everything, of which some is done after the close.
ONE_OF_EACH: list[Act] = [
    ("sell", 1, 3, False),
    ("sell", 3, 4, False),
    ("sell", 5, 2, True),
    ("refund", 1, 1, False),
    ("refund", 1, 2, False),
    ("void", 3, 1, False),
    ("exchange", 2, 1, False),
    ("take_back", 0, 1, False),
    ("move_cash", 0, 3, False),
    ("move_cash", 2, 4, False),
]
AFTER_CLOSE: list[Act] = [("sell", 4, 2, False), ("refund", 0, 1, False), ("refund", 2, 2, True)]


def parts_of(operations: Operations, chance: Random) -> list[Operations]:
    """All of it in parts of any length."""
    parts = []
    while operations:
        length = chance.randint(1, 7)
        parts.append(operations[:length])
        operations = operations[length:]
    return parts


def send_in_disorder(day: OfflineShift, chance: Random) -> None:
    """Each of two tabs sends all of it in an order of its own and, here and there, twice: both at once."""
    tabs = []
    for _ in range(2):
        operations = [*day.operations, *chance.sample(day.operations, len(day.operations) // 3)]
        chance.shuffle(operations)
        tabs.append(parts_of(operations, chance))
    with ThreadPoolExecutor(2) as both:
        sent = [both.submit(lambda parts: [deliver(day, part) for part in parts], tab) for tab in tabs]
    done = Counter(result for tab in sent for part in tab.result() for result in part)
    refused = {what for what in done if what[1] not in {"applied", "not_arrived", "replayed"}}
    assert not refused


def send_in_order(day: OfflineShift) -> None:
    """Each once, one after the other."""
    assert {became for _, became in deliver(day, day.operations)} == {"applied"}


@pytest.mark.long
def test_any_delivery_ends_as_one_in_order(
    make_shop: Callable[..., Any], request: pytest.FixtureRequest
) -> None:
    is_large = request.config.getoption("--large")

    def live(acts: list[Act], after: list[Act], began_at: datetime) -> OfflineShift:
        day = OfflineShift(TillShop(make_shop), began_at)
        day.live(acts, after)
        return day

    def check(acts: list[Act], after: list[Act], seed: int) -> None:
        began_at = datetime.now(UTC) - timedelta(minutes=5)
        ordered, disordered = live(acts, after, began_at), live(acts, after, began_at)
        send_in_order(ordered)
        send_in_disorder(disordered, Random(seed))
        for day in (ordered, disordered):
            assert {became for _, became in deliver(day, day.operations)} == {"replayed"}
        assert outcome_of(disordered) == outcome_of(ordered)

    @settings(
        max_examples=100 if is_large else 2,
        deadline=None,
        derandomize=not is_large,
        database=None,
        # Each example is a company of its own; the first that fails tells what is wrong.
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(ACTS, ACTS, st.integers(0, 2**32))
    def check_any(acts: list[Act], after: list[Act], seed: int) -> None:
        check(acts, after, seed)

    check(ONE_OF_EACH, AFTER_CLOSE, 6)
    check_any()
