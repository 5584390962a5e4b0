"""Payments of what a customer owes."""

from uuid import UUID

from falcon import Request, Response

from api.accounts.answers import AllocationAnswer, DuesPaymentAnswer
from api.accounts.input import DuesPaymentBody
from api.operations import operation
from api.resource import Resource
from commands.accounts.holding import CustomerClosed
from commands.accounts.payments import PayDues, pay_dues
from commands.ports import ConcurrentEdit
from domain.accounts import Account, CustomerAccounts, InsufficientCredit, PaymentExceedsDue, StoreCredit
from domain.money import AmountTooLarge


class CustomerPayments(Resource):
    """Payments of what a customer owes."""

    @operation(
        "customers.credit",
        "Take a payment of dues",
        description="It pays what is due first, of the orders that are named if any are. It goes through no "
        "drawer: cash that is put into one is paid in there. `store_credit` as the method pays with what the "
        "customer has to their credit.",
        body=DuesPaymentBody(),
        answer=DuesPaymentAnswer,
        status=201,
        refusals=(PaymentExceedsDue, InsufficientCredit, CustomerClosed, ConcurrentEdit, AmountTooLarge),
    )
    def on_post(self, req: Request, resp: Response, customer_id: UUID) -> None:
        """Enter it."""
        body = dict(req.context.body)
        command = PayDues(customer_id=customer_id, order_ids=tuple(body.pop("order_ids")), **body)
        self.write(req, resp, pay_dues, command, _show, message="Payment taken")


def _show(accounts: CustomerAccounts) -> DuesPaymentAnswer:
    settled = [entry for entry in accounts.entries if isinstance(entry, Account)]
    return DuesPaymentAnswer(
        settled=-sum(entry.amount for entry in settled),
        credited=sum(max(entry.amount, 0) for entry in accounts.entries if isinstance(entry, StoreCredit)),
        due=accounts.dues.balance,
        store_credit=accounts.store_credit.balance,
        allocations=[
            AllocationAnswer(order_id=one.order_id, amount=one.amount)
            for entry in settled
            for one in entry.allocations
        ],
    )
