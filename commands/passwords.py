"""Passwords and pins: set by a user who knows the password, or a password anew by one who got a token."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from commands.ports import UnitOfWork
from commands.signing_in import InvalidToken
from domain.errors import Detail, Invalid
from domain.users import User


class WrongPassword(Invalid):
    """The current password is wrong."""


@dataclass(frozen=True, kw_only=True)
class ChangePassword:
    """A user takes another password; whether they knew the current one was checked before."""

    user_id: UUID
    knew_current: bool
    password_hash: str


@dataclass(frozen=True, kw_only=True)
class SetPin:
    """A user takes a pin to approve with; whether they knew the current password was checked before."""

    user_id: UUID
    knew_current: bool
    pin_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetToken:
    """For whom a token is, and the hash by which it is known."""

    company_id: UUID
    user_id: UUID
    token_hash: bytes


@dataclass(frozen=True, kw_only=True)
class ResetPassword:
    """A user who forgot the password sets another one with the token that was sent."""

    token: ResetToken
    password_hash: str


class CredentialsPort(Protocol):
    """What lets a user in. It is no fact, but is written with the facts it belongs to."""

    def set_password(self, user_id: UUID, password_hash: str) -> None:
        """Let the user sign in with the password of this hash from now on.

        A token that was sent before is void, and so is a pin: somebody else may have set it.
        """

    def set_pin(self, user_id: UUID, pin_hash: str) -> None:
        """Let the user approve with the pin of this hash from now on, and with no other."""

    def end_sessions(self, user_id: UUID, *, but: UUID | None = None) -> None:
        """End the sessions of a user, all or all but one."""

    def take_reset(self, user_id: UUID, token_hash: bytes) -> bool:
        """Use up the token of a user who forgot the password; False when it is not theirs or too old."""

    def end_session(self, user_id: UUID, session_id: UUID) -> bool:
        """End one session of a user; whether it was there and open."""


class CredentialsWork(UnitOfWork, Protocol):
    """What passwords and sessions are decided with."""

    @property
    def credentials(self) -> CredentialsPort:
        """Passwords and sessions."""


def change_password(command: ChangePassword, work: CredentialsWork) -> None:
    """Set the password and end every other session of the user. Raises WrongPassword, Missing."""
    _check_knew(command.knew_current)
    _set_password(work, command.user_id, command.password_hash, but=work.caller.session_id)


def set_pin(command: SetPin, work: CredentialsWork) -> None:
    """Set the pin. Raises WrongPassword, Missing."""
    _check_knew(command.knew_current)
    user = work.load(User, command.user_id)
    user.set_pin()
    work.save(user)
    work.credentials.set_pin(command.user_id, command.pin_hash)


def reset_password(command: ResetPassword, work: CredentialsWork) -> None:
    """Use the token up, set the password and end every session of the user. Raises InvalidToken."""
    if not work.credentials.take_reset(command.token.user_id, command.token.token_hash):
        raise InvalidToken
    _set_password(work, command.token.user_id, command.password_hash)


def _check_knew(knew_current: bool) -> None:
    if not knew_current:
        raise WrongPassword(details=[Detail("current_password", "invalid", "This is not your password.")])


def _set_password(
    work: CredentialsWork, user_id: UUID, password_hash: str, *, but: UUID | None = None
) -> None:
    user = work.load(User, user_id)
    user.reset_password()
    work.save(user)
    # In this order: a session that begins with the old password meanwhile is seen by the second statement.
    work.credentials.set_password(user_id, password_hash)
    work.credentials.end_sessions(user_id, but=but)
