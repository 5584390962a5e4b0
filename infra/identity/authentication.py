"""Signing in: passwords against what is kept of them, sessions with refresh tokens that are good once."""

import hmac
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from commands.access import CompanySuspended, TokenRevoked
from commands.approvals import Approver
from commands.passwords import ResetToken
from commands.ports import Caller
from commands.signing_in import RefreshExpired, UnknownRefreshToken, Visitor, WrongCredentials
from domain.approvals import Approval, NotAnApprover
from domain.companies import PLATFORM_ID
from domain.errors import NotAllowed, Refusal
from domain.permissions import permissions_of
from infra.decisions.transactions import Transactions
from infra.identity.approvals import digest_of, find_approval
from infra.identity.hashes import Hashes
from infra.identity.people import find_by_name
from infra.identity.recovery import Recovery
from infra.identity.refresh_tokens import RefreshToken
from infra.identity.throttle import Attempt, Throttle
from infra.identity.tokens import Tokens
from infra.process.ids import uuid7
from projections.base import Database, Row
from projections.companies import find_company
from projections.signed_in import show_user
from projections.users import find_user

#: How long a refresh token is still good after its first use, and how old one is at least before another
#: follows it: so there are never more than two that are good, and both lead to the same next one.
GRACE = timedelta(seconds=10)

#: Why nobody signs in, by the status of the company.
_SHUT = {
    "suspended": "The company is suspended: nobody can sign in until the platform activates it again.",
    "archived": "The company is archived: nobody can sign in any more.",
}

# A password that was changed since it was checked lets nobody in.
_LOGGED_IN: LiteralString = """
    UPDATE credentials SET last_login = %(now)s, password_hash = coalesce(%(better)s::text, password_hash)
     WHERE company_id = %(company_id)s AND id = %(user_id)s AND password_hash = %(checked)s
    RETURNING id
"""

_OPEN_SESSION: LiteralString = """
    INSERT INTO sessions (company_id, id, user_id, refresh_hash, created_at, last_used_at, expires_at,
                          address, user_agent)
    VALUES (%(company_id)s, %(session_id)s, %(user_id)s, %(refresh_hash)s, %(now)s, %(now)s, %(expires_at)s,
            %(address)s, %(user_agent)s)
"""

_SESSION: LiteralString = """
    SELECT user_id, refresh_hash, rotated_at, expires_at, revoked_at FROM sessions
     WHERE company_id = %(company_id)s AND id = %(session_id)s
       FOR UPDATE
"""

# A token that is given again keeps the time at which it was first given.
_ROTATE: LiteralString = """
    UPDATE sessions
       SET rotated_at = CASE WHEN refresh_hash = %(refresh_hash)s THEN rotated_at ELSE %(now)s END,
           refresh_hash = %(refresh_hash)s, last_used_at = %(now)s, expires_at = %(expires_at)s,
           address = %(address)s, user_agent = %(user_agent)s
     WHERE company_id = %(company_id)s AND id = %(session_id)s
"""

_REVOKE: LiteralString = """
    UPDATE sessions SET revoked_at = %(now)s
     WHERE company_id = %(company_id)s AND id = %(session_id)s AND revoked_at IS NULL
    RETURNING id
"""


class SignIn:
    """Checks passwords and pins, and hands out tokens. `refresh_seconds` is how long a session lasts unused.

    `peppers` seal refresh tokens and pins: with the first of them, and any is good.
    """

    def __init__(
        self,
        transactions: Transactions,
        tokens: Tokens,
        throttle: Throttle,
        recovery: Recovery,
        hashes: Hashes,
        *,
        refresh_seconds: int,
        peppers: Sequence[bytes],
    ) -> None:
        self._transactions = transactions
        self._throttle = throttle
        self._recovery = recovery
        self._hashes = hashes
        self._peppers = peppers
        self._lifetime = timedelta(seconds=refresh_seconds)
        self.tokens = tokens

    def sign_in(
        self, username: str, password: str, visitor: Visitor, *, needing: str | None = None
    ) -> dict[str, Any]:
        """Check a password and open a session, for whoever holds the permission `needing`, if any.

        Raises TooManyRequests, WrongCredentials without telling whether name or password is wrong, and for
        the right password CompanySuspended, NotAllowed.
        """
        with self._hashes.turn:
            attempt = self._throttle.count(visitor, username)
            user, company_id = find_by_name(self._transactions, username)
            stored = self._verified(user, password)
            if user is None or stored is None or not user["is_active"]:
                raise WrongCredentials
            better = self._hashes.renewed(stored, password)

            def admit(db: Database) -> dict[str, Any] | Refusal:
                params = self._params(db, visitor, user_id=user["id"], checked=stored, better=better)
                if db.ask(_LOGGED_IN, params).row() is None:
                    return WrongCredentials()
                self._throttle.forgive(db, attempt)
                return _in_the_way(db, user, needing) or self._open_session(db, user, params)

            done = self._transactions.perform(company_id, admit)
        if isinstance(done, Refusal):
            # Not inside the transaction, which would take back what was forgiven.
            raise done
        return done

    def refresh(self, refresh_token: str, visitor: Visitor) -> dict[str, Any]:
        """Exchange a refresh token for the next one, and a fresh access token.

        Raises UnknownRefreshToken, TokenRevoked, RefreshExpired, CompanySuspended, and TooManyRequests for
        whoever makes tokens up. A token that was used before ends its session, unless that was a moment ago:
        then its answer may have been lost, or two tabs asked at once, and it is answered with the same token.
        """
        token = RefreshToken.read(refresh_token, self._peppers)
        if token is None:
            self._throttle.count(visitor)
            raise UnknownRefreshToken
        done = self._transactions.perform(token.company_id, lambda db: self._rotated(db, token, visitor))
        if isinstance(done, Refusal):
            # Not inside the transaction, which would take back that the session has ended.
            raise done
        return done

    def sign_out(self, caller: Caller) -> None:
        """End the caller's session: its access tokens stop working at once. Raises TokenRevoked."""
        params = {
            "company_id": caller.company_id,
            "session_id": caller.session_id,
            "now": datetime.now(UTC),
        }
        if self._transactions.perform(caller.company_id, lambda db: db.ask(_REVOKE, params).row()) is None:
            raise TokenRevoked

    def caller_of(self, token: str) -> Caller:
        """Who carries this access token. Raises TokenExpired, Unauthenticated."""
        return self.tokens.caller_of(token)

    def hash_password(self, password: str, salt: bytes | None = None) -> str:
        """What is kept of a password (argon2id). It takes a while on purpose: never within a transaction.

        Without a `salt` of the caller's, which must be of nothing else, it is another one each time.
        """
        with self._hashes.turn:
            return self._hashes.make(password, salt)

    def hash_pin(self, user_id: UUID, pin: str) -> str:
        """What is kept of a user's pin: a hash with a pepper, as there are so few pins."""
        with self._hashes.turn:
            return self._hashes.make(_sealed(pin, user_id, self._peppers[0]))

    def knows_password(self, user: Row, password: str, visitor: Visitor) -> bool:
        """Whether this is the user's password; who guesses is held back. Raises TooManyRequests."""
        with self._hashes.turn:
            attempt = self._throttle.count(visitor, user["username"])
            is_right = self._verified(user, password) is not None
            if is_right:
                self._forgive(attempt)
            return is_right

    def find_approver(
        self, company_id: UUID, username: str, visitor: Visitor, *, password: str | None, pin: str | None
    ) -> Approver:
        """The user of the company who has this name and this password or, instead of one, this pin.

        Counted as signing in is. Raises TooManyRequests, and NotAnApprover without telling what is wrong.
        """
        with self._hashes.turn:
            attempt = self._throttle.count(visitor, username)
            person, owner_id = find_by_name(self._transactions, username)
            user = person if owner_id == company_id else None
            stored = self._verified(user, password) if password is not None else self._verified_pin(user, pin)
            if user is None or stored is None or not user["is_active"]:
                raise NotAnApprover
            self._forgive(attempt)
        return Approver(
            id=user["id"],
            role=user["role"],
            permissions=permissions_of(user["role"], user["granted"], user["denied"]),
            store_ids=tuple(user["store_ids"]),
            rights_version=user["rights_version"],
            checked_hash=stored,
        )

    def make_approval_token(self) -> tuple[str, bytes]:
        """A token for an approval, and what is kept of it."""
        token = secrets.token_urlsafe(32)
        return token, digest_of(token)

    def find_approval(self, token: str, caller: Caller) -> Approval:
        """What was approved for the caller under this token. Raises ApprovalNotValid."""
        return self._transactions.perform(
            caller.company_id, lambda db: find_approval(db, token, caller), reading=True
        )

    def begin_reset(self, username: str, visitor: Visitor) -> None:
        """Send a token to whoever forgot the password, after the answer. Raises TooManyRequests.

        Nothing tells whether there is such a user.
        """
        self._throttle.count(visitor, username, purpose="reset")
        self._recovery.begin(username)

    def find_reset(self, token: str, visitor: Visitor) -> tuple[ResetToken, Row]:
        """What a token is for, and the user. Raises TooManyRequests, InvalidToken, CompanySuspended."""
        attempt = self._throttle.count(visitor)
        reset = self._recovery.find(token)
        self._forgive(attempt)
        return reset

    def count_attempt(self, visitor: Visitor) -> None:
        """Count an attempt from the visitor's address, at no account. Raises TooManyRequests."""
        self._throttle.count(visitor)

    def count_registration(self, visitor: Visitor) -> None:
        """Count a registration from the visitor's address. Raises TooManyRequests."""
        self._throttle.count(visitor, visitor.neighbourhood, purpose="registration")

    def end_reset(self, username: str, visitor: Visitor) -> None:
        """Let the user of a new password sign in, however often it was missed before, or the name tried."""
        with self._transactions.transaction(PLATFORM_ID) as db:
            self._throttle.forget(db, username, visitor)

    def _forgive(self, attempt: Attempt) -> None:
        with self._transactions.transaction(PLATFORM_ID) as db:
            self._throttle.forgive(db, attempt)

    def _verified(self, user: Row | None, password: str) -> str | None:
        """The hash that the password was checked against, or None when it is another password."""
        stored: str | None = user["password_hash"] if user else None
        return stored if self._hashes.is_of(stored, password) else None

    def _verified_pin(self, user: Row | None, pin: str | None) -> str | None:
        """The hash that the pin was checked against, or None when it is another pin, or there is none."""
        stored: str | None = user["pin_hash"] if user else None
        user_id = user["id"] if user else UUID(int=0)
        sealed = (_sealed(pin or "", user_id, pepper) for pepper in self._peppers)
        return stored if any(self._hashes.is_of(stored, one) for one in sealed) else None

    def _rotated(self, db: Database, token: RefreshToken, visitor: Visitor) -> dict[str, Any] | Refusal:
        """The answer to a token of ours, or the refusal."""
        params = self._params(db, visitor, session_id=token.session_id)
        session, now = db.ask(_SESSION, params).row(), params["now"]
        # A session that is not there any more was forgotten after its time.
        if session is None or session["expires_at"] <= now:
            return TokenRevoked() if session and session["revoked_at"] else RefreshExpired()
        if session["revoked_at"]:
            return TokenRevoked()
        following = self._following(session, token, now)
        if following is None:
            db.execute(_REVOKE, params)
            return TokenRevoked()
        user = find_user(db, session["user_id"])
        if user is None or not user["is_active"]:
            return TokenRevoked()
        if refusal := _in_the_way(db, user, None):
            return refusal
        db.execute(_ROTATE, {**params, "refresh_hash": following.digest})
        return self._signed_in(db, user, following)

    def _following(self, session: Row, token: RefreshToken, now: datetime) -> RefreshToken | None:
        """The token to go on with after this one; None when this one was used up more than a moment ago."""
        last, rotated_at = bytes(session["refresh_hash"]), session["rotated_at"]
        is_recent = rotated_at is not None and now - rotated_at <= GRACE
        if secrets.compare_digest(last, token.digest):
            return token if is_recent else token.successor(self._peppers[0])
        if not is_recent:
            return None
        successors = (token.successor(pepper) for pepper in self._peppers)
        return next((one for one in successors if secrets.compare_digest(last, one.digest)), None)

    def _open_session(self, db: Database, user: Row, params: dict[str, Any]) -> dict[str, Any]:
        fresh = RefreshToken.fresh(db.company_id, uuid7())
        db.execute(_OPEN_SESSION, {**params, "session_id": fresh.session_id, "refresh_hash": fresh.digest})
        return self._signed_in(db, user, fresh)

    def _signed_in(self, db: Database, user: Row, fresh: RefreshToken) -> dict[str, Any]:
        caller = Caller(
            company_id=db.company_id,
            user_id=user["id"],
            session_id=fresh.session_id,
            role=user["role"],
            store_ids=tuple(user["store_ids"]),
            rights_version=user["rights_version"],
        )
        return {
            "user": show_user(db, user),
            "token": self.tokens.issue(caller, granted=user["granted"], denied=user["denied"]),
            "refresh_token": fresh.write(self._peppers[0]),
            "expires_in": self.tokens.seconds,
            "permissions": permissions_of(user["role"], user["granted"], user["denied"]),
        }

    def _params(self, db: Database, visitor: Visitor, **more: Any) -> dict[str, Any]:
        now = datetime.now(UTC)
        return {
            "company_id": db.company_id,
            "now": now,
            "expires_at": now + self._lifetime,
            "address": visitor.address,
            "user_agent": visitor.user_agent,
            **more,
        }


def _sealed(pin: str, user_id: UUID, pepper: bytes) -> str:
    """A pin as it is hashed: whoever reads the database cannot try out all there are."""
    return hmac.digest(pepper, f"pin:{user_id}:{pin}".encode(), "sha256").hex()


def _in_the_way(db: Database, user: Row, needing: str | None) -> Refusal | None:
    """Why somebody with the right password may not come in. Whose subscription has expired still may."""
    company = find_company(db)
    if company is not None and company["status"] in _SHUT:
        return CompanySuspended(_SHUT[company["status"]])
    if needing and needing not in permissions_of(user["role"], user["granted"], user["denied"]):
        return NotAllowed.without(needing)
    return None
