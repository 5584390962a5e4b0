"""One user: shown, edited, let in or kept out, and let go."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.entities import EDITS
from api.etags import expected_versions
from api.operations import Operation, operation
from api.queries import AsOfQuery
from api.resource import Resource
from api.services import Reading, Services
from api.users.answers import UserDetailAnswer
from api.users.input import NewPasswordBody, UserEdit, UserStoresBody
from api.users.presenter import show_user
from commands.ports import Missing
from commands.users import (
    ArchiveUser,
    KnownUser,
    ResetPassword,
    ReviseUser,
    archive_user,
    reset_password,
    revise_user,
)
from domain.packages import PlanLimitReached
from domain.passwords import check_password
from domain.users import DuplicateUsername, LastAdmin, User
from projections.user_list import Surroundings


class UserById(Resource):
    """One user."""

    @operation("users.view", "Show a user", query=AsOfQuery(), answer=UserDetailAnswer)
    def on_get(self, req: Request, resp: Response, user_id: UUID) -> None:
        """As they are, or as it was recorded by `as_of`."""
        as_of = req.context.query.get("as_of")

        def question(reading: Reading) -> KnownUser:
            user = find_within(reading, req, user_id)
            around = Surroundings(reading.db, user_id, user.values["store_ids"])
            login = around.last_login
            is_later = login is not None and as_of is not None and login > as_of
            return KnownUser(user, None if is_later else login, around.stores(user.values["store_ids"]))

        record = self.ask(req, resp, question)
        self.show(req, resp, show_user(record))

    @operation(
        "users.edit",
        "Edit a user",
        description="Nobody edits a user who holds more than they do, and nobody can give rights that they "
        "do not hold. `granted` and `denied` take `users.grant`. Other rights count at once: the user's "
        "access tokens expire, and a refresh brings the new rights.",
        body=UserEdit(partial=True),
        answer=UserDetailAnswer,
        refusals=(DuplicateUsername, LastAdmin, PlanLimitReached, *EDITS),
    )
    def on_patch(self, req: Request, resp: Response, user_id: UUID) -> None:
        """Edit some fields."""
        command = revision(req, user_id, req.context.body)
        self.write(req, resp, revise_user, command, show_user, message="User changed")

    @operation("users.archive", "Archive a user", answer=UserDetailAnswer, refusals=(LastAdmin, *EDITS))
    def on_delete(self, req: Request, resp: Response, user_id: UUID) -> None:
        """Let the user go: signed out at once, the user name free for others, the history kept."""
        command = ArchiveUser(id=user_id, expected_versions=expected_versions(req))
        self.write(req, resp, archive_user, command, show_user, message="User archived")


def revision(req: Request, user_id: UUID, changes: Mapping[str, Any]) -> ReviseUser:
    """A change of some fields of a user."""
    return ReviseUser(id=user_id, changes=changes, expected_versions=expected_versions(req))


def find_within(reading: Reading, req: Request, user_id: UUID) -> User:
    """The user, if the caller may know of them, as they are or as of the query. Raises Missing."""
    users = reading.aggregates(User, [user_id], req.context.query.get("as_of"))
    if not users or not users[0].is_within(req.context.caller.store_ids):
        raise Missing
    user: User = users[0]
    return user


class UserSwitch(Resource):
    """Lets a user sign in again, or no longer."""

    def __init__(self, services: Services, *, is_active: bool) -> None:
        super().__init__(services)
        self._is_active = is_active
        self.operations = {
            "on_post": Operation(
                permission="users.edit",
                summary="Activate a user" if is_active else "Deactivate a user",
                answer=UserDetailAnswer,
                refusals=((PlanLimitReached if is_active else LastAdmin), *EDITS),
            )
        }

    def on_post(self, req: Request, resp: Response, user_id: UUID) -> None:
        """Switch it; whoever may no longer sign in is signed out at once."""
        message = "User activated" if self._is_active else "User deactivated"
        command = revision(req, user_id, {"is_active": self._is_active})
        self.write(req, resp, revise_user, command, show_user, message=message)


class UserPassword(Resource):
    """A user's password, of which only a new one can be told."""

    @operation(
        "users.edit",
        "Reset a user's password",
        body=NewPasswordBody(),
        answer=UserDetailAnswer,
        refusals=EDITS,
    )
    def on_post(self, req: Request, resp: Response, user_id: UUID) -> None:
        """Set another password; every session of the user ends."""
        password = req.context.body["new_password"]
        user = self.ask(req, resp, lambda reading: find_within(reading, req, user_id))
        check_password(password, user.values["username"], field="new_password")
        command = ResetPassword(
            id=user_id,
            password_hash=self.services.authentication.hash_password(password),
            expected_versions=expected_versions(req),
        )
        self.write(req, resp, reset_password, command, show_user, message="Password reset")


class UserStores(Resource):
    """Where a user works."""

    @operation(
        "users.edit",
        "Bind a user to stores",
        body=UserStoresBody(),
        answer=UserDetailAnswer,
        refusals=(LastAdmin, *EDITS),
    )
    def on_put(self, req: Request, resp: Response, user_id: UUID) -> None:
        """Let the user work in these stores and no others; without any, in all."""
        command = revision(req, user_id, req.context.body)
        self.write(req, resp, revise_user, command, show_user, message="Stores changed")
