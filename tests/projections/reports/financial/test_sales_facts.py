"""The facts of sales and their sums are what a trade came to that its own commands decided."""

import pytest

from tests.projections.reports.financial.books import EVERYTHING, Books
from tests.projections.reports.financial.trade import Trade
from tests.projections.reports.plain import plain_facts, summed
from tests.projections.reports.sums import PARTED, ROLLUPS, ask, sums_at


@pytest.mark.parametrize("table", ROLLUPS)
def test_sums_are_what_the_events_come_to_at_every_position(books: Books, trade: Trade, table: str) -> None:
    *_, key, of = ROLLUPS[table]
    facts = plain_facts((one.position, one.event) for one in trade.recorded)
    assert len(facts) > 100
    for position in (*trade.positions(3), EVERYTHING):
        known = [fact for fact in facts if fact.position <= position]
        assert sums_at(books, table, position) == summed(known, key, of)


@pytest.mark.parametrize("what", PARTED)
def test_facts_and_what_stands_beside_them_add_up(books: Books, what: str) -> None:
    assert ask(books, PARTED[what]) == []
