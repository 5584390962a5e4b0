"""What is asked of the platform about its packages."""

from typing import get_args

from api.fields import Body, Choice, Currency, Many, Money, Name, Object, OwnId, Text, Whole, optional
from api.queries import ListQuery
from domain.packages import BillingPeriod

_LONGEST_TRIAL = 365
_HIGHEST_LIMIT = 1_000_000_000


def _limit(meaning: str, example: int) -> Whole:
    return Whole(least=0, most=_HIGHEST_LIMIT, allow_none=True, meaning=meaning, example=example)


class LimitsBody(Body):
    """How many a company may have, or sell in a month; null is no limit."""

    stores = _limit("Stores that are open.", 3)
    storages = _limit("Storages in use.", 5)
    users = _limit("Users who can sign in.", 10)
    products = _limit("Products that are not archived.", 1000)
    orders_per_month = _limit("Sales in a calendar month of the company.", 5000)


class PackageEdit(Body):
    """What can be agreed of a package; a limit that is not named stays."""

    name = Name(required=True, meaning="What it is called.", example="Starter")
    description = optional(2000, meaning="More about it.", example="For a first shop.")
    price = Money(load_default=0, meaning="The price of a billing period.", example=2900)
    currency = Currency(load_default="USD", meaning="A currency of ISO 4217.", example="USD")
    billing_period = Choice(
        *get_args(BillingPeriod),
        load_default="monthly",
        meaning="How long a period is; `none`: it is paid once.",
    )
    trial_days = Whole(
        least=0,
        most=_LONGEST_TRIAL,
        load_default=0,
        meaning="For how many days it can be tried.",
        example=14,
    )
    limits = Object(LimitsBody(), load_default=dict, meaning="How much a company may have; null is no limit.")
    features = Many(
        Text(shortest=1, longest=200),
        longest=100,
        load_default=list,
        meaning="What it offers besides.",
        example=["Several stores"],
    )


class PackageBody(PackageEdit):
    """A package."""

    id = OwnId(meaning="Its id; on creating you may choose it yourself.")


class PackagesQuery(ListQuery):
    """Filters of the packages; archived ones are listed on request only."""

    sort = Choice(
        "name",
        "-name",
        "price",
        "-price",
        "created_at",
        "-created_at",
        load_default="name",
        meaning="What to sort by; a minus turns the order around.",
    )
    status = Choice("active", "inactive", "archived", "all", meaning="Where it stands in its life.")
