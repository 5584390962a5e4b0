"""Files as people read them: names and not ids, times that say of which zone, and words, not codes."""

import io
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import msgspec
from openpyxl import load_workbook

from api.reports.files import Report
from api.reports.files.shown import in_words, shown
from commands.ports import Caller
from infra.identity.tokens import Tokens
from projections.reports.sections.figures import GROSS_SALES
from tests.api.conftest import stock_shop
from tests.api.reports.made_up import report_of, row_of, section_of
from tests.api.reports.test_files import pdf_text, written
from tests.conftest import SECRET

EXPORT = "/api/admin/reports/sales-summary/export"
STORE, UNKNOWN = uuid4(), uuid4()
QUERY = {
    "to": "2026-03-31",
    "from": "2026-03-01",
    "store_id": [STORE, UNKNOWN],
    "sort": "-net_sales",
    "as_of": "2026-04-01T08:00:00+02:00",
    "basis": "first_reported",
    "compare_to": "previous_year",
}


def asked_with(report: Report, query: dict[str, Any]) -> Report:
    about = msgspec.structs.replace(report.about, query=urlencode(query, doseq=True))
    return Report(about=about, first=report.first, names={str(STORE): "Old Town"})


def facts_in(content: bytes) -> dict[str, Any]:
    """What the second sheet of a spreadsheet says, by name where it has one."""
    sheet = load_workbook(io.BytesIO(content))["About"]
    return {str(row[0]): row[2] or row[1] for row in sheet.iter_rows(max_col=3, values_only=True)}


def test_long_sums_are_exact_on_paper() -> None:
    assert shown(10**28 + 7, GROSS_SALES, 2) == f"{10**26:,}.07"
    assert shown(-(10**29) - 7, GROSS_SALES, 0) == f"-{10**29 + 7:,}"


class TestFacts:
    def test_are_told_in_words_and_by_names(self) -> None:
        content, about = written("xlsx", asked_with(report_of(section_of([row_of(1)])), QUERY))
        told = facts_in(content)
        assert [*told.items()][3:11] == [
            ("From", "2026-03-01"),
            ("To", "2026-03-31"),
            ("Stores", f"Old Town, {UNKNOWN}"),
            ("Sorted by", "net sales, descending"),
            ("As known at", "2026-04-01 06:00:00 UTC"),
            ("Figures", "as first reported"),
            ("Compared to", "previous year"),
            ("Read position", "42"),
        ]
        assert told["Made at"] == "2026-04-01 06:00:00 UTC"
        assert str(STORE) in about.query

    def test_stand_on_paper_too(self) -> None:
        text = pdf_text(written("pdf", asked_with(report_of(section_of([row_of(1)])), QUERY))[0])
        assert "Stores: Old Town, " in text.replace("\n", " ")
        assert str(STORE) not in text

    def test_say_of_times_which_zone_they_are_in(self) -> None:
        report = report_of(section_of([row_of(1)]))
        assert "(UTC)" in pdf_text(written("pdf", report)[0])
        sheet = load_workbook(io.BytesIO(written("xlsx", report)[0]))["Report"]
        assert [cell.value for cell in sheet[1]][:4] == ["Store id", "Store", "Opened on", "Last sale (UTC)"]


class TestPaper:
    def test_says_that_there_is_nothing(self) -> None:
        text = pdf_text(written("pdf", report_of(section_of([])))[0])
        assert "There is nothing to show" in text
        assert "Total" not in text

    def test_has_no_code_words(self) -> None:
        text = "Weeks begin on `week_start`: `A` and net + dues_paid, as `partial` says."
        assert in_words(text) == "Weeks begin on week start: A and net + dues paid, as partial says."


class TestSpreadsheets:
    def test_have_days_that_spreadsheets_do_not_know_as_texts(self) -> None:
        row = {**row_of(1), "opened_on": date.min, "last_sale": datetime.min.replace(tzinfo=UTC)}
        sheet = load_workbook(io.BytesIO(written("xlsx", report_of(section_of([row])))[0]))["Report"]
        assert [cell.value for cell in sheet[2]][2:4] == ["0001-01-01", "0001-01-01T00:00:00Z"]


class TestNames:
    def test_are_told_as_far_as_the_reader_may_know_them(self, shop: Any) -> None:
        stocked = stock_shop(shop)
        admin = shop.client()
        ada = admin.post("/api/admin/customers", {"name": "Ada"}, Idempotency_Key=str(uuid4())).data["id"]
        position = str(shop.events()[-1]["position"])
        query = {
            "section": "overview",
            "format": "xlsx",
            "from": "2026-03-01",
            "to": "2026-03-31",
            "store_id": stocked.store["id"],
            "register": stocked.register["id"],
            "cashier": shop.users["Manager"],
            "customer": ada,
        }
        path = f"{EXPORT}?{urlencode(query)}"
        every = facts_in(admin.get(path, X_Wait_For_Position=position).body)
        assert (every["Stores"], every["Register"]) == (stocked.store["name"], stocked.register["name"])
        assert every["Customer"] == "Ada"
        assert every["Cashier"] not in (str(shop.users["Manager"]), None)
        some = facts_in(manager(shop, denied=["customers.view"]).get(path, X_Wait_For_Position=position).body)
        assert {**every, "Customer": ada}.items() >= {name: some[name] for name in LABELS}.items()

    def test_of_places_are_those_of_the_stores_that_are_asked_about(self, shop: Any) -> None:
        stocked = stock_shop(shop)
        other = shop.client().post("/api/admin/stores", {"name": "Harbour", "code": "H"}).data
        query = {"section": "overview", "format": "xlsx", "from": "2026-03-01", "to": "2026-03-31"}
        bound = shop.client("Manager", stores=[other["id"]])
        answer = bound.get(f"{EXPORT}?{urlencode({**query, 'register': stocked.register['id']})}")
        told = facts_in(answer.body)
        assert (told["Stores"], told["Register"]) == ("Harbour", stocked.register["id"])


LABELS = ("Stores", "Register", "Cashier", "Customer")


def manager(shop: Any, **rights: Any) -> Any:
    user_id = shop.users["Manager"]
    caller = Caller(company_id=shop.company_id, user_id=user_id, session_id=user_id, role="Manager")
    return shop.service.client(Tokens(SECRET, 3600).issue(caller, **rights))


class TestEndsOfOurEra:
    def test_have_files_and_a_trend(self, shop: Any) -> None:
        stock_shop(shop)
        admin = shop.client()
        for day in (date.min, date.max):
            days = f"from={day.isoformat()}&to={day.isoformat()}"
            for interval in ("hour", "day", "week", "month", "quarter"):
                for kind in ("csv", "xlsx", "pdf"):
                    query = f"section=by-period&format={kind}&interval={interval}&{days}"
                    assert admin.get(f"{EXPORT}?{query}").status == 200, (day, interval, kind)
            trend = admin.get(f"/api/admin/dashboard/sales-trend?{days}")
            # Before the first day of our era there is no period to compare it with.
            assert trend.status == (422 if day == date.min else 200), trend.body
            figure = f"section=by-period&column=orders&row={day.isoformat()},99999999999999999999,"
            refused = admin.get(f"/api/admin/reports/sales-summary/explain?{figure}&{days}")
            assert (refused.status, refused.code) == (400, "invalid_parameter")
