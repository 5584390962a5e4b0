"""Read models that somebody looks after, in memory."""

from uuid import UUID

from commands.read_models import Mode, RequestJob
from tests.commands.memory.world import World

#: Two of them, one of each kind, as the database of the other tests has them.
MODES: dict[str, Mode] = {"products": "inline", "report_sales": "async"}


class MemoryReadModels:
    """What was asked of a worker, and what rests."""

    def __init__(self, world: World) -> None:
        self._world = world

    def find_mode(self, name: str) -> Mode | None:
        return MODES.get(name)

    def has_company(self, company_id: UUID) -> bool:
        return company_id in self._world.logs

    def open_job(self, job: RequestJob) -> bool:
        if any((one.kind, one.name) == (job.kind, job.name) for one in self._world.read_model_jobs):
            return False
        self._world.read_model_jobs.append(job)
        return True

    def pause(self, name: str, company_id: UUID | None) -> None:
        self._world.paused.add((name, company_id))

    def resume(self, name: str, company_id: UUID | None) -> None:
        self._world.paused.discard((name, company_id))
