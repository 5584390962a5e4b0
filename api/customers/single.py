"""One customer: shown, edited, put away, had back."""

from datetime import datetime
from uuid import UUID

from falcon import Request, Response

from api.customers.answers import CustomerAnswer
from api.customers.input import ConsentBody, CustomerEdit
from api.customers.presenter import show_customer, show_past
from api.entities import EDITS
from api.etags import expected_versions
from api.operations import operation
from api.queries import AsOfQuery
from api.resource import Resource
from api.services import Reading
from commands.customers.archiving import (
    ArchiveCustomer,
    RestoreCustomer,
    archive_customer,
    restore_customer,
)
from commands.customers.ports import KnownCustomer
from commands.customers.revision import NoteConsent, ReviseCustomer, note_consent, revise_customer
from commands.ports import ConcurrentEdit, Missing, StaleVersion
from domain.customers import Customer, Gone, NotArchived
from domain.settings import InUse
from projections.customer_standings import Standings
from projections.customer_totals import CustomerTotals


class CustomerById(Resource):
    """One customer."""

    @operation(
        "customers.view",
        "Show a customer",
        query=AsOfQuery(),
        answer=CustomerAnswer,
        projections=(CustomerTotals,),
    )
    def on_get(self, req: Request, resp: Response, customer_id: UUID) -> None:
        """As they are, or as it was recorded by `as_of`; who was erased since is erased then, too."""
        store_ids, as_of = req.context.caller.store_ids, req.context.query.get("as_of")
        known = self.ask(req, resp, lambda reading: find_customer(reading, customer_id, store_ids, as_of))
        shown = show_customer(known) if as_of is None else show_past(known.customer, known.standing)
        # What they buy, pay and owe is no event of the customer, so that the version says nothing of it.
        self.show(req, resp, shown, is_whole=False)

    @operation(
        "customers.edit",
        "Edit a customer",
        body=CustomerEdit(partial=True),
        answer=CustomerAnswer,
        refusals=EDITS,
    )
    def on_patch(self, req: Request, resp: Response, customer_id: UUID) -> None:
        """Edit some fields; an address is always sent as a whole."""
        command = ReviseCustomer(
            id=customer_id, changes=req.context.body, expected_versions=expected_versions(req)
        )
        self.write(req, resp, revise_customer, command, show_customer, message="Customer changed")

    @operation("customers.archive", "Archive a customer", answer=CustomerAnswer, refusals=(InUse, *EDITS))
    def on_delete(self, req: Request, resp: Response, customer_id: UUID) -> None:
        """Sell nothing to them any more; refused while they owe, have credit, or an order that is open."""
        command = ArchiveCustomer(id=customer_id, expected_versions=expected_versions(req))
        self.write(req, resp, archive_customer, command, show_customer, message="Customer archived")


class CustomerRestoration(Resource):
    """Has a customer back after they were archived."""

    @operation(
        "customers.archive",
        "Restore a customer",
        answer=CustomerAnswer,
        refusals=(NotArchived, Gone, StaleVersion, ConcurrentEdit),
    )
    def on_post(self, req: Request, resp: Response, customer_id: UUID) -> None:
        """Have them back; nobody who was erased or merged comes back."""
        command = RestoreCustomer(id=customer_id, expected_versions=expected_versions(req))
        self.write(req, resp, restore_customer, command, show_customer, message="Customer restored")


class CustomerConsents(Resource):
    """What a customer agrees to."""

    @operation(
        "customers.edit",
        "Record a consent",
        body=ConsentBody(),
        answer=CustomerAnswer,
        status=201,
        refusals=EDITS,
    )
    def on_post(self, req: Request, resp: Response, customer_id: UUID) -> None:
        """Record what they agree to or refuse; what they say last of a purpose counts."""
        command = NoteConsent(id=customer_id, **req.context.body, expected_versions=expected_versions(req))
        self.write(req, resp, note_consent, command, show_customer, message="Consent recorded")


def find_customer(
    reading: Reading,
    customer_id: UUID,
    store_ids: tuple[UUID, ...] = (),
    as_of: datetime | None = None,
    *,
    with_totals: bool = True,
) -> KnownCustomer:
    """The customer, as they are or were known by `as_of`. Raises Missing."""
    standings = Standings(reading.db, [customer_id], store_ids, with_totals=with_totals)
    customers: list[Customer] = reading.aggregates(Customer, [customer_id], as_of)
    if not customers:
        raise Missing
    return KnownCustomer(customers[0], standings.of(customer_id))
