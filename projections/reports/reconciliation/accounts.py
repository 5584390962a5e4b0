"""Whether the facts of accounts come to what customers' accounts hold."""

from typing import LiteralString

from projections.reports.reconciliation.checks import Check

# Entries have no position of their own; the event by which they began has.
_ACCOUNTS: LiteralString = """
    WITH facts AS (
        SELECT customer_id, account, sum(amount) AS amount FROM account_facts
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
         GROUP BY customer_id, account
    ), entries AS (
        SELECT customer_id, account, sum(entry.amount) FILTER (
                    WHERE event.position <= %(position)s::bigint) AS amount,
               sum(entry.amount) AS balance, max(event.position) AS position
          FROM account_entries AS entry
          JOIN events AS event ON event.company_id = %(company_id)s AND event.stream_id = entry.id
                              AND event.stream_version = 1
         WHERE entry.company_id = %(company_id)s
         GROUP BY customer_id, account
    ), balances AS (
        SELECT customer_id, account, balance FROM account_balances WHERE company_id = %(company_id)s
    )
    SELECT NULL::uuid AS store_id, account || ' of customer ' || customer_id AS subject, compared.*
      FROM facts FULL JOIN entries USING (customer_id, account)
      FULL JOIN balances USING (customer_id, account)
     CROSS JOIN LATERAL (
            VALUES ('closing', coalesce(entries.amount, 0)::numeric, coalesce(facts.amount, 0)::numeric,
                    NULL::bigint),
                   ('balance', coalesce(entries.balance, 0)::numeric, coalesce(balances.balance, 0)::numeric,
                    coalesce(entries.position, 0))
           ) AS compared(figure, a, b, position)
     WHERE a <> b
"""

ACCOUNTS = Check(
    rule="R8",
    meaning="Closing liabilities and dues are what all accounts hold.",
    ways=("accounts", "reports"),
    statement=_ACCOUNTS,
    models=("report_accounts", "accounts"),
    span="ever",
)
