"""Users: who may sign in, in which role, for which stores. Passwords are no facts and never reach the log."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from domain.entities import AlreadyArchived, Entity
from domain.errors import Conflict, Detail, Invalid, NotAllowed
from domain.permissions import PERMISSIONS, ROLES, SUPER_ADMIN, permissions_of
from domain.private import texts

#: What a user is as somebody whom events tell about, and what one is called whose name was erased.
KIND: Final = "user"
ERASED_USERNAME: Final = "Erased user"
#: The roles that a company can give; the other one is the platform's.
COMPANY_ROLES: Final = tuple(role for role in ROLES if role != SUPER_ADMIN)
#: What nobody can do within a company.
PLATFORM_KEYS: Final = frozenset(key for key, (_, roles) in PERMISSIONS.items() if roles == (SUPER_ADMIN,))
#: Who holds these, and is bound to no store, can give every user every right there is in the company.
MANAGING: Final = frozenset({"users.create", "users.edit", "users.grant"})

_ROLES_BY_ID: Final = {role.lower().replace(" ", "_"): role for role in ROLES}
_SETS: Final = frozenset({"store_ids", "granted", "denied"})


class DuplicateUsername(Conflict):
    """Another user already has this name."""

    code = "duplicate_username"
    remedy = "Choose another user name."


class LastAdmin(Conflict):
    """Somebody must be left who can manage all the users."""

    code = "last_admin"
    remedy = "Make somebody else an administrator first."


class GrantsMoreThanHeld(NotAllowed):
    """Nobody can give rights that they do not hold."""


class HoldsMore(NotAllowed):
    """This user holds rights that you do not hold."""


class User(Entity):
    """A person with a role. Without stores, a user is bound to none of them and sees all.

    Name and address are sealed with a key of their own.
    """

    type_name = "users.User"
    kind = "users"
    noun = "user"

    class Registered(Entity.Registered):
        """A user was taken on. `granted` and `denied` are keys that differ from the role's own."""

        username: str
        role: str
        email: str | None = None
        store_ids: tuple[UUID, ...] = ()
        granted: tuple[str, ...] = ()
        denied: tuple[str, ...] = ()
        is_active: bool = True

        class_version = 2
        subject_kind = KIND
        private: ClassVar[Mapping[str, Any]] = texts("email", username=ERASED_USERNAME)

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """At first there were no single rights, and whoever was there could sign in."""
            state.update(granted=[], denied=[], is_active=True)

    class Renamed(Entity.Revised):
        """The user signs in by another name."""

        username: str

        subject_kind = KIND
        private: ClassVar[Mapping[str, Any]] = texts(username=ERASED_USERNAME)

    class Readdressed(Entity.Revised):
        """The user is written to elsewhere."""

        email: str | None

        subject_kind = KIND
        private: ClassVar[Mapping[str, Any]] = texts("email")

    class Appointed(Entity.Revised):
        """The user works in another role."""

        role: str

    class Posted(Entity.Revised):
        """The user works in other stores."""

        store_ids: tuple[UUID, ...]

    class Empowered(Entity.Revised):
        """The user may do more or less than the role says."""

        granted: tuple[str, ...]
        denied: tuple[str, ...]

    class Barred(Entity.Revised):
        """The user may no longer sign in, or may again."""

        is_active: bool

    class PasswordReset(Entity.Event):
        """The user has a new password; which one is nobody's to know."""

        def apply(self, aggregate: "User") -> None:
            """Nothing that is shown changes."""

    class PinSet(Entity.Event):
        """The user has a pin to approve with, a new one if there was one; which is nobody's to know."""

        def apply(self, aggregate: "User") -> None:
            """Nothing that is shown changes."""

    @property
    def permissions(self) -> frozenset[str]:
        """The keys the user holds."""
        return permissions_of(self.values["role"], self.values["granted"], self.values["denied"])

    @property
    def is_active(self) -> bool:
        """Whether the user may sign in."""
        return bool(self.values["is_active"]) and not self.is_archived

    @property
    def manages_all(self) -> bool:
        """Whether the user can manage every user of the company."""
        return self.is_active and not self.values["store_ids"] and self.permissions >= MANAGING

    def is_within(self, store_ids: Collection[UUID]) -> bool:
        """Whether somebody who is bound to these stores may manage the user; without stores, anybody may.

        Whoever is bound to no store works in all of them, so also in those that are not among these.
        """
        own = self.values["store_ids"]
        return not store_ids or (bool(own) and set(own) <= set(store_ids))

    def check(self) -> None:
        """Raise Invalid for a key that is both granted and denied."""
        both = sorted({*self.values["granted"]} & {*self.values["denied"]})
        if both:
            raise Invalid(
                details=[Detail("denied", "also_granted", f"{key} is granted too.") for key in both]
            )

    def reset_password(self) -> None:
        """Record that there is a new password. Raises AlreadyArchived."""
        if self.is_archived:
            raise AlreadyArchived
        self.trigger_event(User.PasswordReset)

    def set_pin(self) -> None:
        """Record that there is a new pin. Raises AlreadyArchived."""
        if self.is_archived:
            raise AlreadyArchived
        self.trigger_event(User.PinSet)


def role_named(text: str) -> str | None:
    """The role of that name or id, such as `Inventory Clerk` or `inventory_clerk`; None for no role."""
    return _ROLES_BY_ID.get(text.lower().replace(" ", "_"))


def role_id(role: str) -> str:
    """The id of a role, such as `inventory_clerk`."""
    return role.lower().replace(" ", "_")


def in_order(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values with stores and keys each once and sorted: another order is no change."""
    return {name: tuple(sorted(set(value))) if name in _SETS else value for name, value in values.items()}


def check_reach(held: Collection[str], user: User) -> None:
    """Raise HoldsMore when a user holds what somebody who would manage them does not."""
    if beyond := user.permissions - frozenset(held):
        raise HoldsMore.without(*sorted(beyond))


def check_grants(held: Collection[str], user: User, before: frozenset[str] = frozenset()) -> None:
    """Raise GrantsMoreThanHeld when a user comes to hold what the giver does not, or a role of the platform.

    `before` are the keys the user held already: leaving and taking away is always allowed.
    """
    if user.values["role"] == SUPER_ADMIN:
        details = [Detail("role_id", "not_held", f"{SUPER_ADMIN} is a role of the platform.")]
        raise GrantsMoreThanHeld(details=details)
    if beyond := user.permissions - before - (frozenset(held) - PLATFORM_KEYS):
        raise GrantsMoreThanHeld.without(*sorted(beyond))
