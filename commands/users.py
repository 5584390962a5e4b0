"""Commands that change who may sign in, and what they may do."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from commands.passwords import CredentialsWork
from commands.plan import PlanWork
from commands.ports import Missing, UnitOfWork, check_version
from domain.errors import NotAllowed
from domain.settings import OtherStore
from domain.users import LastAdmin, User, check_grants, check_reach, in_order

GRANT = "users.grant"


@dataclass(frozen=True, kw_only=True)
class RegisterUser:
    """Take on a user, who signs in with the password of this hash."""

    id: UUID
    values: Mapping[str, Any]
    password_hash: str


@dataclass(frozen=True, kw_only=True)
class ReviseUser:
    """Change the name, the address, the role, the stores, single rights, or whether the user may sign in."""

    id: UUID
    changes: Mapping[str, Any]
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class ArchiveUser:
    """Let the user go."""

    id: UUID
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class ResetPassword:
    """Let the user sign in with the password of this hash, and with no other."""

    id: UUID
    password_hash: str
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class EndSessions:
    """End one session of the user, or all."""

    user_id: UUID
    session_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class KnownUser:
    """A user, with what is known of them beyond the facts."""

    user: User
    last_login: datetime | None
    stores: Sequence[Mapping[str, Any]]


class UserContext(Protocol):
    """What a decision about a user must know of the others."""

    @property
    def last_login(self) -> datetime | None:
        """When the user signed in last."""

    def stores(self, store_ids: Collection[UUID]) -> list[Mapping[str, Any]]:
        """Id, name and code of these of the stores that the user has or is to have."""

    def others_manage(self) -> bool:
        """Whether somebody else can manage every user of the company."""

    def check(self) -> None:
        """Raise Invalid for stores that are not there, OtherStore, DuplicateUsername."""


class UsersPort(Protocol):
    """The users of the company."""

    def context(
        self, user_id: UUID, values: Mapping[str, Any], *, store_ids: tuple[UUID, ...]
    ) -> UserContext:
        """Ask who has the name, which stores there are and who else manages, with the next round trip.

        No other command decides about users of the company until the end. `store_ids` are those that the
        caller is bound to.
        """


class UsersWork(CredentialsWork, PlanWork, Protocol):
    """What users are decided with."""

    @property
    def users(self) -> UsersPort:
        """Users."""


def register_user(command: RegisterUser, work: UsersWork) -> KnownUser:
    """Take the user on, once: the same request again answers as it did first.

    Raises DuplicateUsername, DuplicateId, GrantsMoreThanHeld, NotAllowed, OtherStore, PlanLimitReached,
    Invalid.
    """
    caller = work.caller
    others = work.users.context(command.id, command.values, store_ids=caller.store_ids)
    if existing := work.find_earlier(User, User.Registered, command.id).read():
        return _answer_of(existing, others)
    user = User.begin(User.Registered, command.id, **in_order(command.values))
    user.check()
    _check_may_grant(work, user.values, before={"granted": (), "denied": ()})
    check_grants(caller.permissions, user)
    others.check()
    _check_stores(work, user)
    if user.is_active:
        work.plan.check_room("users")
    work.credentials.set_password(user.id, command.password_hash)
    work.save(user)
    return _answer_of(user, others)


def revise_user(command: ReviseUser, work: UsersWork) -> KnownUser:
    """Record what changed. A user who may no longer sign in is signed out at once.

    Raises Missing, StaleVersion, AlreadyArchived, DuplicateUsername, HoldsMore, GrantsMoreThanHeld,
    NotAllowed, LastAdmin, OtherStore, PlanLimitReached, Invalid.
    """
    user, others = _load(command, work, command.changes)
    before, held = dict(user.values), user.permissions
    was_active, managed = user.is_active, user.manages_all
    user.revise(in_order(command.changes))
    user.check()
    _check_may_grant(work, user.values, before=before)
    check_grants(work.caller.permissions, user, held)
    others.check()
    _check_stores(work, user)
    _check_somebody_manages(user, others, managed=managed)
    if user.is_active and not was_active:
        work.plan.check_room("users")
    if was_active and not user.is_active:
        work.credentials.end_sessions(user.id)
    work.save(user)
    return _answer_of(user, others)


def archive_user(command: ArchiveUser, work: UsersWork) -> KnownUser:
    """Let the user go, and sign them out at once.

    Raises Missing, StaleVersion, AlreadyArchived, HoldsMore, LastAdmin.
    """
    user, others = _load(command, work)
    managed = user.manages_all
    user.archive()
    _check_somebody_manages(user, others, managed=managed)
    work.credentials.end_sessions(user.id)
    work.save(user)
    return _answer_of(user, others)


def reset_password(command: ResetPassword, work: UsersWork) -> KnownUser:
    """Set another password and end every session.

    Raises Missing, StaleVersion, AlreadyArchived, HoldsMore.
    """
    user, others = _load(command, work)
    user.reset_password()
    work.credentials.set_password(user.id, command.password_hash)
    work.credentials.end_sessions(user.id)
    work.save(user)
    return _answer_of(user, others)


def end_sessions(command: EndSessions, work: CredentialsWork) -> None:
    """Sign the user out, everywhere or in one session. Raises Missing, HoldsMore."""
    user = work.load(User, command.user_id)
    _check_manageable(work, user)
    if command.session_id is None:
        work.credentials.end_sessions(user.id)
    elif not work.credentials.end_session(user.id, command.session_id):
        raise Missing


def _load(
    command: ReviseUser | ArchiveUser | ResetPassword,
    work: UsersWork,
    changes: Mapping[str, Any] | None = None,
) -> tuple[User, UserContext]:
    """The user, as the last decision about one has left them. Raises Missing, StaleVersion, HoldsMore."""
    others = work.users.context(command.id, changes or {}, store_ids=work.caller.store_ids)
    user = work.load(User, command.id)
    _check_manageable(work, user)
    check_version(user.version, command.expected_versions)
    return user, others


def _check_manageable(work: UnitOfWork, user: User) -> None:
    """Raise Missing for a user of other stores than the caller's, HoldsMore for one who holds more."""
    if not user.is_within(work.caller.store_ids):
        raise Missing
    check_reach(work.caller.permissions, user)


def _check_stores(work: UnitOfWork, user: User) -> None:
    """Raise OtherStore for a user who would come to work outside the caller's stores."""
    if not user.is_within(work.caller.store_ids):
        raise OtherStore


def _check_may_grant(work: UnitOfWork, values: Mapping[str, Any], *, before: Mapping[str, Any]) -> None:
    """Raise NotAllowed when single rights change and the caller may only give roles."""
    is_changed = any(values[name] != before[name] for name in ("granted", "denied"))
    if is_changed and GRANT not in work.caller.permissions:
        message = f"It takes {GRANT} to grant and deny single permissions."
        raise NotAllowed.without(GRANT, message=message)


def _check_somebody_manages(user: User, others: UserContext, *, managed: bool) -> None:
    """Raise LastAdmin when nobody is left who can manage every user of the company."""
    if managed and not user.manages_all and not others.others_manage():
        raise LastAdmin


def _answer_of(user: User, others: UserContext) -> KnownUser:
    return KnownUser(user, others.last_login, others.stores(user.values["store_ids"]))
