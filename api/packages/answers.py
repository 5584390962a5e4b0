"""What is answered of packages."""

from typing import Annotated, Literal

from api.answers import Answer, Count, CreatedAt, Currency, Meaning, Money, OwnId, UpdatedAt, Version
from domain.packages import BillingPeriod


class LimitsAnswer(Answer):
    """How many a company may have, or sell in a month; null is no limit."""

    stores: Annotated[Count | None, Meaning("Stores that are open.", 3)]
    storages: Annotated[Count | None, Meaning("Storages in use.", 5)]
    users: Annotated[Count | None, Meaning("Users who can sign in.", 10)]
    products: Annotated[Count | None, Meaning("Products that are not archived.", 1000)]
    orders_per_month: Annotated[Count | None, Meaning("Sales in a calendar month of the company.", 5000)]


class PackageAnswer(Answer):
    """A package as it stands."""

    id: OwnId
    name: Annotated[str, Meaning("What it is called.", "Starter")]
    description: Annotated[str | None, Meaning("More about it.", "For a first shop.")]
    price: Annotated[Money, Meaning("The price of a billing period.", 2900)]
    currency: Currency
    billing_period: Annotated[BillingPeriod, Meaning("How long a period is; `none`: it is paid once.")]
    trial_days: Annotated[Count, Meaning("For how many days it can be tried.", 14)]
    limits: Annotated[LimitsAnswer, Meaning("How much a company may have; null is no limit.")]
    features: Annotated[list[str], Meaning("What it offers besides.", ["Several stores"])]
    status: Annotated[Literal["active", "inactive", "archived"], Meaning("Where it stands in its life.")]
    version: Version
    created_at: CreatedAt
    updated_at: UpdatedAt
