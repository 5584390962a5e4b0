"""POST and GET /api/audit/verifications: the log verified by a worker, however long it is."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from falcon import Request, Response

from api.answers import NULL, Meaning
from api.audit.answers import LogProofAnswer
from api.audit.input import AuditVerificationBody
from api.audit.jobs import ABOUT_JOBS, AuditJobAnswer, AuditJobResource
from api.audit.permitted import PERMISSION, sees_all
from api.audit.verification import CHECKS, LogOfCompany
from api.operations import operation
from commands.audit_jobs import TooManyAuditJobs
from commands.ports import DuplicateId, Missing
from domain.errors import Invalid
from projections.log_proofs import find_head, stretch_within


class VerificationAnswer(AuditJobAnswer, kw_only=True, rename={"from_position": "from", "to_position": "to"}):
    """A verification, and what it found."""

    from_position: Annotated[int, Meaning("The first position.", 1)]
    to_position: Annotated[int | None, Meaning("The last position; null for the head of the log.", NULL)]
    result: Annotated[LogProofAnswer | None, Meaning("What was found, when it is done.", NULL)] = None


class _Verifications(AuditJobResource):
    kind = "verification"


class Verifications(_Verifications):
    """Verifications to be done."""

    @operation(
        PERMISSION,
        "Verify the log as a job",
        body=AuditVerificationBody(),
        body_is_optional=True,
        answer=VerificationAnswer,
        status=202,
        refusals=(Invalid, LogOfCompany, TooManyAuditJobs, DuplicateId),
        description=f"{CHECKS} {ABOUT_JOBS} Only for whoever is bound to no store.",
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Have it verified. Raises Invalid, LogOfCompany, TooManyAuditJobs, DuplicateId."""
        if req.context.caller.store_ids:
            raise LogOfCompany
        body = req.context.body
        asked = {"from": body["from_position"], "to": body["to_position"]}
        head = self.ask(req, resp, lambda reading: find_head(reading.db))
        stretch_within(asked["from"], asked["to"], head)
        present = partial(show_verification, with_hash=False)
        self.request(req, resp, asked, present, body.get("id"))


class VerificationById(_Verifications):
    """One of them."""

    @operation(PERMISSION, "Show a verification", answer=VerificationAnswer, refusals=(Missing, LogOfCompany))
    def on_get(self, req: Request, resp: Response, job_id: UUID) -> None:
        """How far it is, and what it found. Raises Missing, LogOfCompany."""
        if req.context.caller.store_ids:
            raise LogOfCompany
        row, with_hash = self.find(req, resp, job_id), sees_all(req.context.caller)
        self.answer(req, resp, show_verification(row, with_hash=with_hash))


def show_verification(row: Mapping[str, Any], *, with_hash: bool) -> VerificationAnswer:
    """A verification as clients see it."""
    result, asked = row.get("result"), row["asked"]
    found = LogProofAnswer.found(result, result["seconds"], with_hash=with_hash) if result else None
    shown = {name: value for name, value in row.items() if name in AuditJobAnswer.__struct_fields__}
    return VerificationAnswer(**shown, from_position=asked["from"], to_position=asked["to"], result=found)
