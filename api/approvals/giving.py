"""Approving at somebody else's till."""

from uuid import UUID

from falcon import Request, Response

from api.approvals.answers import ApprovalAnswer
from api.approvals.input import ApprovalBody
from api.envelope import encode, ok
from api.operations import operation
from api.resource import Resource, visitor_of
from commands.access import CompanySuspended, SubscriptionExpired
from commands.approvals import LIFETIME, GiveApproval, check_device, give_approval
from commands.outcomes import Response as Written
from commands.signing_in import TooManyRequests
from domain.approvals import NotAnApprover
from domain.devices import Device

_DESCRIPTION = (
    "The approver needs `pos.approve` and the `key` itself (for `orders.refund_other_method` also "
    "`orders.refund`, which it grants as well), and works in a store of the caller's. The approval is good "
    f"for {LIFETIME} seconds, for the caller alone, and for one request, in the stores where both work. With "
    "`pos.discount` the ceiling of the approver's role counts, if it is the higher one. An approval is used "
    "up by a request that records something, whether that needed it or not; never by one that is refused, by "
    "a quote, or by a repetition, which is answered as the first one was. A pin is good at a device that is "
    "in use in a store of the caller's. Wrong names, passwords and pins count as they do in signing in; "
    "what of it is wrong is not told, and the caller stays signed in. The guide has an "
    "example, under Approvals."
)


class ApprovalGiving(Resource):
    """An approval."""

    @operation(
        "pos.use",
        "Approve something at this till",
        description=_DESCRIPTION,
        body=ApprovalBody(),
        answer=ApprovalAnswer,
        # The answer is a secret, so none is kept to be given again.
        repeatable=False,
        refusals=(NotAnApprover, CompanySuspended, SubscriptionExpired, TooManyRequests),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Let an approver, who enters password or pin, allow one request of the caller's."""
        body, authentication = req.context.body, self.services.authentication
        if "pin" in body:
            # Before it is tried: nobody learns anywhere else whether a pin is right.
            self._check_device(req, resp, body["device_id"])
        approver = authentication.find_approver(
            req.context.caller.company_id,
            body["username"],
            visitor_of(req),
            password=body.get("password"),
            pin=body.get("pin"),
        )
        token, token_hash = authentication.make_approval_token()
        command = GiveApproval(
            approver=approver,
            token_hash=token_hash,
            key=body["key"],
            order_id=body.get("order_id"),
            amount=body.get("amount"),
        )
        answer = ApprovalAnswer(approval=token, expires_in=LIFETIME)
        written = Written(status=200, etag=None, body=encode(ok(answer, "Approved")))
        self.services.application.run(req.context.caller, give_approval, command, lambda _: written)
        resp.data = written.body

    def _check_device(self, req: Request, resp: Response, device_id: UUID) -> None:
        """Raise Invalid unless pins are good at the device."""
        devices = self.ask(req, resp, lambda reading: reading.aggregates(Device, [device_id]))
        check_device(next(iter(devices), None), req.context.caller.store_ids)
