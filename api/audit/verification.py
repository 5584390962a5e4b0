"""GET /api/audit/verify: whether a stretch of the company's log is what was recorded."""

import time
from dataclasses import asdict

from falcon import Request, Response

from api.audit.answers import LogFaultAnswer, LogProofAnswer
from api.audit.input import AuditProofQuery
from api.audit.permitted import PERMISSION
from api.operations import operation
from api.resource import Resource
from api.services import Reading
from domain.errors import Invalid, NotAllowed
from projections.base import Row
from projections.log_proofs import MOST_EVENTS, LogProof, RangeTooLarge
from projections.seals import find_seal


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
        description="Every hash is computed anew from the bytes that are there, and chained to the one "
        f"before; at most {MOST_EVENTS:,} events at once, so go through a long log in stretches. One that "
        "begins later than 1 is chained to the hash that is stored before it. Only for whoever is bound to "
        "no store.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """How much of it is what was recorded, and what is not."""
        if req.context.caller.store_ids:
            raise LogOfCompany
        query, began = req.context.query, time.perf_counter()

        def question(reading: Reading) -> tuple[LogProof, Row | None]:
            return reading.prove_log(query["from_position"], query["to_position"]), find_seal(reading.db)

        proof, seal = self.ask(req, resp, question)
        answer = LogProofAnswer(
            sound=proof.fault is None,
            from_position=proof.first,
            to_position=proof.last,
            verified=proof.verified,
            sealed_up_to=seal["size"] if seal else 0,
            head_hash=proof.last_hash.hex(),
            fault=LogFaultAnswer(**asdict(proof.fault)) if proof.fault else None,
            seconds=round(time.perf_counter() - began, 3),
        )
        self.answer(req, resp, answer)
