"""Kinds of long work of the audit, each a module with `do(job, settings)`."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

from infra.jobs.audit_jobs import AuditJob, AuditJobs
from infra.runtime.audit_jobs import clone, export, verification, what_if
from infra.runtime.settings import Settings


class Kind(Protocol):
    """What does a kind of job."""

    def __call__(self, job: AuditJob, settings: Settings) -> Mapping[str, Any]:
        """Do it. Returns what came of it, as JSON has it; raises Refusal."""


#: What does each kind; the API asks for it by its name.
KINDS: Mapping[str, Kind] = {
    "clone": clone.do,
    "export": export.do,
    "verification": verification.do,
    "what_if": what_if.do,
}


def audit_jobs(settings: Settings, conninfo: str) -> AuditJobs:
    """The part of a worker that does them."""
    return AuditJobs(conninfo, {name: partial(do, settings=settings) for name, do in KINDS.items()})
