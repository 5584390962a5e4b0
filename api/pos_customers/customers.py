"""Finding, showing and registering customers at a till."""

from uuid import UUID

from falcon import Request, Response

from api.customers.input import ForceQuery, PosCustomerBody
from api.customers.registrations import registration_of
from api.customers.single import find_customer
from api.entities import values_of
from api.operations import operation
from api.pos_customers.answers import PosCustomerAnswer, show_at_till
from api.queries import AsOfQuery, ListQuery
from api.resource import Resource
from api.services import Reading
from commands.customers.ports import KnownCustomer
from commands.customers.registration import register_customer
from commands.ports import ConcurrentEdit, DuplicateId
from domain.customers import PossibleDuplicate
from projections.customer_list import group_names, list_customers
from projections.customer_standings import Standings


class PosCustomers(Resource):
    """Customers to sell to."""

    @operation(
        "pos.use",
        "Find customers",
        description="By name, telephone number, e-mail address or reference, as in the back office; of each "
        "only what a till has to show.",
        query=ListQuery(),
        answer=PosCustomerAnswer,
        many=True,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of those who are dealt with, by name."""

        def question(reading: Reading) -> tuple[list[PosCustomerAnswer], int]:
            rows, total = list_customers(reading.db, **req.context.query)
            groups = group_names(reading.db, {group for row in rows for group in row["group_ids"]})
            ids = [row["id"] for row in rows]
            standings = Standings(reading.db, ids, with_totals=False).by_id()
            return [show_at_till(row, standings[row["id"]], groups) for row in rows], total

        self.answer_page(req, resp, *self.ask(req, resp, question))

    @operation(
        "pos.use",
        "Register a customer at the till",
        description="`possible_duplicate` names in its details who has the telephone number or e-mail "
        "address as `customer_id`; `force=true` registers them all the same.",
        query=ForceQuery(),
        body=PosCustomerBody(),
        answer=PosCustomerAnswer,
        status=201,
        refusals=(PossibleDuplicate, DuplicateId, ConcurrentEdit),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Register one."""
        command = registration_of(req.context.body, **req.context.query)
        self.create(req, resp, register_customer, command, _show_new, message="Customer registered")


class PosCustomer(Resource):
    """A customer at a till."""

    @operation("pos.use", "Show a customer at the till", query=AsOfQuery(), answer=PosCustomerAnswer)
    def on_get(self, req: Request, resp: Response, customer_id: UUID) -> None:
        """As they are, or as it was recorded by `as_of`."""
        as_of = req.context.query.get("as_of")

        def question(reading: Reading) -> PosCustomerAnswer:
            known = find_customer(reading, customer_id, as_of=as_of, with_totals=False)
            groups = group_names(reading.db, known.customer.values["group_ids"])
            return show_at_till(values_of(known.customer), known.standing, groups)

        # What they have to their credit is no event of the customer.
        self.show(req, resp, self.ask(req, resp, question), is_whole=False)


def _show_new(known: KnownCustomer) -> PosCustomerAnswer:
    """Whoever registers at a till puts nobody into a group."""
    return show_at_till(values_of(known.customer), known.standing)
