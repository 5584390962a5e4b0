"""What is asked of the platform about its packages."""

from typing import get_args

from api.answers import meanings_of
from api.fields import Body, Choice, Currency, Many, Money, Name, Object, OwnId, Text, Whole, optional
from api.packages.answers import LimitsAnswer, PackageAnswer
from api.queries import ListQuery
from domain.packages import BillingPeriod

_LONGEST_TRIAL = 365
_HIGHEST_LIMIT = 1_000_000_000


# What is asked of clients means what they are answered.
_PACKAGE, _LIMITS = meanings_of(PackageAnswer), meanings_of(LimitsAnswer)


def _limit(resource: str) -> Whole:
    return Whole(least=0, most=_HIGHEST_LIMIT, allow_none=True, **_LIMITS[resource])


class LimitsBody(Body):
    """How many a company may have, or sell in a month; null is no limit."""

    stores = _limit("stores")
    storages = _limit("storages")
    users = _limit("users")
    products = _limit("products")
    orders_per_month = _limit("orders_per_month")


class PackageEdit(Body):
    """What can be agreed of a package; a limit that is not named stays."""

    name = Name(required=True, **_PACKAGE["name"])
    description = optional(2000, **_PACKAGE["description"])
    price = Money(load_default=0, **_PACKAGE["price"])
    currency = Currency(load_default="USD", **_PACKAGE["currency"])
    billing_period = Choice(*get_args(BillingPeriod), load_default="monthly", **_PACKAGE["billing_period"])
    trial_days = Whole(least=0, most=_LONGEST_TRIAL, load_default=0, **_PACKAGE["trial_days"])
    limits = Object(LimitsBody(), load_default=dict, **_PACKAGE["limits"])
    features = Many(Text(shortest=1, longest=200), longest=100, load_default=list, **_PACKAGE["features"])


class PackageBody(PackageEdit):
    """A package."""

    id = OwnId(**_PACKAGE["id"])


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
    status = Choice("active", "inactive", "archived", "all", **_PACKAGE["status"])
