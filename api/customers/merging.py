"""Merging customers who turned out to be one."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from falcon import Request, Response

from api.answers import meanings_of
from api.customers.answers import CustomerAnswer
from api.customers.presenter import show_customer
from api.entities import EDITS
from api.etags import expected_versions
from api.fields import Body, Id, Many, Object
from api.operations import operation
from api.resource import Resource
from commands.customers.merging import MergeCustomers, merge_customers
from domain.customer_merging import MergeWithItself
from domain.customers import Gone

#: How many may be absorbed at once.
MOST = 50
_CUSTOMER = meanings_of(CustomerAnswer)


class KeepBody(Body):
    """Of whom a field is kept; what is not named here stays as it is."""

    name = Id(meaning="Whose name is kept.")
    phone = Id(meaning="Whose telephone number is kept.")
    email = Id(meaning="Whose e-mail address is kept.")
    address = Id(meaning="Whose address is kept.")
    tax_number = Id(meaning="Whose number for taxes is kept.")
    reference = Id(meaning="Whose reference is kept.")
    birthday = Id(meaning="Whose birthday is kept.")
    note = Id(meaning="Whose note is kept.")
    group_ids = Id(meaning="Whose groups are kept.")
    credit_limit = Id(meaning="Whose credit limit is kept.")
    terms_days = Id(meaning="Whose terms are kept.")


#: Somebody who turned out to be another.
_ABSORBED = "0190f5a1-7c3e-7abc-8def-0123456789ab"


class MergeBody(Body):
    """Which customers are one."""

    example: ClassVar[Mapping[str, Any]] = {"absorb": [_ABSORBED], "keep": {"phone": _ABSORBED}}

    absorb = Many(
        Id(), required=True, shortest=1, longest=MOST, meaning="The customers who turned out to be this one."
    )
    keep = Object(
        KeepBody(),
        load_default=dict,
        meaning="Fields that are taken from others, each with the customer that has it.",
    )


class CustomerMerging(Resource):
    """Merges customers."""

    @operation(
        "customers.merge",
        "Merge customers",
        description="What those absorbed owe and have to their credit becomes this customer's, with its own "
        "days. Their orders keep the `customer_id` they have and are listed and counted as this customer's. "
        "Of what they agreed to, this customer's own word counts. A merge cannot be undone.",
        body=MergeBody(),
        answer=CustomerAnswer,
        refusals=(MergeWithItself, Gone, *EDITS),
    )
    def on_post(self, req: Request, resp: Response, customer_id: UUID) -> None:
        """Let others be this customer from now on."""
        command = MergeCustomers(
            id=customer_id,
            absorb=tuple(req.context.body["absorb"]),
            keep=req.context.body["keep"],
            expected_versions=expected_versions(req),
        )
        self.write(req, resp, merge_customers, command, show_customer, message="Customers merged")
