"""Commands about companies: taking them on, editing, suspending and archiving them; super admins."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import UUID

from commands.catalog.images import PicturesWork
from commands.passwords import CredentialsWork
from commands.platform import PlatformWork
from commands.ports import DuplicateId, UnitOfWork, check_version
from commands.subscriptions import offered
from domain.companies import PLATFORM_ID, Company
from domain.errors import Conflict, Detail, Invalid
from domain.packages import Limits, check_room
from domain.permissions import ADMIN, SUPER_ADMIN
from domain.stores import Store
from domain.subscriptions import Terms
from domain.users import DuplicateUsername, User


class NoTrialPackage(Conflict):
    """There is no package at present that a new company can try."""

    code = "no_trial_package"
    remedy = "Ask whoever runs the platform to offer a package with `trial_days`."


@dataclass(frozen=True, kw_only=True)
class FirstAdmin:
    """Who is to manage a new company. The password comes as its hash."""

    id: UUID
    username: str
    password_hash: str
    email: str | None = None


@dataclass(frozen=True, kw_only=True)
class RegisterCompany:
    """Take on a company, with its first admin, on a package."""

    id: UUID
    values: Mapping[str, Any]
    admin: FirstAdmin | None = None
    package_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class JoinOnTrial:
    """Join the platform by oneself: a company, its first admin and its first store."""

    company: RegisterCompany
    store_id: UUID
    store: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ReviseCompany:
    """Edit some of its fields."""

    id: UUID
    changes: Mapping[str, Any]
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class SuspendCompany:
    """Let it read and no more."""

    id: UUID
    reason: str | None = None
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class ActivateCompany:
    """Let it write again."""

    id: UUID
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class ArchiveCompany:
    """Put it out of use, with everybody in it."""

    id: UUID
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class AppointSuperAdmin:
    """Let a super admin run the platform, under this password, which comes as its hash."""

    username: str
    password_hash: str


@dataclass(frozen=True, kw_only=True)
class AppointAdmin:
    """Let somebody manage the company, under this password, which comes as its hash."""

    username: str
    password_hash: str


class AppointmentWork(PlatformWork, CredentialsWork, Protocol):
    """What a super admin's password is decided with."""


class CompaniesWork(AppointmentWork, PicturesWork, Protocol):
    """What new companies are decided with."""


def register_company(command: RegisterCompany, work: CompaniesWork) -> Company:
    """Take it on, once: the same request again answers with what it made.

    Raises DuplicateId, DuplicateUsername, PackageInactive, PlanLimitReached, Invalid.
    """
    if command.id == PLATFORM_ID:
        raise DuplicateId
    # Another transaction that takes it on at the same moment is waited for here, and its rows are read then.
    work.platform.open_log()
    if existing := work.find_earlier(Company, Company.Registered, command.id).read():
        return existing
    return _take_on(command, work)


def join_on_trial(command: JoinOnTrial, work: CompaniesWork) -> Company:
    """Take on a company that comes by itself, on the cheapest package it can try.

    Raises NoTrialPackage, DuplicateUsername, PlanLimitReached.
    """
    package_id = work.platform.trial_package(command.company.values["currency"])
    if package_id is None:
        raise NoTrialPackage
    work.platform.open_log()
    company = _take_on(replace(command.company, package_id=package_id), work, stores=1)
    settings = {name: company.values[name] for name in Store.inherited}
    work.save(Store.begin(Store.Registered, command.store_id, **{**settings, **command.store}))
    return company


def _take_on(command: RegisterCompany, work: CompaniesWork, *, stores: int = 0) -> Company:
    """Take it on with its first admin; its package must have room for them, and for so many stores."""
    values = dict(command.values)
    # It has no pictures yet, so none can be its logo.
    _check_logo(values.pop("logo_image_id", None), work)
    company = Company.begin(Company.Registered, command.id, **values)
    if command.package_id:
        offer = offered(command.package_id, work)
        _check_room(offer.limits, users=1 if command.admin else 0, stores=stores)
        company.subscribe(offer, Terms(), work.now)
    work.save(company)
    if command.admin:
        _appoint(command.admin, work)
    return company


def _check_room(limits: Limits, **more: int) -> None:
    for resource, number in more.items():
        limit = limits.of(resource)
        if number and limit is not None:
            check_room(resource, limit, 0, number)


def _appoint(admin: FirstAdmin, work: AppointmentWork) -> None:
    if work.platform.user_named(admin.username) is not None:
        detail = Detail("admin.username", DuplicateUsername.code, "Another user has this name.")
        raise DuplicateUsername(details=[detail])
    person = User.begin(User.Registered, admin.id, username=admin.username, role=ADMIN, email=admin.email)
    work.save(person)
    work.credentials.set_password(admin.id, admin.password_hash)


def revise_company(command: ReviseCompany, work: PicturesWork) -> Company:
    """Record what changed. Raises Missing, StaleVersion, AlreadyArchived, Invalid."""
    company = work.load(Company, command.id)
    check_version(company.version, command.expected_versions)
    company.revise(command.changes)
    _check_logo(command.changes.get("logo_image_id"), work)
    work.save(company)
    return company


def _check_logo(image_id: UUID | None, work: PicturesWork) -> None:
    """Raise Invalid for a picture that is none of the company's."""
    if image_id is not None and not work.pictures.hold(image_id):
        raise Invalid(details=[Detail("logo_image_id", "not_found", "There is no such picture.")])


def suspend_company(command: SuspendCompany, work: UnitOfWork) -> Company:
    """Suspend it; without news nothing is recorded. Raises Missing, StaleVersion, AlreadyArchived."""
    company = work.load(Company, command.id)
    check_version(company.version, command.expected_versions)
    company.suspend(command.reason)
    work.save(company)
    return company


def activate_company(command: ActivateCompany, work: UnitOfWork) -> Company:
    """End its suspension, if there is one. Raises Missing, StaleVersion, AlreadyArchived."""
    company = work.load(Company, command.id)
    check_version(company.version, command.expected_versions)
    company.activate()
    work.save(company)
    return company


def archive_company(command: ArchiveCompany, work: UnitOfWork) -> Company:
    """Archive it: its sessions end with the next request, its user names stay its own.

    Raises Missing, StaleVersion, AlreadyArchived.
    """
    company = work.load(Company, command.id)
    check_version(company.version, command.expected_versions)
    company.archive()
    work.save(company)
    return company


def appoint_super_admin(command: AppointSuperAdmin, work: AppointmentWork) -> User:
    """Register a super admin, or give the one of that name another password and a way back in.

    Raises DuplicateUsername when another user has the name.
    """
    work.platform.open_log()
    entry = work.platform.user_named(command.username)
    person = _super_admin(work, entry, command.username)
    work.save(person)
    work.credentials.set_password(person.id, command.password_hash)
    return person


def _super_admin(work: AppointmentWork, entry: tuple[UUID, UUID] | None, username: str) -> User:
    if entry is None:
        return User.begin(User.Registered, work.new_id(), username=username, role=SUPER_ADMIN)
    company_id, user_id = entry
    if company_id != PLATFORM_ID:
        raise DuplicateUsername
    person = work.load(User, user_id)
    if person.values["role"] != SUPER_ADMIN:
        raise DuplicateUsername
    person.revise({"is_active": True})
    person.reset_password()
    work.credentials.end_sessions(person.id)
    return person


def appoint_admin(command: AppointAdmin, work: AppointmentWork) -> User:
    """Register an admin, or let the company's user of that name in as one, under another password.

    This is for whoever runs the service, where nobody of the company can sign in. Raises AlreadyArchived, and
    DuplicateUsername when a user of another company has the name.
    """
    person = _admin(work, work.platform.user_named(command.username), command.username)
    work.save(person)
    work.credentials.set_password(person.id, command.password_hash)
    return person


def _admin(work: AppointmentWork, entry: tuple[UUID, UUID] | None, username: str) -> User:
    if entry is None:
        return User.begin(User.Registered, work.new_id(), username=username, role=ADMIN)
    company_id, user_id = entry
    if company_id != work.caller.company_id:
        raise DuplicateUsername
    person = work.load(User, user_id)
    person.revise({"is_active": True, "role": ADMIN, "store_ids": ()})
    person.reset_password()
    work.credentials.end_sessions(person.id)
    return person
