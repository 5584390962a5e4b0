"""One parked sale: taken up again, or given up."""

from uuid import UUID

from falcon import Request, Response

from api.etags import expected_versions
from api.operations import operation
from api.orders.held_sales.answers import HeldSaleAnswer, ResumedSaleAnswer
from api.orders.held_sales.input import ResumeBody
from api.orders.held_sales.presenter import show_held_sale, show_resumption
from api.resource import Resource
from commands.orders.held_sales.discarding import DiscardSale, discard_sale
from commands.orders.held_sales.resuming import ResumeSale, resume_sale
from commands.ports import ConcurrentEdit, Missing, StaleVersion
from domain.approvals import APPROVE
from domain.held_sales import HeldElsewhere, HeldSaleEnded
from domain.money import AmountTooLarge
from domain.settings import InUse
from domain.stores import StoreClosed

#: Other actions on `/pos/orders/{order_id}` are about orders; these two are about what is none yet.
_PARTS = {"order_id": "The `id` of the parked sale, from `GET /api/pos/orders/held`."}


class SaleResumption(Resource):
    """Takes parked sales up again."""

    @operation(
        "pos.use",
        "Take a parked sale up",
        description="It is priced anew, as a quote is, and is the till's alone until it is parked again; "
        "from the same till again the answer is the same. Whoever sells it needs the rights for prices that "
        "were set and discounts that were given. `held_elsewhere` says, as `held_by`, who has it.",
        parts=_PARTS,
        body=ResumeBody(),
        body_is_optional=True,
        answer=ResumedSaleAnswer,
        approvals=(APPROVE,),
        refusals=(
            Missing,
            StaleVersion,
            ConcurrentEdit,
            HeldElsewhere,
            HeldSaleEnded,
            StoreClosed,
            AmountTooLarge,
        ),
    )
    def on_post(self, req: Request, resp: Response, order_id: UUID) -> None:
        """Take it up at a till."""
        command = ResumeSale(id=order_id, **req.context.body, expected_versions=expected_versions(req))
        self.write(req, resp, resume_sale, command, show_resumption, message="Sale resumed")


class PosOrder(Resource):
    """A parked sale."""

    @operation(
        "pos.use",
        "Discard a parked sale",
        description="Whoever has it; an order is no parked sale any more, and stays.",
        parts=_PARTS,
        answer=HeldSaleAnswer,
        refusals=(Missing, StaleVersion, ConcurrentEdit, InUse, HeldSaleEnded),
    )
    def on_delete(self, req: Request, resp: Response, order_id: UUID) -> None:
        """Give it up."""
        command = DiscardSale(id=order_id, expected_versions=expected_versions(req))
        self.write(req, resp, discard_sale, command, show_held_sale, message="Sale discarded")
