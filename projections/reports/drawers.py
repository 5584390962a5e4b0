"""What came into drawers and went out of them, and what was counted there, as rows that never change."""

from collections.abc import Mapping
from decimal import Decimal
from typing import LiteralString

from domain.shifts import Shift
from projections.base import Projection

#: What is paid out of a drawer for this reason are tips.
TIPS = "tip_payout"

_OPEN: LiteralString = """
    INSERT INTO drawer_facts (company_id, business_date, position, kind, shift_id, store_id, register_id,
                              cashier_id, actor_id, occurred_at, opening_float, float_difference)
    VALUES (%(company_id)s, %(business_date)s, %(position)s, 'opening', %(stream_id)s, %(store_id)s,
            %(register_id)s, %(cashier_id)s, %(cashier_id)s, %(occurred_at)s, %(opening_float)s,
            %(opening_float)s::bigint - %(expected_float)s::bigint)
"""


def _add(
    kind: LiteralString, values: Mapping[LiteralString, LiteralString], where: LiteralString = "true"
) -> LiteralString:
    """A further fact of a shift, which belongs where and when its shift was opened."""
    columns: LiteralString = ", ".join(values)
    added: LiteralString = ", ".join(values.values())
    return f"""
    INSERT INTO drawer_facts (company_id, business_date, position, kind, shift_id, store_id, register_id,
                              cashier_id, {columns})
    SELECT %(company_id)s, business_date, %(position)s, '{kind}', shift_id, store_id, register_id,
           cashier_id, {added}
      FROM drawer_facts AS shift
     WHERE company_id = %(company_id)s AND shift_id = %(stream_id)s AND kind = 'opening' AND {where}
    RETURNING company_id
    """


def _move(
    kind: LiteralString, column: LiteralString, amount: LiteralString, where: LiteralString = "true"
) -> LiteralString:
    """Cash that came or went without a sale; what the close brings to the safe is part of the count."""
    return _add(
        kind,
        {
            "actor_id": "%(cashier_id)s::uuid",
            "occurred_at": "%(occurred_at)s::timestamptz",
            "reason": "%(reason)s",
            column: amount,
        },
        f"NOT %(at_close)s AND {where}",
    )


_COUNTED: LiteralString = """
    (SELECT sum(counted) FROM drawer_facts AS before
      WHERE before.company_id = %(company_id)s AND before.shift_id = %(stream_id)s)
"""


class ReportDrawers(Projection):
    """One row for each fact of a shift; what a shift came to is the sum of its rows, in minor currency units.

    All of a shift belongs to the business date, store, register and cashier that opened it, whoever did it
    (`actor_id`). A row has only the figures that its fact changes. Another count, and what became known after
    the close, change what was counted and expected by the difference, so that up to the position of the close
    the rows say what its report says, and by now what is known by now. `reason` is a code, never a text.
    `float_difference` is the opening float beyond what the register's last shift left; NULL without one.
    """

    name = "report_drawers"
    version = 2
    tables = ("drawer_facts",)
    on = {
        Shift.Opened: _OPEN,
        Shift.CashPaidIn: _move("paid_in", "paid_in", "%(amount)s"),
        Shift.CashPaidOut: (
            _move("paid_out", "paid_out", "%(amount)s", f"%(reason)s::text <> '{TIPS}'"),
            _move("tips_out", "tips_out", "%(amount)s", f"%(reason)s::text = '{TIPS}'"),
        ),
        Shift.CashDropped: _move("drop", "drops", "%(amount)s"),
        Shift.DrawerOpened: _move("no_sale", "no_sales", "1"),
        Shift.Closed: _add(
            "close",
            {
                "actor_id": "%(cashier_id)s::uuid",
                "occurred_at": "%(occurred_at)s::timestamptz",
                "cash_sales": "%(cash_sales)s",
                "cash_tips": "%(cash_tips)s",
                "cash_refunds": "%(cash_refunds)s",
                "expected": "%(expected)s",
                "counted": "%(counted_cash)s",
                "closing_float": "%(closing_float)s",
                "blind": "%(is_blind)s::int",
            },
        ),
        Shift.Recounted: _add(
            "recount",
            {
                "actor_id": "%(cashier_id)s::uuid",
                "occurred_at": "%(occurred_at)s::timestamptz",
                "counted": f"%(counted_cash)s - {_COUNTED}",
            },
        ),
        Shift.LateSaleNoted: _add(
            "late",
            {
                "actor_id": "%(actor_id)s::uuid",
                "occurred_at": "%(at)s::timestamptz",
                "cash_sales": "%(late_sales)s::numeric",
                "cash_refunds": "%(late_refunds)s::numeric",
                "expected": "%(late_cash)s",
            },
        ),
    }
    derives = {
        # Sums may be more than 64 bits hold.
        "cash_sales": (lambda report: Decimal(report.cash.sales), "report"),
        "cash_tips": (lambda report: Decimal(report.cash.tips), "report"),
        "cash_refunds": (lambda report: Decimal(report.cash.refunds), "report"),
        "expected": (Decimal, "expected_cash"),
        "late_sales": (lambda cash, receipts: cash if receipts else None, "cash", "receipts"),
        # A movement of cash that came late comes to nothing, and says itself what it moved.
        "late_refunds": (
            lambda cash, receipts, total: -cash if total and not receipts else None,
            "cash",
            "receipts",
            "total",
        ),
        "late_cash": (Decimal, "cash"),
    }
    # A shift that ended is counted next, and a printed report moves nothing.
    ignores = frozenset({Shift.Ended, Shift.ReportPrinted})
    schema = """
        CREATE TABLE drawer_facts (
            company_id       uuid NOT NULL,
            business_date    date NOT NULL,
            position         bigint NOT NULL,
            kind             text NOT NULL,
            shift_id         uuid NOT NULL,
            store_id         uuid NOT NULL,
            register_id      uuid NOT NULL,
            cashier_id       uuid,
            actor_id         uuid,
            occurred_at      timestamptz NOT NULL,
            reason           text,
            opening_float    bigint,
            float_difference bigint,
            cash_sales       numeric,
            cash_tips        numeric,
            cash_refunds     numeric,
            paid_in          bigint,
            paid_out         bigint,
            tips_out         bigint,
            drops            bigint,
            no_sales         int,
            expected         numeric,
            counted          bigint,
            closing_float    bigint,
            blind            int,
            PRIMARY KEY (company_id, business_date, position)
        );
        CREATE INDEX drawer_facts_of_shift ON drawer_facts (company_id, shift_id);
    """
