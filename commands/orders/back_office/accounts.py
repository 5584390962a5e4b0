"""Orders on account: who may place them, and up to which limit."""

from uuid import UUID

from commands.accounts.tenders import ON_ACCOUNT, CustomerRequired, OnAccountNotAllowed
from commands.orders.back_office.occasions import OrderWork
from commands.ports import UnitOfWork
from domain.accounts import CustomerAccounts
from domain.errors import Detail
from domain.orders import Order


def check_on_account(customer_id: UUID | None, work: UnitOfWork) -> None:
    """Raise CustomerRequired, OnAccountNotAllowed for an order on account that nobody may place so."""
    if customer_id is None:
        message = "Name who buys on account."
        raise CustomerRequired(details=[Detail("customer_id", CustomerRequired.code, message)])
    if ON_ACCOUNT not in work.caller.permissions:
        raise OnAccountNotAllowed.without(ON_ACCOUNT)


def check_limit(
    order: Order, held: CustomerAccounts | None, work: OrderWork, field: str | None = None
) -> None:
    """Raise CreditLimitExceeded if the customer may not owe what is not paid of an order on account.

    They owe it once it is handed over; then it is asked again, of their accounts as they are by then. What is
    `held` of these by the decision already is asked first. `field` is what of the request makes them owe it.
    """
    customer_id, asked = order.terms.customer_id, order.figures.payable
    if order.on_account and customer_id and asked > 0:
        accounts = held or work.accounts.of([customer_id]).read()[customer_id]
        accounts.check_limit(asked, field)
