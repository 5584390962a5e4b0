"""Drawers: one row a register, locked by every decision that touches one of its shifts."""

from decimal import Decimal
from operator import attrgetter

from domain.shifts import Shift
from projections.base import Projection


class Drawers(Projection):
    """Which shift of a register is open, and what the last closed one handed on; minor currency units.

    That a register has one open shift at most is that it has one row. A close waits for the sales that hold
    the row, and a sale after it finds no open shift: so it is in the Z, or it is refused.
    """

    name = "drawers"
    version = 3
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
    derives = {
        # Sums may be more than 64 bits hold.
        "perpetual_sales": (lambda perpetual: Decimal(perpetual.sales), "perpetual"),
        "perpetual_returns": (lambda perpetual: Decimal(perpetual.returns), "perpetual"),
        "perpetual_receipts": (attrgetter("receipts"), "perpetual"),
    }
    # What moves within a shift is in its entries.
    ignores = frozenset(
        {
            Shift.CashPaidIn,
            Shift.CashPaidOut,
            Shift.CashDropped,
            Shift.DrawerOpened,
            Shift.Recounted,
            Shift.ReportPrinted,
        }
    )
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
