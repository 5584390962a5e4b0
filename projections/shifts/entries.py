"""Entries: what each fact of a shift did to its drawer and its tenders, one row each."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from domain.orders import Order
from domain.shifts import Shift
from domain.shifts.entries import Entry, entry_of
from domain.unlinked_returns import UnlinkedReturn
from projections.base import Database, Fact, Projection
from projections.records import Reading


class Paid(Reading):
    """What is read of a payment, either way."""

    method: str
    amount: int
    tip: int


class OfflineFlags(Reading):
    """What is read of what a till did alone."""

    flags: tuple[str, ...]


class Receipt(Reading):
    """What is read of a sale, of a refund and of a void."""

    number: str
    shift_id: UUID | None
    cashier_id: UUID | None
    business_date: date
    occurred_at: datetime
    payments: tuple[Paid, ...]
    offline: OfflineFlags | None


class Print(Reading):
    """What is read of a printed receipt."""

    copy: int
    shift_id: UUID | None


class Movement(Reading):
    """What is read of cash that came or went without a sale."""

    cashier_id: UUID | None
    amount: int
    reason: str
    occurred_at: datetime
    at_close: bool
    is_late: bool = False


class Opening(Reading):
    """What is read of a shift that began."""

    cashier_id: UUID | None
    opening_float: int
    business_date: date
    occurred_at: datetime


class ShiftEntries(Projection):
    """One row for each fact of a shift, by the place that the fact has in its own stream.

    `cash` is what it changed in the drawer and `tenders` what was paid by method, in minor currency units;
    what is in the drawer is the sum of its rows. Nothing is summed up in a row that sales would contend for.
    """

    name = "shift_entries"
    mode = "inline"
    tables = ("shift_entries",)
    folds = {
        Shift.Opened: Opening,
        Shift.CashPaidIn: Movement,
        Shift.CashPaidOut: Movement,
        Shift.CashDropped: Movement,
        Shift.DrawerOpened: Movement,
        Order.Sold: Receipt,
        Order.Refunded: Receipt,
        Order.Voided: Receipt,
        Order.ReceiptPrinted: Print,
        UnlinkedReturn.Taken: Receipt,
    }
    # What they change is in the row of the shift, or in no drawer at all: the back office has none.
    ignores = frozenset(
        {
            Shift.Ended,
            Shift.Closed,
            Shift.Recounted,
            Shift.LateSaleNoted,
            Shift.ReportPrinted,
            Order.ReceiptSent,
            Order.Placed,
            Order.Amended,
            Order.Paid,
            Order.Fulfilled,
            Order.ReservationLapsed,
            Order.Cancelled,
            Order.Completed,
        }
    )
    schema = """
        CREATE TABLE shift_entries (
            company_id    uuid NOT NULL,
            shift_id      uuid NOT NULL,
            stream_id     uuid NOT NULL,
            version       bigint NOT NULL,
            kind          text NOT NULL,
            label         text,
            cashier_id    uuid,
            business_date date,
            occurred_at   timestamptz NOT NULL,
            recorded_at   timestamptz NOT NULL,
            cash          bigint NOT NULL,
            tenders       jsonb NOT NULL,
            is_late       boolean NOT NULL,
            PRIMARY KEY (company_id, shift_id, stream_id, version)
        );
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """A batch is one statement; sales without a shift make none."""
        pairs = [(fact, entry_of(fact.event, fact.stream_id, fact.data)) for fact in facts]
        if entries := [(fact, entry) for fact, entry in pairs if entry.shift_id]:
            _put(entries, db)


def _put(entries: Sequence[tuple[Fact, Entry]], db: Database) -> None:
    db.execute(
        _INSERT,
        {
            "company_id": db.company_id,
            "shifts": [entry.shift_id for _, entry in entries],
            "streams": [fact.stream_id for fact, _ in entries],
            "versions": [fact.version for fact, _ in entries],
            "kinds": [entry.kind for _, entry in entries],
            "labels": [entry.label for _, entry in entries],
            "cashiers": [entry.cashier_id or fact.actor_id for fact, entry in entries],
            "dates": [entry.business_date for _, entry in entries],
            "times": [entry.occurred_at or fact.at for fact, entry in entries],
            "recorded": [fact.at for fact, _ in entries],
            "cash": [entry.cash for _, entry in entries],
            "tenders": [json.dumps(entry.tenders) for _, entry in entries],
            "late": [entry.is_late for _, entry in entries],
        },
    )


_INSERT: LiteralString = """
    INSERT INTO shift_entries (company_id, shift_id, stream_id, version, kind, label, cashier_id,
                               business_date, occurred_at, recorded_at, cash, tenders, is_late)
    SELECT %(company_id)s, unnest(%(shifts)b::uuid[]), unnest(%(streams)b::uuid[]),
           unnest(%(versions)b::bigint[]), unnest(%(kinds)b::text[]), unnest(%(labels)b::text[]),
           unnest(%(cashiers)b::uuid[]), unnest(%(dates)b::date[]), unnest(%(times)b::timestamptz[]),
           unnest(%(recorded)b::timestamptz[]), unnest(%(cash)b::bigint[]),
           unnest(%(tenders)b::text[])::jsonb, unnest(%(late)b::bool[])
    RETURNING company_id
"""
