"""Approving at somebody else's till."""

from falcon import Request, Response

from api.approvals.answers import ApprovalAnswer
from api.approvals.input import ApprovalBody
from api.envelope import encode, ok
from api.operations import operation
from api.resource import Resource, visitor_of
from commands.access import CompanySuspended, SubscriptionExpired
from commands.approvals import LIFETIME, GiveApproval, give_approval
from commands.outcomes import Response as Written
from commands.signing_in import TooManyRequests, WrongCredentials

_DESCRIPTION = (
    "The approver needs `pos.approve` and the `key` itself (for `orders.refund_other_method` also "
    "`orders.refund`, which it grants as well), and works in a store of the caller's. The approval is good "
    f"for {LIFETIME} seconds, for the caller alone, and for one request, in the stores where both work. With "
    "`pos.discount` the ceiling of the approver's role counts, if it is the higher one. An approval is used "
    "up by a request that records something, whether that needed it or not; never by one that is refused, by "
    "a quote, or by a repetition, which is answered as the first one was. Wrong names, passwords and pins "
    "count as they do in signing in."
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
        refusals=(WrongCredentials, CompanySuspended, SubscriptionExpired, TooManyRequests),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Let an approver, who enters password or pin, allow one request of the caller's."""
        body, authentication = req.context.body, self.services.authentication
        approver = authentication.find_approver(
            req.context.caller.company_id,
            body["username"],
            visitor_of(req),
            password=body["password"],
            pin=None,
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
