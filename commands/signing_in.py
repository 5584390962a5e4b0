"""Signing in: the client that tries, and how it is refused."""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address, IPv6Network

from commands.access import TokenExpired, Unauthenticated
from domain.errors import Invalid, Refusal

#: How many characters of what a program calls itself are kept.
_LONGEST_PROGRAM = 300


class WrongCredentials(Unauthenticated):
    """The user name or the password is wrong."""

    remedy = "Look at user name and password, or ask for a new one at `POST /api/auth/forgot-password`."


class UnknownRefreshToken(Unauthenticated):
    """This is no refresh token of ours; sign in again."""

    remedy = "Sign in again with user name and password."


class RefreshExpired(TokenExpired):
    """The session was not used for too long; sign in again."""

    remedy = "Sign in again with user name and password."


class InvalidToken(Invalid):
    """The token is wrong, used up or too old; ask for a new one."""

    code = "invalid_token"
    field = "token"
    remedy = "Ask for a new token, and use it once and soon."


class TooManyRequests(Refusal):
    """Too much in too short a time; try again later."""

    code = "too_many_requests"
    remedy = "Wait for as many seconds as `Retry-After` says, then repeat the request."

    def __init__(self, retry_after: int = 60) -> None:
        super().__init__()
        #: After how many seconds it is worth trying again.
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """The client that sent a request, before it has signed in."""

    address: str | None
    user_agent: str | None
    request_id: str | None

    @classmethod
    def of(cls, address: str | None, user_agent: str | None, request_id: str | None) -> "Visitor":
        """A visitor; what a program says of itself is cut to a length that can be shown."""
        program = "".join(character for character in user_agent or "" if character.isprintable())
        return cls(address=address, user_agent=program[:_LONGEST_PROGRAM] or None, request_id=request_id)

    @property
    def neighbourhood(self) -> str:
        """By what visitors are told apart: the address, or of IPv6 the network, which one customer gets."""
        return neighbourhood_of(self.address)


@lru_cache(maxsize=4096)
def neighbourhood_of(address: str | None) -> str:
    """The address itself, or the /64 network of an IPv6 address; clients without one share one."""
    try:
        parsed = IPv6Address(address or "")
    except AddressValueError:
        return address or "nowhere"
    return str(parsed.ipv4_mapped or IPv6Network((parsed, 64), strict=False).network_address)
