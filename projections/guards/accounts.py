"""What is decided of customers' accounts: both balances of a customer, locked, and the lots that they are."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import LiteralString
from uuid import UUID

from domain.accounts import CustomerAccounts, Lot, Lots
from domain.accounts.entries import DUE, STORE_CREDIT
from domain.pending import Pending
from projections.accounts.settled import ask_settled
from projections.base import Answer, Database, Row

# Whoever the customer turned out to be: those who were absorbed lead on, one after another.
_CURRENT: LiteralString = """
    (WITH RECURSIVE line(id, merged_into) AS (
            SELECT id, merged_into FROM customers
             WHERE company_id = %(company_id)s AND id = %(customer_id)s::uuid
             UNION ALL
            SELECT next.id, next.merged_into
              FROM line
              JOIN customers AS next ON next.company_id = %(company_id)s AND next.id = line.merged_into)
     SELECT id FROM line WHERE merged_into IS NULL LIMIT 1)
"""

# Nobody archives, merges or erases them meanwhile. The key seals what is entered about them.
_HOLD_CUSTOMER: LiteralString = f"""
    SELECT id, credit_limit, terms_days, is_archived,
           (SELECT wrapped FROM subject_keys
             WHERE company_id = %(company_id)s AND subject_id = c.id) AS subject_key,
           (SELECT timezone FROM companies WHERE company_id = %(company_id)s) AS timezone
      FROM customers AS c
     WHERE company_id = %(company_id)s AND id = {_CURRENT} AND merged_into IS NULL AND erased_at IS NULL
       FOR SHARE OF c
"""

_ENSURE: LiteralString = f"""
    INSERT INTO account_balances (company_id, customer_id, account)
    SELECT %(company_id)s, holder.id, account
      FROM (SELECT id FROM customers
             WHERE company_id = %(company_id)s AND id = {_CURRENT} AND erased_at IS NULL) AS holder
     CROSS JOIN unnest(ARRAY['due', 'store_credit']) AS own(account)
     ORDER BY account
        ON CONFLICT DO NOTHING
"""

_LOCK: LiteralString = f"""
    SELECT account FROM account_balances
     WHERE company_id = %(company_id)s AND customer_id = {_CURRENT}
     ORDER BY account
       FOR UPDATE
"""

_LOTS: LiteralString = f"""
    SELECT id, account, remaining, business_date, ends_on, order_id, store_id FROM account_lots
     WHERE company_id = %(company_id)s AND customer_id = {_CURRENT}
       AND account IN ('due', 'store_credit') AND remaining > 0
"""

# For decisions that hold the customers for themselves, so that nobody else holds their accounts.
_CUSTOMERS: LiteralString = """
    SELECT c.id, c.credit_limit, c.terms_days, c.is_archived, key.wrapped AS subject_key,
           (SELECT timezone FROM companies WHERE company_id = %(company_id)s) AS timezone
      FROM customers AS c
      LEFT JOIN subject_keys AS key ON key.company_id = %(company_id)s AND key.subject_id = c.id
     WHERE c.company_id = %(company_id)s AND c.id = ANY(%(ids)b::uuid[])
"""
_LOTS_OF_ALL: LiteralString = """
    SELECT customer_id, id, account, remaining, business_date, ends_on, order_id, store_id FROM account_lots
     WHERE company_id = %(company_id)s AND customer_id = ANY(%(ids)b::uuid[])
       AND account IN ('due', 'store_credit') AND remaining > 0
"""


class AccountsGuard:
    """The accounts of the company's customers."""

    def __init__(
        self, db: Database, new_id: Callable[[], UUID], learn_key: Callable[[UUID, bytes], None]
    ) -> None:
        self._db = db
        self._new_id = new_id
        self._learn_key = learn_key

    def hold(self, customer_id: UUID) -> Pending[CustomerAccounts | None]:
        """Hold the accounts of a customer, or of whoever they turned out to be, and ask for them.

        A statement that waits for a customer who is just being merged looks from before the merge, and finds
        nobody; asked once more, it finds who was kept.
        """
        held = self._ask(customer_id)
        return Pending(lambda: self._accounts(*held) or self._accounts(*self._ask(customer_id)))

    def _ask(self, customer_id: UUID) -> tuple[Answer, Answer]:
        """The customer, held with both balances, and their lots."""
        params = {"company_id": self._db.company_id, "customer_id": customer_id}
        customer = self._db.ask(_HOLD_CUSTOMER, params)
        self._db.execute(_ENSURE, params)
        self._db.execute(_LOCK, params)
        return customer, self._db.ask(_LOTS, params)

    def hold_all(self, customer_ids: Collection[UUID]) -> Pending[Mapping[UUID, CustomerAccounts]]:
        """Hold those of several customers, one after another by their ids; the unknown are left out."""
        held = {one: self.hold(one) for one in sorted({*customer_ids})}

        def accounts() -> Mapping[UUID, CustomerAccounts]:
            answers = {one: pending.read() for one, pending in held.items()}
            return {one: found for one, found in answers.items() if found}

        return Pending(accounts)

    def of(self, customer_ids: Collection[UUID]) -> Pending[Mapping[UUID, CustomerAccounts]]:
        """Ask for those of customers whom the decision holds themselves; the unknown are left out."""
        params = {"company_id": self._db.company_id, "ids": list(customer_ids)}
        customers, lots = self._db.ask(_CUSTOMERS, params), self._db.ask(_LOTS_OF_ALL, params)

        def accounts() -> Mapping[UUID, CustomerAccounts]:
            own: defaultdict[UUID, list[Row]] = defaultdict(list)
            for row in lots.rows():
                own[row.pop("customer_id")].append(row)
            return {row["id"]: self._made(row, own[row["id"]]) for row in customers.rows()}

        return Pending(accounts)

    def settled(self, order_id: UUID) -> Pending[int]:
        """Ask what was paid on account for an order, in minor currency units."""
        answer = ask_settled(self._db, [order_id])
        return Pending(lambda: row["settled"] if (row := answer.row()) else 0)

    def _accounts(self, customer: Answer, lots: Answer) -> CustomerAccounts | None:
        row = customer.row()
        return self._made(row, lots.rows()) if row else None

    def _made(self, row: Row, lots: Sequence[Row]) -> CustomerAccounts:
        if row["subject_key"]:
            self._learn_key(row["id"], row["subject_key"])
        return CustomerAccounts(
            customer_id=row["id"],
            credit_limit=row["credit_limit"],
            terms_days=row["terms_days"],
            is_archived=row["is_archived"],
            timezone=row["timezone"],
            store_credit=_lots(STORE_CREDIT, lots),
            dues=_lots(DUE, lots),
            new_id=self._new_id,
        )


def _lots(account: str, rows: Iterable[Row]) -> Lots:
    return Lots(
        [
            Lot(**{name: value for name, value in row.items() if name != "account"})
            for row in rows
            if row["account"] == account
        ]
    )
