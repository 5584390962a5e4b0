"""What devices delivered, in memory: nothing."""

from uuid import UUID

from domain.devices import LastDelivery
from domain.pending import Pending


class MemoryDevices:
    """Devices that were never heard of."""

    def last_delivery(self, device_id: UUID) -> Pending[LastDelivery]:  # noqa: ARG002
        return Pending(LastDelivery)
