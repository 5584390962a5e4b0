"""What is answered of devices."""

from typing import Annotated

from api.answers import Answer, Count, Id, Meaning, Moment, OwnId, Version
from domain.devices import Device, LastDelivery
from projections.base import Row


class DeviceAnswer(Answer):
    """A device at a register. What it delivered last is no part of its `version`, and is as of now."""

    id: OwnId
    register_id: Annotated[Id, Meaning("The register it sells at.")]
    store_id: Annotated[Id, Meaning("The store of the register.")]
    code: Annotated[
        str,
        Meaning(
            "Its code, unique in the company. What it sells offline is numbered "
            "`{store code}-{register code}-{code}-000001` and on.",
            "X1",
        ),
    ]
    name: Annotated[str, Meaning("What it is called.", "Tablet at the door")]
    last_seq: Annotated[Count, Meaning("The highest `seq` of what it delivered; 0: nothing yet.", 17)]
    last_seen_at: Annotated[Moment | None, Meaning("When it delivered last.")]
    enrolled_at: Annotated[Moment, Meaning("When it was enrolled.")]
    retired_at: Annotated[Moment | None, Meaning("When it was retired; null: it is in use.")]
    retire_reason: Annotated[str | None, Meaning("Why it was retired.", "Stolen")]
    version: Version


class EnrolledDeviceAnswer(DeviceAnswer):
    """A device that was enrolled."""

    device_id: Annotated[Id, Meaning("The same as `id`, as `POST /pos/sync` takes it.")]


def show_device(device: Device, delivery: LastDelivery) -> DeviceAnswer:
    """A device, and what it delivered last."""
    return DeviceAnswer.of(_fields(device, delivery))


def show_enrolled(device: Device) -> EnrolledDeviceAnswer:
    """A device that has delivered nothing yet."""
    return EnrolledDeviceAnswer.of({**_fields(device, LastDelivery()), "device_id": device.id})


def show_row(row: Row) -> DeviceAnswer:
    """A row of the list."""
    return DeviceAnswer.of(row)


def _fields(device: Device, delivery: LastDelivery) -> Row:
    return {
        "id": device.id,
        "register_id": device.register_id,
        "store_id": device.store_id,
        "code": device.code,
        "name": device.name,
        "last_seq": delivery.seq,
        "last_seen_at": delivery.at,
        "enrolled_at": device.created_on,
        "retired_at": device.retired_at,
        "retire_reason": device.retire_reason,
        "version": device.version,
    }
