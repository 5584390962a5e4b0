"""Customers' accounts: what each has to their credit and owes, entry by entry."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

from domain.accounts import Account, StoreCredit
from domain.accounts.entries import AccountEntry
from domain.aggregate import events_of
from domain.customers import Customer
from projections.base import Database, Fact, Projection, in_whole

ENTRIES = tuple(event for kind in (StoreCredit, Account) for _, event in events_of(kind))


class Accounts(Projection):
    """Balances, which are locked by every decision that changes them; entries; and what lots have left.

    A customer with any entry has a balance of both accounts.
    """

    name = "accounts"
    version = 2
    mode = "inline"
    tables = ("account_balances", "account_entries", "account_lots", "account_allocations")
    folds = in_whole(*ENTRIES, Customer.Erased)
    # Who the customer is, and whom they absorbed, is told by their own rows: what they have moves by entries.
    ignores = frozenset(event for _, event in events_of(Customer)) - {Customer.Erased}
    # NOTE: no statistics of what is personal: they would keep words of it that nobody could erase.
    schema = """
        CREATE TABLE account_balances (
            company_id  uuid NOT NULL,
            customer_id uuid NOT NULL,
            account     text NOT NULL,
            balance     bigint NOT NULL DEFAULT 0 CHECK (balance >= 0),
            entries     bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (company_id, customer_id, account)
        ) WITH (fillfactor = 70);
        CREATE INDEX account_balances_of_account
            ON account_balances (company_id, account, customer_id) WHERE balance > 0;
        CREATE TABLE account_entries (
            company_id       uuid NOT NULL,
            id               uuid NOT NULL,
            customer_id      uuid NOT NULL,
            account          text NOT NULL,
            ordinal          bigint NOT NULL,
            kind             text NOT NULL,
            amount           bigint NOT NULL,
            balance          bigint NOT NULL,
            occurred_at      timestamptz NOT NULL,
            business_date    date NOT NULL,
            store_id         uuid,
            order_id         uuid,
            refund_id        uuid,
            ends_on          date,
            method           text,
            reference        text,
            reason           text,
            from_customer_id uuid,
            created_by       uuid,
            created_at       timestamptz NOT NULL,
            PRIMARY KEY (company_id, id)
        );
        ALTER TABLE account_entries ALTER COLUMN reason SET STATISTICS 0,
            ALTER COLUMN reference SET STATISTICS 0;
        CREATE INDEX account_entries_by_day
            ON account_entries (company_id, customer_id, account, business_date)
            INCLUDE (id, amount, store_id);
        CREATE UNIQUE INDEX account_entries_in_order
            ON account_entries (company_id, customer_id, account, ordinal);
        CREATE TABLE account_lots (
            company_id    uuid NOT NULL,
            id            uuid NOT NULL,
            customer_id   uuid NOT NULL,
            account       text NOT NULL,
            business_date date NOT NULL,
            ends_on       date,
            store_id      uuid,
            order_id      uuid,
            remaining     bigint NOT NULL CHECK (remaining >= 0),
            PRIMARY KEY (company_id, id)
        ) WITH (fillfactor = 70);
        CREATE INDEX account_lots_open ON account_lots (company_id, customer_id, account)
            INCLUDE (business_date, ends_on, store_id, remaining) WHERE remaining > 0;
        CREATE INDEX account_lots_of_order ON account_lots (company_id, order_id)
            WHERE account = 'due' AND order_id IS NOT NULL;
        CREATE INDEX account_lots_by_end ON account_lots (ends_on)
            WHERE account = 'store_credit' AND remaining > 0 AND ends_on IS NOT NULL;
        CREATE TABLE account_allocations (
            company_id    uuid NOT NULL,
            entry_id      uuid NOT NULL,
            lot_id        uuid NOT NULL,
            customer_id   uuid NOT NULL,
            account       text NOT NULL,
            business_date date NOT NULL,
            store_id      uuid,
            amount        bigint NOT NULL,
            PRIMARY KEY (company_id, entry_id, lot_id)
        );
        CREATE INDEX account_allocations_of_lot ON account_allocations (company_id, lot_id);
        CREATE INDEX account_allocations_by_day
            ON account_allocations (company_id, customer_id, account, business_date, entry_id)
            INCLUDE (lot_id, store_id, amount);
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Enter a batch by one statement for each table; whoever decided them held the balances."""
        entries = [fact for fact in facts if issubclass(fact.event, AccountEntry.Recorded)]
        if entries:
            customers = sorted({fact.data.customer_id for fact in entries})
            db.execute(ENSURE_BALANCES, {"company_id": db.company_id, "customers": customers})
            _put_entries(entries, db)
            _put_balances(entries, db)
        if any(fact.data.amount > 0 for fact in entries):
            _put_lots([fact for fact in entries if fact.data.amount > 0], db)
        if any(fact.data.allocations for fact in entries):
            _put_allocations(entries, db)
        for fact in facts:
            if fact.event is Customer.Erased:
                customers = [fact.stream_id, *fact.data.customer_ids]
                db.execute(_FORGET, {"company_id": db.company_id, "customers": customers})


def _put_balances(entries: Sequence[Fact], db: Database) -> None:
    moved = {(fact.data.customer_id, _account(fact)): fact.data.balance for fact in entries}
    counts = Counter((fact.data.customer_id, _account(fact)) for fact in entries)
    keys = sorted(moved)
    db.execute(
        _BALANCES,
        {
            "company_id": db.company_id,
            "customers": [customer_id for customer_id, _ in keys],
            "accounts": [account for _, account in keys],
            "balances": [moved[key] for key in keys],
            "counts": [counts[key] for key in keys],
        },
    )


def _account(fact: Fact) -> str:
    return str(fact.event.account)  # type: ignore[attr-defined]  # entries are all of an account


def _put_entries(entries: Sequence[Fact], db: Database) -> None:
    data = [fact.data for fact in entries]
    db.execute(
        _ENTRIES,
        {
            **_common(entries, db),
            "kinds": [fact.event.kind for fact in entries],  # type: ignore[attr-defined]
            "amounts": [one.amount for one in data],
            "balances": [one.balance for one in data],
            "moments": [one.occurred_at for one in data],
            "refunds": [one.refund_id for one in data],
            "methods": [getattr(one, "method", None) for one in data],
            "references": [getattr(one, "reference", None) for one in data],
            "reasons": [one.reason for one in data],
            "origins": [one.from_customer_id for one in data],
            "actors": [fact.actor_id for fact in entries],
            "ats": [fact.at for fact in entries],
        },
    )


def _put_lots(entries: Sequence[Fact], db: Database) -> None:
    db.execute(_LOTS, {**_common(entries, db), "amounts": [fact.data.amount for fact in entries]})


def _common(entries: Sequence[Fact], db: Database) -> dict[str, Any]:
    data = [fact.data for fact in entries]
    return {
        "company_id": db.company_id,
        "ids": [fact.stream_id for fact in entries],
        "customers": [one.customer_id for one in data],
        "accounts": [_account(fact) for fact in entries],
        "days": [one.business_date for one in data],
        "stores": [one.store_id for one in data],
        "orders": [one.order_id for one in data],
        "ends": [getattr(one, "expires_on", None) or getattr(one, "due_on", None) for one in data],
    }


def _put_allocations(entries: Iterable[Fact], db: Database) -> None:
    taken = [(fact, one) for fact in entries for one in fact.data.allocations]
    params = {
        "company_id": db.company_id,
        "ids": [fact.stream_id for fact, _ in taken],
        "lots": [one.lot_id for _, one in taken],
        "customers": [fact.data.customer_id for fact, _ in taken],
        "accounts": [_account(fact) for fact, _ in taken],
        "days": [fact.data.business_date for fact, _ in taken],
        "amounts": [one.amount for _, one in taken],
    }
    db.execute(_ALLOCATIONS, params)
    db.execute(_REDUCE, params)


# A balance that does not exist yet cannot be locked, so both of a customer are made first.
ENSURE_BALANCES: LiteralString = """
    INSERT INTO account_balances (company_id, customer_id, account)
    SELECT %(company_id)s, customer_id, account
      FROM unnest(%(customers)b::uuid[]) AS holder(customer_id)
     CROSS JOIN unnest(ARRAY['due', 'store_credit']) AS own(account)
     ORDER BY customer_id, account
        ON CONFLICT DO NOTHING
"""

_BALANCES: LiteralString = """
    UPDATE account_balances AS own SET balance = entered.balance, entries = own.entries + entered.entries
      FROM (SELECT unnest(%(customers)b::uuid[]) AS customer_id, unnest(%(accounts)b::text[]) AS account,
                   unnest(%(balances)b::bigint[]) AS balance,
                   unnest(%(counts)b::bigint[]) AS entries) AS entered
     WHERE own.company_id = %(company_id)s AND own.customer_id = entered.customer_id
       AND own.account = entered.account
"""

# Entries are in the order in which the balance was held for them, whatever clocks said by then.
_ENTRIES: LiteralString = """
    INSERT INTO account_entries (company_id, ordinal, id, customer_id, account, kind, amount, balance,
                                 occurred_at, business_date, store_id, order_id, refund_id, ends_on, method,
                                 reference, reason, from_customer_id, created_by, created_at)
    SELECT %(company_id)s,
           own.entries + row_number() OVER (PARTITION BY entered.customer_id, entered.account
                                            ORDER BY entered.place),
           entered.id, entered.customer_id, entered.account, entered.kind, entered.amount, entered.balance,
           entered.occurred_at, entered.day, entered.store_id, entered.order_id, entered.refund_id,
           entered.ends_on, entered.method, entered.reference, entered.reason, entered.origin, entered.actor,
           entered.at
      FROM (SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(customers)b::uuid[]) AS customer_id,
                   unnest(%(accounts)b::text[]) AS account, unnest(%(kinds)b::text[]) AS kind,
                   unnest(%(amounts)b::bigint[]) AS amount, unnest(%(balances)b::bigint[]) AS balance,
                   unnest(%(moments)b::timestamptz[]) AS occurred_at, unnest(%(days)b::date[]) AS day,
                   unnest(%(stores)b::uuid[]) AS store_id, unnest(%(orders)b::uuid[]) AS order_id,
                   unnest(%(refunds)b::uuid[]) AS refund_id, unnest(%(ends)b::date[]) AS ends_on,
                   unnest(%(methods)b::text[]) AS method, unnest(%(references)b::text[]) AS reference,
                   unnest(%(reasons)b::text[]) AS reason, unnest(%(origins)b::uuid[]) AS origin,
                   unnest(%(actors)b::uuid[]) AS actor, unnest(%(ats)b::timestamptz[]) AS at,
                   generate_subscripts(%(ids)b::uuid[], 1) AS place) AS entered
      JOIN account_balances AS own ON own.company_id = %(company_id)s
           AND own.customer_id = entered.customer_id AND own.account = entered.account
    RETURNING company_id
"""

_LOTS: LiteralString = """
    INSERT INTO account_lots (company_id, id, customer_id, account, business_date, ends_on, store_id,
                              order_id, remaining)
    SELECT %(company_id)s, unnest(%(ids)b::uuid[]), unnest(%(customers)b::uuid[]),
           unnest(%(accounts)b::text[]), unnest(%(days)b::date[]), unnest(%(ends)b::date[]),
           unnest(%(stores)b::uuid[]), unnest(%(orders)b::uuid[]), unnest(%(amounts)b::bigint[])
    RETURNING company_id
"""

_ALLOCATIONS: LiteralString = """
    INSERT INTO account_allocations (company_id, entry_id, lot_id, customer_id, account, business_date,
                                     store_id, amount)
    SELECT %(company_id)s, taken.entry_id, taken.lot_id, taken.customer_id, taken.account, taken.day,
           lot.store_id, taken.amount
      FROM (SELECT unnest(%(ids)b::uuid[]) AS entry_id, unnest(%(lots)b::uuid[]) AS lot_id,
                   unnest(%(customers)b::uuid[]) AS customer_id, unnest(%(accounts)b::text[]) AS account,
                   unnest(%(days)b::date[]) AS day, unnest(%(amounts)b::bigint[]) AS amount) AS taken
      JOIN account_lots AS lot ON lot.company_id = %(company_id)s AND lot.id = taken.lot_id
    RETURNING company_id
"""

_REDUCE: LiteralString = """
    UPDATE account_lots AS lot SET remaining = lot.remaining - taken.amount
      FROM (SELECT lot_id, sum(amount)::bigint AS amount
              FROM (SELECT unnest(%(lots)b::uuid[]) AS lot_id, unnest(%(amounts)b::bigint[]) AS amount) AS one
             GROUP BY lot_id) AS taken
     WHERE lot.company_id = %(company_id)s AND lot.id = taken.lot_id
"""

_FORGET: LiteralString = """
    UPDATE account_entries SET reason = NULL, reference = NULL
     WHERE company_id = %(company_id)s AND customer_id = ANY(%(customers)b::uuid[])
       AND (reason IS NOT NULL OR reference IS NOT NULL)
"""
