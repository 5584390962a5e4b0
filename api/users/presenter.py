"""A user as those see them who manage users."""

from collections.abc import Mapping
from typing import Any

from api.queries import status_of
from api.users.answers import UserDetailAnswer
from commands.users import KnownUser
from domain.users import role_id


def show_user(known: KnownUser) -> UserDetailAnswer:
    """The user as a command or a question found them."""
    user = known.user
    return show_row(
        {
            **user.values,
            "id": user.id,
            "is_archived": user.is_archived,
            "stores": known.stores,
            "last_login": known.last_login,
            "version": user.version,
            "created_at": user.created_on,
            "updated_at": user.modified_on,
        }
    )


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
