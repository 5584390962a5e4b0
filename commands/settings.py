"""Commands of the settings entities: one set of handlers for every kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from commands.ports import Missing, UnitOfWork, check_version
from domain.settings import InUse, Setting


@dataclass(frozen=True, kw_only=True)
class RegisterSetting:
    """Set up a brand, a unit, a store or another kind."""

    kind: type[Setting]
    id: UUID
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ReviseSetting:
    """Edit some of its fields."""

    kind: type[Setting]
    id: UUID
    changes: Mapping[str, Any]
    expected_version: int | None = None
    owner: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ArchiveSetting:
    """Put it out of use."""

    kind: type[Setting]
    id: UUID
    expected_version: int | None = None
    owner: UUID | None = None


def register_setting(command: RegisterSetting, work: UnitOfWork) -> Setting:
    """Register it, once: the same id again answers with what is there.

    Raises DuplicateName, DuplicateCode, DuplicateId, Invalid.
    """
    seen = work.settings.look(command.kind, command.id, command.values)
    if (existing := work.find(command.kind, command.id)) is not None:
        return existing
    seen.check()
    setting = command.kind.begin(command.kind.Registered, command.id, **command.values)
    work.save(setting)
    return setting


def revise_setting(command: ReviseSetting, work: UnitOfWork) -> Setting:
    """Record what changed.

    Raises Missing, StaleVersion, AlreadyArchived, DuplicateName, DuplicateCode, Invalid.
    """
    seen = work.settings.look(command.kind, command.id, command.changes)
    setting = _load(command, work)
    setting.revise(command.changes)
    seen.check()
    work.save(setting)
    return setting


def archive_setting(command: ArchiveSetting, work: UnitOfWork) -> Setting:
    """Archive what nothing refers to. Raises Missing, StaleVersion, AlreadyArchived, InUse."""
    setting = _load(command, work)
    setting.archive()
    if work.settings.is_in_use(command.id):
        message = f"This {command.kind.noun} is still in use."
        raise InUse(message)
    work.save(setting)
    return setting


def _load(command: ReviseSetting | ArchiveSetting, work: UnitOfWork) -> Setting:
    """The setting, if it belongs to the owner it was looked for under. Raises Missing, StaleVersion."""
    setting = work.load(command.kind, command.id)
    if command.owner and setting.values[command.kind.parent or ""] != command.owner:
        raise Missing
    check_version(setting.version, command.expected_version)
    return setting
