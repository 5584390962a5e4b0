"""Store credit of a customer: its ledger, and what is given or taken by hand."""

from uuid import UUID

from falcon import Request, Response

from api.accounts.answers import CreditEntryAnswer
from api.accounts.customers import check_customer
from api.accounts.input import CreditBody
from api.operations import operation
from api.queries import PageQuery
from api.resource import Resource
from api.services import Reading
from commands.accounts.adjustments import AdjustCredit, adjust_credit
from commands.accounts.holding import CustomerClosed
from commands.ports import ConcurrentEdit
from domain.accounts import InsufficientCredit, StoreCredit
from domain.money import AmountTooLarge
from projections.accounts.credit_ledger import list_credit_entries
from projections.base import Row


class CustomerStoreCredit(Resource):
    """Store credit of a customer."""

    @operation(
        "customers.view",
        "Show a customer's store credit",
        query=PageQuery(),
        answer=CreditEntryAnswer,
        many=True,
    )
    def on_get(self, req: Request, resp: Response, customer_id: UUID) -> None:
        """One page of its entries, the newest first: the first of all has the balance."""

        def question(reading: Reading) -> tuple[list[Row], int]:
            check_customer(reading, customer_id)
            return list_credit_entries(reading.db, customer_id=customer_id, **req.context.query)

        rows, total = self.ask(req, resp, question)
        self.answer_page(req, resp, [_show_row(row) for row in rows], total)

    @operation(
        "customers.credit",
        "Give or take store credit",
        description="By hand, for a reason. Credit that has a last day (`expires_on`) is spent first, and "
        "lapses when that day is over in the company's own time zone.",
        body=CreditBody(),
        answer=CreditEntryAnswer,
        status=201,
        refusals=(InsufficientCredit, CustomerClosed, ConcurrentEdit, AmountTooLarge),
    )
    def on_post(self, req: Request, resp: Response, customer_id: UUID) -> None:
        """Enter it."""
        command = AdjustCredit(customer_id=customer_id, **req.context.body)
        self.write(req, resp, adjust_credit, command, _show, message="Store credit adjusted")


def _show(entry: StoreCredit) -> CreditEntryAnswer:
    return CreditEntryAnswer(
        id=entry.id,
        at=entry.occurred_at,
        type=entry.kind,  # type: ignore[arg-type]  # the kinds of entries are those of its type
        amount=entry.amount,
        balance=entry.balance,
        order_id=None,
        order_number=None,
        refund_id=None,
        reason=entry.reason,
        expires_on=entry.expires_on,
        created_by=entry.created_by,
        recorded_at=entry.created_on,
    )


def _show_row(row: Row) -> CreditEntryAnswer:
    return CreditEntryAnswer.of(
        {
            **row,
            "at": row["occurred_at"],
            "type": row["kind"],
            "expires_on": row["ends_on"],
            "recorded_at": row["created_at"],
        }
    )
