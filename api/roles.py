"""Roles and permissions: who may do what by default, and what one user may do."""

from typing import Any
from uuid import UUID

from falcon import Request, Response
from marshmallow import fields, validate

from api.envelope import ok, written
from api.fields import Body, Flag, Text, Whole
from api.operations import operation
from api.resource import Resource
from api.user_schemas import permission_keys
from api.users import find_within, revision
from commands.ports import ConcurrentEdit, StaleVersion
from commands.users import revise_user
from domain.entities import AlreadyArchived
from domain.permissions import ADMIN, CASHIER, CLERK, MANAGER, PERMISSIONS, permissions_of
from domain.users import COMPANY_ROLES, LastAdmin, User, role_id

_MEANINGS = {
    ADMIN: "Everything in the company.",
    MANAGER: "The work of the stores: catalog, stock, orders, reports; no users, no company settings.",
    CASHIER: "Sells at a till.",
    CLERK: "Receives stock and looks after it.",
}


class RoleAnswer(Body):
    """A role, and the keys it holds by default."""

    id = Text()
    name = Text()
    description = Text()
    permissions = fields.List(Text())


class PermissionDetailAnswer(Body):
    """A permission, and the roles that hold it by default."""

    action_key = Text()
    resource = Text()
    action = Text()
    description = Text()
    roles = fields.List(Text())


class UserPermissionAnswer(Body):
    """Whether a user holds a permission, and why: by the role, granted, denied, or none of these."""

    action_key = Text()
    resource = Text()
    description = Text()
    allowed = Flag()
    source = fields.String(validate=validate.OneOf(["role", "granted", "denied", "none"]))


class UserPermissionsAnswer(Body):
    """Every permission there is, and what a user has of them."""

    role_id = Text()
    permissions = fields.List(fields.Nested(UserPermissionAnswer()))
    granted = fields.List(Text())
    denied = fields.List(Text())
    version = Whole()


class UserPermissionsBody(Body):
    """All keys that are granted to a user beside the role's, or denied; a list that is left out stays."""

    granted = permission_keys()
    denied = permission_keys()


def show_permissions(user: User) -> dict[str, Any]:
    """What a user may do, key by key."""
    values, held = user.values, user.permissions
    own = permissions_of(values["role"])

    def source(key: str) -> str:
        if key in values["denied"]:
            return "denied"
        if key in own:
            return "role"
        return "granted" if key in values["granted"] else "none"

    return {
        "role_id": role_id(values["role"]),
        "permissions": [
            {
                "action_key": key,
                "resource": key.partition(".")[0],
                "description": description,
                "allowed": key in held,
                "source": source(key),
            }
            for key, (description, _) in PERMISSIONS.items()
        ],
        "granted": values["granted"],
        "denied": values["denied"],
        "version": user.version,
    }


class Roles(Resource):
    """The roles of a company."""

    @operation("users.view", "List roles", answer=RoleAnswer(), many=True)
    def on_get(self, req: Request, resp: Response) -> None:
        """Each role with the keys it holds by default: the role matrix."""
        self.ask(req, resp, lambda _: None)
        resp.media = ok(
            [
                {
                    "id": role_id(role),
                    "name": role,
                    "description": _MEANINGS[role],
                    "permissions": sorted(permissions_of(role)),
                }
                for role in COMPANY_ROLES
            ]
        )


class Permissions(Resource):
    """All there is to be allowed."""

    @operation("users.view", "List permissions", answer=PermissionDetailAnswer(), many=True)
    def on_get(self, req: Request, resp: Response) -> None:
        """Each permission with what it allows and the roles that hold it by default."""
        self.ask(req, resp, lambda _: None)
        resp.media = ok(
            [
                {
                    "action_key": key,
                    "resource": key.partition(".")[0],
                    "action": key.partition(".")[2],
                    "description": description,
                    "roles": roles,
                }
                for key, (description, roles) in PERMISSIONS.items()
            ]
        )


class UserPermissions(Resource):
    """What one user may do."""

    @operation("users.view", "Show a user's permissions", answer=UserPermissionsAnswer())
    def on_get(self, req: Request, resp: Response, user_id: UUID) -> None:
        """Every permission, whether the user holds it, and why."""
        user = self.ask(req, resp, lambda reading: find_within(reading, req, user_id))
        self.show(req, resp, ok(show_permissions(user)), user.version)

    @operation(
        "users.grant",
        "Grant and deny permissions",
        description="Nobody can grant what they do not hold, nor lift a denial of it; taking away is always "
        "allowed. It counts at once: the user's access tokens expire, and a refresh brings the new rights.",
        body=UserPermissionsBody(),
        answer=UserPermissionsAnswer(),
        refusals=(LastAdmin, StaleVersion, AlreadyArchived, ConcurrentEdit),
    )
    def on_put(self, req: Request, resp: Response, user_id: UUID) -> None:
        """Set what the user holds beside the role's keys, and what of those is denied."""
        self.write(
            req,
            resp,
            revise_user,
            revision(req, user_id, req.context.body),
            lambda known: written(
                show_permissions(known.user), "Permissions changed", version=known.user.version
            ),
        )
