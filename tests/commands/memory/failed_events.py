"""Events that read models cannot apply, in memory."""

from uuid import UUID

from commands.failed_events import FailedEvent
from tests.commands.memory.world import World


class MemoryFailedEvents:
    """Those that wait."""

    def __init__(self, world: World) -> None:
        self._world = world

    def find(self, failed_id: UUID) -> FailedEvent | None:
        return self._world.failed_events.get(failed_id)

    def release(self, failed: FailedEvent) -> bool:
        return self._world.failed_events.pop(failed.id, None) is not None

    def skip(self, failed: FailedEvent, reason: str) -> bool:
        self._world.skipped_events.append((failed.position, reason))
        return self.release(failed)
