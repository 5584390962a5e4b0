"""What the sales of the same stores and dates came to."""

from domain.pending import Pending
from projections.base import Database
from projections.market_basket.counting import BasketScope
from projections.reports import section
from projections.reports.grouped import Grouping, Joined, grouped
from projections.reports.period import Period
from projections.reports.sections.figures import SALES, measures_of
from projections.reports.sections.sales_summary.sources import SALE_FACTS, STORE_MONTHS

_MEASURES = tuple(one for one in measures_of(SALES) if one.name in ("gross_sales", "discounts", "returns"))
_SUMS = grouped(
    *(
        Grouping(
            source=source,
            keys={},
            measures=_MEASURES,
            columns=tuple(one.sum or one.name for one in _MEASURES),
        )
        for source in (STORE_MONTHS, SALE_FACTS)
    )
)
_JOINED = Joined(keys=(), questions=(_SUMS,), measures=_MEASURES)


def ask_net_sales(db: Database, scope: BasketScope) -> Pending[int]:
    """Ask for net sales, in minor currency units."""
    period = Period(scope.from_date, scope.to_date)
    filters = dict.fromkeys(("register", "cashier", "customer", "channel"))
    found = _JOINED(
        db,
        section.Criteria(
            period=period,
            position=scope.position,
            permissions=frozenset(),
            stores=scope.stores,
            filters=filters,
        ),
    )

    def net_sales() -> int:
        rows = found.read().rows
        if not rows:
            return 0
        [row] = rows
        return int((row["gross_sales"] or 0) - (row["discounts"] or 0) - (row["returns"] or 0))

    return Pending(net_sales)
