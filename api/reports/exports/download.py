"""A report as a file, at once: what is not too long for that."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any

from falcon import Request, Response

from api.media import CSV
from api.operations import Operation
from api.reports.asking import request_of
from api.reports.exports.opening import Opening, PagesOf
from api.reports.exports.parameters import export_query, file_fields, load_section_query, options_of
from api.reports.files import FILES, About
from api.reports.files.limits import ReportTooLong
from api.reports.permissions import PERMISSIONS, REFUSALS
from api.resource import Resource, permissions_of
from api.services import Reading, Services
from commands.ports import Missing
from domain.errors import Invalid
from projections.base import plan_for_values
from projections.companies import find_company
from projections.reports.section import Section

#: How many rows are written while somebody waits.
MOST_ROWS = 10_000


class ExportTooLong(Invalid):
    """The report has more than 10,000 rows; have it written by `POST /api/admin/reports/exports`."""

    code = "export_too_long"
    remedy = "Ask for it with `POST /api/admin/reports/exports`, and fetch the file when it is written."


@dataclass(frozen=True, kw_only=True)
class ExportOperation(Operation):
    """It answers from the read models of the section that is asked for."""

    sections: Mapping[str, Section]

    def sources(self, query: Mapping[str, Any]) -> tuple[str, ...]:
        """Their names."""
        return tuple(model.name for model in self.sections[query["section"]].sources)


class ReportDownload(Resource):
    """The sections of one report as files."""

    def __init__(self, services: Services, sections: Sequence[Section]) -> None:
        super().__init__(services)
        area = sections[0].area
        self._sections: dict[str, Section] = {section.path: section for section in sections}
        self.operations = {
            "on_get": ExportOperation(
                permission=PERMISSIONS[area],
                summary=f"Export the {area.replace('-', ' ')}",
                description=_ABOUT,
                query=export_query(area, sections),
                media=tuple(one.media for one in FILES.values()),
                lengthy=True,
                refusals=(*REFUSALS, ExportTooLong, ReportTooLong),
                sections=self._sections,
            )
        }

    def on_get(self, req: Request, resp: Response) -> None:
        """All rows of a section."""
        query, section = req.context.query, self._sections[req.context.query["section"]]
        own = file_fields().keys() | {"section"}
        texts = {name: value for name, value in req.params.items() if name not in own}
        parameters = load_section_query(section, texts)
        now, caller = self.services.now(), req.context.caller
        request = request_of(section, parameters, caller, permissions_of(req), now)
        file: IO[bytes] = TemporaryFile()  # noqa: SIM115 the response closes it

        def write(reading: Reading) -> About:
            db = reading.db
            plan_for_values(db)
            known, company = request.ask_position(db), find_company(db)
            if company is None:
                raise Missing
            position = min(known.read(), reading.position)
            opening = Opening(request=request, texts=texts, company=company, position=position, made_at=now)
            report = opening.open(PagesOf(db, section))
            if report.most_rows > MOST_ROWS:
                raise ExportTooLong
            return FILES[query["format"]].write(report, file, options_of(query, company["currency"]))

        try:
            about = self.ask(req, resp, write)
        except BaseException:
            file.close()
            raise
        send_file(resp, file, about, query["format"])


def send_file(resp: Response, file: IO[bytes], about: About, kind: str) -> None:
    """Answer with a file that was written, and in headers with what it is of."""
    media = FILES[kind].media
    resp.content_type = f"{media}; charset=utf-8" if media == CSV else media
    resp.downloadable_as = file_name(about, kind)
    resp.set_header("X-Report-Checksum", about.checksum)
    resp.set_header("X-Report-About", about.token)
    resp.set_stream(file, file.seek(0, io.SEEK_END))
    file.seek(0)


def file_name(about: About, kind: str) -> str:
    """What a file is called: its section, its period and its position."""
    days = "-".join(text for label, text in about.filters() if label in ("From", "To"))
    return f"{about.section}-{days}-p{about.position}.{kind}"


_ABOUT = """\
All rows of a section, up to 10,000 (a PDF 2,000), as of one position of the log. The parameters are those \
of the section; a parameter that it does not take is refused.

A CSV has the names of the columns, amounts in major units with their currency in a column of its own, and \
dates of ISO 8601. A text that a spreadsheet would compute gets an apostrophe in front. `separator=;` and \
`decimal=,` suit spreadsheets of Europe. A spreadsheet has numbers as numbers, ids as texts, the totals in \
bold, and a second sheet that says what it is of. A PDF leaves ids out where rows have a name.

With `compare_to` three columns follow each figure: what it was in the other period (`…_previous`), what it \
rose by (`…_change`), and that in proportion (`…_change_ratio`). With `include=gone` the rows follow that \
only that period has; they count as rows, too.

`X-Report-Checksum` is the SHA-256 of the rows, the same in every format, and `X-Report-About` a token that \
says what the file is of: spreadsheets and PDFs carry it, a CSV does with `footer=true`. `mipos reports \
verify` tells years later whether the same would be answered, or which cells differ."""
