"""What came to customers' accounts and left them, lot by lot, as rows that never change."""

from typing import LiteralString

from domain.accounts import Account, StoreCredit
from domain.orders import Order
from projections.base import Projection, all_but

_OWN_DAY: LiteralString = "%(business_date)s::date"
#: What goes back to an account with a void is of the day of the sale, as all that the void takes back.
_DAY_OF_WHAT_COMES_BACK: LiteralString = f"""
           coalesce((SELECT business_date FROM account_voids
                      WHERE company_id = %(company_id)s AND order_id = %(order_id)s::uuid), {_OWN_DAY})"""


def _bring(
    account: LiteralString,
    kind: LiteralString,
    *,
    day: LiteralString = _OWN_DAY,
    lot_date: LiteralString | None = None,
) -> LiteralString:
    """What an entry brings is a lot, of the day and the store that brought it."""
    lot_date = lot_date or day
    return f"""
    INSERT INTO account_facts (company_id, business_date, position, lot_id, account, kind, customer_id,
                               order_id, store_id, lot_date, amount)
    SELECT %(company_id)s, {day}, %(position)s, %(stream_id)s, '{account}', {kind},
           %(customer_id)s, %(order_id)s::uuid, %(store_id)s::uuid, {lot_date}, %(amount)s
     WHERE %(amount)s::bigint > 0
    RETURNING company_id
    """


def _take(
    account: LiteralString,
    kind: LiteralString,
    *,
    day: LiteralString = _OWN_DAY,
    method: LiteralString = "NULL",
) -> LiteralString:
    """What an entry takes of each lot belongs to the store of the lot, so that each store's add up."""
    return f"""
    INSERT INTO account_facts (company_id, business_date, position, lot_id, account, kind, customer_id,
                               order_id, store_id, lot_date, amount, method)
    SELECT %(company_id)s, {day}, %(position)s, lot.lot_id, '{account}', '{kind}',
           %(customer_id)s, lot.order_id, lot.store_id, lot.lot_date, -taken.amount, {method}
      FROM (SELECT unnest(%(lots)b::uuid[]) AS lot_id, unnest(%(parts)b::bigint[]) AS amount) AS taken
      JOIN account_facts AS lot ON lot.company_id = %(company_id)s AND lot.lot_id = taken.lot_id
                               AND lot.amount > 0
    RETURNING company_id
    """


def _moved(account: LiteralString) -> tuple[LiteralString, LiteralString]:
    """What went over to who they turned out to be stays of the day on which the customer got it."""
    lot_date: LiteralString = f"""
           coalesce((SELECT min(lot_date) FROM account_facts
                      WHERE company_id = %(company_id)s AND account = '{account}'
                        AND customer_id = %(from_customer_id)s::uuid AND kind = 'moved'
                        AND order_id IS NOT DISTINCT FROM %(order_id)s::uuid
                        AND amount = -%(amount)s::bigint), %(business_date)s::date)"""
    return _take(account, "moved"), _bring(account, "'moved'", lot_date=lot_date)


# What is paid above what is owed becomes credit, for no order and no refund: it was sold.
_ISSUED: LiteralString = """
           CASE WHEN coalesce(%(order_id)s::uuid, %(refund_id)s::uuid) IS NULL
                THEN 'issued_sold' ELSE 'refunded_to' END"""


class ReportAccounts(Projection):
    """One row for each lot that an entry brings or takes of; an account is the sum of its rows.

    `kind` is the column of the liabilities that the row adds to; amounts are minor currency units, what is
    taken is below zero. A row is of the day of its entry, and of the store, order and day of its lot. What a
    void gives back is of the day of the sale; `account_voids` remembers which day that was.
    """

    name = "report_accounts"
    version = 2
    tables = ("account_facts", "account_voids")
    on = {
        # A void comes before the entries of what it gives back.
        Order.Voided: """
            INSERT INTO account_voids (company_id, order_id, business_date)
            VALUES (%(company_id)s, %(stream_id)s, %(business_date)s)
                ON CONFLICT (company_id, order_id) DO NOTHING
        """,
        StoreCredit.Issued: _bring("store_credit", _ISSUED, day=_DAY_OF_WHAT_COMES_BACK),
        StoreCredit.Returned: _bring("store_credit", "'refunded_to'", day=_DAY_OF_WHAT_COMES_BACK),
        StoreCredit.Spent: _take("store_credit", "redeemed"),
        StoreCredit.Expired: _take("store_credit", "expired"),
        StoreCredit.Adjusted: (_bring("store_credit", "'issued_free'"), _take("store_credit", "adjusted")),
        StoreCredit.Moved: _moved("store_credit"),
        Account.Charged: _bring("due", "'issued_sold'"),
        Account.Settled: _take("due", "redeemed", method="%(method)s"),
        Account.Credited: _take("due", "refunded_to", day=_DAY_OF_WHAT_COMES_BACK),
        Account.WrittenOff: _take("due", "expired"),
        Account.Moved: _moved("due"),
    }
    ignores = all_but(Order, Order.Voided)
    derives = {
        "lots": (lambda allocations: [one.lot_id for one in allocations], "allocations"),
        "parts": (lambda allocations: [one.amount for one in allocations], "allocations"),
    }
    schema = """
        CREATE TABLE account_facts (
            company_id    uuid NOT NULL,
            business_date date NOT NULL,
            lot_date      date NOT NULL,
            position      bigint NOT NULL,
            amount        bigint NOT NULL,
            lot_id        uuid NOT NULL,
            customer_id   uuid NOT NULL,
            account       text NOT NULL,
            kind          text NOT NULL,
            store_id      uuid,
            order_id      uuid,
            method        text,
            PRIMARY KEY (company_id, account, business_date, position, lot_id)
        );
        CREATE TABLE account_voids (
            company_id    uuid NOT NULL,
            order_id      uuid NOT NULL,
            business_date date NOT NULL,
            PRIMARY KEY (company_id, order_id)
        );
        CREATE UNIQUE INDEX account_facts_of_lot ON account_facts (company_id, lot_id) WHERE amount > 0;
        CREATE INDEX account_facts_moved ON account_facts (company_id, customer_id) WHERE kind = 'moved';
    """
