"""What is answered of companies and their subscriptions."""

from typing import Annotated, Literal

from api.answers import (
    Answer,
    Count,
    CreatedAt,
    Currency,
    Email,
    Id,
    Meaning,
    Moment,
    OwnId,
    UpdatedAt,
    Version,
)
from api.packages.answers import LimitsAnswer
from domain.subscriptions import SubscriptionStatus

PackageId = Annotated[
    Id | None, Meaning("What the company subscribes to, and so its limits; null: nothing yet.")
]
TrialEndsAt = Annotated[Moment | None, Meaning("When the trial ends.")]
PeriodEndsAt = Annotated[Moment | None, Meaning("When the paid period ends; null: it does not.")]


class CompanyDetails(Answer):
    """What a company says of itself."""

    id: OwnId
    name: Annotated[str, Meaning("What it is called.", "Corner Shop")]
    email: Annotated[Email | None, Meaning("E-mail address.")]
    phone: Annotated[str | None, Meaning("Telephone number.", "+1 555 0100")]
    address: Annotated[str | None, Meaning("Postal address.", "12 Harbour Street")]
    currency: Currency
    timezone: Annotated[str, Meaning("A time zone of the IANA database.", "Europe/Berlin")]
    tax_number: Annotated[str | None, Meaning("The number it is taxed under.", "DE811907980")]
    logo_image_id: Annotated[
        Id | None, Meaning("The image of its logo, one of those of the company's products.")
    ]


class CompanyAnswer(CompanyDetails):
    """A company as it stands; without a package it has no limits."""

    status: Annotated[Literal["active", "suspended", "archived"], Meaning("Where it stands in its life.")]
    suspension_reason: Annotated[str | None, Meaning("Why it is suspended.")]
    is_sandbox: Annotated[
        bool,
        Meaning("Whether it is a clone to try things out in: nothing is mailed, no webhook is told.", False),
    ]
    package_id: PackageId
    subscription_status: Annotated[
        SubscriptionStatus | None, Meaning("Where its subscription stands; null without a package.")
    ]
    trial_ends_at: TrialEndsAt
    period_ends_at: PeriodEndsAt
    version: Version
    created_at: CreatedAt
    updated_at: UpdatedAt


class UsageAnswer(Answer):
    """How much of what can be limited a company has at present."""

    stores: Annotated[Count, Meaning("Stores that are open.", 1)]
    storages: Annotated[Count, Meaning("Storages in use.", 2)]
    users: Annotated[Count, Meaning("Users who can sign in.", 4)]
    products: Annotated[Count, Meaning("Products that are not archived.", 320)]
    orders_per_month: Annotated[Count, Meaning("Sales in this calendar month of the company.", 1180)]


class SubscriptionAnswer(Answer):
    """What a company has of a package; null without one. `version` is the company's."""

    company_id: Annotated[Id, Meaning("Whose subscription it is.")]
    package_id: PackageId
    package_name: Annotated[str | None, Meaning("What the package is called.", "Starter")]
    status: Annotated[SubscriptionStatus | None, Meaning("Where it stands.")]
    trial_ends_at: TrialEndsAt
    period_ends_at: PeriodEndsAt
    overdue_since: Annotated[Moment | None, Meaning("Since when the days of grace run.")]
    changes_at: Annotated[Moment | None, Meaning("When time itself will change the status.")]
    limits: Annotated[LimitsAnswer, Meaning("How much a company may have; null is no limit.")]
    usage: Annotated[UsageAnswer, Meaning("How much of it is used.")]
    version: Version
