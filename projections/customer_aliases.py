"""Aliases: the ids of customers who turned out to be another one, which sales of theirs still name."""

from typing import LiteralString
from uuid import UUID

from domain.customers import Customer
from projections.base import Answer, Database, Projection, all_but

_ASK: LiteralString = """
    SELECT alias_id FROM customer_aliases
     WHERE company_id = %(company_id)s AND customer_id = %(customer_id)s
     ORDER BY alias_id
"""


class CustomerAliases(Projection):
    """One row for each customer who was absorbed, with whom they are now: never one who was absorbed, too."""

    name = "customer_aliases"
    mode = "inline"
    tables = ("customer_aliases",)
    # An event names those who were absorbed by whom it absorbs as well.
    on = {
        Customer.Absorbed: """
            INSERT INTO customer_aliases (company_id, alias_id, customer_id)
            SELECT %(company_id)s, alias.id, %(stream_id)s
              FROM unnest(%(customer_ids)b::uuid[]) AS alias(id)
             ORDER BY alias.id
                ON CONFLICT (company_id, alias_id) DO UPDATE SET customer_id = excluded.customer_id
        """,
    }
    ignores = all_but(Customer, Customer.Absorbed)
    schema = """
        CREATE TABLE customer_aliases (
            company_id  uuid NOT NULL,
            alias_id    uuid NOT NULL,
            customer_id uuid NOT NULL,
            PRIMARY KEY (company_id, alias_id)
        );
        CREATE INDEX customer_aliases_of_customer ON customer_aliases (company_id, customer_id);
    """


def ask_aliases(db: Database, customer_id: UUID) -> Answer:
    """Ask for the `alias_id` of each customer whom this one absorbed."""
    return db.ask(_ASK, {"company_id": db.company_id, "customer_id": customer_id})
