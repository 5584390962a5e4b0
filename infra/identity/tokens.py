"""Access tokens: signed, short-lived, and good for this API alone."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import jwt

from commands.access import TokenExpired, Unauthenticated, UnknownToken
from commands.ports import Caller
from domain.permissions import permissions_of
from infra.process.ids import uuid7

ISSUER = "mipos"
AUDIENCE = "mipos-api"
ALGORITHM = "HS256"
#: How far behind the clock may be that reads a token; what is expired is expired by every clock.
LEEWAY = 60
_REQUIRED = ["iss", "aud", "exp", "nbf", "jti", "sub", "cid", "sid", "role", "rights"]


class Tokens:
    """Makes and checks access tokens. `seconds` is how long one is good for.

    Tokens are signed with `secret`; those that were signed with one of the `former` secrets stay good until
    they expire, so that a key can be changed while tills are open.
    """

    #: Checked tokens are remembered until they expire: a till sends the same one with every request.
    REMEMBERED = 10_000

    def __init__(self, secret: str, seconds: int, former: Sequence[str] = ()) -> None:
        self.seconds = seconds
        self._key_id = key_id(secret)
        self._keys = {key_id(one): one.encode() for one in (*former, secret)}
        self._callers: OrderedDict[str, tuple[float, Caller]] = OrderedDict()

    def issue(
        self,
        caller: Caller,
        *,
        granted: Sequence[str] = (),
        denied: Sequence[str] = (),
        now: float | None = None,
    ) -> str:
        """A token that says who the caller is, and which rights are theirs beside the role's."""
        start = int(now if now is not None else time.time())
        claims: dict[str, Any] = {
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
            "rights": caller.rights_version,
            "stores": [str(store_id) for store_id in caller.store_ids],
        }
        if granted or denied:
            claims.update(granted=list(granted), denied=list(denied))
        key = self._keys[self._key_id]
        return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": self._key_id})

    def caller_of(self, token: str) -> Caller:
        """Who carries this token. Raises TokenExpired, Unauthenticated."""
        entry = self._callers.get(token)
        if entry is not None:
            expires, caller = entry
            if time.time() < expires:
                return caller
            self._callers.pop(token, None)
        claims = self._checked(token)
        caller = _caller(claims)
        self._callers[token] = (claims["exp"], caller)
        if len(self._callers) > self.REMEMBERED:
            self._callers.popitem(last=False)
        return caller

    def _checked(self, token: str) -> dict[str, Any]:
        try:
            # What the header says only chooses among our keys; the algorithm is never the token's choice.
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                leeway=LEEWAY,
                options={"require": _REQUIRED, "verify_exp": False},
            )
            is_expired = int(claims["exp"]) <= time.time()
        except (jwt.InvalidTokenError, ValueError, KeyError, TypeError, OverflowError) as error:
            raise UnknownToken from error
        if is_expired:
            raise TokenExpired
        return claims


def key_id(secret: str) -> str:
    """The name under which a token says what it was signed with; it gives nothing of the secret away."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]


def _caller(claims: dict[str, Any]) -> Caller:
    try:
        role, granted, denied = claims["role"], claims.get("granted", ()), claims.get("denied", ())
        return Caller(
            company_id=UUID(claims["cid"]),
            user_id=UUID(claims["sub"]),
            session_id=UUID(claims["sid"]),
            role=role,
            permissions=permissions_of(role, granted, denied),
            store_ids=tuple(UUID(store_id) for store_id in claims.get("stores", ())),
            rights_version=int(claims["rights"]),
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise Unauthenticated from error
