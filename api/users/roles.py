"""Roles and permissions: who may do what by default."""

from falcon import Request, Response

from api.operations import operation
from api.resource import Resource
from api.users.answers import PermissionDetailAnswer, RoleAnswer
from domain.permissions import ADMIN, CASHIER, CLERK, MANAGER, PERMISSIONS, permissions_of
from domain.users import COMPANY_ROLES, role_id

_MEANINGS = {
    ADMIN: "Everything in the company.",
    MANAGER: "The work of the stores: catalog, stock, orders, reports; no users, no company settings.",
    CASHIER: "Sells at a till.",
    CLERK: "Receives stock and looks after it.",
}


class Roles(Resource):
    """The roles of a company."""

    @operation("users.view", "List roles", answer=RoleAnswer, many=True)
    def on_get(self, req: Request, resp: Response) -> None:
        """Each role with the keys it holds by default: the role matrix."""
        self.ask(req, resp, lambda _: None)
        self.answer(req, resp, [_show_role(role) for role in COMPANY_ROLES])


def _show_role(role: str) -> RoleAnswer:
    return RoleAnswer(
        id=role_id(role), name=role, description=_MEANINGS[role], permissions=sorted(permissions_of(role))
    )


class Permissions(Resource):
    """All there is to be allowed."""

    @operation("users.view", "List permissions", answer=PermissionDetailAnswer, many=True)
    def on_get(self, req: Request, resp: Response) -> None:
        """Each permission with what it allows and the roles that hold it by default."""
        self.ask(req, resp, lambda _: None)
        self.answer(req, resp, [_show_permission(key) for key in PERMISSIONS])


def _show_permission(key: str) -> PermissionDetailAnswer:
    resource, _, action = key.partition(".")
    description, roles = PERMISSIONS[key]
    return PermissionDetailAnswer(
        action_key=key, resource=resource, action=action, description=description, roles=list(roles)
    )
