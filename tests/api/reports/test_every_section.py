"""Every section of every report, asked over HTTP: each figure is explained, and no cost is told."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, partial
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from api.reports.explain_query import is_explained
from api.reports.files.about import About
from api.reports.permissions import PERMISSIONS
from infra.cli.reports import reports
from infra.identity.tokens import Tokens
from infra.postgres.transactions import transaction
from projections.reports.columns import COSTS, Column, Derived, Distinct
from projections.reports.section import Section
from projections.reports.sections import SECTIONS
from tests.conftest import SECRET, Client, Service
from tests.projections.reports.financial.books import Books
from tests.projections.reports.financial.trade import Trade
from tests.waiting import eventually

BASE = "/api/admin/reports"
each_section = pytest.mark.parametrize(
    "section", SECTIONS, ids=[f"{section.area}/{section.path}" for section in SECTIONS]
)

_SET = "it is set, and no event adds to it"
#: The figures of sections that no facts add up to or gave, and that follow from no others, and why.
UNEXPLAINED: Mapping[str, Mapping[str, str]] = {
    "stock-on-hand": {"reorder_level": _SET},
    "low-stock": dict.fromkeys(("reorder_level", "lead_days", "reorder_quantity", "max_level"), _SET),
    "turnover": {"days": "the period has so many"},
}


@dataclass(frozen=True)
class Company:
    """A company that traded at random; the reports know all of it."""

    service: Service
    books: Books
    token: str
    period: Mapping[str, str]

    @property
    def reader(self) -> Client:
        """Somebody who may see everything."""
        return self.service.client(self.token)

    def somebody(self, role: str, *, granted: Sequence[str] = (), denied: Sequence[str] = ()) -> Client:
        """Somebody of a role, with other rights than the role has."""
        tokens = Tokens(SECRET, 3600)
        caller = replace(tokens.caller_of(self.token), role=role)
        return self.service.client(tokens.issue(caller, granted=granted, denied=denied))

    def ask(self, client: Client, path: str, **query: Any) -> Any:
        """The answer of a report about all of its trade."""
        return client.get(f"{BASE}/{path}?{urlencode({**self.period, **query})}")


def path_of(section: Section) -> str:
    return f"{section.area}/{section.path}"


def knows_all(client: Client, path: str, trade: Trade) -> bool:
    """Whether a report knows all of the trade."""
    return client.get(path, X_Wait_For_Position=str(len(trade.recorded))).status == 200


@pytest.fixture(scope="module")
def company(service: Service) -> Iterator[Company]:
    """One that sold, gave back, voided, exchanged, placed orders, kept drawers and accounts for some days."""
    trade = Trade(seed=8)
    trade.trade(120)
    kept = Books(service.database, trade)
    with (
        psycopg.connect(service.database.app, autocommit=True) as connection,
        transaction(connection, kept.company_id) as opened,
    ):
        # From here on the worker keeps its read models.
        opened.execute("SELECT found_company(%(company_id)s)", {"company_id": kept.company_id})
    client = service.guest(kept.company_id)
    days = [one.event.business_date for one in trade.recorded if getattr(one.event, "business_date", None)]
    assert client.token
    made = Company(service, kept, client.token, {"from": str(min(days)), "to": str(max(days))})
    for section in SECTIONS:
        eventually(partial(knows_all, client, f"{BASE}/{path_of(section)}?{urlencode(made.period)}", trade))
    yield made
    kept.close()


def test_reports_that_the_worker_made_agree(company: Company) -> None:
    arguments = ["verify", "--company", str(company.books.company_id)]
    result = CliRunner().invoke(
        reports, arguments, obj={"worker_conninfo": lambda: company.service.database.worker}
    )
    assert result.exit_code == 0, result.output
    assert "differences: 0." in result.output


def number(value: Any) -> Any:
    """A figure of an answer: quantities and ratios are texts there."""
    try:
        return Decimal(value)
    except (TypeError, ArithmeticError):
        return value


def busiest(rows: Sequence[Mapping[str, Any]], section: Section) -> Sequence[Mapping[str, Any]]:
    """The rows that say most."""
    names = [column.name for column in section.columns]
    return sorted(rows, key=lambda row: -sum(number(row[name]) not in {0, None} for name in names))[:ROWS]


#: Of how many rows of a section all figures are asked for; the others are sums over other facts.
ROWS = 2


class TestExplanations:
    @each_section
    def test_come_to_every_figure(self, company: Company, section: Section) -> None:
        table = company.ask(company.reader, path_of(section), limit=1000).data
        for row in (*busiest(table["rows"], section), None):
            for column in section.all_columns if row else section.columns:
                if not is_explained(section, column):
                    continue
                figure = Figure(company, section, column, row, table["overall"])
                # How many different ones there are in the whole, no footer says.
                if figure.shown is not None or not isinstance(column, Distinct) or row is not None:
                    figure.check()

    @each_section
    def test_tell_of_keys_only_what_is_counted(self, company: Company, section: Section) -> None:
        for key in section.keys:
            if not is_explained(section, key):
                query = {"section": section.path, "column": key.name}
                answer = company.ask(company.reader, f"{section.area}/explain", **query)
                assert (answer.status, answer.code) == (422, "not_explainable"), key.name
                assert answer.fields == {"column"}

    def test_come_page_by_page(self, company: Company) -> None:
        query = {"section": "overview", "column": "net_sales"}
        whole = company.ask(company.reader, "sales-summary/explain", **query).data
        pages = [
            company.ask(company.reader, "sales-summary/explain", **query, limit=7, page=page).data["facts"]
            for page in range(1, -(-whole["count"] // 7) + 1)
        ]
        assert [fact for page in pages for fact in page] == whole["facts"]
        assert len(whole["facts"]) == whole["count"]

    def test_are_missing_only_where_there_is_nothing_to_tell(self) -> None:
        for section in SECTIONS:
            unexplained = {
                column.name
                for column in section.columns
                if column.name not in {*section.explanations, *section.origins} and not column.inputs
            }
            assert unexplained == {*UNEXPLAINED.get(section.path, {})}, section.path

    def test_name_inputs_that_whoever_sees_the_figure_may_see(self) -> None:
        for section in SECTIONS:
            named = {column.name: column for column in section.columns}
            for column in section.all_columns:
                for name in (*column.inputs, *column.of_whole):
                    assert named[name].needs in {None, column.needs}, (section.path, column.name)


@dataclass(frozen=True)
class Figure:
    """A figure of a row, or of the whole, and what explains it."""

    company: Company
    section: Section
    column: Column
    row: Mapping[str, Any] | None
    overall: Mapping[str, Any]

    @property
    def shown(self) -> Any:
        """As the section shows it."""
        return number((self.row or self.overall).get(self.column.name))

    @cached_property
    def explanation(self) -> Any:
        """As it is explained."""
        row = {} if self.row is None else {"row": self.row["key"]}
        query = {"section": self.section.path, "column": self.column.name, "limit": 1000, **row}
        return self.company.ask(self.company.reader, f"{self.section.area}/explain", **query)

    def check(self) -> None:
        """Facts add up to it; else the figures that it follows from are those shown, and it follows."""
        assert self.explanation.status == 200, self.what
        explained = self.explanation.data
        assert number(explained["figure"]) == self.shown, self.what
        assert len(explained["facts"]) == explained["count"] <= 1000, self.what
        if explained["is_sum"] or (explained["facts"] and self.column.unit != "date"):
            assert sum(number(fact["amount"]) for fact in explained["facts"]) == (self.shown or 0), self.what
        if self.column.name in self.section.origins:
            assert bool(explained["facts"]) == (self.shown not in {None, 0}), self.what
        self.check_inputs(explained["inputs"])

    def check_inputs(self, inputs: Sequence[Mapping[str, Any]]) -> None:
        """They are what the row and the whole show, and the figure follows from them."""
        if self.column.name in self.section.explanations:
            assert inputs == []
            return
        of_row, of_whole = (
            {one["column"]: number(one["figure"]) for one in inputs if one["is_of_whole"] is is_of_whole}
            for is_of_whole in (False, True)
        )
        row, whole = (
            {name: number(value) for name, value in one.items()}
            for one in (self.row or self.overall, self.overall)
        )
        assert of_row == {name: row[name] for name in self.column.inputs}, self.what
        assert of_whole == {name: whole[name] for name in self.column.of_whole}, self.what
        if isinstance(self.column, Derived):
            assert number(self.column.of(of_row, of_whole)) == self.shown, self.what

    @property
    def what(self) -> tuple[Any, ...]:
        """What is checked, for whoever reads of its failure."""
        return self.section.path, self.column.name, self.row, self.explanation.body


#: Who may see a report, and no costs: their role, and the rights that they have beside its own, or not.
WITHOUT_COSTS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "Admin": {"denied": [COSTS]},
    "Manager": {"denied": [COSTS]},
    "Cashier": {"granted": [*PERMISSIONS.values()]},
}


def costs_of(section: Section) -> list[str]:
    """The columns that tell of costs."""
    return [column.name for column in section.all_columns if column.needs == COSTS]


def names_in(answer: Any) -> set[str]:
    """Every name in an answer, at any depth, and every column that it lists."""
    if isinstance(answer, list):
        return {name for one in answer for name in names_in(one)}
    if not isinstance(answer, dict):
        return set()
    own = {str(answer["name"])} if "formula" in answer else set()
    return {*answer, *own, *names_in(list(answer.values()))}


def columns_of_file(answer: Any, kind: str) -> set[str]:
    """The columns of a file, as it has them itself."""
    assert answer.status == 200, answer.body
    if kind == "csv":
        return {*next(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))}
    if kind == "xlsx":
        sheet = load_workbook(io.BytesIO(answer.body)).worksheets[0]
        return {str(cell.value) for cell in next(sheet.iter_rows(max_row=1))}
    return {*About.of(answer.headers["x-report-about"].encode()).columns}


class TestCosts:
    @each_section
    def test_are_told_to_nobody_who_may_not_see_them(self, company: Company, section: Section) -> None:
        hidden, path = {*costs_of(section)}, path_of(section)
        for role, rights in WITHOUT_COSTS.items():
            client = company.somebody(role, **rights)
            answer = company.ask(client, path, compare_to="previous_year", limit=5)
            assert answer.status == 200, answer.body
            assert names_in(answer.data) & hidden == set(), role

    @each_section
    def test_are_in_no_file_of_theirs(self, company: Company, section: Section) -> None:
        client, hidden = company.somebody("Manager", denied=[COSTS]), {*costs_of(section)}
        labels = {column.label for column in section.all_columns if column.name in hidden}
        for kind in ("csv", "xlsx", "pdf"):
            query = {"section": section.path, "format": kind}
            own = company.ask(client, f"{section.area}/export", **query)
            assert columns_of_file(own, kind) & (hidden | labels) == set(), kind

    @each_section
    def test_sort_and_explain_nothing_for_them(self, company: Company, section: Section) -> None:
        client = company.somebody("Manager", denied=[COSTS])
        for name in costs_of(section):
            sorted_by = company.ask(client, path_of(section), sort=f"-{name}")
            assert (sorted_by.status, sorted_by.code) == (422, "unknown_column"), name
            explained = company.ask(client, f"{section.area}/explain", section=section.path, column=name)
            assert (explained.status, explained.code) == (422, "unknown_column"), name

    @each_section
    def test_are_told_to_whoever_may_see_them(self, company: Company, section: Section) -> None:
        hidden = {*costs_of(section)}
        answer = company.ask(company.reader, path_of(section), limit=5)
        assert {column["name"] for column in answer.data["columns"]} >= hidden
        file = company.ask(company.reader, f"{section.area}/export", section=section.path, format="csv")
        assert columns_of_file(file, "csv") >= hidden

    def test_are_named_by_what_costs_are_called(self) -> None:
        telling = re.compile(r"cost|profit|margin|markup|gmroi|(^|_)value$")
        for section in SECTIONS:
            for column in section.columns:
                if telling.search(column.name) and (section.path, column.name) not in NO_COSTS:
                    assert column.needs == COSTS, (section.path, column.name)


class TestPictures:
    def test_of_bars_have_the_longest_first_unless_rows_are_sorted_otherwise(self) -> None:
        bars = [section for section in SECTIONS if section.chart and section.chart.kind == "bar"]
        assert bars
        for section in bars:
            assert section.chart
            assert f"-{section.chart.of[0]}" == section.order, section.path

    @each_section
    def test_name_what_rows_are_told_apart_by(self, section: Section, company: Company) -> None:
        for group in section.groups if section.chart else ():
            answer = company.ask(company.reader, path_of(section), group=group).data
            names = [key.name for key in section.keys if key.unit in ("text", "date")]
            named = [row for row in answer["rows"][:10] if any(row[name] is not None for name in names)]
            labels = [label for label in answer["chart"]["labels"] if label not in ("none", "others")]
            assert len(labels) >= len(named), group
            assert (answer["chart"]["kind"] == "line") == section.follows_in_time(group), group


#: What is called so, and tells of no cost: what goods are sold for.
NO_COSTS = {("overview", "void_value"), ("valuation", "retail_value")}
