"""What `mipos bench` asks of reports, and what it writes; how fast that is, no test says."""

from datetime import date
from uuid import UUID

import pytest

from api.reports.exports.opening import PAGE
from infra.bench.reports import exporting
from infra.bench.reports.history import History
from infra.bench.reports.questions import (
    DASHBOARDS,
    QUESTIONS,
    SECTIONS,
    WHOLE,
    Query,
    basket_ranges,
    dashboard_queries,
    ranges,
)
from projections.reports.sections import SECTIONS as DECLARED

YEAR = History(UUID(int=1), 1_000, 2025)
RANGES = ranges(YEAR, UUID(int=2))
BASKETS = basket_ranges(YEAR, UUID(int=2))
EVERY = [*RANGES.values(), *BASKETS.values()]


@pytest.mark.parametrize("queries", EVERY)
def test_no_question_is_asked_twice(queries: list[Query]) -> None:
    assert len({tuple(query.items()) for query in queries}) == QUESTIONS


@pytest.mark.parametrize("queries", BASKETS.values())
def test_no_baskets_are_counted_twice(queries: list[Query]) -> None:
    assert len({(query["from"], query["to"]) for query in queries}) == QUESTIONS


@pytest.mark.parametrize("queries", EVERY)
def test_every_question_is_of_the_year(queries: list[Query]) -> None:
    for query in queries:
        first, last = (date.fromisoformat(query[name]) for name in ("from", "to"))
        assert YEAR.first <= first <= last <= YEAR.last


def test_months_and_quarters_are_whole_and_the_ragged_ones_are_not() -> None:
    assert RANGES["month"][1] == {"from": "2025-02-01", "to": "2025-02-28", "limit": "21"}
    assert RANGES["quarter"][3] == {"from": "2025-10-01", "to": "2025-12-31", "limit": "23"}
    days = [query[name][-2:] for query in RANGES["ragged"] for name in ("from", "to")]
    assert not {"01", "31"} & {*days}


def test_sections_and_ranges_are_those_that_there_are() -> None:
    assert {*SECTIONS.values()} <= {f"{one.area}/{one.path}" for one in DECLARED}
    assert {*WHOLE} <= RANGES.keys()


@pytest.mark.parametrize("name", DASHBOARDS)
def test_dashboards_are_asked_as_often(name: str) -> None:
    assert len(list(dashboard_queries(name, YEAR))) == QUESTIONS


def test_a_file_of_several_pages_tells_what_it_took() -> None:
    assert exporting.run(("csv", PAGE + 10)) > 10
