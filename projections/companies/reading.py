"""What is asked of companies: one, all of them, and the rules by which one works."""

from typing import LiteralString
from uuid import UUID

from domain.companies import (
    PLATFORM_ID,
    Backdating,
    ReturnPolicy,
)
from domain.pricing import Rules
from projections.base import Database, Row
from projections.pages import BY_NAME_OR_TIME, PAGE, list_and_count
from projections.search.within import has_all, typed_words


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
        **typed_words(search),
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


def returns_of(row: Row) -> ReturnPolicy:
    """How the company of that row takes goods back."""
    return ReturnPolicy(
        is_cross_store=row["cross_store_returns"], days=row["return_days"], methods=row["refund_to_original"]
    )


def backdating_of(row: Row) -> Backdating:
    """How far back what happened in the company of that row may lie."""
    return Backdating(
        founded_at=row["founded_at"],
        days=row["backdating_days"],
        books_closed_until=row["books_closed_until"],
    )


_FIND: LiteralString = "SELECT * FROM companies WHERE company_id = %(company_id)s"

# NOTE: the platform asks about all companies, whoever else asks has only one. The row-level policies say the
# same once more.
_FILTER: LiteralString = f"""
       (company_id = %(company_id)s OR %(company_id)s = %(platform)s)
       AND (coalesce(%(status)s::text, 'all') IN ('all', status))
       AND (status <> 'archived' OR %(status)s::text IN ('archived', 'all'))
       AND (%(package_id)s::uuid IS NULL OR package_id = %(package_id)s::uuid)
       AND (%(subscription)s::text IS NULL OR subscription_status = %(subscription)s::text)
       AND (NOT EXISTS (SELECT FROM unnest(%(words)b::text[]) AS term(word)
                         WHERE position(word IN name_key || ' ' || lower(coalesce(email, ''))) = 0)
            OR {has_all("name_words")})
"""

_LIST: LiteralString = f"""
    SELECT * FROM companies
     WHERE {_FILTER}
     ORDER BY {BY_NAME_OR_TIME}, company_id
    {PAGE}
"""

_COUNT: LiteralString = f"SELECT count(*) AS total FROM companies WHERE {_FILTER}"
