"""How much memory a process takes that writes a long report into a file."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID

from api.reports.exports.opening import PAGE
from api.reports.files import FILES, About, Options, Report
from domain.pending import Pending
from infra.bench.site import MeasurementFailed, Site, task
from projections.base import Row
from projections.reports.columns import COSTS, Column, Derived, sums_of
from projections.reports.period import Period
from projections.reports.section import Criteria, Result
from projections.reports.sections.sales_summary.by_product import BY_PRODUCT
from projections.reports.table import Table, ask_table

#: Rows for each second a part is to take; a million with the real year.
ROWS_PER_SECOND, MOST_ROWS = 20_000, 1_000_000
_KINDS = ("csv", "xlsx")
_MB = 1_000_000
_VALUES: dict[str, Any] = {
    "money": 123_450,
    "quantity": Decimal("2.5"),
    "count": 3,
    "ratio": Decimal("0.4556"),
    "date": date(2026, 3, 14),
    "time": datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC),
}
_MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


def measure(site: Site) -> dict[str, Any]:
    """Megabytes at most, by format, of a process that writes made rows as exports write theirs."""
    rows = MOST_ROWS if site.real_year else min(MOST_ROWS, max(PAGE, round(ROWS_PER_SECOND * site.seconds)))
    megabytes = {}
    for kind in _KINDS:
        site.say(f"Writing {rows:,} rows as {kind.upper()}")
        with task("infra.bench.reports.exporting", (kind, rows)) as result:
            megabytes[kind] = result()
    return {"export_mb": megabytes, "export_rows": rows}


def run(what: tuple[str, int]) -> float:
    """Write so many rows of sales by product, and tell how many megabytes this process held at most."""
    kind, count = what
    first = _page(0, count)
    report = Report(about=_about(first), first=first, rest=_further(count))
    file: IO[bytes]
    with TemporaryFile() as file:
        if FILES[kind].write(report, file, Options()).rows != count:
            raise MeasurementFailed(f"The {kind} file has other rows.")
    return _most_memory()


def _further(count: int) -> Iterator[Table]:
    return (_page(start, count) for start in range(PAGE, count, PAGE))


def _page(start: int, count: int) -> Table:
    rows = [_row(number) for number in range(start, min(start + PAGE, count))]
    question = Pending(lambda: Result(rows=rows, overall=sums_of(rows, BY_PRODUCT.all_columns), count=count))
    section = replace(BY_PRODUCT, question=lambda _db, _asked: question)
    criteria = Criteria(period=_MARCH, position=1, permissions=frozenset({COSTS}), limit=None)
    return ask_table(None, section, criteria).read()  # type: ignore[arg-type]  # no database is asked


def _row(number: int) -> Row:
    return {
        column.name: _value(column, number)
        for column in BY_PRODUCT.all_columns
        if not isinstance(column, Derived)
    }


def _value(column: Column, number: int) -> Any:
    if column.unit == "id":
        return UUID(int=number)
    return f"{column.label} {number}" if column.unit == "text" else _VALUES[column.unit]


def _about(table: Table) -> About:
    return About(
        company_id=UUID(int=0),
        company="Measured",
        currency="EUR",
        area=table.section.area,
        section=table.section.path,
        title=table.section.title,
        query="from=2026-03-01&to=2026-03-31",
        columns=tuple(column.name for column in table.columns),
        position=1,
        made_at=datetime(2026, 4, 1, tzinfo=UTC),
    )


def _most_memory() -> float:
    """What `resource` tells begins with what the parent held, so the system is asked where it says more."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text(encoding="utf-8").partition("VmHWM:")[2].split()[0]) * 1024 / _MB
    most = getrusage(RUSAGE_SELF).ru_maxrss
    return most / _MB if sys.platform == "darwin" else most * 1024 / _MB
