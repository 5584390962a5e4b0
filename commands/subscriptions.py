"""Commands about what a company has of a package."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from commands.platform import PlatformWork
from commands.ports import UnitOfWork, check_version
from domain.companies import Company
from domain.errors import Detail, Invalid
from domain.packages import Offer, PackageInactive
from domain.subscriptions import Terms


@dataclass(frozen=True, kw_only=True)
class Subscribe:
    """Give a company a package, or go on with the one it has."""

    company_id: UUID
    package_id: UUID | None
    terms: Terms
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class LetFallDue:
    """Record what time has brought."""

    company_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSubscription:
    """A company's subscription, what it is of, and what the company uses of it."""

    company: Company
    offer: Offer
    usage: Mapping[str, int]


def subscribe(command: Subscribe, work: PlatformWork) -> KnownSubscription:
    """Record what was agreed; without a package, the one that the company has.

    Raises Missing, StaleVersion, AlreadyArchived, PackageInactive, LimitBelowUsage, Invalid.
    """
    company = work.load(Company, command.company_id)
    check_version(company.version, command.expected_versions)
    has = company.subscription.package_id if company.subscription else None
    package_id = command.package_id or has
    if package_id is None:
        raise Invalid(details=[Detail("package_id", "required", "Name the package: the company has none.")])
    offer = _held(package_id, work)[0] if package_id == has else offered(package_id, work)
    usage = work.platform.usage(company.values["timezone"])
    if package_id != has:
        offer.limits.check_usage(usage)
    company.subscribe(offer, command.terms, work.now)
    work.save(company)
    return KnownSubscription(company=company, offer=offer, usage=usage)


def offered(package_id: UUID, work: PlatformWork) -> Offer:
    """The package, if companies can be given it. Raises Invalid, PackageInactive."""
    offer, is_active = _held(package_id, work)
    if not is_active:
        raise PackageInactive
    return offer


def _held(package_id: UUID, work: PlatformWork) -> tuple[Offer, bool]:
    package = work.platform.hold_offer(package_id)
    if package is None:
        raise Invalid(details=[Detail("package_id", "not_found", "There is no such package.")])
    return package


def let_fall_due(command: LetFallDue, work: UnitOfWork) -> None:
    """Record each step that was due by now, with the moment it was due; without any, nothing.

    Raises Missing.
    """
    company = work.load(Company, command.company_id)
    company.fall_due(work.now)
    work.save(company)
