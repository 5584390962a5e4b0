"""Long work of the audit, in memory."""

from datetime import datetime

from commands.audit_jobs import RequestAuditJob, TooManyAuditJobs
from commands.ports import DuplicateId
from tests.commands.memory.world import World
from tests.commands.samples import NOW


class MemoryAuditJobs:
    """Long work of the audit that waits."""

    def __init__(self, world: World) -> None:
        self._world = world

    def find_earlier(self, job: RequestAuditJob) -> datetime | None:
        earlier = self._world.audit_jobs.get(job.id)
        if earlier is not None and earlier != job:
            raise DuplicateId
        return NOW if earlier else None

    def open(self, job: RequestAuditJob) -> None:
        if len(self._world.audit_jobs) >= 10:
            raise TooManyAuditJobs
        self._world.audit_jobs[job.id] = job
