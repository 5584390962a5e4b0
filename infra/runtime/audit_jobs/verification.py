"""Verifies a log that is too long for one request."""

from collections.abc import Mapping
from dataclasses import asdict
from time import perf_counter
from typing import Any

from infra.jobs.audit_jobs import AuditJob
from infra.runtime.seals import outside_record_of
from infra.runtime.settings import Settings
from infra.seals.long_verification import verify


def do(job: AuditJob, settings: Settings) -> Mapping[str, Any]:
    """Verify from `from` to `to`, or to the head of the log. Raises Invalid."""
    began, asked = perf_counter(), job.asked
    proof = verify(
        job.conninfo, job.company_id, outside_record_of(settings), asked["from"], asked["to"], job.tell
    )
    seconds = round(perf_counter() - began, 3)
    return {**asdict(proof), "last_hash": proof.last_hash.hex(), "seconds": seconds}
