"""Pins: what an approver enters at a till instead of a password."""

from falcon import Request, Response

from api.auth.input import PinBody
from api.operations import SIGNED_IN, operation
from api.resource import Resource, visitor_of
from commands.access import TokenRevoked
from commands.passwords import SetPin, set_pin
from commands.signing_in import TooManyRequests
from domain.pins import WeakPin, check_pin
from projections.users import find_user


class Pin(Resource):
    """The pin one approves with."""

    @operation(
        SIGNED_IN,
        "Set my pin",
        body=PinBody(),
        refusals=(WeakPin, TooManyRequests),
        description="4 to 8 digits, and none that are tried first, such as 1234. It is good for approving at "
        "enrolled devices only, never for signing in. A new password ends it.",
    )
    def on_put(self, req: Request, resp: Response) -> None:
        """Take a pin to approve with, in place of an earlier one."""
        caller, body, authentication = req.context.caller, req.context.body, self.services.authentication
        user = self.ask(req, resp, lambda reading: find_user(reading.db, caller.user_id))
        if user is None:
            raise TokenRevoked
        check_pin(body["pin"])
        knew_current = authentication.knows_password(user, body["current_password"], visitor_of(req))
        pin_hash = authentication.hash_pin(user["id"], body["pin"]) if knew_current else ""
        # Refused by the handler only: a repetition gets its first answer, though the password has changed.
        command = SetPin(user_id=user["id"], knew_current=knew_current, pin_hash=pin_hash)
        self.write(req, resp, set_pin, command, lambda _: None, message="Pin set")
