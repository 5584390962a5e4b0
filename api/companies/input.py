"""What is asked about companies: who they are, who manages them, and what they have of a package."""

from typing import get_args

from api.answers import meanings_of
from api.companies.answers import CompanyAnswer, SubscriptionAnswer
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
from api.users.answers import UserDetailAnswer
from api.users.input import Username
from domain.subscriptions import SubscriptionStatus

# What is asked of clients means what they are answered.
_COMPANY, _SUBSCRIPTION = meanings_of(CompanyAnswer), meanings_of(SubscriptionAnswer)
# What is over already takes effect at once, which nobody means who tries an example.
_AHEAD = {"example": "2030-03-14T00:00:00Z"}
_USER = meanings_of(UserDetailAnswer)


class CompanyEdit(Body):
    """What can be edited of a company; its currency stays what it is."""

    name = Name(required=True, **_COMPANY["name"])
    email = Email(allow_none=True, load_default=None, **_COMPANY["email"])
    phone = optional(50, **_COMPANY["phone"])
    address = optional(**_COMPANY["address"])
    timezone = Timezone(required=True, **_COMPANY["timezone"])
    tax_number = optional(100, **_COMPANY["tax_number"])
    logo_image_id = Id(allow_none=True, load_default=None, **_COMPANY["logo_image_id"])


class AdminBody(Body):
    """The first user of a company, who manages it."""

    username = Username(required=True, **_USER["username"])
    password = Secret(
        required=True,
        meaning="To begin with; whoever gets it should change it.",
        example="correct horse battery staple",
    )
    email = Email(allow_none=True, load_default=None, **_USER["email"])


class CompanyBody(CompanyEdit):
    """A company, with a package and a first admin if it is to have them."""

    id = OwnId(**_COMPANY["id"])
    currency = Currency(required=True, **_COMPANY["currency"])
    package_id = Id(allow_none=True, load_default=None, **_COMPANY["package_id"])
    admin = Object(AdminBody(), allow_none=True, load_default=None, meaning="Its first user, who manages it.")


class CompaniesQuery(SortedQuery):
    """Filters of the companies; archived ones are listed on request only."""

    status = Choice("active", "suspended", "archived", "all", **_COMPANY["status"])
    package_id = Id(**_COMPANY["package_id"])
    subscription_status = Choice(*get_args(SubscriptionStatus), **_COMPANY["subscription_status"])


class SuspensionBody(Body):
    """Why."""

    reason = optional(500, meaning="Why it is suspended.", example="Invoices unpaid")


class SubscriptionBody(Body):
    """Another package, or how to go on with this one; what is not said follows from the package."""

    package_id = Id(**_SUBSCRIPTION["package_id"])
    status = Choice("trial", "active", **_SUBSCRIPTION["status"])
    trial_ends_at = Moment(allow_none=True, **{**_SUBSCRIPTION["trial_ends_at"], **_AHEAD})
    period_ends_at = Moment(allow_none=True, **{**_SUBSCRIPTION["period_ends_at"], **_AHEAD})
