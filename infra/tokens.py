"""Access tokens: signed, short-lived, and good for this API alone."""

import hashlib
import time
from collections import OrderedDict
from typing import Any
from uuid import UUID

import jwt

from commands.ports import Caller
from domain.permissions import permissions_of
from infra.ids import uuid7

ISSUER = "mipos"
AUDIENCE = "mipos-api"
ALGORITHM = "HS256"
_REQUIRED = ["iss", "aud", "exp", "nbf", "jti", "sub", "cid", "sid", "role"]


class TokenExpired(Exception):
    """The token's time is over."""


class TokenForged(Exception):
    """The token is not one of ours."""


class Tokens:
    """Makes and checks access tokens. `seconds` is how long one is good for."""

    #: Checked tokens are remembered until they expire: a till sends the same one with every request.
    REMEMBERED = 10_000

    def __init__(self, secret: str, seconds: int) -> None:
        self.seconds = seconds
        self._key = secret.encode()
        self._key_id = hashlib.sha256(self._key).hexdigest()[:16]
        self._known: OrderedDict[str, tuple[float, Caller]] = OrderedDict()

    def issue(self, caller: Caller, now: float | None = None) -> str:
        """A token that says who the caller is."""
        start = int(now if now is not None else time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": start,
            "nbf": start,
            "exp": start + self.seconds,
            "jti": str(uuid7()),
            "sub": str(caller.user_id),
            "cid": str(caller.company_id),
            "sid": str(caller.session_id),
            "role": caller.role,
            "stores": [str(store_id) for store_id in caller.store_ids],
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": self._key_id})

    def caller_of(self, token: str) -> Caller:
        """Who carries this token. Raises TokenExpired, TokenForged."""
        known = self._known.get(token)
        if known is not None:
            expires, caller = known
            if time.time() < expires:
                return caller
            self._known.pop(token, None)
        claims = self._checked(token)
        caller = _caller(claims)
        self._known[token] = (claims["exp"], caller)
        if len(self._known) > self.REMEMBERED:
            self._known.popitem(last=False)
        return caller

    def _checked(self, token: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                options={"require": _REQUIRED},
            )
        except jwt.ExpiredSignatureError as error:
            raise TokenExpired from error
        except (jwt.InvalidTokenError, ValueError) as error:
            raise TokenForged from error
        return claims


def _caller(claims: dict[str, Any]) -> Caller:
    try:
        return Caller(
            company_id=UUID(claims["cid"]),
            user_id=UUID(claims["sub"]),
            session_id=UUID(claims["sid"]),
            role=claims["role"],
            permissions=permissions_of(claims["role"]),
            store_ids=tuple(UUID(store_id) for store_id in claims.get("stores", ())),
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise TokenForged from error
