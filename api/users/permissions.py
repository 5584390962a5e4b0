"""What one user may do, and why."""

from collections.abc import Collection
from uuid import UUID

from falcon import Request, Response

from api.operations import operation
from api.resource import Resource
from api.users.answers import Source, UserPermissionAnswer, UserPermissionsAnswer
from api.users.input import UserPermissionsBody
from api.users.single import find_within, revision
from commands.ports import ConcurrentEdit, StaleVersion
from commands.users import revise_user
from domain.entities import AlreadyArchived
from domain.permissions import PERMISSIONS, permissions_of
from domain.users import LastAdmin, User, role_id


class UserPermissions(Resource):
    """What one user may do."""

    @operation("users.view", "Show a user's permissions", answer=UserPermissionsAnswer)
    def on_get(self, req: Request, resp: Response, user_id: UUID) -> None:
        """Every permission, whether the user holds it, and why."""
        user = self.ask(req, resp, lambda reading: find_within(reading, req, user_id))
        self.show(req, resp, show_permissions(user))

    @operation(
        "users.grant",
        "Grant and deny permissions",
        description="Nobody can grant what they do not hold, nor lift a denial of it; taking away is always "
        "allowed. It counts at once: the user's access tokens expire, and a refresh brings the new rights.",
        body=UserPermissionsBody(),
        answer=UserPermissionsAnswer,
        refusals=(LastAdmin, StaleVersion, AlreadyArchived, ConcurrentEdit),
    )
    def on_put(self, req: Request, resp: Response, user_id: UUID) -> None:
        """Set what the user holds beside the role's keys, and what of those is denied."""
        self.write(
            req,
            resp,
            revise_user,
            revision(req, user_id, req.context.body),
            lambda user: show_permissions(user.user),
            message="Permissions changed",
        )


def show_permissions(user: User) -> UserPermissionsAnswer:
    """What a user may do, key by key."""
    own, held = permissions_of(user.values["role"]), user.permissions
    return UserPermissionsAnswer(
        role_id=role_id(user.values["role"]),
        permissions=[
            UserPermissionAnswer(
                action_key=key,
                resource=key.partition(".")[0],
                description=description,
                allowed=key in held,
                source=_source(key, user, own),
            )
            for key, (description, _) in PERMISSIONS.items()
        ],
        granted=list(user.values["granted"]),
        denied=list(user.values["denied"]),
        version=user.version,
    )


def _source(key: str, user: User, own: Collection[str]) -> Source:
    if key in user.values["denied"]:
        return "denied"
    if key in own:
        return "role"
    return "granted" if key in user.values["granted"] else "none"
