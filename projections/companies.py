"""Companies: what every sale needs of its own, and what the platform sees of all."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, LiteralString
from uuid import UUID

from domain.aggregate import Aggregate
from domain.companies import BACKDATING_DAYS, DISCOUNT_CEILINGS, PLATFORM_ID, Backdating, Company
from domain.entities import fields_of
from domain.pricing import Rules
from domain.settings import name_key
from domain.subscriptions import GRACE
from projections.base import Database, Fact, Projection, Row, facts_of
from projections.pages import BY_NAME_OR_TIME, PAGE, list_and_count


class Companies(Projection):
    """One row for each company; `due_at` is when time itself changes its subscription."""

    name = "companies"
    version = 3
    mode = "inline"
    tables = ("companies",)
    # The platform looks after all of them.
    shared_rows: ClassVar[Mapping[str, LiteralString]] = {
        "companies": "current_setting('app.company_id')::uuid = '00000000-0000-4000-8000-000000000000'"
    }
    events = facts_of(Company)
    schema = """
        CREATE TABLE companies (
            company_id          uuid PRIMARY KEY,
            name                text NOT NULL,
            name_key            text NOT NULL,
            currency            text NOT NULL,
            timezone            text NOT NULL,
            email               text,
            phone               text,
            address             text,
            tax_number          text,
            logo_image_id       uuid,
            receipt_header      text,
            receipt_footer      text,
            ask_for_customer    boolean NOT NULL,
            lock_after_seconds  bigint,
            rounding_level      text NOT NULL,
            rounding_mode       text NOT NULL,
            cash_rounding       bigint NOT NULL,
            discount_ceilings   jsonb NOT NULL,
            backdating_days     bigint NOT NULL,
            status              text NOT NULL,
            suspension_reason   text,
            package_id          uuid,
            subscription_status text,
            trial_ends_at       timestamptz,
            period_ends_at      timestamptz,
            due_at              timestamptz,
            version             bigint NOT NULL,
            created_at          timestamptz NOT NULL,
            updated_at          timestamptz NOT NULL
        );
        CREATE INDEX companies_by_due ON companies (due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX companies_by_package ON companies (package_id) WHERE package_id IS NOT NULL;
        CREATE INDEX companies_by_name ON companies (name_key, company_id);
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Insert the company, or change what a later fact says."""
        for fact in facts:
            said = {name: getattr(fact.data, name) for name in fields_of(fact.event)}
            params = {**_UNSAID, **said, "company_id": db.company_id, "version": fact.version, "at": fact.at}
            params["discount_ceilings"] = _written(params["discount_ceilings"])
            if "name" in said:
                params["name_key"] = name_key(said["name"])
            if "due_at" in said:
                params["grace_ends_at"] = said["due_at"] + GRACE
            if "status" in said:
                params["due_at"] = said["trial_ends_at" if said["status"] == "trial" else "period_ends_at"]
            db.execute(_STATEMENTS[fact.event], params)


#: What holds in a company that has said nothing about it.
_UNSAID: Mapping[str, Any] = {"discount_ceilings": DISCOUNT_CEILINGS, "backdating_days": BACKDATING_DAYS}


def _written(ceilings: Mapping[str, Decimal]) -> str:
    return json.dumps({role: f"{percent:f}" for role, percent in ceilings.items()})


_INSERT: LiteralString = """
    INSERT INTO companies (company_id, name, name_key, currency, timezone, email, phone, address, tax_number,
                           ask_for_customer, rounding_level, rounding_mode, cash_rounding, discount_ceilings,
                           backdating_days, status, version, created_at, updated_at)
    VALUES (%(company_id)s, %(name)s, %(name_key)s, %(currency)s, %(timezone)s, %(email)s, %(phone)s,
            %(address)s, %(tax_number)s, false, %(rounding_level)s, %(rounding_mode)s, %(cash_rounding)s,
            %(discount_ceilings)s::jsonb, %(backdating_days)s, 'active', %(version)s, %(at)s, %(at)s)
"""

_RENAME: LiteralString = """
    UPDATE companies SET name = %(name)s, name_key = %(name_key)s, version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s
"""

_RELOCATE: LiteralString = """
    UPDATE companies
       SET email = %(email)s, phone = %(phone)s, address = %(address)s, tax_number = %(tax_number)s,
           version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s
"""

_RESCHEDULE: LiteralString = """
    UPDATE companies SET timezone = %(timezone)s, version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s
"""

_AGREE_ON_ROUNDING: LiteralString = """
    UPDATE companies
       SET rounding_level = %(rounding_level)s, rounding_mode = %(rounding_mode)s,
           cash_rounding = %(cash_rounding)s, version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s
"""

_REBRAND: LiteralString = """
    UPDATE companies SET logo_image_id = %(logo_image_id)s, version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s
"""

_REWORD_RECEIPTS: LiteralString = """
    UPDATE companies
       SET receipt_header = %(receipt_header)s, receipt_footer = %(receipt_footer)s,
           version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s
"""

_INSTRUCT_TILLS: LiteralString = """
    UPDATE companies
       SET ask_for_customer = %(ask_for_customer)s, lock_after_seconds = %(lock_after_seconds)s,
           version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s
"""

_CAP_DISCOUNTS: LiteralString = """
    UPDATE companies
       SET discount_ceilings = %(discount_ceilings)s::jsonb, version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s
"""

_ALLOW_BACKDATING: LiteralString = """
    UPDATE companies SET backdating_days = %(backdating_days)s, version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s
"""

_SUSPEND: LiteralString = """
    UPDATE companies
       SET status = 'suspended', suspension_reason = %(reason)s, version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s
"""

_ACTIVATE: LiteralString = """
    UPDATE companies
       SET status = 'active', suspension_reason = NULL, version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s
"""

_ARCHIVE: LiteralString = """
    UPDATE companies SET status = 'archived', due_at = NULL, version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s
"""

_SUBSCRIBE: LiteralString = """
    UPDATE companies
       SET package_id = %(package_id)s, subscription_status = %(status)s, trial_ends_at = %(trial_ends_at)s,
           period_ends_at = %(period_ends_at)s, due_at = %(due_at)s,
           version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s
"""

_RENEW: LiteralString = """
    UPDATE companies
       SET subscription_status = %(status)s, trial_ends_at = %(trial_ends_at)s,
           period_ends_at = %(period_ends_at)s, due_at = %(due_at)s,
           version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s
"""

_FALL_DUE: LiteralString = """
    UPDATE companies
       SET subscription_status = 'past_due', due_at = %(grace_ends_at)s,
           version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s
"""

_EXPIRE: LiteralString = """
    UPDATE companies
       SET subscription_status = 'expired', due_at = NULL, version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s
"""

_STATEMENTS: Mapping[type[Aggregate.Event], LiteralString] = {
    Company.Registered: _INSERT,
    Company.Renamed: _RENAME,
    Company.Relocated: _RELOCATE,
    Company.Rescheduled: _RESCHEDULE,
    Company.RoundingAgreed: _AGREE_ON_ROUNDING,
    Company.Rebranded: _REBRAND,
    Company.ReceiptReworded: _REWORD_RECEIPTS,
    Company.TillsInstructed: _INSTRUCT_TILLS,
    Company.DiscountsCapped: _CAP_DISCOUNTS,
    Company.BackdatingAllowed: _ALLOW_BACKDATING,
    Company.Suspended: _SUSPEND,
    Company.Activated: _ACTIVATE,
    Company.Archived: _ARCHIVE,
    Company.Subscribed: _SUBSCRIBE,
    Company.Renewed: _RENEW,
    Company.TrialEnded: _FALL_DUE,
    Company.PaymentOverdue: _FALL_DUE,
    Company.Expired: _EXPIRE,
}

_FIND: LiteralString = "SELECT * FROM companies WHERE company_id = %(company_id)s"

# NOTE: the platform asks about all companies, whoever else asks has only one. The row-level policies say the
# same once more.
_FILTER: LiteralString = """
       (company_id = %(company_id)s OR %(company_id)s = %(platform)s)
       AND (coalesce(%(status)s::text, 'all') IN ('all', status))
       AND (status <> 'archived' OR %(status)s::text IN ('archived', 'all'))
       AND (%(package_id)s::uuid IS NULL OR package_id = %(package_id)s::uuid)
       AND (%(subscription)s::text IS NULL OR subscription_status = %(subscription)s::text)
       AND NOT EXISTS (SELECT FROM unnest(%(words)b::text[]) AS wanted(word)
                        WHERE position(word IN name_key || ' ' || lower(coalesce(email, ''))) = 0)
"""
_LIST: LiteralString = f"""
    SELECT * FROM companies
     WHERE {_FILTER}
     ORDER BY {BY_NAME_OR_TIME}, company_id
    {PAGE}
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM companies WHERE {_FILTER}"


def find_company(db: Database) -> Row | None:
    """The company of this transaction, or None."""
    return db.ask(_FIND, {"company_id": db.company_id}).row()


def lets_people_in(db: Database) -> bool:
    """Whether the company's people may sign in: it is neither suspended nor archived, or the platform."""
    company = find_company(db)
    return company is None or company["status"] == "active"


def list_companies(
    db: Database,
    *,
    page: int,
    limit: int,
    sort: str,
    status: str | None = None,
    search: str | None = None,
    package_id: UUID | None = None,
    subscription_status: str | None = None,
) -> tuple[list[Row], int]:
    """One page of companies and how many there are: the platform's all, for others the own alone.

    Without a `status` all but the archived; `all` are all. Every word of `search` must stand in the name or
    the e-mail address.
    """
    return list_and_count(
        db,
        _LIST,
        _COUNT,
        page=page,
        limit=limit,
        platform=PLATFORM_ID,
        status=status,
        package_id=package_id,
        subscription=subscription_status,
        words=name_key(search).split() if search else [],
        sort=sort,
    )


def rules_of(row: Row) -> Rules:
    """How the company of that row rounds."""
    return Rules(
        currency=row["currency"],
        rounding_level=row["rounding_level"],
        rounding_mode=row["rounding_mode"],
        cash_rounding=row["cash_rounding"],
    )


def backdating_of(row: Row) -> Backdating:
    """How far back what happened in the company of that row may lie."""
    return Backdating(founded_at=row["founded_at"], days=row["backdating_days"])
