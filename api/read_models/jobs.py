"""POST and GET /api/dev/projections/{name}/rebuild and …/verify: what a worker does about a read model."""

from datetime import datetime
from uuid import uuid4

from falcon import Request, Response

from api.fields import Body, Id
from api.operations import operation
from api.platform import check_platform
from api.read_models.answers import ReadModelJobAnswer
from api.resource import Resource
from commands.ports import Missing
from commands.read_models import JobKind, RebuildRunning, RequestJob, VerificationRunning, request_job
from domain.errors import Invalid
from projections.base import Row
from projections.read_model_jobs import find_latest_job


class ReadModelScopeBody(Body):
    """For which companies."""

    company_id = Id(
        allow_none=True, load_default=None, meaning="Only this company; without it, or null: every one."
    )


class _Jobs(Resource):
    """What workers do of one kind."""

    kind: JobKind

    def request(self, req: Request, resp: Response, name: str) -> None:
        """Leave it to a worker."""
        check_platform(req.context.caller)
        about = req.context.body["company_id"]
        command = RequestJob(id=uuid4(), kind=self.kind, name=name, company_id=about)

        def present(asked_at: datetime) -> ReadModelJobAnswer:
            return ReadModelJobAnswer(
                id=command.id, projection=name, company_id=about, status="queued", created_at=asked_at
            )

        self.write(req, resp, request_job, command, present, message="A worker will do it")

    def show_latest(self, req: Request, resp: Response, name: str) -> None:
        """How far the latest one is."""
        check_platform(req.context.caller)
        row = self.ask(req, resp, lambda reading: find_latest_job(reading.db, self.kind, name))
        if row is None:
            raise Missing
        self.answer(req, resp, show_job(row, self.services.now()))


class Rebuilds(_Jobs):
    """Read models made anew from the log."""

    kind = "rebuild"

    @operation(
        "projections.rebuild",
        "Make a read model anew",
        description="A worker makes its rows anew from the first event, then those of read models that are "
        "made from them, while everybody goes on reading and selling. The log is proved as it is read. "
        "One at a time for each read model; if its worker dies, another one begins it again, three "
        "times at most.",
        body=ReadModelScopeBody(),
        body_is_optional=True,
        answer=ReadModelJobAnswer,
        status=202,
        refusals=(Missing, RebuildRunning, Invalid),
    )
    def on_post(self, req: Request, resp: Response, name: str) -> None:
        """Have it made anew."""
        self.request(req, resp, name)

    @operation(
        "projections.rebuild",
        "Show the latest rebuild of a read model",
        answer=ReadModelJobAnswer,
        refusals=(Missing,),
    )
    def on_get(self, req: Request, resp: Response, name: str) -> None:
        """How far it is."""
        self.show_latest(req, resp, name)


class Verifications(_Jobs):
    """Read models compared with the log."""

    kind = "verify"

    @operation(
        "projections.rebuild",
        "Compare a read model with the log",
        description="A worker proves the log and compares every row with what the log says; nobody waits for "
        "it. Rows that differ are counted in `rows_changed`, though none is changed, and the read model is "
        "shown as not `sound` until it is made anew.",
        body=ReadModelScopeBody(),
        body_is_optional=True,
        answer=ReadModelJobAnswer,
        status=202,
        refusals=(Missing, VerificationRunning, Invalid),
    )
    def on_post(self, req: Request, resp: Response, name: str) -> None:
        """Have it compared."""
        self.request(req, resp, name)

    @operation(
        "projections.rebuild",
        "Show the latest check of a read model",
        answer=ReadModelJobAnswer,
        refusals=(Missing,),
    )
    def on_get(self, req: Request, resp: Response, name: str) -> None:
        """How far it is."""
        self.show_latest(req, resp, name)


def show_job(row: Row, now: datetime) -> ReadModelJobAnswer:
    """A job as clients see it; how fast it is follows from how far it has come since it began."""
    done, total, began = row["done"], row["total"], row["started_at"]
    seconds = ((row["finished_at"] or now) - began).total_seconds() if began else 0.0
    rate = done / seconds if seconds > 0 and done else None
    is_running = row["status"] == "running" and rate and total is not None
    return ReadModelJobAnswer(
        id=row["id"],
        projection=row["projection"],
        company_id=row["about"],
        status=row["status"],
        done=done,
        total=total,
        rate=rate,
        eta_seconds=(total - done) / rate if is_running else None,
        rows_changed=row["rows"],
        error=row["error"],
        created_at=row["created_at"],
        started_at=began,
        finished_at=row["finished_at"],
    )
