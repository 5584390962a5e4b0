"""Passwords: changed by who knows them, and reset by who forgot them."""

from falcon import Request, Response

from api.auth.input import ForgottenBody, PasswordChangeBody, PasswordResetBody
from api.envelope import done
from api.operations import PUBLIC, SIGNED_IN, operation
from api.resource import Resource, visitor_of
from commands.access import CompanySuspended, TokenRevoked
from commands.passwords import ChangePassword, ResetPassword, change_password, reset_password
from commands.ports import Caller
from commands.signing_in import InvalidToken, TooManyRequests
from domain.passwords import WeakPassword, check_password
from projections.users import find_user


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
        self.write(req, resp, change_password, command, lambda _: None, message="Password changed")


class ForgottenPassword(Resource):
    """A forgotten password."""

    @operation(PUBLIC, "Ask for a password reset", body=ForgottenBody(), refusals=(TooManyRequests,))
    def on_post(self, req: Request, resp: Response) -> None:
        """Have a token sent with which another password can be set, good once and for half an hour.

        The answer is the same whether there is such a user or not. A new token replaces an earlier one.
        """
        (username,) = req.context.body.values()
        self.services.authentication.begin_reset(username, visitor_of(req))
        self.answer(req, resp, None, "If the account exists, a message with a token is on its way")


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
        self.services.application.run(caller, reset_password, command, lambda _: done("Password reset"))
        authentication.end_reset(user["username"], visitor)
        self.answer(req, resp, None, "Password reset; sign in with the new one")
