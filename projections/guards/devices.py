"""What decisions about devices know of them beside the log."""

from uuid import UUID

from domain.devices import LastDelivery
from domain.pending import Pending
from projections.base import Database
from projections.devices import ask_last_delivery


class DevicesGuard:
    """Devices."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def last_delivery(self, device_id: UUID) -> Pending[LastDelivery]:
        """Ask what a device delivered last."""
        return ask_last_delivery(self._db, device_id)
