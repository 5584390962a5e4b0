"""What is asked about companies: who they are, who manages them, and what they have of a package."""

from typing import get_args

from api.fields import (
    Body,
    Choice,
    Currency,
    Email,
    Id,
    Moment,
    Name,
    Object,
    OwnId,
    Secret,
    Timezone,
    optional,
)
from api.queries import SortedQuery
from api.users.input import Username
from domain.subscriptions import SubscriptionStatus


class CompanyEdit(Body):
    """What can be edited of a company; its currency stays what it is."""

    name = Name(required=True, meaning="What it is called.", example="Corner Shop")
    email = Email(
        allow_none=True, load_default=None, meaning="E-mail address.", example="office@shop.example"
    )
    phone = optional(50, meaning="Telephone number.", example="+1 555 0100")
    address = optional(meaning="Postal address.", example="12 Harbour Street")
    timezone = Timezone(required=True, meaning="A time zone of the IANA database.", example="Europe/Berlin")
    tax_number = optional(100, meaning="The number it is taxed under.", example="DE811907980")
    logo_image_id = Id(
        allow_none=True,
        load_default=None,
        meaning="The image of its logo, one of those of the company's products.",
    )


class AdminBody(Body):
    """The first user of a company, who manages it."""

    username = Username(required=True, meaning="The name to sign in with.", example="admin@demo.local")
    password = Secret(required=True, meaning="The password.", example="correct horse battery staple")
    email = Email(
        allow_none=True, load_default=None, meaning="E-mail address.", example="office@shop.example"
    )


class CompanyBody(CompanyEdit):
    """A company, with a package and a first admin if it is to have them."""

    id = OwnId(meaning="Its id; on creating you may choose it yourself.")
    currency = Currency(required=True, meaning="A currency of ISO 4217.", example="USD")
    package_id = Id(allow_none=True, load_default=None, meaning="The package.")
    admin = Object(AdminBody(), allow_none=True, load_default=None, meaning="Its first user, who manages it.")


class CompaniesQuery(SortedQuery):
    """Filters of the companies; archived ones are listed on request only."""

    status = Choice("active", "suspended", "archived", "all", meaning="Where it stands in its life.")
    package_id = Id(meaning="The package.")
    subscription_status = Choice(
        *get_args(SubscriptionStatus), meaning="Where its subscription stands; null without a package."
    )


class SuspensionBody(Body):
    """Why."""

    reason = optional(500, meaning="Why it is suspended.", example="Invoices unpaid")


class SubscriptionBody(Body):
    """Another package, or how to go on with this one; what is not said follows from the package."""

    package_id = Id(meaning="The package.")
    status = Choice("trial", "active", meaning="Where it stands.")
    trial_ends_at = Moment(allow_none=True, meaning="When the trial ends.", example="2026-03-14T09:26:53Z")
    period_ends_at = Moment(
        allow_none=True,
        meaning="When the paid period ends; null: it does not.",
        example="2026-03-14T09:26:53Z",
    )
