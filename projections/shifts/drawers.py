"""Drawers: one row a register, locked by every decision that touches one of its shifts."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import LiteralString
from uuid import UUID

from domain.orders import Order
from domain.shifts import Perpetual, Shift
from domain.shifts.perpetual import taken_without_shift
from domain.unlinked_returns import UnlinkedReturn
from projections.base import Database, Fact, Projection, all_but
from projections.records import Reading


class Total(Reading):
    """What is read of the sums of a sale."""

    total: int


class Sale(Reading):
    """What is read of a sale and of a void."""

    register_id: UUID | None
    shift_id: UUID | None
    totals: Total


class Return(Reading):
    """What is read of a refund, of a sale of ours or of none."""

    register_id: UUID | None
    shift_id: UUID | None
    total: int


class Drawers(Projection):
    """Which shift of a register is open, and what the last closed one handed on; minor currency units.

    What is sold at a register without a shift adds to its perpetual totals at once, all else by the close.

    That a register has one open shift at most is that it has one row. A close waits for the sales that hold
    the row, and a sale after it finds no open shift: so it is in the Z, or it is refused.
    """

    name = "drawers"
    version = 4
    mode = "inline"
    tables = ("drawers",)
    on = {
        Shift.Opened: """
            INSERT INTO drawers AS drawer (company_id, register_id, shift_id, last_shift_id)
            VALUES (%(company_id)s, %(register_id)s, %(stream_id)s, %(stream_id)s)
                ON CONFLICT (company_id, register_id) DO UPDATE
               SET shift_id = excluded.shift_id, last_shift_id = excluded.last_shift_id
        """,
        Shift.Ended: """
            UPDATE drawers SET shift_id = NULL
             WHERE company_id = %(company_id)s AND register_id = %(register_id)s AND shift_id = %(stream_id)s
        """,
        # A shift that is counted while the next one sells hands on nothing that the next has not.
        Shift.Closed: """
            UPDATE drawers
               SET shift_id = nullif(shift_id, %(stream_id)s),
                   closing_float = CASE WHEN last_shift_id = %(stream_id)s THEN %(closing_float)s::bigint
                                        ELSE closing_float END,
                   z_number = %(z_number)s, late_count = 0, late_total = 0,
                   perpetual_sales = %(perpetual_sales)s, perpetual_returns = %(perpetual_returns)s,
                   perpetual_receipts = %(perpetual_receipts)s
             WHERE company_id = %(company_id)s AND register_id = %(register_id)s
        """,
        Shift.LateSaleNoted: """
            UPDATE drawers
               SET late_count = late_count + 1, late_total = late_total + %(total)s,
                   perpetual_sales = perpetual_sales + %(sales)s,
                   perpetual_returns = perpetual_returns + %(returns)s,
                   perpetual_receipts = perpetual_receipts + %(receipts)s
             WHERE company_id = %(company_id)s AND register_id = %(register_id)s
        """,
    }
    folds = {
        Order.Sold: Sale,
        Order.Voided: Sale,
        Order.Refunded: Return,
        UnlinkedReturn.Taken: Return,
    }
    derives = {
        # Sums may be more than 64 bits hold.
        "perpetual_sales": (lambda perpetual: Decimal(perpetual.sales), "perpetual"),
        "perpetual_returns": (lambda perpetual: Decimal(perpetual.returns), "perpetual"),
        "perpetual_receipts": (attrgetter("receipts"), "perpetual"),
    }
    # What moves within a shift is in its entries, and the back office has no register.
    ignores = all_but(Shift, *on) | all_but(Order, *folds)
    schema = """
        CREATE TABLE drawers (
            company_id         uuid NOT NULL,
            register_id        uuid NOT NULL,
            shift_id           uuid,
            last_shift_id      uuid,
            closing_float      bigint,
            z_number           bigint NOT NULL DEFAULT 0,
            late_count         bigint NOT NULL DEFAULT 0,
            late_total         numeric NOT NULL DEFAULT 0,
            perpetual_sales    numeric NOT NULL DEFAULT 0,
            perpetual_returns  numeric NOT NULL DEFAULT 0,
            perpetual_receipts bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (company_id, register_id)
        ) WITH (fillfactor = 50);
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """What came without a shift is added up between the facts of shifts, as a close sets the totals."""
        taken: dict[UUID, Perpetual] = {}
        for fact in facts:
            if fact.event not in self.folds:
                _add(taken, db)
                taken = {}
                super().apply([fact], db)
            elif growth := taken_without_shift(fact.event, fact.data):
                register_id = fact.data.register_id
                taken[register_id] = taken.get(register_id, Perpetual()).grown_by(growth)
        _add(taken, db)


def _add(taken: Mapping[UUID, Perpetual], db: Database) -> None:
    if taken:
        totals = taken.values()
        params = {
            "company_id": db.company_id,
            "registers": list(taken),
            "sales": [Decimal(total.sales) for total in totals],
            "returns": [Decimal(total.returns) for total in totals],
            "receipts": [total.receipts for total in totals],
        }
        db.execute(_ADD, params)


# A register that never had a shift has no row yet.
_ADD: LiteralString = """
    INSERT INTO drawers AS drawer
           (company_id, register_id, perpetual_sales, perpetual_returns, perpetual_receipts)
    SELECT %(company_id)s, unnest(%(registers)b::uuid[]), unnest(%(sales)b::numeric[]),
           unnest(%(returns)b::numeric[]), unnest(%(receipts)b::bigint[])
        ON CONFLICT (company_id, register_id) DO UPDATE
       SET perpetual_sales = drawer.perpetual_sales + excluded.perpetual_sales,
           perpetual_returns = drawer.perpetual_returns + excluded.perpetual_returns,
           perpetual_receipts = drawer.perpetual_receipts + excluded.perpetual_receipts
    RETURNING company_id
"""
