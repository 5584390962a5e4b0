"""Approvals in memory."""

from commands.approvals import Approver
from domain.approvals import Approval
from domain.pending import Pending
from tests.commands.memory.world import World


class MemoryApprovals:
    """Approvals that were given."""

    def __init__(self, world: World) -> None:
        self._world = world

    def give(self, approval: Approval, approver: Approver) -> Pending[bool]:
        known = {self._world.passwords.get(approver.id), self._world.pins.get(approver.id)}
        if approver.checked_hash not in known:
            return Pending(lambda: False)
        self._world.approvals.append(approval)
        return Pending(lambda: True)
