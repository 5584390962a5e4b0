"""The drawers of registers, in memory."""

from uuid import UUID

from domain.pending import Pending
from domain.shifts import Drawer, Perpetual, Shift
from tests.commands.memory.world import World


class MemoryDrawers:
    """What the shifts of each register hand on."""

    def __init__(self, world: World, company_id: UUID) -> None:
        self._world = world
        self._company_id = company_id

    def lock(self, register_id: UUID) -> Pending[Drawer]:
        return Pending(lambda: self.of(register_id))

    def of(self, register_id: UUID) -> Drawer:
        shifts = [
            one for one in self._world.all(self._company_id, Shift) if one.opened.register_id == register_id
        ]
        closed = sorted((one.closed for one in shifts if one.closed), key=lambda closed: closed.z_number)
        last = shifts[-1] if shifts else None
        handed_on = [one.closed.closing_float for one in shifts if one.closed]
        return Drawer(
            register_id=register_id,
            shift_id=next((one.id for one in shifts if one.status == "open"), None),
            last_shift_id=last.id if last else None,
            closing_float=handed_on[-1] if handed_on else None,
            z_number=closed[-1].z_number if closed else 0,
            late_count=sum(one.late_count for one in shifts),
            late_total=sum(one.late_total for one in shifts),
            perpetual=closed[-1].perpetual if closed else Perpetual(),
        )
