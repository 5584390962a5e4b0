"""Files of reports that a worker writes: asked for, watched, fetched, dropped."""

from datetime import datetime
from uuid import UUID, uuid4

from falcon import Request, Response

from api.fields import Body, Choice, OwnId, Text
from api.operations import operation
from api.reports.asking import request_of
from api.reports.exports.access import EXPORTS, EXPORTS_TOO, check_area, visible_export
from api.reports.exports.answers import ReportExportAnswer
from api.reports.exports.parameters import (
    LONGEST_QUERY,
    UnknownSection,
    file_fields,
    load_section_query,
    query_text,
    section_of,
    texts_of,
)
from api.reports.permissions import PERMISSIONS, REFUSALS
from api.resource import Resource, permissions_of
from commands.ports import DuplicateId
from commands.reports.exports import (
    DropExport,
    RequestExport,
    TooManyExports,
    drop_export,
    request_export,
)
from projections.base import Row


class ReportExportFields(Body):
    """What to export, and as what."""

    id = OwnId(meaning="Its id; you may choose it yourself.")
    area = Choice(*PERMISSIONS, required=True, meaning="Which report.", example="sales-summary")
    section = Text(
        required=True, shortest=1, longest=60, meaning="Which section of it.", example="by-product"
    )
    filters = Text(
        required=True,
        shortest=1,
        longest=LONGEST_QUERY,
        meaning="The parameters of the section, as in its address.",
        example="from=2026-03-01&to=2026-03-31&sort=-net_sales",
    )


ReportExportBody = ReportExportFields.from_dict(file_fields(), name="ReportExportBody")


class Exports(Resource):
    """Files to be written."""

    @operation(
        EXPORTS,
        "Export a report as a job",
        alternatives=EXPORTS_TOO,
        description="Has all rows of a section written by a worker, of any number, as of one position of the "
        "log. It is written with the permissions that you have when it is begun; whoever fetches it needs "
        "them too. Two files of a company are written at a time; 20 may wait.",
        body=ReportExportBody(),
        answer=ReportExportAnswer,
        status=202,
        refusals=(*REFUSALS, UnknownSection, TooManyExports, DuplicateId),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Have one written."""
        body, caller = req.context.body, req.context.caller
        check_area(body["area"], caller)
        section, texts = section_of(body["area"], body["section"]), texts_of(body["filters"])
        parameters = load_section_query(section, texts)
        # What is refused later is better refused now.
        request_of(section, parameters, caller, permissions_of(req), self.services.now())
        options = {name: body[name] for name in file_fields() if name != "format" and name in body}
        command = RequestExport(
            id=body.get("id") or uuid4(),
            area=section.area,
            section=section.path,
            format=body["format"],
            parameters=query_text(texts),
            options=options,
        )

        def present(asked_at: datetime) -> ReportExportAnswer:
            return ReportExportAnswer(
                id=command.id,
                status="queued",
                area=section.area,
                section=section.path,
                format=body["format"],
                filters=command.parameters,
                created_at=asked_at,
            )

        self.write(req, resp, request_export, command, present, message="The file will be written")


class ExportById(Resource):
    """One of them."""

    @operation(EXPORTS, "Show an export", alternatives=EXPORTS_TOO, answer=ReportExportAnswer)
    def on_get(self, req: Request, resp: Response, export_id: UUID) -> None:
        """How far it is."""
        caller = req.context.caller
        row = self.ask(req, resp, lambda reading: visible_export(reading.db, export_id, caller))
        self.answer(req, resp, show_export(row))

    @operation(EXPORTS, "Drop an export", alternatives=EXPORTS_TOO)
    def on_delete(self, req: Request, resp: Response, export_id: UUID) -> None:
        """Write it no further, and keep nothing of it."""
        caller = req.context.caller
        self.ask(req, resp, lambda reading: visible_export(reading.db, export_id, caller))
        command = DropExport(id=export_id)
        self.write(req, resp, drop_export, command, lambda _: None, message="Export dropped")


def show_export(row: Row) -> ReportExportAnswer:
    """An export as clients see it."""
    return ReportExportAnswer.of({**row, "filters": row["parameters"]})
