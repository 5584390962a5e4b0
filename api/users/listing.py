"""The lists of users: everybody who works here, and who works in a store."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from falcon import Request, Response

from api.operations import operation
from api.queries import LISTED
from api.resource import Resource
from api.services import Reading
from api.users.answers import UserDetailAnswer
from api.users.input import NewUserBody, StoreUsersQuery, UsersQuery
from api.users.presenter import show_row, show_user
from commands.ports import ConcurrentEdit, DuplicateId, Missing
from commands.users import RegisterUser, register_user
from domain.packages import PlanLimitReached
from domain.passwords import check_password
from domain.stores import Store
from domain.users import DuplicateUsername
from projections.base import Row
from projections.settings import ask_setting
from projections.user_list import list_users


class _Listing(Resource):
    """What the lists of users share."""

    def answer_question(
        self, req: Request, resp: Response, question: Callable[..., tuple[list[Row], int]]
    ) -> None:
        """Answer with the page that a question gives for the filters."""
        filters = dict(req.context.query)
        filters.update(LISTED[filters.pop("status", None)])
        rows, total = self.ask(req, resp, lambda reading: question(reading, **filters))
        self.answer_page(req, resp, [show_row(row) for row in rows], total)


class Users(_Listing):
    """Everybody who works here."""

    @operation("users.view", "List users", query=UsersQuery(), answer=UserDetailAnswer, many=True)
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of users; whoever is bound to stores sees those who are bound to nothing else.

        Each word of `search` is part of the user name or the e-mail address.
        """
        own = req.context.caller.store_ids
        self.answer_question(
            req, resp, lambda reading, **filters: list_users(reading.db, within=own, **filters)
        )

    @operation(
        "users.create",
        "Add a user",
        description="Nobody can give rights that they do not hold: what role, `granted` and `denied` come "
        "to must be among your own permissions. `granted` and `denied` take `users.grant`.",
        body=NewUserBody(),
        answer=UserDetailAnswer,
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
        self.create(req, resp, register_user, command, show_user, message="User added")


class StoreUsers(_Listing):
    """Who works in a store."""

    @operation(
        "users.view", "List a store's users", query=StoreUsersQuery(), answer=UserDetailAnswer, many=True
    )
    def on_get(self, req: Request, resp: Response, store_id: UUID) -> None:
        """One page of those who are bound to the store, or to none.

        Whoever is bound to stores sees those who are bound to nothing else.
        """
        own = req.context.caller.store_ids

        def question(reading: Reading, **filters: Any) -> tuple[list[Row], int]:
            store = ask_setting(reading.db, Store.kind, store_id)
            page = list_users(reading.db, store_id=store_id, with_unbound=True, within=own, **filters)
            if store.row() is None or (own and store_id not in own):
                raise Missing
            return page

        self.answer_question(req, resp, question)
