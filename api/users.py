"""The users of a company: who may sign in, in which role, for which stores."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

from falcon import Request, Response

from api.envelope import ok, page_of, written
from api.etags import expected_versions
from api.operations import Operation, operation
from api.queries import LISTED, AsOfQuery, status_of
from api.resource import Resource
from api.services import Reading, Services
from api.user_schemas import (
    NewPasswordBody,
    NewUserBody,
    StoreUsersQuery,
    UserDetailAnswer,
    UserEdit,
    UsersQuery,
    UserStoresBody,
)
from commands.outcomes import Response as Written
from commands.ports import ConcurrentEdit, DuplicateId, Missing, StaleVersion
from commands.users import (
    ArchiveUser,
    KnownUser,
    RegisterUser,
    ResetPassword,
    ReviseUser,
    archive_user,
    register_user,
    reset_password,
    revise_user,
)
from domain.entities import AlreadyArchived
from domain.packages import PlanLimitReached
from domain.passwords import check_password
from domain.stores import Store
from domain.users import DuplicateUsername, LastAdmin, User, role_id
from projections.settings import ask_setting
from projections.user_list import Surroundings, list_users

_EDITS = (StaleVersion, AlreadyArchived, ConcurrentEdit)
_AS_THEY_ARE = (
    "id",
    "username",
    "email",
    "store_ids",
    "stores",
    "granted",
    "denied",
    "last_login",
    "version",
)


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    role, is_archived = values["role"], values["is_archived"]
    is_active = values["is_active"] and not is_archived
    return {
        **{name: values[name] for name in _AS_THEY_ARE},
        "is_active": is_active,
        "status": status_of(is_archived=is_archived, is_active=is_active),
        "role_id": role_id(role),
        "role": {"id": role_id(role), "name": role},
        "created_at": values["created_at"],
        "updated_at": values["updated_at"],
    }


def show_user(known: KnownUser) -> dict[str, Any]:
    """A user as clients see them."""
    user = known.user
    return _shown(
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


def presented(message: str, status: int = 200) -> Callable[[KnownUser], Written]:
    """What is answered to a change of a user."""
    return lambda known: written(show_user(known), message, status=status, version=known.user.version)


class _Listing(Resource):
    """What the lists of users share."""

    def answer_question(
        self, req: Request, resp: Response, question: Callable[..., tuple[list[Any], int]]
    ) -> None:
        """Answer with the page that a question gives for the filters."""
        query = dict(req.context.query)
        listed = LISTED[query.pop("status", None)]
        rows, total = self.ask(req, resp, lambda reading: question(reading, **query, **listed))
        resp.media = page_of([_shown(row) for row in rows], total, query["page"], query["limit"])


class Users(_Listing):
    """Everybody who works here."""

    @operation("users.view", "List users", query=UsersQuery(), answer=UserDetailAnswer(), many=True)
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of users; whoever is bound to stores sees those who are bound to nothing else.

        Each word of `search` is part of the user name or the e-mail address.
        """
        within = req.context.caller.store_ids
        self.answer_question(req, resp, lambda reading, **told: list_users(reading.db, within=within, **told))

    @operation(
        "users.create",
        "Add a user",
        description="Nobody can give rights that they do not hold: what role, `granted` and `denied` come "
        "to must be among your own permissions. `granted` and `denied` take `users.grant`.",
        body=NewUserBody(),
        answer=UserDetailAnswer(),
        status=201,
        refusals=(DuplicateUsername, DuplicateId, PlanLimitReached, ConcurrentEdit),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Take on a user, who can sign in at once."""
        values = dict(req.context.body)
        password = values.pop("password")
        check_password(password, values["username"])
        command = RegisterUser(
            id=values.pop("id", None) or uuid4(),
            values=values,
            password_hash=self.services.authentication.hash_password(password),
        )
        self.create(req, resp, register_user, command, presented("User added", 201))


class UserById(Resource):
    """One user."""

    @operation("users.view", "Show a user", query=AsOfQuery(), answer=UserDetailAnswer())
    def on_get(self, req: Request, resp: Response, user_id: UUID) -> None:
        """As they are, or as it was recorded by `as_of`."""
        as_of = req.context.query.get("as_of")

        def question(reading: Reading) -> KnownUser:
            user = find_within(reading, req, user_id)
            around = Surroundings(reading.db, user_id, user.values["store_ids"])
            login = around.last_login
            is_later = login is not None and as_of is not None and login > as_of
            return KnownUser(user, None if is_later else login, around.stores(user.values["store_ids"]))

        known = self.ask(req, resp, question)
        self.show(req, resp, ok(show_user(known)), known.user.version)

    @operation(
        "users.edit",
        "Edit a user",
        description="Nobody edits a user who holds more than they do, and nobody can give rights that they "
        "do not hold. `granted` and `denied` take `users.grant`. Other rights count at once: the user's "
        "access tokens expire, and a refresh brings the new rights.",
        body=UserEdit(partial=True),
        answer=UserDetailAnswer(),
        refusals=(DuplicateUsername, LastAdmin, PlanLimitReached, *_EDITS),
    )
    def on_patch(self, req: Request, resp: Response, user_id: UUID) -> None:
        """Edit some fields."""
        self.write(
            req, resp, revise_user, revision(req, user_id, req.context.body), presented("User changed")
        )

    @operation("users.archive", "Archive a user", answer=UserDetailAnswer(), refusals=(LastAdmin, *_EDITS))
    def on_delete(self, req: Request, resp: Response, user_id: UUID) -> None:
        """Let the user go: signed out at once, the user name free for others, the history kept."""
        command = ArchiveUser(id=user_id, expected_versions=expected_versions(req))
        self.write(req, resp, archive_user, command, presented("User archived"))


def revision(req: Request, user_id: UUID, changes: Mapping[str, Any]) -> ReviseUser:
    """A change of some fields of a user."""
    return ReviseUser(id=user_id, changes=changes, expected_versions=expected_versions(req))


def find_within(reading: Reading, req: Request, user_id: UUID) -> User:
    """The user, if the caller may know of them, as they are or as of the query. Raises Missing."""
    found = reading.aggregates(User, [user_id], req.context.query.get("as_of"))
    if not found or not found[0].is_within(req.context.caller.store_ids):
        raise Missing
    user: User = found[0]
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
                answer=UserDetailAnswer(),
                refusals=((PlanLimitReached if is_active else LastAdmin), *_EDITS),
            )
        }

    def on_post(self, req: Request, resp: Response, user_id: UUID) -> None:
        """Switch it; whoever may no longer sign in is signed out at once."""
        message = "User activated" if self._is_active else "User deactivated"
        command = revision(req, user_id, {"is_active": self._is_active})
        self.write(req, resp, revise_user, command, presented(message))


class UserPassword(Resource):
    """A user's password, of which only a new one can be told."""

    @operation(
        "users.edit",
        "Reset a user's password",
        body=NewPasswordBody(),
        answer=UserDetailAnswer(),
        refusals=_EDITS,
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
        self.write(req, resp, reset_password, command, presented("Password reset"))


class UserStores(Resource):
    """Where a user works."""

    @operation(
        "users.edit",
        "Bind a user to stores",
        body=UserStoresBody(),
        answer=UserDetailAnswer(),
        refusals=(LastAdmin, *_EDITS),
    )
    def on_put(self, req: Request, resp: Response, user_id: UUID) -> None:
        """Let the user work in these stores and no others; without any, in all."""
        self.write(
            req, resp, revise_user, revision(req, user_id, req.context.body), presented("Stores changed")
        )


class StoreUsers(_Listing):
    """Who works in a store."""

    @operation(
        "users.view", "List a store's users", query=StoreUsersQuery(), answer=UserDetailAnswer(), many=True
    )
    def on_get(self, req: Request, resp: Response, store_id: UUID) -> None:
        """One page of those who are bound to the store, or to none.

        Whoever is bound to stores sees those who are bound to nothing else.
        """
        own = req.context.caller.store_ids

        def question(reading: Reading, **told: Any) -> tuple[list[dict[str, Any]], int]:
            store = ask_setting(reading.db, Store.kind, store_id)
            found = list_users(reading.db, store_id=store_id, with_unbound=True, within=own, **told)
            if store.row() is None or (own and store_id not in own):
                raise Missing
            return found

        self.answer_question(req, resp, question)
