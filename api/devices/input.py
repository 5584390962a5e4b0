"""What is asked of clients about devices."""

from api.answers import meanings_of
from api.devices.answers import DeviceAnswer
from api.fields import Body, Choice, Id, Name, OwnId, optional
from api.queries import PageQuery
from projections.devices import STATUSES

_DEVICE = meanings_of(DeviceAnswer)


class DeviceBody(Body):
    """A device that is to sell at a register."""

    id = OwnId(**_DEVICE["id"])
    register_id = Id(required=True, **_DEVICE["register_id"])
    name = Name(required=True, **_DEVICE["name"])


class RetirementBody(Body):
    """Why a device is retired."""

    reason = optional(1000, meaning="Why.", example="Stolen")


class DevicesQuery(PageQuery):
    """Filters of the devices."""

    register_id = Id(**_DEVICE["register_id"])
    store_id = Id(**_DEVICE["store_id"])
    status = Choice(*STATUSES, meaning="Whether it is in use.")
