"""Customers as sales refer to them."""

from collections.abc import Sequence
from typing import LiteralString

from domain.customers import Customer
from domain.settings import name_key
from projections.base import Database, Fact, Projection, in_whole


class Customers(Projection):
    """One row for each customer."""

    name = "customers"
    version = 2
    mode = "inline"
    tables = ("customers",)
    folds = in_whole(Customer.Registered)
    on = {
        Customer.Archived: """
            UPDATE customers SET is_archived = true, version = %(version)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
    }
    schema = """
        CREATE TABLE customers (
            company_id  uuid NOT NULL,
            id          uuid NOT NULL,
            name        text NOT NULL,
            name_key    text NOT NULL,
            reference   text,
            phone       text,
            email       text,
            is_archived boolean NOT NULL,
            version     bigint NOT NULL,
            created_at  timestamptz NOT NULL,
            PRIMARY KEY (company_id, id)
        );
        CREATE INDEX customers_by_name ON customers (company_id, name_key, id);
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Customers arrive in bulk at an import, so a batch is one statement."""
        new = [fact for fact in facts if fact.event is Customer.Registered]
        if new:
            db.execute(
                _INSERT,
                {
                    "company_id": db.company_id,
                    "ids": [fact.stream_id for fact in new],
                    "names": [fact.data.name for fact in new],
                    "keys": [name_key(fact.data.name) for fact in new],
                    "references": [fact.data.reference for fact in new],
                    "phones": [fact.data.phone for fact in new],
                    "emails": [fact.data.email for fact in new],
                    "ats": [fact.at for fact in new],
                },
            )
        super().apply([fact for fact in facts if fact.event in self.on], db)


_INSERT: LiteralString = """
    INSERT INTO customers (company_id, id, name, name_key, reference, phone, email, is_archived, version,
                           created_at)
    SELECT %(company_id)s, id, name, name_key, reference, phone, email, false, 1, at
      FROM unnest(%(ids)b::uuid[], %(names)b::text[], %(keys)b::text[], %(references)b::text[],
                  %(phones)b::text[], %(emails)b::text[], %(ats)b::timestamptz[])
           AS new(id, name, name_key, reference, phone, email, at)
"""
