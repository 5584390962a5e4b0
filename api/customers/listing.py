"""All customers: listed, and a place to register more of them."""

from falcon import Request, Response

from api.customers.answers import CustomerAnswer
from api.customers.input import CustomerBody, CustomersQuery, ForceQuery
from api.customers.presenter import show_customer, show_row
from api.customers.registrations import registration_of
from api.operations import operation
from api.resource import Resource
from api.services import Reading
from commands.customers.registration import register_customer
from commands.ports import ConcurrentEdit, DuplicateId
from domain.customers import PossibleDuplicate
from projections.customer_list import list_customers
from projections.customer_standings import Standings
from projections.customer_totals import CustomerTotals


class Customers(Resource):
    """Everybody who buys."""

    @operation(
        "customers.view",
        "List customers",
        description="`search` finds names as lookups do, past small typos; telephone "
        "number, e-mail address and reference exactly, however punctuated. Whoever works in some of the "
        "stores sees the customers of all, but `totals` of theirs alone.",
        query=CustomersQuery(),
        answer=CustomerAnswer,
        many=True,
        projections=(CustomerTotals,),
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of customers."""
        store_ids = req.context.caller.store_ids

        def question(reading: Reading) -> tuple[list[CustomerAnswer], int]:
            rows, total = list_customers(reading.db, store_ids=store_ids, **req.context.query)
            standings = Standings(reading.db, [row["id"] for row in rows], store_ids).by_id()
            return [show_row(row, standings[row["id"]]) for row in rows], total

        self.answer_page(req, resp, *self.ask(req, resp, question))

    @operation(
        "customers.create",
        "Register a customer",
        description="Who has the telephone number or the e-mail address of another, however punctuated, may "
        "be known already: `possible_duplicate`, whose details name that customer as `customer_id`. Families "
        "share a telephone, so `force=true` registers them all the same.",
        query=ForceQuery(),
        body=CustomerBody(),
        answer=CustomerAnswer,
        status=201,
        refusals=(PossibleDuplicate, DuplicateId, ConcurrentEdit),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Register one."""
        command = registration_of(req.context.body, **req.context.query)
        self.create(req, resp, register_customer, command, show_customer, message="Customer registered")
