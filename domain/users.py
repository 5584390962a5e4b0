"""Users: who may sign in, in which role, for which stores. Passwords are no facts and never reach the log."""

from uuid import UUID

from domain.entities import Entity
from domain.errors import Conflict


class DuplicateUsername(Conflict):
    """Another user already has this name."""

    code = "duplicate_username"


class User(Entity):
    """A person with a role. Without stores, a user is bound to none of them and sees all."""

    type_name = "users.User"
    kind = "users"
    noun = "user"

    class Registered(Entity.Registered):
        """A user was taken on."""

        username: str
        role: str
        email: str | None = None
        store_ids: tuple[UUID, ...] = ()

    class Renamed(Entity.Revised):
        """The user signs in by another name."""

        username: str

    class Appointed(Entity.Revised):
        """The user works in another role."""

        role: str

    class Posted(Entity.Revised):
        """The user works in other stores."""

        store_ids: tuple[UUID, ...]
