"""What was sent adds up, however it arrives."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.stock.shipments import ArrivedLine, Shipment

LINE, VARIANT = UUID(int=1), UUID(int=2)

#: Quantities in thousandths, of which parts are taken.
Parts = Sequence[tuple[int, int, int, int]]
parts = st.lists(st.tuples(*[st.integers(0, 3000)] * 4), max_size=12)


def shipment(quantity: str, value: int) -> Shipment:
    return Shipment(line_id=LINE, variant_id=VARIANT, quantity=Decimal(quantity), value=value)


def in_transit(line: ArrivedLine) -> tuple[Any, ...]:
    return line.transit_quantity, line.transit_value


class TestSettle:
    def test_s1_parts_go_by_cumulative_difference(self) -> None:
        sent = shipment("5", 714)
        first = sent.settle(received=Decimal(3))
        assert (first.received_value, *in_transit(first)) == (428, 2, 286)
        rest = sent.after(first).settle(damaged=Decimal(1), lost=Decimal(1))
        assert (rest.damaged_value, rest.lost_value, *in_transit(rest)) == (143, 143, 0, 0)

    def test_one_part_after_another_in_one_receipt_as_in_several(self) -> None:
        one = Decimal(1)
        at_once = shipment("4", 10).settle(received=one, damaged=one, lost=one, returned=one)
        assert (at_once.received_value, at_once.damaged_value) == (3, 2)
        assert (at_once.lost_value, at_once.returned_value) == (3, 2)

    @given(st.integers(1, 10_000), st.integers(0, 10**9), parts)
    def test_any_parts_in_any_number_of_receipts_add_up(
        self, thousandths: int, value: int, parts: Parts
    ) -> None:
        whole = rest = shipment(f"{thousandths / 1000}", value)
        settled = 0
        for part in parts:
            received, damaged, lost, returned = (Decimal(one) / 1000 for one in part)
            if received + damaged + lost + returned > rest.in_transit:
                continue
            line = rest.settle(received=received, damaged=damaged, lost=lost, returned=returned)
            rest = rest.after(line)
            settled += line.received_value + line.damaged_value + line.lost_value + line.returned_value
            assert (line.transit_quantity, line.transit_value) == (rest.in_transit, rest.in_transit_value)
            assert settled + rest.in_transit_value == value
        last = rest.settle(returned=rest.in_transit)
        assert settled + last.returned_value == value
        assert rest.after(last).settled == whole.quantity
        assert last.transit_value == 0
