"""Each moment is a position of the log: the last one that was known by then."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import pytest

from projections.base import KNOWN_AT
from projections.reports.moments import position_at
from tests.projections.shop import Shop

KNOWN: LiteralString = f"""
    SELECT position, recorded_at, {KNOWN_AT} AS known_at FROM events
     WHERE company_id = %(company_id)s ORDER BY position
"""


@pytest.fixture
def shop(database: Any) -> Iterator[Shop]:
    opened = Shop(database)
    yield opened
    opened.close()


def asked(shop: Shop, moment: datetime) -> int:
    with shop.work() as db:
        return position_at(db, moment).read()


def test_an_empty_log_knows_nothing(shop: Shop) -> None:
    assert asked(shop, datetime.now(UTC)) == 0


def test_it_is_the_last_that_was_known_by_then(shop: Shop) -> None:
    for _ in range(20):
        shop.sell(shop.chance.randint(1, 3))
    with shop.work() as db:
        rows = db.ask(KNOWN, {"company_id": shop.company_id}).rows()
    moments = [row[name] for row in rows for name in ("recorded_at", "known_at")]
    moments += [moment - timedelta(microseconds=1) for moment in moments]
    for moment in moments:
        known = max((row["position"] for row in rows if row["known_at"] <= moment), default=0)
        assert asked(shop, moment) == known
    assert asked(shop, datetime.now(UTC)) == rows[-1]["position"]
    assert asked(shop, rows[0]["known_at"] - timedelta(days=1)) == 0
