"""POST and GET /api/audit/exports: the log as a file that proves itself, written by a worker."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from falcon import Request, Response

from api.answers import NULL, Meaning, Moment
from api.audit.input import LogExportBody
from api.audit.jobs import ABOUT_JOBS, AuditJobAnswer, AuditJobResource
from api.audit.permitted import NotForAll, check_sees_all
from api.kept_files import ExportExpired, ExportNotReady
from api.media import BYTES
from api.operations import operation
from commands.audit_jobs import TooManyAuditJobs
from commands.ports import DuplicateId, Missing
from domain.errors import Invalid
from projections.base import Row
from projections.log_proofs import find_head, stretch_within

PERMISSION = "audit.export"
_ABOUT = (
    "Every event with its bytes, chained to the one before, and checkpoints that are signed: `mipos audit "
    "verifier` writes what verifies it anywhere, in plain Python. What is sealed of persons stays sealed: no "
    "key is in it, nor told over HTTP. Money, costs and goods are in clear, so it is for whoever holds "
    "`costs.view` and is bound to no store."
)


class LogExportAnswer(AuditJobAnswer, kw_only=True, rename={"from_position": "from", "to_position": "to"}):
    """A file of the log, and how far it is."""

    from_position: Annotated[int, Meaning("The first position.", 1)]
    to_position: Annotated[
        int | None, Meaning("The last position; null for the end of the log, until it is written.", 41_882)
    ]
    withhold: Annotated[list[Literal["metadata"]], Meaning("What a digest stands for.", ["metadata"])]
    bytes: Annotated[int | None, Meaning("How long the file is.", 7_340_032)] = None
    sha256: Annotated[
        str | None,
        Meaning(
            "The SHA-256 of the file, which is its ETag.",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ),
    ] = None
    expires_at: Annotated[Moment | None, Meaning("Until when the file is kept.", NULL)] = None


class _LogExports(AuditJobResource):
    kind = "export"


class LogExports(_LogExports):
    """Files of the log to be written."""

    @operation(
        PERMISSION,
        "Export the log as a job",
        body=LogExportBody(),
        body_is_optional=True,
        answer=LogExportAnswer,
        status=202,
        refusals=(Invalid, NotForAll, TooManyAuditJobs, DuplicateId),
        description=f"{_ABOUT} Every hash is recomputed from the first event on before anything is signed. "
        f"{ABOUT_JOBS}",
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Have one written. Raises Invalid, NotForAll, TooManyAuditJobs, DuplicateId."""
        check_sees_all(req.context.caller)
        body = req.context.body
        asked = {
            "from": body["from_position"],
            "to": body["to_position"],
            "withhold": sorted({*body["withhold"]}),
        }
        head = self.ask(req, resp, lambda reading: find_head(reading.db))
        first, last = stretch_within(asked["from"], asked["to"], head)
        if first > last:
            raise Invalid.in_fields("from", message="There are no events from there on.")
        self.request(req, resp, asked, show_export, body.get("id"))


class LogExportById(_LogExports):
    """One of them."""

    @operation(PERMISSION, "Show an export of the log", answer=LogExportAnswer, refusals=(Missing, NotForAll))
    def on_get(self, req: Request, resp: Response, log_export_id: UUID) -> None:
        """How far it is. Raises Missing, NotForAll."""
        check_sees_all(req.context.caller)
        self.answer(req, resp, show_export(self.find(req, resp, log_export_id)))


class LogExportFile(_LogExports):
    """Its file."""

    @operation(
        PERMISSION,
        "Fetch an exported log",
        media=(BYTES,),
        lengthy=True,
        refusals=(Missing, NotForAll, ExportNotReady, ExportExpired),
        description="The file (`.mlog`), with its SHA-256 as `ETag`; packed by gzip on the way for whoever "
        "takes that. A `Range` of bytes is answered with 206 and that stretch, so that a download that broke "
        "off goes on; with `If-Range` only of the same file.",
    )
    def on_get(self, req: Request, resp: Response, log_export_id: UUID) -> None:
        """All of it, or a stretch. Raises Missing, NotForAll, ExportNotReady, ExportExpired."""
        check_sees_all(req.context.caller)
        self.send_file(req, resp, log_export_id, BYTES, _name)


def _name(row: Row) -> str:
    found = row["result"]
    return f"log-{found['first']}-{found['last']}.mlog"


def show_export(row: Mapping[str, Any]) -> LogExportAnswer:
    """An export as clients see it."""
    asked, found = row["asked"], row.get("result") or {}
    shown = {name: value for name, value in row.items() if name in LogExportAnswer.__struct_fields__}
    return LogExportAnswer(
        **shown,
        from_position=asked["from"],
        to_position=found.get("last", asked["to"]),
        withhold=asked["withhold"],
    )
