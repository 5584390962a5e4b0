"""GET /api/audit/verify: whether a stretch of the company's log is what was recorded and sealed."""

import time
from dataclasses import asdict

from falcon import Request, Response

from api.audit.answers import LogProofAnswer
from api.audit.input import AuditProofQuery
from api.audit.permitted import PERMISSION, sees_all
from api.operations import operation
from api.resource import Resource
from domain.errors import Invalid, NotAllowed
from projections.log_proofs import MOST_EVENTS, RangeTooLarge

#: What the operations say of it.
CHECKS = (
    "Every hash is computed anew from the bytes that are there, and chained to the one before it. What was "
    "sealed is computed anew as well: the root of every seal, its signature, and the rows of the tree; and "
    "both are compared with the head of the log, its epochs, and the checkpoints that were published to the "
    "data folder. What no seal covers yet is chained only."
)


class LogOfCompany(NotAllowed):
    """The log is of the whole company; only whoever is bound to no store has it proved."""


class LogVerification(Resource):
    """Whether the log is what was recorded."""

    @operation(
        PERMISSION,
        "Prove the log",
        query=AuditProofQuery(),
        answer=LogProofAnswer,
        refusals=(Invalid, RangeTooLarge, LogOfCompany),
        lengthy=True,
        description=f"{CHECKS} At most {MOST_EVENTS:,} events at once; `POST /api/audit/verifications` takes "
        "any number. A stretch that begins later than 1 is chained to the hash that is stored before it. "
        "Only for whoever is bound to no store.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """How much of it is what was recorded, and what is not."""
        if req.context.caller.store_ids:
            raise LogOfCompany
        query, began = req.context.query, time.perf_counter()
        # What was published is ahead of a copy of the database.
        proof = self.ask(
            req,
            resp,
            lambda reading: self.services.seals.verify(
                reading.db, query["from_position"], query["to_position"]
            ),
            of_primary=True,
        )
        found = {**asdict(proof), "last_hash": proof.last_hash.hex()}
        seconds = round(time.perf_counter() - began, 3)
        shown = LogProofAnswer.found(found, seconds, with_hash=sees_all(req.context.caller))
        self.answer(req, resp, shown)
