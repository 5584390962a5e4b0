"""A user as those see them who manage users."""

from collections.abc import Mapping
from typing import Any

from api.entities import values_of
from api.queries import status_of
from api.users.answers import UserDetailAnswer
from commands.users import KnownUser
from domain.users import role_id


def show_user(user: KnownUser) -> UserDetailAnswer:
    """The user as a command or a question found them."""
    return show_row({**values_of(user.user), "stores": user.stores, "last_login": user.last_login})


def show_row(row: Mapping[str, Any]) -> UserDetailAnswer:
    """A row of the list; whoever is archived may not sign in."""
    role, is_archived = row["role"], row["is_archived"]
    is_active = row["is_active"] and not is_archived
    return UserDetailAnswer.of(
        {
            **row,
            "is_active": is_active,
            "status": status_of(is_archived=is_archived, is_active=is_active),
            "role_id": role_id(role),
            "role": {"id": role_id(role), "name": role},
        }
    )
