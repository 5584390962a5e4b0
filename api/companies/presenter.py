"""A company and its subscription, as the platform and its admin see them."""

from collections.abc import Mapping
from typing import Any

from api.companies.answers import CompanyAnswer, SubscriptionAnswer
from api.entities import values_of
from domain.companies import Company
from domain.packages import Limits
from projections.base import Row

_TERMS = ("package_id", "status", "trial_ends_at", "period_ends_at", "overdue_since")


def show_company(company: Company) -> CompanyAnswer:
    """A company as it was decided about, or found."""
    terms = _terms_of(company)
    return CompanyAnswer.of(
        {
            **values_of(company),
            **terms,
            "status": company.status,
            "suspension_reason": company.suspension_reason,
            "is_sandbox": company.is_sandbox,
            "subscription_status": terms["status"],
        }
    )


def show_row(row: Row) -> CompanyAnswer:
    """A row of the list."""
    return CompanyAnswer.of({**row, "id": row["company_id"]})


def show_subscription(
    company: Company, package_name: str | None, limits: Limits, usage: Mapping[str, int]
) -> SubscriptionAnswer:
    """What the company has of the package of that name and those limits, and uses of it."""
    return SubscriptionAnswer.of(
        {
            **_terms_of(company),
            "company_id": company.id,
            "package_name": package_name,
            "changes_at": company.due_at,
            "limits": limits,
            "usage": usage,
            "version": company.version,
        }
    )


def _terms_of(company: Company) -> dict[str, Any]:
    """What the company has of a package; each None without one."""
    return {name: getattr(company.subscription, name, None) for name in _TERMS}
