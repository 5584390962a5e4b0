"""Figures that several sections of the sales summary show beside those of all."""

from projections.reports.columns import Measure
from projections.reports.sections.figures import rate

VOIDS = Measure(
    name="voids", label="Voids", unit="count", meaning="Sales that were taken back whole.", example=1
)
REFUND_COUNT = Measure(
    name="refund_count",
    label="Refunds",
    unit="count",
    meaning="How often money was given back, for goods or as goodwill.",
    example=2,
)
ITEMS_PER_ORDER = rate(
    "items_per_order",
    "Items an order",
    ("items", "orders"),
    "How many units an order had on average; null without orders.",
)
