"""Devices: what sells at a register, and goes on without a connection under numbers of its own."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from domain.aggregate import Aggregate
from domain.errors import READ_AGAIN, Conflict

#: What the codes of devices begin with; a number follows, counted in the whole company.
LETTER = "X"


class DeviceRetired(Conflict):
    """The device is retired already."""

    code = "invalid_transition"
    remedy = READ_AGAIN


@dataclass(frozen=True, kw_only=True)
class LastDelivery:
    """The highest `seq` of what a device delivered, 0 for nothing yet, and when it delivered last."""

    seq: int = 0
    at: datetime | None = None


def device_code(number: int) -> str:
    """The code of the device of that number, which stands in the numbers of what it sells offline."""
    return f"{LETTER}{number}"


class Device(Aggregate):
    """A device at a register. No code is ever given to a second one, so its numbers are its own for ever."""

    type_name = "tills.Device"

    class Enrolled(Aggregate.Created):
        """It sells at this register from now on. `series_number` is the number in its code."""

        register_id: UUID
        store_id: UUID
        code: str
        series_number: int
        name: str

        def apply(self, aggregate: "Device") -> None:
            """Begin in use."""
            aggregate.register_id = self.register_id
            aggregate.store_id = self.store_id
            aggregate.code = self.code
            aggregate.name = self.name
            aggregate.is_retired = False
            aggregate.retire_reason = None

    class Retired(Aggregate.Event):
        """It is in use no more; what it sold until then may still arrive."""

        reason: str | None = None

        def apply(self, aggregate: "Device") -> None:
            """Take it out of use."""
            aggregate.is_retired = True
            aggregate.retire_reason = self.reason

    if TYPE_CHECKING:
        register_id: UUID
        store_id: UUID
        code: str
        name: str
        is_retired: bool
        retire_reason: str | None

    @property
    def retired_at(self) -> datetime | None:
        """When it was taken out of use, which is the last that happens to it; None while it is in use."""
        return self.modified_on if self.is_retired else None

    def is_within(self, store_ids: Collection[UUID]) -> bool:
        """Whether it is there for somebody who works in these stores; without stores, everything is."""
        return not store_ids or self.store_id in store_ids

    def retire(self, reason: str | None) -> None:
        """Take it out of use. Raises DeviceRetired."""
        if self.is_retired:
            raise DeviceRetired
        self.trigger_event(self.Retired, reason=reason)
