"""Commands of the settings entities: one set of handlers for every kind."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from uuid import UUID

from commands.plan import PlanWork
from commands.ports import Missing, UnitOfWork, check_version
from domain.errors import Detail
from domain.packages import RESOURCES
from domain.payment_methods import MethodAtSale
from domain.pending import Pending
from domain.settings import USES, InUse, OtherStore, Setting, Use

C = TypeVar("C")


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
    expected_versions: frozenset[int] | None = None
    owner: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class SwitchSetting:
    """Put it out of use for a time, or back to it."""

    kind: type[Setting]
    id: UUID
    is_active: bool
    expected_versions: frozenset[int] | None = None
    owner: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ArchiveSetting:
    """Put it out of use."""

    kind: type[Setting]
    id: UUID
    expected_versions: frozenset[int] | None = None
    owner: UUID | None = None


class SettingContext(Protocol):
    """What a decision about a setting must know of the others."""

    def inherited(self) -> Mapping[str, Any]:
        """What a new one takes from its company unless it says otherwise."""

    def check(self) -> None:
        """Raise DuplicateName, DuplicateCode, InUse, OtherStore, or Invalid for a reference to nothing."""


class SettingsPort(Protocol):
    """The settings of the company."""

    def context(
        self,
        kind: type[Setting],
        setting_id: UUID,
        values: Mapping[str, Any],
        *,
        store_ids: tuple[UUID, ...] = (),
    ) -> SettingContext:
        """Ask which names are taken and which references exist, with the next round trip.

        `store_ids` are those that the caller is bound to.
        """

    def position(self, setting: Setting) -> Mapping[str, Any]:
        """Where it stands in the tree of its kind, if there is one, as it will be shown."""

    def payment_methods(self, codes: Iterable[str]) -> Pending[Mapping[str, MethodAtSale]]:
        """Ask for those there are of these payment methods, by code."""

    def used_by(self, setting_id: UUID) -> Sequence[Use]:
        """What refers to it and is not archived; nothing can begin to until the end."""


class SettingsWork(PlanWork, Protocol):
    """What settings are decided with."""

    @property
    def settings(self) -> SettingsPort:
        """Settings entities."""


def register_setting(command: RegisterSetting, work: SettingsWork) -> Setting:
    """Register it, once: the same request again answers with what it made.

    Raises DuplicateName, DuplicateCode, DuplicateId, OtherStore, PlanLimitReached, Invalid.
    """
    store_ids = work.caller.store_ids
    if command.kind.kind in RESOURCES:
        # The company comes before what its settings refer to, as for a command that switches one of those.
        work.plan.hold()
    others = work.settings.context(command.kind, command.id, command.values, store_ids=store_ids)
    if existing := work.find_earlier(command.kind, command.kind.Registered, command.id).read():
        return existing
    values = {**others.inherited(), **command.values}
    command.kind.check(values)
    others.check()
    setting = command.kind.begin(command.kind.Registered, command.id, **values)
    _check_stores(setting, work)
    _check_room(command.kind, work)
    work.save(setting)
    return setting


def revise_setting(command: ReviseSetting, work: SettingsWork) -> Setting:
    """Record what changed.

    Raises Missing, StaleVersion, AlreadyArchived, DuplicateName, DuplicateCode, InUse, OtherStore, Invalid.
    """
    store_ids = work.caller.store_ids
    others = work.settings.context(command.kind, command.id, command.changes, store_ids=store_ids)
    setting = _load(command, work)
    setting.revise(command.changes)
    setting.check(setting.values)
    others.check()
    _check_stores(setting, work)
    work.save(setting)
    return setting


def switch_setting(command: SwitchSetting, work: SettingsWork) -> Setting:
    """Switch it; what is so already records nothing.

    Raises Missing, OtherStore, StaleVersion, AlreadyArchived, PlanLimitReached.
    """
    setting = _load(command, work)
    was_active = setting.is_active
    setting.switch(is_active=command.is_active)
    if setting.is_active and not was_active:
        _check_room(command.kind, work)
    work.save(setting)
    return setting


def archive_setting(command: ArchiveSetting, work: SettingsWork) -> Setting:
    """Archive what nothing refers to. Raises Missing, OtherStore, StaleVersion, AlreadyArchived, InUse."""
    setting = _load(command, work)
    setting.archive()
    if used_by := work.settings.used_by(command.id):
        message = f"This {command.kind.noun} is still in use."
        raise InUse(message, details=[Detail("id", InUse.code, USES[use]) for use in used_by])
    work.save(setting)
    return setting


def with_position(
    handler: Callable[[C, SettingsWork], Setting],
) -> Callable[[C, SettingsWork], tuple[Setting, Mapping[str, Any]]]:
    """The same decision, and where in a tree what came of it stands."""

    def decide(command: C, work: SettingsWork) -> tuple[Setting, Mapping[str, Any]]:
        setting = handler(command, work)
        return setting, work.settings.position(setting)

    return decide


def _load(command: ReviseSetting | SwitchSetting | ArchiveSetting, work: UnitOfWork) -> Setting:
    """The setting, if it belongs to the owner it was looked for under, and lies in the caller's stores.

    Raises Missing, StaleVersion; OtherStore for what the caller may look at alone.
    """
    setting = work.load(command.kind, command.id)
    if command.owner and setting.values[command.kind.parent or ""] != command.owner:
        raise Missing
    if not setting.is_visible(work.caller.store_ids):
        raise Missing
    _check_stores(setting, work)
    check_version(setting.version, command.expected_versions)
    return setting


def _check_room(kind: type[Setting], work: SettingsWork) -> None:
    """Raise PlanLimitReached for one more of a kind that the company's package limits."""
    if kind.kind in RESOURCES:
        work.plan.check_room(kind.kind)


def _check_stores(setting: Setting, work: UnitOfWork) -> None:
    """Raise OtherStore for what lies, or would come to lie, outside the caller's stores."""
    if not setting.is_within(work.caller.store_ids):
        raise OtherStore
