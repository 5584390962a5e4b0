"""Signing in, staying signed in, and who one is."""

from typing import Any

from falcon import Request, Response
from marshmallow import ValidationError, fields, validates_schema

from api.envelope import ok, written
from api.fields import Body, Flag, Id, Moment, Secret, Text, Whole
from api.operations import PUBLIC, SIGNED_IN, operation
from api.resource import Resource, visitor_of
from commands.access import CompanySuspended, TokenRevoked
from commands.outcomes import Response as Written
from commands.passwords import ChangePassword, ResetPassword, change_password, reset_password
from commands.ports import Caller
from commands.signing_in import (
    InvalidToken,
    RefreshExpired,
    TooManyRequests,
    UnknownRefreshToken,
    WrongCredentials,
)
from domain.errors import NotAllowed
from domain.passwords import WeakPassword, check_password
from projections.signed_in import find_shown, show_till
from projections.users import find_user

#: What a till is used with.
TILL_PERMISSION = "pos.use"

_FAMILY = (
    "The access token is new each time, and so is a refresh token that is older than ten seconds. One that "
    "was used up more than ten seconds ago ends its session; until then it is answered with the token that "
    "follows it, so that an answer may be lost, and tabs that refresh at once all stay signed in."
)


class LoginBody(Body):
    """A user name and a password."""

    username = Text(shortest=1, longest=200, required=True)
    password = Secret(required=True)


class RefreshBody(Body):
    """The refresh token that the last sign-in or refresh gave."""

    refresh_token = Secret(required=True)


class PasswordChangeBody(Body):
    """The password as it is, and as it shall be."""

    current_password = Secret(required=True)
    new_password = Secret(required=True)


class ForgottenBody(Body):
    """Whose password was forgotten; an email is looked for among the user names."""

    username = Text(shortest=1, longest=200)
    email = Text(shortest=1, longest=200)

    @validates_schema
    def check_one(self, given: dict[str, Any], **_: Any) -> None:
        """Raise ValidationError unless exactly one of them is there."""
        if len(given) != 1:
            message = "Either a user name or an email." if given else "A user name or an email is needed."
            raise ValidationError({"username": [message]})


class PasswordResetBody(Body):
    """The token that was sent, and the password as it shall be."""

    token = Secret(required=True)
    new_password = Secret(required=True)


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
    company = fields.Dict(allow_none=True)
    stores = fields.List(fields.Dict())


class MeAnswer(Body):
    """Who one is, and what one may do."""

    user = fields.Nested(UserAnswer())
    company = fields.Dict(allow_none=True)
    permissions = fields.List(fields.Nested(PermissionAnswer()))
    access = fields.Dict()


class LoginAnswer(Body):
    """The tokens to carry from now on; `expires_in` is in seconds."""

    user = fields.Nested(UserAnswer())
    permissions = fields.List(fields.Nested(PermissionAnswer()))
    token = fields.String()
    refresh_token = fields.String()
    expires_in = Whole()
    access = fields.Dict()


class TillRegisterAnswer(Body):
    """A register of a store one works in."""

    id = Id()
    name = Text()
    code = Text()
    store_id = Id()


class TillStoreAnswer(Body):
    """A store, as a till needs it."""

    id = Id()
    name = Text()
    code = Text()
    address = Text(allow_none=True)
    phone = Text(allow_none=True)
    timezone = Text()
    day_cut = Text()
    currency = Text()
    receipt_header = Text(allow_none=True)
    receipt_footer = Text(allow_none=True)
    default_storage_id = Id(allow_none=True)


class TillLoginAnswer(LoginAnswer):
    """The same, with the store to sell in, the registers to choose from, and the shift to go on with."""

    store = fields.Nested(TillStoreAnswer(), allow_none=True)
    registers = fields.List(fields.Nested(TillRegisterAnswer()))
    open_shift = fields.Dict(allow_none=True)


def show_signed_in(signed_in: dict[str, Any]) -> dict[str, Any]:
    """User, tokens and permissions as clients see them."""
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

    @operation(
        PUBLIC,
        "Sign in",
        body=LoginBody(),
        answer=LoginAnswer(),
        refusals=(WrongCredentials, CompanySuspended, TooManyRequests),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Exchange a user name and a password for tokens. Whoever guesses is held back for a while."""
        signed_in = self.services.authentication.sign_in(**req.context.body, visitor=visitor_of(req))
        resp.media = ok(show_signed_in(signed_in), "Signed in")


class TillLogin(Resource):
    """Sign-in at a till."""

    @operation(
        PUBLIC,
        "Sign in at a till",
        body=LoginBody(),
        answer=TillLoginAnswer(),
        refusals=(WrongCredentials, CompanySuspended, NotAllowed, TooManyRequests),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Sign in, for those who may sell, and learn of store and registers in the same answer."""
        authentication = self.services.authentication
        signed_in = authentication.sign_in(
            **req.context.body, visitor=visitor_of(req), needing=TILL_PERMISSION
        )
        caller = authentication.caller_of(signed_in["token"])
        till, _ = self.services.application.read(
            caller, lambda reading: show_till(reading.db, caller.store_ids)
        )
        resp.media = ok({**show_signed_in(signed_in), **till, "open_shift": None}, "Signed in")


class Refresh(Resource):
    """Staying signed in."""

    @operation(
        PUBLIC,
        "Refresh the tokens",
        body=RefreshBody(),
        answer=LoginAnswer(),
        refusals=(UnknownRefreshToken, TokenRevoked, RefreshExpired, CompanySuspended, TooManyRequests),
        description=_FAMILY,
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Exchange a refresh token for new tokens; the old one is used up a moment later."""
        token = req.context.body["refresh_token"]
        signed_in = self.services.authentication.refresh(token, visitor_of(req))
        resp.media = ok(show_signed_in(signed_in), "Refreshed")


class Logout(Resource):
    """Signing out."""

    @operation(SIGNED_IN, "Sign out", repeatable=False)
    def on_post(self, req: Request, resp: Response) -> None:
        """End this session: its access token and its refresh token stop working at once."""
        self.services.authentication.sign_out(req.context.caller)
        resp.media = ok(None, "Signed out")


class Me(Resource):
    """Who one is."""

    @operation(SIGNED_IN, "Show who I am", answer=MeAnswer())
    def on_get(self, req: Request, resp: Response) -> None:
        """The user, the company, the stores and the permissions."""
        caller = req.context.caller
        user = self.ask(req, resp, lambda reading: find_shown(reading.db, caller.user_id)) or {}
        keys = caller.permissions
        resp.media = ok(
            {
                "user": user,
                "company": user.get("company"),
                "permissions": show_permissions(keys),
                "access": access_of(keys),
            }
        )


class PasswordChange(Resource):
    """Another password."""

    @operation(
        SIGNED_IN,
        "Change my password",
        body=PasswordChangeBody(),
        refusals=(WeakPassword, TooManyRequests),
        description="At least 8 characters, 4 of them different; no user name, and none that is tried first.",
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Take another password. Every other session of yours ends; this one goes on."""
        caller, body, authentication = req.context.caller, req.context.body, self.services.authentication
        user = self.ask(req, resp, lambda reading: find_user(reading.db, caller.user_id))
        if user is None:
            raise TokenRevoked
        new = body["new_password"]
        check_password(new, user["username"], "new_password")
        knew_current = authentication.knows_password(user, body["current_password"], visitor_of(req))
        password_hash = authentication.hash_password(new) if knew_current else ""
        # Refused by the handler only: a repetition gets its first answer, though the password has changed.
        command = ChangePassword(user_id=user["id"], knew_current=knew_current, password_hash=password_hash)
        self.write(req, resp, change_password, command, lambda _: written(None, "Password changed"))


class ForgottenPassword(Resource):
    """A forgotten password."""

    @operation(PUBLIC, "Ask for a password reset", body=ForgottenBody(), refusals=(TooManyRequests,))
    def on_post(self, req: Request, resp: Response) -> None:
        """Have a token sent with which another password can be set, good once and for half an hour.

        The answer is the same whether there is such a user or not. A new token replaces an earlier one.
        """
        (username,) = req.context.body.values()
        self.services.authentication.begin_reset(username, visitor_of(req))
        resp.media = ok(None, "If the account exists, a message with a token is on its way")


class PasswordReset(Resource):
    """A new password for a forgotten one."""

    @operation(
        PUBLIC,
        "Reset a password",
        body=PasswordResetBody(),
        refusals=(InvalidToken, WeakPassword, CompanySuspended, TooManyRequests),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Set another password with the token that was sent. Every session of the user ends."""
        body, authentication, visitor = req.context.body, self.services.authentication, visitor_of(req)
        token, user = authentication.find_reset(body["token"], visitor)
        check_password(body["new_password"], user["username"], "new_password")
        command = ResetPassword(token=token, password_hash=authentication.hash_password(body["new_password"]))
        caller = Caller(
            company_id=token.company_id,
            user_id=token.user_id,
            request_id=visitor.request_id,
        )
        self.services.application.run(caller, reset_password, command, _no_body)
        authentication.end_reset(user["username"], visitor)
        resp.media = ok(None, "Password reset; sign in with the new one")


def _no_body(_: None) -> Written:
    return written(None, "Password reset")
