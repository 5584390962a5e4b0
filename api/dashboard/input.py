"""What is asked of dashboards."""

from api.fields import Body, Choice, Day, Ids, Whole
from api.reports.parameters import MOST_STORES


class StoresQuery(Body):
    """Which stores."""

    store_id = Ids(
        longest=MOST_STORES, meaning="The stores, one or several; without it, all of the caller's."
    )


class DashboardQuery(StoresQuery):
    """Business dates, both inclusive; without them the stores' today."""

    from_date = Day(data_key="from", meaning="The first business date.", example="2026-03-01")
    to_date = Day(data_key="to", meaning="The last business date, itself included.", example="2026-03-31")


class TopQuery(DashboardQuery):
    """With so many rows."""

    limit = Whole(least=1, most=100, load_default=10, meaning="How many rows at most.", example=10)


class ProductsQuery(TopQuery):
    """By one figure."""

    by = Choice(
        "net_sales",
        "quantity",
        "gross_profit",
        permissions={"gross_profit": "costs.view"},
        load_default="net_sales",
        meaning="By which figure.",
    )


class TrendQuery(DashboardQuery):
    """In steps of an interval."""

    interval = Choice(
        "hour", "day", "week", "month", load_default="day", meaning="In which steps; at most 400 of them."
    )


class NewestQuery(StoresQuery):
    """How many."""

    limit = Whole(least=1, most=100, load_default=20, meaning="How many at most.", example=20)
