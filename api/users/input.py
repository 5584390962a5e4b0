"""What is asked of clients who manage users: names, roles, permission keys, stores."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, pre_load

from api.answers import meanings_of
from api.fields import Body, Choice, Email, Flag, Id, Many, OwnId, Secret, Text
from api.queries import ListQuery, listed_status
from api.users.answers import UserDetailAnswer
from domain.permissions import PERMISSIONS
from domain.users import COMPANY_ROLES, role_id, role_named

_LONGEST_LIST = 1000
# What is asked of clients means what they are answered.
_USER = meanings_of(UserDetailAnswer)


class Username(Text):
    """A name to sign in with: 1 to 200 characters that can be seen, upper and lower case being the same."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(shortest=1, longest=200, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        name = super()._deserialize(value, attr, data, **kwargs)
        # What cannot be seen would make two names that nobody can tell apart.
        if not name.isprintable():
            raise ValidationError("Must not hold characters that cannot be seen.")
        return name


class RoleField(Text):
    """A role by its id, such as `inventory_clerk`; its name, such as `Inventory Clerk`, does as well."""

    def __init__(self, **kwargs: Any) -> None:
        listed = {"enum": [role_id(role) for role in COMPANY_ROLES]}
        super().__init__(longest=50, metadata=listed, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        role = role_named(super()._deserialize(value, attr, data, **kwargs))
        if role is None:
            raise ValidationError("There is no such role.")
        return role


class PermissionKey(Text):
    """The key of a permission, such as `products.view`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        key = super()._deserialize(value, attr, data, **kwargs)
        if key not in PERMISSIONS:
            raise ValidationError("There is no such permission.")
        return key


def permission_keys(**kwargs: Any) -> Many:
    """A list of permission keys."""
    return Many(PermissionKey(), longest=_LONGEST_LIST, **kwargs)


def store_list(**kwargs: Any) -> Many:
    """A list of stores."""
    return Many(Id(), longest=_LONGEST_LIST, **_USER["store_ids"], **kwargs)


def new_password() -> Secret:
    """Another password, which is checked where it is known whose it is."""
    return Secret(required=True, meaning="The password from now on.", example="a till without a queue")


class UserEdit(Body):
    """What can be edited of a user. `role` may stand for `role_id`."""

    username = Username(
        required=True,
        meaning="The name to sign in with; no two on the whole platform differ by letter case alone.",
        example="till-2@shop.example",
    )
    email = Email(allow_none=True, load_default=None, **_USER["email"])
    role_id = RoleField(required=True, attribute="role", meaning="The role, by its id.")
    store_ids = store_list(load_default=list)
    is_active = Flag(load_default=True, **_USER["is_active"])
    granted = permission_keys(load_default=list, **_USER["granted"])
    denied = permission_keys(load_default=list, **_USER["denied"])

    @pre_load
    def _name_role(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        values = dict(data)
        if "role" in values:
            if "role_id" in values:
                raise ValidationError("Either role or role_id.", "role")
            values["role_id"] = values.pop("role")
        return values


class NewUserBody(UserEdit):
    """A user to be, with a first password. `role` may stand for `role_id`."""

    id = OwnId(**_USER["id"])
    password = Secret(required=True, meaning="The first password.", example="correct horse battery staple")


class UserStoresBody(Body):
    """The stores a user works in from now on; none means all."""

    store_ids = store_list(required=True)


class NewPasswordBody(Body):
    """Another password."""

    new_password = new_password()


class UserPermissionsBody(Body):
    """All keys that are granted to a user beside the role's, or denied; a list that is left out stays."""

    granted = permission_keys(**_USER["granted"])
    denied = permission_keys(**_USER["denied"])


class StoreUsersQuery(ListQuery):
    """Filters of the users of a store; archived ones are listed on request only."""

    sort = Choice(
        "username",
        "-username",
        "created_at",
        "-created_at",
        load_default="username",
        meaning="What to sort by; a minus turns the order around.",
    )
    status = listed_status()
    role_id = RoleField(attribute="role", meaning="Only those in this role.")


class UsersQuery(StoreUsersQuery):
    """Filters of the users; `store_id` leaves those who are bound to that store."""

    store_id = Id(meaning="Only those who are bound to this store.")
