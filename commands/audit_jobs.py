"""Has long work of the audit done by a worker."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from commands.ports import UnitOfWork
from domain.errors import Conflict


class TooManyAuditJobs(Conflict):
    """Several jobs of your company's audit are still to be done; wait for them."""

    code = "too_many_audit_jobs"
    remedy = "Ask for the next one when one of those under way is done."


@dataclass(frozen=True, kw_only=True)
class RequestAuditJob:
    """Have it done; `asked` is what its kind takes, as JSON has it."""

    id: UUID
    kind: str
    asked: Mapping[str, Any]


class AuditJobsPort(Protocol):
    """Jobs that a worker does."""

    def find_earlier(self, job: RequestAuditJob) -> datetime | None:
        """When the caller asked for this very job; None if nothing has its id. Raises DuplicateId."""

    def open(self, job: RequestAuditJob) -> None:
        """Have it done. Raises TooManyAuditJobs."""


class AuditJobWork(UnitOfWork, Protocol):
    """What it takes to have such work done."""

    @property
    def audit_jobs(self) -> AuditJobsPort:
        """Jobs that a worker does."""


def request_audit_job(command: RequestAuditJob, work: AuditJobWork) -> datetime:
    """Have it done, once, and say when it was asked for. Raises DuplicateId, TooManyAuditJobs."""
    earlier = work.audit_jobs.find_earlier(command)
    if earlier is not None:
        work.is_repetition = True
        return earlier
    work.audit_jobs.open(command)
    return work.now
