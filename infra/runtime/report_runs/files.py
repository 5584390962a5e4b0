"""Has the file of a run written, when all that it is about is over and known."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID, uuid4

from api.reports.asking import Request, UnknownColumn, request_of
from api.reports.exports.parameters import (
    OUTSIDE,
    load_section_query,
    query_text,
    section_of,
    texts_of,
)
from api.reports.files import Options
from api.reports.files.shown import shown
from api.reports.permissions import PERMISSIONS
from commands.ports import Caller, Missing
from commands.reports.exports import RequestExport
from domain.money import exponent
from domain.report_schedules import ConditionNotValid, days_of
from infra.decisions.positions import LogPosition
from infra.files.export_desk import ExportDesk
from infra.files.standing import as_of_now
from infra.postgres.transactions import Transaction
from infra.runtime.exports import permissions_in
from infra.runtime.report_runs.alerts import Alert
from infra.runtime.report_runs.runs import Run, end_within
from projections.base import Row
from projections.companies import find_company
from projections.reports.columns import needs_of
from projections.reports.moments import position_at
from projections.reports.stores import ask_stores, today_in
from projections.reports.table import Table, ask_table

#: A read model may be behind by so much; what was recorded since is for the next look.
LAG = timedelta(seconds=5)
#: How many figures a letter names.
_MOST_FIGURES = 8

_WAS_MET: LiteralString = """
    SELECT is_met FROM report_runs
     WHERE company_id = %(company_id)s AND schedule_id = %(schedule_id)s AND NOT is_try
       AND period < %(period)s AND is_met IS NOT NULL
     ORDER BY period DESC LIMIT 1
"""

_WRITE: LiteralString = """
    UPDATE report_runs SET status = 'writing', export_id = %(export_id)s, is_met = %(is_met)s::boolean,
           text = %(text)s
     WHERE company_id = %(company_id)s AND id = %(id)s AND status = 'due'
"""


class NotYet(Exception):
    """Something that the run is about is not over, or not known."""


def have_written(db: Transaction, run: Run, now: datetime) -> bool:
    """Have the file written, if it is worth it; whether the run came to its end.

    Raises NotYet, ProjectionBehind, and what the section refuses.
    """
    if run.fields is None:
        raise Missing
    fields, company = run.fields, find_company(db)
    if company is None:
        raise Missing
    first, last = days_of(fields["range"], run.period, company["week_start"])
    texts = {**texts_of(fields["filters"]), "from": first.isoformat(), "to": last.isoformat()}
    request = _request(db, run, texts, now, company)
    position = _known(db, request, last, run, now)
    asked = request.whole(position, company["week_start"])
    # All of its rows if they are looked at, else as few as there can be.
    asked = asked if fields["condition"] else replace(asked, limit=1)
    table = ask_table(db, request.section, asked).read()
    alert = _alert(run, table)
    is_met = None if alert is None or run.is_try else alert.is_met
    if is_met is not None and (not is_met or _was_met(db, run)):
        return end_within(db, run, now, "skipped", None, is_met=is_met)
    if fields["skip_if_empty"] and not table.count and not run.is_try:
        return end_within(db, run, now, "skipped", None, is_met=is_met)
    export_id = _open(db, run, texts, position, now)
    text = "\n".join(_lines(run, table, alert, company["currency"]))
    db.execute(_WRITE, {**run.own, "export_id": export_id, "is_met": is_met, "text": text})
    return False


def _open(db: Transaction, run: Run, texts: Mapping[str, Any], position: int, now: datetime) -> UUID:
    """Have the file written and, where there are addresses outside, one without what takes a permission."""
    fields = run.fields or {}
    section = section_of(fields["area"], fields["section"])
    export = RequestExport(
        id=uuid4(),
        area=section.area,
        section=section.path,
        format=fields["format"],
        parameters=query_text(texts),
        options=vars(Options()) | {"paper": None},
        schedule_id=run.schedule_id,
        position=position,
    )
    desk = ExportDesk(db, Caller(company_id=run.company_id, user_id=run.owner), now, lambda: None)
    desk.open(export)
    if run.addresses and needs_of(section.all_columns):
        desk.open(replace(export, id=run.outside_export_id, options={**export.options, OUTSIDE: True}))
    return export.id


def _request(db: Transaction, run: Run, texts: Mapping[str, Any], now: datetime, company: Row) -> Request:
    """What the run asks, with the rights of its owner of today."""
    fields = run.fields or {}
    section = section_of(fields["area"], fields["section"])
    caller = Caller(company_id=run.company_id, user_id=run.owner)
    caller = as_of_now(db, caller, PERMISSIONS[section.area], writing=False)
    query = load_section_query(section, texts)
    return request_of(section, query, caller, permissions_in(company, caller), now)


def _known(db: Transaction, request: Request, last: date, run: Run, now: datetime) -> int:
    """Up to which position everything is known; of a try, whatever is.

    Raises NotYet as long as a store is still in the days of the report, or a read model behind.
    """
    settled = now - LAG
    known = LogPosition(db, tuple(model.name for model in request.section.sources)).known()
    if run.is_try:
        return known
    stores = ask_stores(db, request.stores).read()
    if any(today_in(store, settled) <= last for store in stores):
        raise NotYet
    if known < position_at(db, settled).read():
        raise NotYet
    return known


def _alert(run: Run, table: Table) -> Alert | None:
    """What of its condition the table fulfils, if it has one.

    Raises ConditionNotValid; UnknownColumn where its owner may not see that.
    """
    text = (run.fields or {})["condition"]
    try:
        return Alert.of(text, table, run.period) if text else None
    except (ConditionNotValid, UnknownColumn):
        # A test is sent whatever the condition, also one of which whoever tries may not know more.
        if run.is_try:
            return None
        raise


def _was_met(db: Transaction, run: Run) -> bool:
    params = {"company_id": run.company_id, "schedule_id": run.schedule_id, "period": run.period}
    row = db.ask(_WAS_MET, params).row()
    return bool(row and row["is_met"])


def _lines(run: Run, table: Table, alert: Alert | None, currency: str) -> Iterator[str]:
    """What a letter says of the report: nothing that not everybody may see who gets it.

    Users get it only if they may see every column of the file, and so that of the condition.
    """
    period = table.criteria.period
    yield f"{run.title}: {table.section.title}, {period.from_date} to {period.to_date}."
    yield ""
    if run.is_try:
        yield "This is a test, sent to you alone, and whatever the condition of the schedule."
        yield ""
    if alert:
        yield from alert.lines(currency, is_outside=bool(run.addresses))
        yield ""
    yield from _figures(table, currency)


def _figures(table: Table, currency: str) -> Iterator[str]:
    """The first figures of the whole that take no permission of their own."""
    places = exponent(currency)
    open_to_all = [column for column in table.figures if column.needs is None]
    for column in open_to_all[:_MOST_FIGURES]:
        value = table.overall.get(column.name)
        if value is not None and column.unit not in ("text", "id"):
            unit = f" {currency}" if column.unit == "money" else ""
            yield f"  {column.label}: {shown(value, column, places)}{unit}"
    yield f"  Rows: {table.count:,}"
    yield ""
