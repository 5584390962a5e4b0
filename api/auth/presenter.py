"""Who is signed in, as they see it themselves."""

from collections.abc import Iterable
from typing import Any

from api.auth.answers import LoginAnswer, MeAnswer, PermissionAnswer, TillLoginAnswer, UserAnswer
from projections.base import Row


def show_signed_in(signed_in: Row) -> LoginAnswer:
    """User, tokens and permissions."""
    return LoginAnswer.of({**signed_in, **_rights(signed_in["permissions"])})


def show_at_till(signed_in: Row, till: Row) -> TillLoginAnswer:
    """The same with the store, the registers and the shift."""
    return TillLoginAnswer.of({**signed_in, **_rights(signed_in["permissions"]), **till})


def show_me(user: Row, keys: Iterable[str]) -> MeAnswer:
    """The user, the company and the permissions."""
    shown = UserAnswer.of(user)
    return MeAnswer(user=shown, company=shown.company, **_rights(keys))


def _rights(keys: Iterable[str]) -> dict[str, Any]:
    """Permission keys in a stable order, and by resource, for menus: what may be done with what."""
    access: dict[str, list[str]] = {}
    in_order = sorted(keys)
    for key in in_order:
        resource, _, action = key.partition(".")
        access.setdefault(resource, []).append(action)
    return {"permissions": [PermissionAnswer(action_key=key) for key in in_order], "access": access}
