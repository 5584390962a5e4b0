"""Exports over HTTP: a file says what the answer says, at once or as a job, and holds years later."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from api.reports.exports import download
from api.reports.files import About
from api.reports.files.compared import compared_columns
from api.reports.files.reading import WrittenFile
from commands.ports import Caller
from infra.cli.reports import reports
from infra.identity.tokens import Tokens
from projections.reports.columns import COSTS
from projections.reports.section import Section
from projections.reports.sections import SECTIONS
from tests.api.conftest import stock_shop
from tests.conftest import SECRET
from tests.waiting import eventually

BASE = "/api/admin/reports"
EXPORTS = f"{BASE}/exports"
#: What is sold here is sold now.
_TODAY = datetime.now(UTC).date()
PERIOD = {"from": str(_TODAY - timedelta(days=40)), "to": str(_TODAY + timedelta(days=2))}
VALID = "section=valuation&from=2026-03-01&to=2026-03-31"
VALUATION = f"{BASE}/inventory-report/export?section=valuation&{urlencode(PERIOD)}"


@pytest.fixture
def stocked(shop: Any) -> Any:
    """A shop that is set up and stocked, of which the reports know."""
    stocked = stock_shop(shop)
    answer = shop.client().get(VALUATION, X_Wait_For_Position=str(len(shop.events())))
    assert answer.status == 200, answer.body
    return stocked


@pytest.fixture
def position(stocked: Any) -> str:
    """A shop that bought, sold, and gave back; the position of the last of it."""
    admin = stocked.shop.client()
    stocked.product_of(name="=Milk", variants=[{"sku": "007", "price": 200, "cost": 90}])
    for quantity in (1, 2):
        answer = stocked.sell(quantity, role="Admin")
    order = answer.data
    refund = {
        "lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}],
        "payments": [{"method": "cash", "amount": 119}],
        "reason": "sour",
    }
    answer = admin.post(f"/api/pos/orders/{order['id']}/refunds", refund)
    assert answer.status == 201, answer.body
    return str(answer.headers["x-event-position"])


def without_costs(shop: Any) -> Any:
    """A client of a manager who may not see costs."""
    user_id = shop.users["Manager"]
    caller = Caller(company_id=shop.company_id, user_id=user_id, session_id=user_id, role="Manager")
    return shop.service.client(Tokens(SECRET, 3600).issue(caller, denied=["costs.view"]))


def path_of(section: Section) -> str:
    return f"{BASE}/{section.area}/{section.path}"


def text_of(value: Any, unit: str) -> str:
    """What an answer says, as files say it."""
    if value is None:
        return ""
    if unit == "money":
        return f"{Decimal(value) / 100:.2f}"
    if unit == "flag":
        return "true" if value else "false"
    return str(value)


def lines_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_files_of_every_section_say_what_its_answer_says(stocked: Any, position: str) -> None:
    for section in SECTIONS:
        check_files(stocked.shop.client(), position, section)


def check_files(admin: Any, position: str, section: Section) -> None:
    query = urlencode(PERIOD)
    answer = admin.get(f"{path_of(section)}?{query}&limit=1000", X_Wait_For_Position=position)
    assert answer.status == 200, answer.body
    units = {column["name"]: column["unit"] for column in answer.data["columns"]}
    expected = [[text_of(row[name], unit) for name, unit in units.items()] for row in answer.data["rows"]]
    export = f"{BASE}/{section.area}/export?section={section.path}&{query}"

    plain = admin.get(f"{export}&format=csv&footer=true", X_Wait_For_Position=position)
    sheet = admin.get(f"{export}&format=xlsx", X_Wait_For_Position=position)
    paper = admin.get(f"{export}&format=pdf", X_Wait_For_Position=position)

    assert (plain.status, sheet.status, paper.status) == (200, 200, 200), (plain.body, paper.body)
    lines = lines_of(plain.body)
    assert lines[0] == [*units, "currency"]
    assert [[cell.removeprefix("'") for cell in line[:-1]] for line in lines[1:-2]][:1000] == expected
    assert len(lines) - 3 == answer.data["count"]
    file, about = WrittenFile.of(sheet.body), About.of(sheet.headers["x-report-about"].encode())
    columns = [column for column in section.all_columns if column.name in units]
    assert (file.rows(columns, 2) or [])[:1000] == expected
    figures = {name: value for name, value in answer.data["overall"].items() if value is not None}
    footer = dict(zip(lines[0], lines[-2], strict=True))
    assert {name: footer[name] for name in figures} == {
        name: text_of(value, units[name]) for name, value in figures.items()
    }
    checksums = {one.headers["x-report-checksum"] for one in (plain, sheet, paper)}
    assert checksums == {about.checksum}


def test_a_file_tells_what_days_were_first_reported_as_where_the_section_does(
    stocked: Any, position: str
) -> None:
    export = f"{BASE}/sales-summary/export?{urlencode(PERIOD)}&basis=first_reported&section="
    admin = stocked.shop.client()
    for path in ("by-store", "by-product"):
        assert admin.get(f"{export}{path}", X_Wait_For_Position=position).status == 200
    assert admin.get(f"{export}restatements").code == "invalid_parameter"


@pytest.mark.parametrize("path", ["by-product", "by-store"])
def test_a_compared_file_says_what_the_compared_answer_says(stocked: Any, position: str, path: str) -> None:
    # All was sold on one day: the days before had nothing, and the days after are compared with it.
    [*_, sold] = stocked.shop.client().get("/api/admin/orders").data
    today = date.fromisoformat(sold["business_date"])
    days = {"from": str(today + timedelta(days=1)), "to": str(today + timedelta(days=2))}
    check_comparison(stocked, position, path, {"from": str(today), "to": str(today)})
    check_comparison(stocked, position, path, days)


def check_comparison(stocked: Any, position: str, path: str, days: dict[str, str]) -> None:
    admin = stocked.shop.client()
    query = urlencode({**days, "compare_to": "previous_period", "include": "gone"})
    answer = admin.get(f"{BASE}/sales-summary/{path}?{query}", X_Wait_For_Position=position).data
    export = f"{BASE}/sales-summary/export?section={path}&{query}&footer=true"
    plain, sheet = (admin.get(f"{export}&format={kind}") for kind in ("csv", "xlsx"))
    assert (plain.status, sheet.status) == (200, 200), plain.body
    units = {column["name"]: column["unit"] for column in answer["columns"]}
    header, *lines, total, _ = lines_of(plain.body)
    own = [dict(zip(header, line, strict=True)) for line in lines]
    every = [*answer["rows"], *answer["comparison"]["gone"]]
    assert len(own) == len(every)
    assert own
    for line, row in zip(own, every, strict=True):
        check_compared(line, row, units, is_gone=row in answer["comparison"]["gone"])
    footer = dict(zip(header, total, strict=True))
    for name, before in answer["comparison"]["overall"].items():
        assert footer[f"{name}_previous"] == text_of(before, units[name])
        assert footer[f"{name}_change"] == text_of(answer["comparison"]["change"][name], units[name])
    assert plain.headers["x-report-checksum"] == sheet.headers["x-report-checksum"]
    about = WrittenFile.of(sheet.body).about()
    assert str(about.compared_with[1]) == answer["comparison"]["to"] if about.compared_with else False


def check_compared(line: dict[str, str], row: Any, units: dict[str, str], *, is_gone: bool) -> None:
    """A line of a file has the figures of a row, and those that it is compared with."""
    compared = row.get("comparison") or {"figures": row, "change": {}, "change_ratio": {}}
    for name, unit in units.items():
        if f"{name}_previous" not in line:
            continue
        before = None if compared["figures"] is None else compared["figures"][name]
        assert line[name] == ("" if is_gone else text_of(row[name], unit))
        assert line[f"{name}_previous"] == text_of(before, unit)
        assert line[f"{name}_change"] == text_of(compared["change"].get(name), unit)
        assert line[f"{name}_change_ratio"] == text_of(compared["change_ratio"].get(name), "ratio")


def test_no_figure_is_called_as_what_another_is_compared_with() -> None:
    for section in SECTIONS:
        names = [column.name for column in compared_columns(section.all_columns)]
        assert len(names) == len({*names}), path_of(section)


def test_files_of_no_section_tell_costs_to_whoever_may_not_see_them(stocked: Any) -> None:
    client = without_costs(stocked.shop)
    for section, kind in product(SECTIONS, ("csv", "xlsx")):
        query = f"section={section.path}&{urlencode(PERIOD)}&format={kind}&footer=true"
        answer = client.get(f"{BASE}/{section.area}/export?{query}")
        names = About.of(answer.headers["x-report-about"].encode()).columns
        shown = [column.name for column in section.all_columns if column.needs != COSTS]
        assert names == tuple(shown), path_of(section)


class TestAtOnce:
    def test_is_a_file_with_a_name(self, stocked: Any) -> None:
        answer = stocked.shop.client().get(VALUATION)

        position = About.of(answer.headers["x-report-about"].encode()).position
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        days = f"{PERIOD['from']}-{PERIOD['to']}"
        assert f"valuation-{days}-p{position}.csv" in answer.headers["content-disposition"]

    @pytest.mark.parametrize(
        ("query", "status", "code"),
        [
            ("section=nothing&from=2026-03-01&to=2026-03-31", 400, "invalid_parameter"),
            (f"{VALID}&page=2", 400, "invalid_parameter"),
            (f"{VALID}&compare_to=ever", 400, "invalid_parameter"),
            (
                "section=valuation&from=0001-01-01&to=0001-01-02&compare_to=previous_year",
                422,
                "period_not_valid",
            ),
            (f"{VALID}&cashier=x", 400, "invalid_parameter"),
            (f"{VALID}&sort=colour", 422, "unknown_column"),
            (f"{VALID}&format=doc", 400, "invalid_parameter"),
            (f"{VALID}&separator=x", 400, "invalid_parameter"),
            ("section=valuation&from=2026-03-31&to=2026-03-01", 422, "period_not_valid"),
            ("section=valuation&from=1926-03-31&to=2026-03-01", 422, "range_too_long"),
            (
                f"{VALID}&as_of=2999-01-01T00:00:00Z",
                422,
                "as_of_in_future",
            ),
        ],
    )
    def test_refuses_what_nobody_can_answer(self, stocked: Any, query: str, status: int, code: str) -> None:
        answer = stocked.shop.client().get(f"{BASE}/inventory-report/export?{query}")

        assert (answer.status, answer.code) == (status, code)

    def test_names_the_job_for_what_is_too_long(
        self, make_shop: Any, stock: Any, serve_here: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stocked = stock(make_shop())
        monkeypatch.setattr(download, "MOST_ROWS", 0)
        known = str(len(stocked.shop.events()))
        with serve_here() as here:
            answer = here.client(stocked.shop.token()).get(VALUATION, X_Wait_For_Position=known)

        assert (answer.status, answer.code) == (422, "export_too_long")
        assert "/api/admin/reports/exports" in answer.json["message"]


def asked(client: Any, **more: Any) -> Any:
    """Ask for a file of the valuation as a job."""
    body = {"area": "inventory-report", "section": "valuation", "filters": urlencode(PERIOD), **more}
    return client.post(EXPORTS, body)


def done(client: Any, export_id: str) -> Any:
    """The export, when a worker has settled it."""

    def settled() -> Any:
        export = client.get(f"{EXPORTS}/{export_id}").data
        return export if export["status"] in ("done", "failed") else None

    return eventually(settled)


class TestJobs:
    def test_a_file_is_written_and_fetched(self, stocked: Any) -> None:
        admin = stocked.shop.client()

        answer = asked(admin, footer=True)

        assert (answer.status, answer.data["status"]) == (202, "queued")
        export = done(admin, answer.data["id"])
        assert (export["status"], export["rows_done"], export["rows_total"]) == ("done", 1, 1)
        file = admin.get(f"{EXPORTS}/{export['id']}/file")
        assert (file.status, len(file.body)) == (200, export["bytes"])
        assert file.headers["etag"] == f'"{export["sha256"]}"'
        assert About.of(file.body).position == export["position"]
        assert lines_of(file.body)[1][-2:] == lines_of(admin.get(VALUATION).body)[1][-2:]

    def test_a_download_goes_on_where_it_broke_off(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        export = done(admin, asked(admin).data["id"])
        path = f"{EXPORTS}/{export['id']}/file"
        whole = admin.get(path)
        etag, size = whole.headers["etag"], len(whole.body)

        first = admin.get(path, Range="bytes=0-9")
        rest = admin.get(path, Range="bytes=10-", If_Range=etag)
        tail = admin.get(path, Range="bytes=-5")

        assert [one.status for one in (first, rest, tail)] == [206, 206, 206]
        assert first.body + rest.body == whole.body
        assert rest.headers["content-range"] == f"bytes 10-{size - 1}/{size}"
        assert tail.body == whole.body[-5:]
        assert admin.get(path, Range="bytes=10-", If_Range='"other"').body == whole.body
        assert admin.get(path, Range=f"bytes={size}-").status == 416
        assert admin.get(path, If_None_Match=etag).status == 304

    def test_only_those_fetch_it_who_may_see_all_of_it(self, stocked: Any) -> None:
        shop = stocked.shop
        export = done(shop.client(), asked(shop.client()).data["id"])
        path = f"{EXPORTS}/{export['id']}/file"
        bound = shop.client("Manager", stores=[stocked.store["id"]])
        assert shop.client("Manager").get(path).status == 200
        assert bound.get(path).status == 404
        assert shop.client("Cashier").get(path).status == 403
        assert shop.client("Inventory Clerk").get(path).status == 200
        refused = without_costs(shop).get(path)
        assert (refused.code, refused.fields) == ("forbidden", {"costs.view"})

    def test_one_asks_for_reports_that_one_may_see(self, stocked: Any) -> None:
        clerk = stocked.shop.client("Inventory Clerk")

        assert asked(clerk).status == 202
        refused = asked(clerk, area="financial-report", section="cash-over-short")
        assert (refused.status, refused.fields) == (403, {"reports.financial.view"})

    @pytest.mark.parametrize(
        ("wrong", "status", "code"),
        [
            ({"section": "nothing"}, 422, "unknown_section"),
            ({"area": "nothing"}, 422, "validation_failed"),
            ({"filters": "from=2026-03-01"}, 400, "invalid_parameter"),
            ({"filters": "from=2026-03-01&to=2026-03-31&limit=5"}, 400, "invalid_parameter"),
            ({"filters": "from=2026-03-31&to=2026-03-01"}, 422, "period_not_valid"),
            (
                {"filters": "from=0001-01-01&to=0001-01-02&compare_to=previous_year"},
                422,
                "period_not_valid",
            ),
            ({"format": "doc"}, 422, "validation_failed"),
        ],
    )
    def test_what_nobody_can_answer_is_refused_at_once(
        self, stocked: Any, wrong: dict[str, Any], status: int, code: str
    ) -> None:
        answer = asked(stocked.shop.client(), **wrong)

        assert (answer.status, answer.code) == (status, code)
        assert answer.fields

    def test_the_same_is_asked_for_once_under_an_id_of_ones_own(self, stocked: Any) -> None:
        admin, chosen = stocked.shop.client(), str(uuid4())
        first = asked(admin, id=chosen)
        export = done(admin, chosen)
        again = asked(admin, id=chosen, footer=False)

        assert first.data["id"] == export["id"] == chosen
        assert (again.status, again.headers["idempotent-replayed"]) == (202, "true")
        assert again.data == first.data
        for client, other in ((admin, {"footer": True}), (stocked.shop.client("Manager"), {})):
            refused = asked(client, id=chosen, **other)
            assert (refused.status, refused.code) == (409, "duplicate_id")
        assert asked(admin, id="mine").fields == {"id"}

    def test_what_is_dropped_is_gone(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        export = done(admin, asked(admin).data["id"])

        assert admin.delete(f"{EXPORTS}/{export['id']}").status == 200

        assert admin.get(f"{EXPORTS}/{export['id']}").status == 404
        assert admin.get(f"{EXPORTS}/{export['id']}/file").status == 404
        assert admin.delete(f"{EXPORTS}/{export['id']}").status == 404


class TestVerifying:
    @pytest.fixture
    def verify(self, service: Any, tmp_path: Path) -> Callable[..., Result]:
        """`mipos reports verify` of a file of this content."""

        def call(content: bytes, *more: str) -> Result:
            file = tmp_path / "file"
            file.write_bytes(content)
            known = {"worker_conninfo": lambda: service.database.worker}
            return CliRunner().invoke(reports, ["verify", str(file), *more], obj=known)

        return call

    @pytest.mark.parametrize(
        ("kind", "says"),
        [("csv", "The file holds"), ("xlsx", "The file holds"), ("pdf", "were not compared")],
    )
    @pytest.mark.parametrize("compared", ["", "&compare_to=previous_period&include=gone"])
    def test_says_that_a_file_holds(
        self, stocked: Any, verify: Callable[..., Result], kind: str, says: str, compared: str
    ) -> None:
        content = stocked.shop.client().get(f"{VALUATION}&format={kind}&footer=true{compared}").body

        found = verify(content)

        assert found.exit_code == 0, found.output
        assert says in found.output
        assert ("The file holds" in found.output) == (kind != "pdf")
        assert "The same would be answered today" in found.output

    def test_a_file_keeps_the_weeks_that_it_was_made_with(
        self, stocked: Any, position: str, verify: Callable[..., Result]
    ) -> None:
        admin = stocked.shop.client()
        weeks = f"{BASE}/sales-summary/export?section=by-period&interval=week&{urlencode(PERIOD)}&format=xlsx"
        answer = admin.get(weeks, X_Wait_For_Position=position)
        assert admin.patch("/api/admin/settings/company", {"week_start": "sunday"}).status == 200

        result = verify(answer.body)

        assert result.exit_code == 0, result.output
        assert "The file holds" in result.output
        again = WrittenFile.of(admin.get(weeks).body).about()
        assert again.week_start == "sunday"
        assert again.checksum != answer.headers["x-report-checksum"]

    def test_a_file_is_headed_by_the_buckets_that_were_asked_for(
        self, stocked: Any, position: str, verify: Callable[..., Result]
    ) -> None:
        ages = f"{BASE}/inventory-report/export?section=ageing&buckets=10,20&{urlencode(PERIOD)}&format=xlsx"
        content = stocked.shop.client().get(ages, X_Wait_For_Position=position).body
        headings = [cell.value for cell in load_workbook(io.BytesIO(content)).worksheets[0][1]]
        assert {"0-10 days", "11-20 days", "21-more days", "No bucket"} < {*headings}

        result = verify(content)

        assert result.exit_code == 0, result.output
        assert "The same would be answered today" in result.output
        assert " -> " not in result.output

    def test_names_what_has_changed_since_and_the_event_that_did_it(
        self, stocked: Any, verify: Callable[..., Result]
    ) -> None:
        content = stocked.shop.client().get(f"{VALUATION}&format=xlsx").body
        received = stocked.receive("5", 100)
        position = received.headers["x-event-position"]
        stocked.shop.client().get(VALUATION, X_Wait_For_Position=position)

        found = verify(content)

        assert found.exit_code == 0, found.output
        assert "on_hand: 10 -> 15" in found.output
        assert "value: 6.00 -> 11.00" in found.output
        assert f"position {position}" in found.output
        assert "Received" in found.output

    def test_names_what_was_altered(self, stocked: Any, verify: Callable[..., Result]) -> None:
        answer = stocked.shop.client().get(VALUATION)
        about = answer.headers["x-report-about"]
        altered = answer.body.replace(b",10,", b",11,")

        found = verify(altered, "--about", about)

        assert found.exit_code == 1
        assert "on_hand: 11 -> 10" in found.output

    def test_names_what_was_altered_beside_the_rows(
        self, stocked: Any, position: str, verify: Callable[..., Result]
    ) -> None:
        for section, written, instead, says in (
            ("overview", b",EUR\r\nmipos", b",USD\r\nmipos", "the whole, currency: USD -> EUR"),
            ("by-store", b",EUR\r\nmipos", b",USD\r\nmipos", "Total, currency: USD -> EUR"),
            ("by-store", b"net_sales", b"net", "Header, net_sales: net -> net_sales"),
        ):
            export = f"{BASE}/sales-summary/export?section={section}&footer=true&{urlencode(PERIOD)}"
            content = stocked.shop.client().get(export, X_Wait_For_Position=position).body
            assert verify(content).exit_code == 0

            found = verify(content.replace(written, instead, 1))

            assert found.exit_code == 1
            assert says in found.output

    def test_knows_the_file_of_an_export_by_its_hash(
        self, stocked: Any, verify: Callable[..., Result]
    ) -> None:
        admin = stocked.shop.client()
        export = done(admin, asked(admin).data["id"])
        content = admin.get(f"{EXPORTS}/{export['id']}/file").body

        assert verify(content).exit_code == 0
        unknown = verify(content + b"x")
        assert unknown.exit_code == 1
        assert "does not say which report it is" in unknown.output


def test_a_spreadsheet_opens_in_another_program(stocked: Any) -> None:
    book = load_workbook(io.BytesIO(stocked.shop.client().get(f"{VALUATION}&format=xlsx").body))

    assert book.sheetnames == ["Report", "About"]
