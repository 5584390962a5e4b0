"""The keys by which rows are explained: those that a section gives, as it is grouped, and no others."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from api.failures import InvalidParameter
from api.reports.explain_query import check_filters, row_of
from projections.reports.columns import Key
from projections.reports.section import Section
from projections.reports.sections import SECTIONS
from projections.reports.sections.sales_summary.by_cashier import BY_CASHIER
from projections.reports.sections.sales_summary.by_register import BY_REGISTER
from tests.projections.reports.financial.books import Books, ways_to_ask

NAMED = {f"{section.area}/{section.path}": section for section in SECTIONS}
SOME = str(UUID(int=7))
STRANGE = ["x", "-1", " ", ",", ",,,,,,", f"{SOME},{SOME},{SOME}", "2026-03-01,x", "99999999999999999999"]


@pytest.mark.parametrize("name", NAMED)
def test_are_those_of_every_row(books: Books, name: str) -> None:
    section = NAMED[name]
    for asked in ways_to_ask(section):
        rows = books.report(section, **asked).rows
        for row in rows[:50] + rows[-50:]:
            query = {**asked, **asked.get("filters", {}), "row": section.key_of(row)}
            assert row_of(section, query) == {one: row[one] for one in section.identity}, query


@pytest.mark.parametrize("name", NAMED)
def test_are_no_others(name: str) -> None:
    section = NAMED[name]
    for asked in ways_to_ask(section):
        query = {**asked, **asked.get("filters", {})}
        told = section.parts_of(query.get("group"), query.get("interval"))
        are_texts = any(key.unit == "text" for key in section.keys if key.name in told)
        for text in STRANGE:
            if not are_texts and text.strip(",") != "":
                refused(section, {**query, "row": text})
        for other in {*section.identity} - {*told}:
            parts = {**dict.fromkeys(section.identity), **{one: some(section, one) for one in told}}
            assert row_of(section, {**query, "row": section.key_of(parts)}) == parts
            refused(section, {**query, "row": section.key_of({**parts, other: some(section, other)})})


@pytest.mark.parametrize("text", [" 1", "+1", "１", "01", "-1", "2147483648", "9" * 5000, ""])  # noqa: RUF001
def test_numbers_are_plain_digits_that_a_number_can_have(text: str) -> None:
    refused(NAMED["financial-report/tax"], {"row": text})
    refused(NAMED["sales-summary/by-period"], {"row": f",{text},", "interval": "hour_of_day"})


@pytest.mark.parametrize("text", ["20260301", "2026-W09-7", "2026-02-30", "10000-01-01"])
def test_dates_are_written_in_one_way(text: str) -> None:
    refused(NAMED["sales-summary/by-period"], {"row": f"{text},,", "interval": "day"})


def test_a_group_that_the_section_does_not_have_is_refused() -> None:
    with pytest.raises(InvalidParameter) as refusal:
        check_filters(NAMED["sales-summary/by-product"], {"group": "day"})
    assert [one["field"] for one in refusal.value.details] == ["group"]


@pytest.mark.parametrize("section", [BY_CASHIER, BY_REGISTER], ids=["cashier", "register"])
def test_nobody_is_not_whoever_is_unknown(books: Books, section: Section) -> None:
    [orders] = [one for one in section.columns if one.name == "orders"]
    [first, *_] = books.report(section).rows
    unknown = {**first, section.identity[0]: UUID(int=7)}
    assert books.explain(section, orders, first).total == first["orders"]
    assert books.explain(section, orders, unknown).total == 0


def some(section: Section, name: str) -> Any:
    """A value that a part of a key can have."""
    units: dict[str, Any] = {"id": UUID(int=7), "date": date(2026, 3, 1), "count": 1, "text": "cash"}
    return units[next(one.unit for one in section.keys if one.name == name and isinstance(one, Key))]


def refused(section: Section, query: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameter) as refusal:
        row_of(section, query)
    assert [(one["field"], one["code"]) for one in refusal.value.details] == [("row", "invalid")], query
