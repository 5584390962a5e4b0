"""What dashboards answer; the rows of tiles are made from the columns of their sections."""

from collections.abc import Sequence
from typing import Annotated, Any, cast

import msgspec

from api.answers import Answer, Count, Currency, Day, Id, Meaning, Moment, Ratio, Sum
from api.reports.answers import record_of
from domain.orders import OrderStatus
from projections.reports.tiles import Tile

ChangeRatio = Annotated[
    Ratio | None,
    Meaning(
        "What net sales rose by since the period before it, in proportion to what they were then; null where "
        "there were none.",
        "0.0345",
    ),
]


class FrameAnswer(Answer, rename={"from_date": "from", "to_date": "to"}):
    """What every dashboard answers beside its figures."""

    currency: Currency
    from_date: Annotated[Day, Meaning("The first business date.", "2026-03-01")]
    to_date: Annotated[Day, Meaning("The last business date, itself included.", "2026-03-31")]
    read_position: Annotated[int, Meaning("The position of the log this knows.", 42)]
    computed_at: Annotated[Moment, Meaning("When this was computed.")]


def row_of(tile: Tile, name: str, *more: tuple[str, Any]) -> type[Answer]:
    """The record of a tile's rows, with more fields."""
    fields = [(field, kind, msgspec.NODEFAULT) for field, kind in more]
    return record_of(name, f"A row of: {tile.section.title}.", tile.shown, last=fields)


def tile_of(tile: Tile, name: str, *more: tuple[str, Any], rows: str = "rows") -> type[FrameAnswer]:
    """The record of a dashboard that is one tile."""
    row = row_of(tile, f"{name}Row", *more)
    kind = Annotated[list[row], Meaning("The rows, the first ones first.")]  # type: ignore[valid-type]
    made = msgspec.defstruct(f"{name}Answer", [(rows, kind)], bases=(FrameAnswer,), kw_only=True)
    made.__doc__ = f"{tile.section.title}, as the dashboard shows it."
    made.__module__ = __name__
    return cast("type[FrameAnswer]", made)


class RecentOrderAnswer(Answer):
    """An order, as far as a glance at it goes."""

    id: Annotated[Id, Meaning("By which other calls name it as `order_id`.")]
    number: Annotated[str, Meaning("What its receipt says.", "MAIN-1-000042")]
    time: Annotated[Moment, Meaning("When it was taken.")]
    store_id: Annotated[Id, Meaning("Where.")]
    store: Annotated[str | None, Meaning("What the store is called.", "Harbour")]
    timezone: Annotated[str | None, Meaning("By whose clock it has its business date.", "Europe/Berlin")]
    cashier_id: Annotated[Id | None, Meaning("Who took it.")]
    cashier: Annotated[str | None, Meaning("What they are called.", "ada")]
    total: Annotated[Sum, Meaning("What it comes to.", 1_249)]
    status: Annotated[OrderStatus, Meaning("Where it stands.", "completed")]


class RecentOrdersAnswer(Answer):
    """The orders that were recorded last, or the last ones of a period."""

    currency: Currency
    read_position: Annotated[int, Meaning("The position of the log this knows.", 42)]
    computed_at: Annotated[Moment, Meaning("When this was computed.")]
    rows: Annotated[list[RecentOrderAnswer], Meaning("The orders, the newest first.")]


class HourAnswer(Answer):
    """One hour of the stores' clocks."""

    hour: Annotated[Count, Meaning("The local hour, from 0.", 9)]
    net_sales: Annotated[Sum, Meaning("What was sold in it, without tax, discounts and returns.", 5_230)]
    orders: Annotated[int, Meaning("How many orders.", 7)]
    average: Annotated[Sum | None, Meaning("Net sales a day, rounded half up; null before the first.", 748)]


class WeekdayAnswer(Answer):
    """The hours of one weekday."""

    weekday: Annotated[Count, Meaning("From 1 for Monday to 7.", 1)]
    net_sales: Annotated[
        list[int], Meaning("Net sales of its 24 hours, in the order of `hours`. In minor units.", [0, 5_230])
    ]
    orders: Annotated[list[int], Meaning("The orders of its 24 hours.", [0, 7])]


class SalesByHourAnswer(FrameAnswer, kw_only=True):
    """What was sold in each hour of the trading day, which begins at the cut of days."""

    hours: Annotated[list[HourAnswer], Meaning("24 hours, from the one in which days begin.")]
    weekday: Annotated[
        list[WeekdayAnswer], Meaning("The same of each weekday, from the company's `week_start` on.")
    ]


def summary_of(tile: Tile) -> type[FrameAnswer]:
    """The record of the summary, made from the columns of its tile."""
    measures = record_of("DashboardMeasures", "The figures of a period.", tile.shown)
    change = record_of("DashboardChange", "What each figure rose by.", tile.shown)
    ratio = record_of("DashboardChangeRatio", "What it rose by, in proportion.", tile.shown, is_ratio=True)
    fields: Sequence[tuple[str, Any]] = (
        ("period", Annotated[PeriodAnswer, Meaning("The business dates that it is about.")]),
        ("previous", Annotated[_span("DashboardPrevious", measures), Meaning("The period before it.")]),
        (
            "previous_same_time",
            Annotated[
                _span("DashboardSameTime", measures) | None,
                Meaning(
                    "Of the period before it what had been sold when it was as old as this one is, by the "
                    "clocks of the stores, without the number of customers; null unless this one still runs."
                ),
            ],
        ),
        ("measures", Annotated[measures, Meaning("The figures.")]),
        (
            "change",
            Annotated[
                change, Meaning("What they rose by since the same time or, of what is over, the whole.")
            ],
        ),
        ("change_ratio", Annotated[ratio, Meaning("That, in proportion to what they were.")]),
    )
    made = msgspec.defstruct(
        "DashboardSummaryAnswer", list(fields), bases=(CountsAnswer,), kw_only=True, module=__name__
    )
    made.__doc__ = "How business stands."
    return cast("type[FrameAnswer]", made)


class PeriodAnswer(Answer, rename={"from_date": "from", "to_date": "to"}):
    """Business dates."""

    from_date: Annotated[Day, Meaning("The first business date.", "2026-03-14")]
    to_date: Annotated[Day, Meaning("The last business date, itself included.", "2026-03-14")]


def _span(name: str, measures: type[Answer]) -> Any:
    made = msgspec.defstruct(
        name,
        [("measures", Annotated[measures, Meaning("The figures.")])],
        bases=(PeriodAnswer,),
        kw_only=True,
        module=__name__,
    )
    made.__doc__ = "A period with its figures."
    return made


class CountsAnswer(Answer):
    """What stands in the stores right now."""

    currency: Currency
    read_position: Annotated[int, Meaning("The position of the log this knows.", 42)]
    computed_at: Annotated[Moment, Meaning("When this was computed.")]
    low_stock_count: Annotated[Count, Meaning("How much is available at or below its reorder level.", 3)]
    out_of_stock_count: Annotated[
        Count, Meaning("Of how much of that nothing is available, or less than nothing.", 1)
    ]
    open_shifts: Annotated[Count, Meaning("How many shifts nobody has closed.", 2)]
    unsynced_tills: Annotated[
        Count,
        Meaning("Of how many tills something is missing, waits for something, or was rejected.", 0),
    ]
