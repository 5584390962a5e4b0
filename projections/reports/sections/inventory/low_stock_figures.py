"""The figures of what is at or below its reorder level."""

from projections.reports.columns import Column, Key, Measure
from projections.reports.sections.inventory.pace import DAYS_IN_STOCK_LATELY, SOLD_LATELY
from projections.reports.sections.inventory.stock_on_hand import INCOMING, REORDER_LEVEL

COLUMNS: tuple[Column, ...] = (
    Measure(
        name="available",
        label="Available",
        unit="quantity",
        meaning="What may be sold or promised; below zero where more is promised than there is.",
        example="4",
    ),
    INCOMING,
    REORDER_LEVEL,
    Measure(
        name="shortfall",
        label="Shortfall",
        unit="quantity",
        meaning="What is missing to the reorder level once all has come that is on the way or on order.",
        inputs=("reorder_level", "available", "incoming"),
        text="reorder_level - available - incoming, 0 at least",
        example="6",
    ),
    SOLD_LATELY,
    DAYS_IN_STOCK_LATELY,
    Column(
        name="daily_sales",
        label="Daily sales",
        unit="ratio",
        meaning="What is sold on a day with stock, over the 56 days up to the end of the period; null where "
        "there was stock on fewer than 21 of them.",
        inputs=("sold_lately", "days_in_stock"),
        text="sold_lately / days_in_stock",
        example="0.5000",
    ),
    Column(
        name="days_left",
        label="Days left",
        unit="ratio",
        meaning="For how many days what is available lasts at that; null where nothing sells.",
        inputs=("available", "sold_lately", "days_in_stock"),
        text="available * days_in_stock / sold_lately",
        example="8.0000",
    ),
    Column(
        name="stock_out_on",
        label="Stock out on",
        unit="date",
        meaning="The day on which nothing will be left; null where none can be told.",
        inputs=("days_left",),
        text="the end of the period + days_left",
        example="2026-04-08",
    ),
    Column(
        name="lead_days",
        label="Lead days",
        unit="count",
        meaning="How many days it takes to come once it is ordered, as that is set now of its supplier, or "
        "of the company.",
        example=7,
    ),
    Column(
        name="reorder_quantity",
        label="Reorder quantity",
        unit="quantity",
        meaning="The least that is ordered of it, as that is set now; null where there is none.",
        example="12",
    ),
    Column(
        name="max_level",
        label="Most",
        unit="quantity",
        meaning="The most that there should be, as that is set now; null where there is none.",
        example="60",
    ),
    Measure(
        name="suggested",
        label="Suggested order",
        unit="quantity",
        meaning="What to order so that it lasts for 14 days once it has come, before it is raised to packs.",
        inputs=(
            "daily_sales",
            "lead_days",
            "reorder_level",
            "available",
            "incoming",
            "reorder_quantity",
            "max_level",
        ),
        text="daily_sales * (lead_days + 14) + reorder_level - available - incoming, reorder_quantity at "
        "least, and so that it is max_level at most",
        example="12",
    ),
    Measure(
        name="missed_sales",
        label="Missed sales",
        unit="quantity",
        meaning="What would have been sold on those of the 56 days on which there was none.",
        inputs=("sold_lately", "days_in_stock"),
        text="sold_lately / days_in_stock * (56 - days_in_stock)",
        example="3",
    ),
)
#: Where it is low.
PLACES = (
    Key(name="storage_id", label="Storage id", unit="id", meaning="Where it is low."),
    Key(name="storage_name", label="Storage", unit="text", meaning="What that is called.", example="Cellar"),
)
