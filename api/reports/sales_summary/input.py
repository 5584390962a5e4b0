"""What is asked of the sales summary."""

from api.fields import Body, Choice, Day, Id, Moment
from api.queries import PageQuery


class ReportQuery(Body):
    """Business dates, both inclusive, and what of the company is asked about."""

    from_date = Day(required=True, data_key="from", meaning="The first business date.", example="2026-03-01")
    to_date = Day(
        required=True,
        data_key="to",
        meaning="The last business date, itself included.",
        example="2026-03-31",
    )
    store_id = Id(meaning="The store.")
    as_of = Moment(meaning="Answer from what was recorded up to this time.")


class OverviewQuery(ReportQuery):
    """With a comparison."""

    compare_to = Choice(
        "previous_period", "previous_year", "none", load_default="none", meaning="What to compare with."
    )


class PeriodQuery(ReportQuery):
    """In steps of an interval; weeks begin on Monday."""

    interval = Choice("hour", "day", "week", "month", load_default="day", meaning="In which steps.")


class ProductQuery(ReportQuery, PageQuery):
    """One page, the products with the highest net sales first."""
