"""One device: shown, and retired."""

from uuid import UUID

from falcon import Request, Response

from api.devices.answers import DeviceAnswer, show_device
from api.devices.input import RetirementBody
from api.etags import expected_versions
from api.operations import operation
from api.queries import AsOfQuery
from api.resource import Resource
from api.services import Reading
from commands.devices import RetireDevice, retire_device
from commands.ports import ConcurrentEdit, Missing, StaleVersion
from domain.devices import Device, DeviceRetired
from projections.devices import ask_last_delivery


class DeviceById(Resource):
    """One device."""

    @operation("pos.use", "Show a device", query=AsOfQuery(), answer=DeviceAnswer)
    def on_get(self, req: Request, resp: Response, device_id: UUID) -> None:
        """As it is, or as it was recorded by `as_of`."""
        caller, as_of = req.context.caller, req.context.query.get("as_of")

        def question(reading: Reading) -> DeviceAnswer:
            delivery = ask_last_delivery(reading.db, device_id)
            found: list[Device] = reading.aggregates(Device, [device_id], as_of)
            if not found or not found[0].is_within(caller.store_ids):
                raise Missing
            return show_device(found[0], delivery.read())

        self.show(req, resp, self.ask(req, resp, question))


class DeviceRetirement(Resource):
    """Retires devices."""

    @operation(
        "sync.resolve",
        "Retire a device",
        description="What it sold offline until then may still arrive.",
        body=RetirementBody(),
        body_is_optional=True,
        answer=DeviceAnswer,
        refusals=(StaleVersion, ConcurrentEdit, DeviceRetired),
    )
    def on_post(self, req: Request, resp: Response, device_id: UUID) -> None:
        """Take a device out of use."""
        command = RetireDevice(
            id=device_id, reason=req.context.body["reason"], expected_versions=expected_versions(req)
        )
        self.write(
            req, resp, retire_device, command, lambda retired: show_device(*retired), message="Device retired"
        )
