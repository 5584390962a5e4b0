"""Enrolling devices, which gives each the code that its own numbers carry, and retiring them."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from commands.ports import Missing, UnitOfWork, check_version
from commands.series import SeriesPort
from domain.devices import LETTER, Device, LastDelivery, device_code
from domain.errors import Detail, Invalid
from domain.pending import Pending
from domain.registers import Register
from domain.settings import OtherStore


@dataclass(frozen=True, kw_only=True)
class EnrolDevice:
    """A device is to sell at a register."""

    id: UUID
    register_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class RetireDevice:
    """A device is in use no more."""

    id: UUID
    reason: str | None = None
    expected_versions: frozenset[int] | None = None


class DevicesPort(Protocol):
    """What is known of devices beside the log."""

    def last_delivery(self, device_id: UUID) -> Pending[LastDelivery]:
        """Ask what a device delivered last."""


class DeviceWork(UnitOfWork, Protocol):
    """What is decided about devices."""

    @property
    def series(self) -> SeriesPort:
        """The numbers in their codes."""

    @property
    def devices(self) -> DevicesPort:
        """What they delivered."""


def enrol_device(command: EnrolDevice, work: DeviceWork) -> Device:
    """Enrol it, once: the same request again answers with what it made.

    Raises DuplicateId, OtherStore, Invalid.
    """
    if existing := work.find_earlier(Device, Device.Enrolled, command.id).read():
        return existing
    register = _open_register(command.register_id, work)
    number = work.series.next(LETTER).read()
    device = Device.begin(
        Device.Enrolled,
        command.id,
        register_id=register.id,
        store_id=register.values["store_id"],
        code=device_code(number),
        series_number=number,
        name=command.name,
    )
    work.save(device)
    return device


def retire_device(command: RetireDevice, work: DeviceWork) -> tuple[Device, LastDelivery]:
    """Take it out of use. Returns it with what it delivered. Raises Missing, StaleVersion, DeviceRetired."""
    delivery = work.devices.last_delivery(command.id)
    device = work.load(Device, command.id)
    if not device.is_within(work.caller.store_ids):
        raise Missing
    check_version(device.version, command.expected_versions)
    device.retire(command.reason)
    work.save(device)
    return device, delivery.read()


def _open_register(register_id: UUID, work: UnitOfWork) -> Register:
    """The register. Raises Invalid for one that is not there, and OtherStore."""
    try:
        register = work.load(Register, register_id)
    except Missing:
        register = None
    if register is None or register.is_archived:
        raise Invalid(details=[Detail("register_id", "not_found", "There is no such register.")])
    if not register.is_within(work.caller.store_ids):
        raise OtherStore
    return register
