"""What can be asked of reports: every parameter once, and those that each section takes."""

from collections.abc import Callable, Mapping

from marshmallow import fields

from api.fields import Body, Choice, Day, Id, Ids, Moment, Text, Whole
from api.queries import PageQuery
from projections.reports.section import Section

#: How many stores can be named at once.
MOST_STORES = 100

#: The filters that a section can name, by the names of their parameters.
FILTERS: Mapping[str, Callable[[], fields.Field]] = {  # type: ignore[type-arg]  # of any value
    "channel": lambda: Text(shortest=1, longest=40, meaning="Where it was sold.", example="pos"),
    "register": lambda: Id(meaning="Only what was sold at this till."),
    "cashier": lambda: Id(meaning="Only what this cashier sold."),
    "customer": lambda: Id(meaning="Only what this customer bought."),
    "customer_group": lambda: Id(meaning="A group of customers, as its members are now."),
    "category": lambda: Id(meaning="The category, with those below it."),
    "brand": lambda: Id(meaning="Only goods of this brand."),
    "supplier": lambda: Id(meaning="Only goods of this supplier, as the catalog has it now."),
    "storage": lambda: Id(meaning="Only what lies here; without it, in all that you may see."),
    "search": lambda: Text(shortest=1, longest=100, meaning="Words to look for.", example="beans"),
    "account": lambda: Choice(
        "store_credit", "deposits", "dues", meaning="One account; without it all that the company owes."
    ),
    "interval": lambda: Choice(
        "hour",
        "day",
        "week",
        "month",
        "quarter",
        "hour_of_day",
        "hour_of_week",
        "day_of_week",
        load_default="day",
        meaning="In which steps; weeks begin on the company's `week_start`.",
    ),
    "depth": lambda: Whole(least=1, most=20, meaning="How far down the tree.", example=1),
    "days": lambda: Whole(least=1, most=3_660, load_default=90, meaning="For how many days.", example=90),
    "buckets": lambda: Text(
        shortest=1,
        longest=100,
        meaning="Where the age buckets end, in days.",
        example="30,60,90,180,365",
    ),
}


class ReportQuery(PageQuery):
    """Business dates, both inclusive, and what of the company is asked about."""

    from_date = Day(required=True, data_key="from", meaning="The first business date.", example="2026-03-01")
    to_date = Day(
        required=True,
        data_key="to",
        meaning="The last business date, itself included.",
        example="2026-03-31",
    )
    store_id = Ids(
        longest=MOST_STORES, meaning="The stores, one or several; without it, all of the caller's."
    )
    as_of = Moment(meaning="Answer from what was recorded up to this time.")
    compare_to = Choice(
        "previous_period", "previous_year", "none", load_default="none", meaning="What to compare with."
    )
    align = Choice(
        "date",
        "weekday",
        load_default="date",
        meaning="With `compare_to=previous_year`: the same dates, or the same weekdays 52 weeks before.",
    )
    include = Choice("gone", meaning="With `compare_to`: the rows too that only the other period has.")
    page = Whole(least=1, most=100_000, load_default=1, meaning="Which page, from 1.", example=1)
    limit = Whole(least=1, most=1_000, load_default=1_000, meaning="How many rows at most.", example=20)


def basis() -> Choice:
    """Whether figures of now are asked for, or what days were first reported as."""
    return Choice(
        "current",
        "first_reported",
        load_default="current",
        meaning="`first_reported` leaves out what became known of a day after it was closed.",
    )


def query_of(section: Section, name: str) -> Body:
    """The parameters of a section, as a schema of this name."""
    names = ", ".join(section.sorts or [column.name for column in section.all_columns])
    own: dict[str, object] = {one: FILTERS[one]() for one in section.filters}
    own["sort"] = Text(
        shortest=1,
        longest=60,
        load_default=section.order,
        meaning=f"What to sort by, a minus turns the order around: {names}.",
        example=section.order,
    )
    if section.has_first_reported:
        own["basis"] = basis()
    if section.is_ranked:
        own["limit"] = Whole(
            least=1, most=1_000, load_default=20, meaning="How many rows at most.", example=20
        )
    if section.groups:
        own["group"] = Choice(
            *section.groups, load_default=section.groups[0], meaning="What tells the rows apart."
        )
    kind = type(name, (ReportQuery,), {"__doc__": f"What is asked of: {section.title}.", **own})
    schema: Body = kind()
    return schema
