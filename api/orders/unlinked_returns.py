"""Returns without their order."""

from typing import Annotated

from falcon import Request, Response
from msgspec import structs

from api.answers import NULL, Answer, Currency, Day, Id, Meaning, Moment, Money, OwnId, SignedMoney, Version
from api.fiscal.signatures import SignatureAnswer, show_signature
from api.operations import operation
from api.orders.refund_answers import RefundLineAnswer, RefundPaymentAnswer
from api.orders.refund_presenter import show_refunded_line
from api.orders.tax_answers import TaxAnswer, show_taxes
from api.orders.unlinked_return_input import UnlinkedReturnBody, return_of
from api.resource import Resource
from commands.accounts.tenders import CustomerRequired
from commands.moments import BeforeTheCompany, TooFarBack
from commands.orders.unlinked_returns import take_return
from commands.ports import ConcurrentEdit, DuplicateId
from domain.approvals import RETURN_UNLINKED
from domain.money import AmountTooLarge
from domain.payments import PaymentExceedsTotal, PaymentInsufficient
from domain.shifts import NoOpenShift
from domain.stores import StoreClosed
from domain.unlinked_returns import LinkedReturnExists, UnlinkedLine, UnlinkedReturn


class UnlinkedLineAnswer(RefundLineAnswer, kw_only=True):
    """Goods that came back, priced and taxed as the store sold them then."""

    line_id: Annotated[Id, Meaning("Its name within this return.")]
    sku: Annotated[str, Meaning("The stock-keeping unit, unique in the company.", "BEANS-250")]
    name: Annotated[str, Meaning("What it is called.", "Espresso beans")]
    variant_name: Annotated[str, Meaning("What the variant is called.", "250 g")]
    unit_price: Annotated[Money, Meaning("What was given for one.", 450)]
    list_price: Annotated[Money, Meaning("What one was sold for in that store.", 450)]


class UnlinkedReturnAnswer(Answer):
    """A return without its order. It belongs to the store, register, shift and day that paid.

    Money is in minor currency units.
    """

    id: OwnId
    number: Annotated[str, Meaning("Its number, in sequence with the till's refunds.", "MAIN-1-R000008")]
    currency: Currency
    store_id: Annotated[Id, Meaning("The store that paid.")]
    register_id: Annotated[Id | None, Meaning("The register that paid.")]
    shift_id: Annotated[Id | None, Meaning("The shift whose drawer paid.")]
    cashier_id: Annotated[Id | None, Meaning("Who took it.")]
    customer_id: Annotated[Id | None, Meaning("Who brought it back; null: nobody was named.")]
    business_date: Annotated[Day, Meaning("The day it counts for.")]
    occurred_at: Annotated[Moment, Meaning("When it happened.")]
    recorded_at: Annotated[Moment, Meaning("When it was recorded.")]
    lines: Annotated[list[UnlinkedLineAnswer], Meaning("What came back.")]
    taxes: Annotated[list[TaxAnswer], Meaning("The taxes in it, each rate by itself.")]
    tax_total: Annotated[Money, Meaning("All taxes together, those that are in the prices as well.", 30)]
    total: Annotated[Money, Meaning("What was given back, tax included, before rounding.", 450)]
    rounding: Annotated[SignedMoney, Meaning("What was paid out above or below it.", 0)]
    payments: Annotated[list[RefundPaymentAnswer], Meaning("How it was paid out.")]
    reason: Annotated[str, Meaning("Why.", "Gift, too small")]
    external_reference: Annotated[str | None, Meaning("What the customer had in hand.", "OLD-TILL-4711")]
    note: Annotated[str | None, Meaning("Free text; nothing depends on it.")]
    approved_by: Annotated[Id | None, Meaning("Who approved it.")]
    fiscal: Annotated[SignatureAnswer | None, Meaning("What a signing device said of it.", NULL)]
    version: Version


class PosReturns(Resource):
    """Goods that come back without their order."""

    @operation(
        RETURN_UNLINKED,
        "Take goods back without their order",
        description="Goods are priced at most as the store sells them now, and taxed so. Those that are put "
        "back come into stock at the average cost, else the last, else the catalog's. A number of your own "
        "as `external_reference` is refused: refund that order. The same `id` with the same content answers "
        "with the return that was made.",
        body=UnlinkedReturnBody(),
        answer=UnlinkedReturnAnswer,
        status=201,
        approvals=(RETURN_UNLINKED,),
        refusals=(
            LinkedReturnExists,
            CustomerRequired,
            PaymentInsufficient,
            PaymentExceedsTotal,
            StoreClosed,
            NoOpenShift,
            DuplicateId,
            ConcurrentEdit,
            TooFarBack,
            BeforeTheCompany,
            AmountTooLarge,
        ),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Take goods back."""
        command = return_of(req.context.body)
        self.create(req, resp, take_return, command, show_return, message="Taken back")


def show_return(one: UnlinkedReturn) -> UnlinkedReturnAnswer:
    """A return without its order."""
    taken = one.taken
    return UnlinkedReturnAnswer(
        id=one.id,
        number=taken.number,
        currency=taken.currency,
        store_id=taken.store_id,
        register_id=taken.register_id,
        shift_id=taken.shift_id,
        cashier_id=taken.cashier_id,
        customer_id=taken.customer_id,
        business_date=taken.business_date,
        occurred_at=taken.occurred_at,
        recorded_at=one.created_on,
        lines=[_show_line(line) for line in taken.lines],
        taxes=show_taxes(taken.taxes),
        tax_total=sum(tax.amount for tax in taken.taxes),
        total=taken.total,
        rounding=taken.rounding,
        payments=[RefundPaymentAnswer.of(payment) for payment in taken.payments],
        reason=taken.reason,
        external_reference=taken.external_reference,
        note=taken.note,
        approved_by=taken.approved_by,
        fiscal=show_signature(taken.fiscal),
        version=one.version,
    )


def _show_line(line: UnlinkedLine) -> UnlinkedLineAnswer:
    shown = show_refunded_line(line)
    return UnlinkedLineAnswer(
        **structs.asdict(shown),
        sku=line.sku,
        name=line.name,
        variant_name=line.variant_name,
        unit_price=line.unit_price,
        list_price=line.list_price,
    )
