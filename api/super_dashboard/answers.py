"""What is answered of the platform as a whole."""

from typing import Annotated

from api.answers import Answer, Count, Currency, Day, Id, Meaning, Moment, Money, Sum


class CompaniesAnswer(Answer):
    """How many companies there are, by where they stand."""

    active: Annotated[Count, Meaning("Those whose people can sign in.", 118)]
    suspended: Annotated[Count, Meaning("Those that the platform suspended.", 2)]
    archived: Annotated[Count, Meaning("Those that are no customers any more.", 9)]


class PackageSubscriptionsAnswer(Answer):
    """How many companies have a package, by where their subscriptions stand; the archived have none."""

    package_id: Annotated[Id, Meaning("What they subscribe to.")]
    name: Annotated[str, Meaning("What it is called.", "Starter")]
    trial: Annotated[Count, Meaning("Those that try it.", 7)]
    active: Annotated[Count, Meaning("Those that have it for a period, or for good.", 96)]
    past_due: Annotated[Count, Meaning("Those in their days of grace.", 3)]
    expired: Annotated[Count, Meaning("Those whose time is over.", 4)]


class RevenueAnswer(Answer):
    """What active subscriptions come to in a month, in one currency."""

    currency: Currency
    amount: Annotated[
        Money,
        Meaning(
            "Prices of packages by the month, a year's in twelve parts, rounded once; what is paid once "
            "counts nothing, and a suspended company still pays.",
            278_400,
        ),
    ]


class DaySalesAnswer(Answer):
    """What was sold on a business date."""

    date: Annotated[Day, Meaning("By the store's clock and the hour at which its day ends.")]
    orders: Annotated[int, Meaning("Sales that were not voided; a refund lowers it not.", 1_820)]
    net_sales: Annotated[Sum, Meaning("Without tax, discounts and what came back.", 3_120_550)]


class CurrencySalesAnswer(Answer):
    """What all companies of a currency sold."""

    currency: Currency
    days: Annotated[
        list[DaySalesAnswer],
        Meaning("The last 30 business dates, to the newest that there is anywhere; also without sales."),
    ]


class PlatformLagAnswer(Answer):
    """How far read models are behind, each for each company; those that are parked do not count."""

    max_events: Annotated[Count, Meaning("Events not folded yet: the most.", 12)]
    p99_events: Annotated[Count, Meaning("The same of 99 in 100: no more.", 2)]
    max_seconds: Annotated[float, Meaning("Age of the oldest event that is not folded yet: the most.", 0.4)]
    p99_seconds: Annotated[float, Meaning("The same of 99 in 100: no more.", 0.1)]


class PlatformSummaryAnswer(Answer):
    """The platform at a glance."""

    computed_at: Annotated[Moment, Meaning("When this was computed.")]
    read_position: Annotated[Count, Meaning("The last position of the platform's own log.", 1_204)]
    companies: Annotated[CompaniesAnswer, Meaning("How many there are, by how they stand.")]
    subscriptions: Annotated[list[PackageSubscriptionsAnswer], Meaning("By package, in order of names.")]
    mrr: Annotated[list[RevenueAnswer], Meaning("Monthly recurring revenue, by currency.")]
    sales: Annotated[list[CurrencySalesAnswer], Meaning("Of the currencies in which something was sold.")]
    events: Annotated[Count, Meaning("Events in all logs.", 4_180_000)]
    events_per_s: Annotated[float, Meaning("Events recorded a second, over the last minute.", 41.5)]
    projection_lag: Annotated[PlatformLagAnswer, Meaning("How far read models are behind.")]
    parked: Annotated[Count, Meaning("Read models that wait for a person, each for each company.", 0)]
    disk_bytes: Annotated[Count, Meaning("Bytes of the database on disk.", 9_663_676_416)]
