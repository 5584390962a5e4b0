"""What follows from the figures of a row."""

from decimal import Decimal

from projections.base import Row
from projections.reports.columns import derive
from projections.reports.sections.inventory.stock_on_hand import AVAILABLE


def test_a_quantity_that_follows_from_others_has_no_zeros_at_its_end() -> None:
    row: Row = {"on_hand": Decimal("12.5"), "reserved": Decimal("2.5")}
    assert str(derive(row, row, [AVAILABLE])["available"]) == "10"
