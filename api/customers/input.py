"""What is asked of clients about customers."""

from collections.abc import Mapping
from typing import Any

from marshmallow import post_load

from api.answers import meanings_of
from api.customers.answers import AddressAnswer, ConsentAnswer, CustomerAnswer
from api.fields import (
    Body,
    Choice,
    Country,
    Day,
    Email,
    Flag,
    Id,
    Many,
    Money,
    Name,
    Object,
    OwnId,
    Phone,
    TaxNumber,
    Text,
    Whole,
    optional,
)
from api.queries import ListQuery
from domain.customers import ADDRESS_FIELDS, PURPOSES
from projections.customer_list import SORT_KEYS

#: To how many groups one may belong, and for how many days what they owe may wait.
MOST_GROUPS, LONGEST_TERMS = 100, 365
# What is asked of clients means what they are answered.
_CUSTOMER, _ADDRESS = meanings_of(CustomerAnswer), meanings_of(AddressAnswer)
_CONSENT = meanings_of(ConsentAnswer)


class AddressBody(Body):
    """An address, always as a whole."""

    line1 = optional(200, **_ADDRESS["line1"])
    line2 = optional(200, **_ADDRESS["line2"])
    city = optional(200, **_ADDRESS["city"])
    region = optional(200, **_ADDRESS["region"])
    postal_code = optional(20, **_ADDRESS["postal_code"])
    country = Country(allow_none=True, load_default=None, **_ADDRESS["country"])

    @post_load
    def _complete(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any] | None:
        """Every field, whichever were sent; nothing, if they say nothing."""
        address = {name: data.get(name) or None for name in ADDRESS_FIELDS}
        return address if any(address.values()) else None


class ConsentBody(Body):
    """What a customer agrees to or refuses."""

    purpose = Choice(*PURPOSES, required=True, **_CONSENT["purpose"])
    granted = Flag(required=True, **_CONSENT["granted"])
    source = Text(required=True, shortest=1, longest=200, **_CONSENT["source"])


class PosCustomerBody(Body):
    """A customer as they are registered at a till."""

    id = OwnId(**_CUSTOMER["id"])
    name = Name(required=True, **_CUSTOMER["name"])
    phone = Phone(allow_none=True, load_default=None, **_CUSTOMER["phone"])
    email = Email(allow_none=True, load_default=None, **_CUSTOMER["email"])
    address = Object(AddressBody(), allow_none=True, load_default=None, **_CUSTOMER["address"])
    tax_number = TaxNumber(allow_none=True, load_default=None, **_CUSTOMER["tax_number"])
    birthday = Day(allow_none=True, load_default=None, **_CUSTOMER["birthday"])
    consents = Many(Object(ConsentBody()), longest=len(PURPOSES), load_default=list, **_CUSTOMER["consents"])


class CustomerBody(PosCustomerBody):
    """A customer to be."""

    reference = Text(shortest=1, longest=100, allow_none=True, load_default=None, **_CUSTOMER["reference"])
    group_ids = Many(Id(), longest=MOST_GROUPS, load_default=list, **_CUSTOMER["group_ids"])
    note = optional(2000, **_CUSTOMER["note"])
    credit_limit = Money(allow_none=True, load_default=None, **_CUSTOMER["credit_limit"])
    terms_days = Whole(
        least=0, most=LONGEST_TERMS, allow_none=True, load_default=None, **_CUSTOMER["terms_days"]
    )


class CustomerEdit(CustomerBody):
    """What can be edited of a customer; consents are given and taken back one by one."""

    class Meta:
        """All but what a customer is known by for good."""

        exclude = ("id", "consents")


class ForceQuery(Body):
    """Whether to insist."""

    force = Flag(
        load_default=False,
        meaning="Whether to register them though another has that telephone number or e-mail address.",
    )


class CustomersQuery(ListQuery):
    """Filters of the customers; without `archived` and `erased`, those who are neither."""

    sort = Choice(
        *SORT_KEYS,
        load_default="name",
        meaning="What to sort by; a minus turns the order around. What was bought counts in your stores.",
    )
    group_id = Id(meaning="Only those who belong to this group.")
    archived = Flag(meaning="Whether they are archived.")
    erased = Flag(meaning="Whether it was erased who they are.")
    has_due = Flag(meaning="Whether they owe something.")
