"""Devices: all of them, and new ones."""

from uuid import uuid4

from falcon import Request, Response

from api.devices.answers import DeviceAnswer, EnrolledDeviceAnswer, show_enrolled, show_row
from api.devices.input import DeviceBody, DevicesQuery
from api.operations import operation
from api.resource import Resource, requested_stores
from commands.devices import EnrolDevice, enrol_device
from commands.ports import ConcurrentEdit, DuplicateId
from domain.settings import OtherStore
from projections.devices import list_devices


class Devices(Resource):
    """Devices."""

    @operation("pos.use", "List devices", query=DevicesQuery(), answer=DeviceAnswer, many=True)
    def on_get(self, req: Request, resp: Response) -> None:
        """One page, the newest first, of the caller's stores."""
        query = dict(req.context.query)
        store_ids = requested_stores(query.pop("store_id", None), req.context.caller)
        rows, total = self.ask(
            req, resp, lambda reading: list_devices(reading.db, store_ids=store_ids, **query)
        )
        self.answer_page(req, resp, [show_row(row) for row in rows], total)

    @operation(
        "pos.use",
        "Enrol a device",
        description="Once, while it is online: it gives the device a code, with which the numbers of what it "
        "sells offline begin. No second device ever gets the same. The guide tells how it counts, under "
        "Receipt numbers.",
        body=DeviceBody(),
        answer=EnrolledDeviceAnswer,
        status=201,
        refusals=(DuplicateId, ConcurrentEdit, OtherStore),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Let a device sell at a register."""
        body = req.context.body
        command = EnrolDevice(
            id=body.get("id") or uuid4(), register_id=body["register_id"], name=body["name"]
        )
        self.create(req, resp, enrol_device, command, show_enrolled, message="Device enrolled")
