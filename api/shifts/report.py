"""The report of a shift: an X of now, or the Z that was frozen when it was closed."""

from dataclasses import asdict
from uuid import UUID

from falcon import Request, Response

from api.answers.hiding import hide
from api.media import ESCPOS, HTML, PDF
from api.operations import operation
from api.receipts.resource import choose_language, name_file, write_file
from api.resource import permissions_of
from api.services import Reading
from api.shifts.input import ReportPrintBody, ReportQuery
from api.shifts.lookup import ShiftResource, find_shift
from api.shifts.report_answers import ShiftReportAnswer
from api.shifts.slip import slip_of
from api.slips import Slip
from api.slips.languages import Language
from commands.ports import ConcurrentEdit
from commands.shifts.printing import PrintedReport, PrintShiftReport, print_shift_report
from domain.shifts import Shift
from domain.shifts.figures import ShiftReport
from domain.shifts.report import make_report
from domain.stock.documents import InvalidTransition
from projections.shifts.drawer import ask_drawer, drawer_of
from projections.shifts.sources import ask_sources


class ShiftReportResource(ShiftResource):
    """The report of a shift."""

    @operation(
        "shifts.use",
        "Show a shift's report",
        description="An X is reckoned anew each time, has no number and is not recorded. A Z is what was "
        "frozen at the close, and in each language the same to the last byte for ever, whatever is sold, "
        "renamed or rebuilt since.",
        query=ReportQuery(),
        answer=ShiftReportAnswer,
        media=(HTML, PDF, ESCPOS),
    )
    def on_get(self, req: Request, resp: Response, shift_id: UUID) -> None:
        """The report, as data unless something else is asked for."""
        caller, query = req.context.caller, req.context.query

        def question(reading: Reading) -> ShiftReportAnswer:
            shift = find_shift(reading, caller, shift_id)
            return _show_closed(shift.closed) if shift.closed else show_report(_report_of_now(reading, shift))

        report = self.ask(req, resp, question)
        if query["format"] == "json":
            self.answer(req, resp, report)
            return
        name_file(resp, query["format"], f"{report.type}-{report.z_number or shift_id}")
        language = choose_language(req, resp, query.get("lang"))
        resp.data = write_file(query["format"], query["paper"], _slip(req, report, language))


class ShiftReportPrints(ShiftResource):
    """The prints of a closed shift's report."""

    @operation(
        "shifts.use",
        "Print a shift's report",
        description="The first print is the original; each further one says which copy it is.",
        body=ReportPrintBody(),
        media=(HTML, PDF, ESCPOS),
        headers=("ETag",),
        refusals=(InvalidTransition, ConcurrentEdit),
    )
    def on_post(self, req: Request, resp: Response, shift_id: UUID) -> None:
        """Record the print, and answer with what is printed."""
        body = req.context.body
        language = choose_language(req, resp, body["lang"])

        def present(printed: PrintedReport) -> bytes:
            assert printed.shift.closed is not None  # noqa: S101 it was, or it was not printed
            report = _show_closed(printed.shift.closed)
            return write_file(body["format"], body["paper"], _slip(req, report, language, printed.copy))

        command = PrintShiftReport(id=shift_id, format=body["format"], paper=body["paper"])
        self.write(
            req,
            resp,
            print_shift_report,
            command,
            present,
            message="Printed",
            version=lambda printed: printed.shift.version,
        )
        name_file(resp, body["format"], f"Z-{shift_id}")


def _slip(req: Request, report: ShiftReportAnswer, language: Language, copy: int = 0) -> Slip:
    """The report as a slip, without what the caller may not see."""
    hide(ShiftReportAnswer, report, permissions_of(req))
    return slip_of(report, language, copy)


def _report_of_now(reading: Reading, shift: Shift) -> ShiftReport:
    drawer = ask_drawer(reading.db, shift.opened.register_id)
    sources = ask_sources(reading.db, shift, reading.decode)
    return make_report(shift, sources.read(), drawer_of(drawer, shift.opened.register_id))


def _show_closed(closed: Shift.Closed) -> ShiftReportAnswer:
    return show_report(closed.report, closed.over_short_reason)


def show_report(report: ShiftReport, over_short_reason: str | None = None) -> ShiftReportAnswer:
    """The report as clients see it, with why the count was off."""
    counts = {one.kind: {"count": one.count, "total": one.total} for one in report.occurrences}
    return ShiftReportAnswer.of(
        {
            **asdict(report),
            "type": "X" if report.z_number is None else "Z",
            "cash": {**asdict(report.cash), "over_short_reason": over_short_reason},
            "counts": counts,
            "held": {"count": report.held_count, "value": report.held_value},
            "late": {"count": report.late_count, "total": report.late_total},
            "offline": {
                "applied": report.offline_applied,
                "flagged": report.offline_flagged,
                "missing": report.offline_missing,
                "waiting": report.offline_waiting,
                "rejected": report.offline_rejected,
            },
            "perpetual": {**asdict(report.perpetual), "net": report.perpetual.net},
        }
    )
