"""The rows of companies and packages are what their logs say, whatever has happened to them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.companies import PLATFORM_ID
from infra.projections.verify import verify
from infra.runtime.models import EVENT_TYPES
from projections.base import Projection
from projections.companies import Companies
from projections.packages import Packages

COMPANIES, PACKAGES = "/api/admin/companies", "/api/admin/packages"


def make(platform: Any, path: str, **body: Any) -> Any:
    answer = platform.post(path, {"name": uuid4().hex, **body})
    assert answer.status == 201, answer.body
    return answer.data


def long_ago() -> str:
    return (datetime.now(UTC) - timedelta(days=30)).isoformat()


@pytest.fixture
def eventful(service: Any, platform: Any, bring_picture: Any) -> UUID:
    """A company to which everything has happened, save its end."""
    package = make(platform, PACKAGES, limits={"stores": 1})
    company = make(platform, COMPANIES, currency="EUR", timezone="UTC", package_id=package["id"])
    path = f"{COMPANIES}/{company['id']}"
    logo, _ = bring_picture(service.guest(UUID(company["id"])))
    fields = {"name": "Other", "email": "a@b.test", "timezone": "Europe/Berlin", "logo_image_id": logo}
    answers = [
        platform.patch(path, fields),
        platform.post(f"{path}/suspend", {"reason": "Why not"}),
        platform.post(f"{path}/activate"),
        platform.put(f"{path}/subscription", {"trial_ends_at": long_ago()}),
        platform.put(f"{path}/subscription", {"status": "active"}),
        platform.put(f"{path}/subscription", {"period_ends_at": long_ago()}),
        platform.post(f"{path}/suspend"),
    ]
    assert {answer.status for answer in answers} == {200}
    return UUID(company["id"])


def is_true(service: Any, model: Projection, company_id: UUID) -> bool:
    report = verify(service.database.worker, EVENT_TYPES, model, company_id)
    assert report.differences == ()
    return any(table.rows for table in report.tables)


def test_a_company_to_which_much_has_happened(service: Any, eventful: UUID) -> None:
    assert is_true(service, Companies(), eventful)


def test_an_archived_company(service: Any, platform: Any, eventful: UUID) -> None:
    assert platform.delete(f"{COMPANIES}/{eventful}").status == 200
    assert is_true(service, Companies(), eventful)


def test_a_company_with_settings_of_its_own(service: Any, shop: Any) -> None:
    changes = {"cash_rounding": 5, "receipt_header": "Hi", "pos": {"ask_for_customer": True}}
    assert shop.client().patch("/api/admin/settings/company", changes).status == 200
    assert is_true(service, Companies(), shop.company_id)


def test_packages_of_every_kind(service: Any, platform: Any) -> None:
    package = make(platform, PACKAGES, limits={"stores": 1, "users": 5}, features=["A"])
    path = f"{PACKAGES}/{package['id']}"
    fields = {"name": uuid4().hex, "description": "More", "price": 5, "trial_days": 3, "features": []}
    platform.patch(path, {**fields, "limits": {"stores": None, "products": 9}})
    platform.post(f"{path}/deactivate")
    platform.delete(f"{PACKAGES}/{make(platform, PACKAGES)['id']}")
    assert is_true(service, Packages(), PLATFORM_ID)
