"""Signing in, at a desk or at a till, staying signed in, and signing out."""

from falcon import Request, Response

from api.auth.answers import LoginAnswer, TillLoginAnswer
from api.auth.input import LoginBody, RefreshBody
from api.auth.presenter import show_at_till, show_signed_in
from api.operations import PUBLIC, SIGNED_IN, operation
from api.resource import Resource, visitor_of
from commands.access import CompanySuspended, TokenRevoked
from commands.signing_in import RefreshExpired, TooManyRequests, UnknownRefreshToken, WrongCredentials
from domain.errors import NotAllowed
from projections.signed_in import show_till

#: What a till is used with.
TILL_PERMISSION = "pos.use"

_FAMILY = (
    "The access token is new each time, and so is a refresh token that is older than ten seconds. One that "
    "was used up more than ten seconds ago ends its session; until then it is answered with the token that "
    "follows it, so that an answer may be lost, and tabs that refresh at once all stay signed in."
)


class Login(Resource):
    """Sign-in."""

    @operation(
        PUBLIC,
        "Sign in",
        body=LoginBody(),
        answer=LoginAnswer,
        refusals=(WrongCredentials, CompanySuspended, TooManyRequests),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Exchange a user name and a password for tokens. Whoever guesses is held back for a while."""
        signed_in = self.services.authentication.sign_in(**req.context.body, visitor=visitor_of(req))
        self.answer(req, resp, show_signed_in(signed_in), "Signed in")


class TillLogin(Resource):
    """Sign-in at a till."""

    @operation(
        PUBLIC,
        "Sign in at a till",
        body=LoginBody(),
        answer=TillLoginAnswer,
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
            caller, lambda reading: show_till(reading.db, caller.user_id, caller.store_ids)
        )
        self.answer(req, resp, show_at_till(signed_in, till), "Signed in")


class Refresh(Resource):
    """Staying signed in."""

    @operation(
        PUBLIC,
        "Refresh the tokens",
        body=RefreshBody(),
        answer=LoginAnswer,
        refusals=(UnknownRefreshToken, TokenRevoked, RefreshExpired, CompanySuspended, TooManyRequests),
        description=_FAMILY,
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Exchange a refresh token for new tokens; the old one is used up a moment later."""
        token = req.context.body["refresh_token"]
        signed_in = self.services.authentication.refresh(token, visitor_of(req))
        self.answer(req, resp, show_signed_in(signed_in), "Refreshed")


class Logout(Resource):
    """Signing out."""

    @operation(SIGNED_IN, "Sign out", repeatable=False)
    def on_post(self, req: Request, resp: Response) -> None:
        """End this session: its access token and its refresh token stop working at once."""
        self.services.authentication.sign_out(req.context.caller)
        self.answer(req, resp, None, "Signed out")
