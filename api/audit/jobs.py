"""What long work of the audit has in common in the API: asked for, answered 202, watched, fetched.

A resource of a kind calls `request` in its POST and `find` in its GET; how a kind is added stands in
`infra/jobs/audit_jobs.py`.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from falcon import Request, Response

from api.answers import NULL, Answer, Count, Id, Meaning, Moment
from api.kept_files import ExportExpired, ExportNotReady, KeptFiles, Stretch
from api.services import Reading
from commands.audit_jobs import RequestAuditJob, request_audit_job
from commands.ports import Missing
from projections.audit_jobs import find_audit_job, read_audit_file
from projections.base import Row

#: What the operations say of it.
ABOUT_JOBS = (
    "A worker does it, of each company one at a time, and another one begins it again if that one dies; ten "
    "may wait."
)


class AuditJobAnswer(Answer, kw_only=True):
    """Long work, and how far it is."""

    id: Annotated[Id, Meaning("What to ask for it by.")]
    status: Annotated[Literal["queued", "running", "done", "failed"], Meaning("How far it is.", "running")]
    done: Annotated[Count, Meaning("Events that are done.", 120_000)] = 0
    total: Annotated[int | None, Meaning("Events in all; null as long as nobody knows.", 1_000_000)] = None
    error: Annotated[str | None, Meaning("Why it failed.", NULL)] = None
    created_at: Annotated[Moment, Meaning("When it was asked for.")]
    started_at: Annotated[Moment | None, Meaning("When a worker took it up.")] = None
    finished_at: Annotated[Moment | None, Meaning("When it was done or failed.")] = None


class AuditJobResource(KeptFiles):
    """Base of the resources of one kind."""

    kind: str

    def request(
        self,
        req: Request,
        resp: Response,
        asked: Mapping[str, Any],
        present: Callable[[Mapping[str, Any]], AuditJobAnswer],
        own_id: UUID | None = None,
    ) -> None:
        """Leave it to a worker, once for an id; `present` makes the answer of the row that it will be."""
        command = RequestAuditJob(id=own_id or uuid4(), kind=self.kind, asked=asked)

        def answer(asked_at: datetime) -> AuditJobAnswer:
            return present({"id": command.id, "status": "queued", "asked": asked, "created_at": asked_at})

        self.write(req, resp, request_audit_job, command, answer, message="A worker will do it")

    def send_file(
        self, req: Request, resp: Response, job_id: UUID, media: str, name: Callable[[Row], str]
    ) -> None:
        """Answer with the file of a job, packed for whoever takes that.

        Raises Missing, ExportNotReady, ExportExpired.
        """

        def find(reading: Reading) -> Row:
            row = _found(find_audit_job(reading.db, self.kind, job_id))
            _check_written(row, self.services.now())
            return row

        def pieces(reading: Reading, stretch: Stretch) -> Iterable[bytes]:
            return read_audit_file(reading.db, job_id, stretch.first, stretch.last)

        row, wanted, file = self.fetch(req, resp, find, pieces, may_pack=True)
        resp.set_header("Vary", "Accept-Encoding")
        wanted.send(resp, file, media, name(row))

    def find(self, req: Request, resp: Response, job_id: UUID) -> Row:
        """The job of this kind of the caller's company. Raises Missing."""
        return self.ask(req, resp, lambda reading: _found(find_audit_job(reading.db, self.kind, job_id)))


def _found(row: Row | None) -> Row:
    if row is None:
        raise Missing
    return row


def _check_written(row: Row, now: datetime) -> None:
    """Raise ExportNotReady, or ExportExpired, for a job that has no file."""
    if row["status"] != "done" or row["sha256"] is None:
        raise ExportNotReady
    if row["expires_at"] <= now:
        raise ExportExpired
