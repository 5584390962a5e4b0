"""Commands of the platform's packages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from commands.platform import PlatformWork
from commands.ports import check_version
from domain.errors import Detail
from domain.packages import Limits, Package
from domain.settings import DuplicateName, InUse


@dataclass(frozen=True, kw_only=True)
class RegisterPackage:
    """Offer one more package."""

    id: UUID
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class RevisePackage:
    """Agree on other terms."""

    id: UUID
    changes: Mapping[str, Any]
    limits: Mapping[str, int | None]
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class SwitchPackage:
    """Offer it to further companies, or to no more of them."""

    id: UUID
    is_active: bool
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class ArchivePackage:
    """Put it out of use."""

    id: UUID
    expected_versions: frozenset[int] | None = None


def register_package(command: RegisterPackage, work: PlatformWork) -> Package:
    """Register it, once: the same request again answers with what it made.

    Raises DuplicateName, DuplicateId.
    """
    if existing := work.find_earlier(Package, Package.Registered, command.id).read():
        return existing
    _check_name(command.id, command.values["name"], work)
    package = Package.begin(Package.Registered, command.id, **command.values)
    work.save(package)
    return package


def revise_package(command: RevisePackage, work: PlatformWork) -> Package:
    """Record what changed; `limits` names the limits that change. All its companies follow at once.

    Raises Missing, StaleVersion, AlreadyArchived, DuplicateName, LimitBelowUsage.
    """
    work.platform.hold_package(command.id)
    package = work.load(Package, command.id)
    check_version(package.version, command.expected_versions)
    before = package.values["limits"]
    changes = dict(command.changes)
    if command.limits:
        changes["limits"] = before.changed(command.limits)
    package.revise(changes)
    if "name" in changes:
        _check_name(command.id, changes["name"], work)
    narrowed = package.values["limits"].narrowed(before)
    if narrowed != Limits():
        narrowed.check_usage(work.platform.greatest_usage(command.id, narrowed))
    work.save(package)
    return package


def switch_package(command: SwitchPackage, work: PlatformWork) -> Package:
    """Switch it; what is so already records nothing. Raises Missing, StaleVersion, AlreadyArchived."""
    work.platform.hold_package(command.id)
    package = work.load(Package, command.id)
    check_version(package.version, command.expected_versions)
    package.switch(is_active=command.is_active)
    work.save(package)
    return package


def archive_package(command: ArchivePackage, work: PlatformWork) -> Package:
    """Archive a package that no company has. Raises Missing, StaleVersion, AlreadyArchived, InUse."""
    work.platform.hold_package(command.id)
    package = work.load(Package, command.id)
    check_version(package.version, command.expected_versions)
    package.archive()
    if work.platform.has_subscribers(command.id):
        message = "Companies have this package."
        raise InUse(message)
    work.save(package)
    return package


def _check_name(package_id: UUID, name: str, work: PlatformWork) -> None:
    if holder := work.platform.package_named(package_id, name):
        detail = Detail("name", DuplicateName.code, f"{holder.name} has it.")
        status = "active" if holder.is_active else "inactive"
        raise DuplicateName(details=[detail.held_by(holder.id, holder.name, status)])
