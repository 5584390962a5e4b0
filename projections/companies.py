"""The company's own settings, as every sale needs them."""

from collections.abc import Sequence
from typing import LiteralString

from domain.companies import Company
from domain.entities import Entity, fields_of
from domain.pricing import Rules
from projections.base import Database, Fact, Projection, Row, facts_of


class Companies(Projection):
    """One row: the company itself."""

    name = "companies"
    mode = "inline"
    tables = ("companies",)
    events = facts_of(Company)
    schema = """
        CREATE TABLE companies (
            company_id     uuid PRIMARY KEY,
            name           text NOT NULL,
            currency       text NOT NULL,
            timezone       text NOT NULL,
            email          text,
            phone          text,
            address        text,
            tax_number     text,
            rounding_level text NOT NULL,
            rounding_mode  text NOT NULL,
            cash_rounding  bigint NOT NULL,
            is_archived    boolean NOT NULL,
            version        bigint NOT NULL,
            created_at     timestamptz NOT NULL,
            updated_at     timestamptz NOT NULL
        );
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Insert the company, or change what a later fact says."""
        for fact in facts:
            said = {name: getattr(fact.data, name) for name in fields_of(fact.event)}
            header = {"company_id": db.company_id, "version": fact.version, "at": fact.at}
            if issubclass(fact.event, Entity.Registered):
                db.execute(_INSERT, {**said, **header})
            else:
                blank = dict.fromkeys(fields_of(Company.Registered))
                moved = fact.event is Company.Relocated
                db.execute(_UPDATE, {**blank, **said, **header, "moved": moved})


_INSERT: LiteralString = """
    INSERT INTO companies (company_id, name, currency, timezone, email, phone, address, tax_number,
                           rounding_level, rounding_mode, cash_rounding, is_archived, version,
                           created_at, updated_at)
    VALUES (%(company_id)s, %(name)s, %(currency)s, %(timezone)s, %(email)s, %(phone)s, %(address)s,
            %(tax_number)s, %(rounding_level)s, %(rounding_mode)s, %(cash_rounding)s, false, %(version)s,
            %(at)s, %(at)s)
"""

_UPDATE: LiteralString = """
    UPDATE companies
       SET name = coalesce(%(name)s::text, name),
           email = CASE WHEN %(moved)s::bool THEN %(email)s::text ELSE email END,
           phone = CASE WHEN %(moved)s::bool THEN %(phone)s::text ELSE phone END,
           address = CASE WHEN %(moved)s::bool THEN %(address)s::text ELSE address END,
           tax_number = CASE WHEN %(moved)s::bool THEN %(tax_number)s::text ELSE tax_number END,
           rounding_level = coalesce(%(rounding_level)s::text, rounding_level),
           rounding_mode = coalesce(%(rounding_mode)s::text, rounding_mode),
           cash_rounding = coalesce(%(cash_rounding)s::bigint, cash_rounding),
           version = %(version)s,
           updated_at = %(at)s
     WHERE company_id = %(company_id)s
"""

_FIND: LiteralString = "SELECT * FROM companies WHERE company_id = %(company_id)s"


def find_company(db: Database) -> Row | None:
    """The company of this transaction, or None."""
    return db.ask(_FIND, {"company_id": db.company_id}).row()


def rules_of(row: Row) -> Rules:
    """How the company of that row rounds."""
    return Rules(
        currency=row["currency"],
        rounding_level=row["rounding_level"],
        rounding_mode=row["rounding_mode"],
        cash_rounding=row["cash_rounding"],
    )
