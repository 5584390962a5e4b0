"""Signing in, staying signed in, and who one is."""

from typing import Any

from falcon import Request, Response
from marshmallow import fields

from api.envelope import ok
from api.errors import WrongCredentials
from api.fields import Body, Flag, Id, Moment, Secret, Text, Whole
from api.operations import PUBLIC, SIGNED_IN, operation
from api.resource import Resource


class LoginBody(Body):
    """A user name and a password."""

    username = Text(shortest=1, longest=200, required=True)
    password = Secret(required=True)


class RefreshBody(Body):
    """The refresh token that the last sign-in or refresh gave."""

    refresh_token = Secret(required=True)


class PermissionAnswer(Body):
    """One thing a user may do."""

    action_key = Text()


class UserAnswer(Body):
    """A user."""

    id = Id()
    username = Text()
    email = Text(allow_none=True)
    is_active = Flag()
    role_id = Text()
    last_login = Moment(allow_none=True)
    role = fields.Dict()
    company = fields.Dict()
    stores = fields.List(fields.Dict())


class MeAnswer(Body):
    """Who one is, and what one may do."""

    user = fields.Nested(UserAnswer())
    permissions = fields.List(fields.Nested(PermissionAnswer()))


class LoginAnswer(MeAnswer):
    """The tokens to carry from now on; `expires_in` is in seconds."""

    token = fields.String()
    refresh_token = fields.String()
    expires_in = Whole()
    access = fields.Dict()


def _show(signed_in: dict[str, Any]) -> dict[str, Any]:
    keys = signed_in["permissions"]
    return {**signed_in, "permissions": show_permissions(keys), "access": access_of(keys)}


def show_permissions(keys: frozenset[str]) -> list[dict[str, str]]:
    """Permission keys in a stable order."""
    return [{"action_key": key} for key in sorted(keys)]


def access_of(keys: frozenset[str]) -> dict[str, list[str]]:
    """The same keys by resource, for menus: what may be done with what."""
    access: dict[str, list[str]] = {}
    for key in sorted(keys):
        resource, _, action = key.partition(".")
        access.setdefault(resource, []).append(action)
    return access


class Login(Resource):
    """Sign-in."""

    @operation(PUBLIC, "Sign in", body=LoginBody(), answer=LoginAnswer(), refusals=(WrongCredentials,))
    def on_post(self, req: Request, resp: Response) -> None:
        """Exchange a user name and a password for tokens."""
        body = req.context.body
        signed_in = self.house.authentication.sign_in(body["username"], body["password"])
        if signed_in is None:
            raise WrongCredentials
        resp.media = ok(_show(signed_in), "Signed in")


class Refresh(Resource):
    """Staying signed in."""

    @operation(
        PUBLIC, "Refresh the tokens", body=RefreshBody(), answer=LoginAnswer(), refusals=(WrongCredentials,)
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Exchange a refresh token for new tokens; the old one is used up."""
        signed_in = self.house.authentication.refresh(req.context.body["refresh_token"])
        if signed_in is None:
            message = "The refresh token is not valid; sign in again."
            raise WrongCredentials(message)
        resp.media = ok(_show(signed_in), "Refreshed")


class Me(Resource):
    """Who one is."""

    @operation(SIGNED_IN, "Show who I am", answer=MeAnswer())
    def on_get(self, req: Request, resp: Response) -> None:
        """The user, the company, the stores and the permissions."""
        caller = req.context.caller
        user = self.house.authentication.describe(caller)
        resp.media = ok({"user": user, "permissions": show_permissions(caller.permissions)})
