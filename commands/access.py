"""Whether a caller may still ask: sessions that ended, rights that changed, companies that may only read."""

from dataclasses import dataclass

from domain.errors import NotAllowed, Refusal

#: In these states a company's people may write as well as read.
_PAYING = frozenset({"trial", "active", "past_due"})


class Unauthenticated(Refusal):
    """Sign in first: a valid access token is needed."""

    code = "unauthenticated"
    remedy = (
        "Send `Authorization: Bearer <token>`, with the `token` that `POST /api/auth/login` answers with."
    )


class NoToken(Unauthenticated):
    """No access token was sent: sign in, and send it as `Authorization: Bearer <token>`."""


class OtherScheme(Unauthenticated):
    """The Authorization header must be `Bearer`, a blank, and the access token."""


class UnknownToken(Unauthenticated):
    """The access token is none of ours, or not all of it; send it exactly as signing in answered it."""


class TokenExpired(Unauthenticated):
    """The access token has expired; refresh it."""

    code = "token_expired"
    remedy = (
        "Exchange the refresh token at `POST /api/auth/refresh`, and repeat the request with the new token."
    )


class TokenRevoked(Unauthenticated):
    """The session has ended; sign in again."""

    code = "token_revoked"
    remedy = "Sign in again."


class RightsChanged(TokenExpired):
    """Your rights have changed; refresh the access token."""


class CompanySuspended(NotAllowed):
    """The company is suspended: nothing can be changed until the platform activates it again."""

    code = "company_suspended"
    remedy = "Ask the platform to activate the company again; until then only read."


class SubscriptionExpired(NotAllowed):
    """The company's subscription has expired: everything can be read, nothing changed until it is renewed."""

    code = "subscription_expired"
    remedy = "Have the subscription renewed; until then only read."


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What is known of a caller at the moment of the request.

    `company_status` and `subscription_status` are None for the platform, which no company is.
    """

    session_is_open: bool
    rights_version: int | None
    company_status: str | None = None
    subscription_status: str | None = None
    #: Whether the company has its drawers counted without saying what they should hold.
    is_blind: bool = False

    def check(self, rights_version: int, *, writing: bool) -> None:
        """Raise TokenRevoked, RightsChanged, and for a command CompanySuspended, SubscriptionExpired."""
        if not self.session_is_open or self.company_status == "archived":
            raise TokenRevoked
        if self.rights_version != rights_version:
            raise RightsChanged
        if writing:
            self.check_company()

    def check_company(self) -> None:
        """Raise CompanySuspended or SubscriptionExpired when the company may not write."""
        if self.company_status == "suspended":
            raise CompanySuspended
        if self.subscription_status is not None and self.subscription_status not in _PAYING:
            raise SubscriptionExpired
