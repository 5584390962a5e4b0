"""Shifts as they are found again."""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, LiteralString

from domain.shifts import Shift
from projections.base import Projection

_CHANGE: LiteralString = """
    UPDATE shifts SET version = %(version)s WHERE company_id = %(company_id)s AND id = %(stream_id)s
"""


def _tenders(tenders: Iterable[Any]) -> str:
    fields = ("method", "net", "counted", "over_short")
    return json.dumps([{name: getattr(tender, name) for name in fields} for tender in tenders])


class Shifts(Projection):
    """One row a shift with what lists are filtered by; the shift itself is read from the log.

    Amounts are minor currency units. `over_short` is what the close found, `late_cash` what later news
    changed of what it should have found, `business_dates` and `tenders` those of the closed one's report.
    """

    name = "shifts"
    version = 2
    mode = "inline"
    tables = ("shifts",)
    on = {
        Shift.Opened: """
            INSERT INTO shifts (company_id, id, register_id, store_id, status, opened_by, opened_at,
                                opening_float, expected_float, version)
            VALUES (%(company_id)s, %(stream_id)s, %(register_id)s, %(store_id)s, 'open', %(cashier_id)s,
                    %(occurred_at)s, %(opening_float)s, %(expected_float)s, %(version)s)
        """,
        Shift.CashPaidIn: _CHANGE,
        Shift.CashPaidOut: _CHANGE,
        Shift.CashDropped: _CHANGE,
        Shift.DrawerOpened: _CHANGE,
        Shift.ReportPrinted: _CHANGE,
        Shift.Ended: """
            UPDATE shifts SET status = 'counting', ended_at = %(occurred_at)s, version = %(version)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Shift.Closed: """
            UPDATE shifts
               SET status = 'closed', ended_at = coalesce(ended_at, %(occurred_at)s),
                   closed_by = %(cashier_id)s, closed_at = %(occurred_at)s, expected_cash = %(expected_cash)s,
                   counted_cash = %(counted_cash)s, over_short = %(over_short)s,
                   closing_float = %(closing_float)s, z_number = %(z_number)s,
                   needs_review = %(needs_review)s, business_dates = %(business_dates)b::date[],
                   tenders = %(tenders)s::jsonb, version = %(version)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Shift.Recounted: """
            UPDATE shifts SET recounted_cash = %(counted_cash)s, version = %(version)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Shift.LateSaleNoted: """
            UPDATE shifts
               SET late_count = late_count + 1, late_total = late_total + %(total)s,
                   late_cash = late_cash + %(cash)s, needs_review = true, version = %(version)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
    }
    derives = {
        "business_dates": (lambda report: list(report.business_dates), "report"),
        "tenders": (lambda report: _tenders(report.tenders), "report"),
        # Sums may be more than 64 bits hold.
        "expected_cash": (Decimal, "expected_cash"),
        "over_short": (Decimal, "over_short"),
    }
    schema = """
        CREATE TABLE shifts (
            company_id     uuid NOT NULL,
            id             uuid NOT NULL,
            register_id    uuid NOT NULL,
            store_id       uuid NOT NULL,
            status         text NOT NULL,
            opened_by      uuid,
            opened_at      timestamptz NOT NULL,
            ended_at       timestamptz,
            closed_by      uuid,
            closed_at      timestamptz,
            opening_float  bigint NOT NULL,
            expected_float bigint,
            expected_cash  numeric,
            counted_cash   bigint,
            over_short     numeric,
            closing_float  bigint,
            recounted_cash bigint,
            z_number       bigint,
            business_dates date[],
            tenders        jsonb,
            needs_review   boolean NOT NULL DEFAULT false,
            late_count     bigint NOT NULL DEFAULT 0,
            late_total     numeric NOT NULL DEFAULT 0,
            late_cash      numeric NOT NULL DEFAULT 0,
            version        bigint NOT NULL,
            PRIMARY KEY (company_id, id)
        );
        CREATE INDEX shifts_by_opening ON shifts (company_id, opened_at, id);
        CREATE INDEX shifts_by_closing ON shifts (company_id, closed_at, id);
        CREATE INDEX shifts_by_difference ON shifts (company_id, over_short, id);
        CREATE INDEX shifts_by_store ON shifts (company_id, store_id, opened_at, id);
        CREATE INDEX shifts_by_register ON shifts (company_id, register_id, opened_at, id);
        CREATE INDEX shifts_by_opener ON shifts (company_id, opened_by, opened_at, id);
        CREATE INDEX shifts_not_closed ON shifts (company_id, register_id) WHERE status <> 'closed';
        CREATE INDEX shifts_to_review ON shifts (company_id, opened_at, id) WHERE needs_review;
    """


#: How shifts refer to a register (`id`) that is to be archived: its drawer is to be counted first.
USES: LiteralString = """
    EXISTS (SELECT 1 FROM shifts
             WHERE company_id = %(company_id)s AND register_id = %(id)s AND status <> 'closed')
"""
