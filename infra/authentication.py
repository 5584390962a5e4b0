"""Signing in: passwords against argon2id hashes, sessions with refresh tokens kept as hashes."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from commands.ports import Caller
from domain.companies import PLATFORM_ID
from domain.permissions import permissions_of
from infra.application import Application
from infra.ids import uuid7
from infra.tokens import Tokens
from projections.base import Database
from projections.companies import find_company
from projections.users import ask_directory, find_user, stores_of

_LOGGED_IN: LiteralString = """
    UPDATE credentials SET last_login = %(now)s, password_hash = coalesce(%(hash)s::text, password_hash)
     WHERE company_id = %(company_id)s AND id = %(user_id)s
"""

_OPEN_SESSION: LiteralString = """
    INSERT INTO sessions (company_id, id, user_id, refresh_hash, created_at, expires_at)
    VALUES (%(company_id)s, %(session_id)s, %(user_id)s, %(refresh_hash)s, %(now)s, %(expires_at)s)
"""

_SESSION: LiteralString = """
    SELECT user_id, refresh_hash, expires_at, revoked_at FROM sessions
     WHERE company_id = %(company_id)s AND id = %(session_id)s
       FOR UPDATE
"""

_ROTATE: LiteralString = """
    UPDATE sessions SET refresh_hash = %(refresh_hash)s, expires_at = %(expires_at)s
     WHERE company_id = %(company_id)s AND id = %(session_id)s
"""

_REVOKE: LiteralString = """
    UPDATE sessions SET revoked_at = %(now)s WHERE company_id = %(company_id)s AND id = %(session_id)s
"""


class SignIn:
    """Checks passwords and hands out tokens. `refresh_seconds` is how long a session lasts unused."""

    def __init__(self, application: Application, tokens: Tokens, refresh_seconds: int) -> None:
        self._application = application
        self.tokens = tokens
        self._lifetime = timedelta(seconds=refresh_seconds)
        self._hasher = PasswordHasher()
        # A name nobody has takes as long to refuse as a wrong password.
        self._nobodys_hash = self._hasher.hash(secrets.token_urlsafe())

    def sign_in(self, username: str, password: str) -> dict[str, Any] | None:
        """Check a password; None when the name or the password is wrong, without telling which."""
        with self._application.transaction(PLATFORM_ID, reading=True) as db:
            known = ask_directory(db, username).row()
        user = None
        if known is not None:
            with self._application.transaction(known["company_id"], reading=True) as db:
                user = find_user(db, known["user_id"])
        stored = user["password_hash"] if user and user["password_hash"] else self._nobodys_hash
        try:
            self._hasher.verify(stored, password)
        except (VerifyMismatchError, InvalidHashError):
            return None
        if known is None or user is None or not user["is_active"] or not user["password_hash"]:
            return None
        better = self._hasher.hash(password) if self._hasher.check_needs_rehash(stored) else None
        with self._application.transaction(known["company_id"]) as db:
            db.execute(_LOGGED_IN, self._params(db, user["id"], hash=better))
            return self._open_session(db, user)

    def refresh(self, refresh_token: str) -> dict[str, Any] | None:
        """Exchange a refresh token; None when it is not valid. A used one ends its session."""
        parts = _split(refresh_token)
        if parts is None:
            return None
        company_id, session_id, secret = parts
        with self._application.transaction(company_id) as db:
            params = self._params(db, None, session_id=session_id)
            session = db.ask(_SESSION, params).row()
            if session is None or session["revoked_at"] or session["expires_at"] <= params["now"]:
                return None
            if not secrets.compare_digest(bytes(session["refresh_hash"]), _digest(secret)):
                db.execute(_REVOKE, params)
                return None
            user = find_user(db, session["user_id"])
            if user is None or not user["is_active"]:
                return None
            fresh = secrets.token_urlsafe(32)
            db.execute(_ROTATE, {**params, "refresh_hash": _digest(fresh)})
            return self._signed_in(db, user, session_id, fresh)

    def describe(self, caller: Caller) -> dict[str, Any]:
        """The caller as a user, with company and stores."""
        with self._application.transaction(caller.company_id, reading=True) as db:
            user = find_user(db, caller.user_id) if caller.user_id else None
            return _shown(db, user) if user else {}

    def _open_session(self, db: Database, user: dict[str, Any]) -> dict[str, Any]:
        session_id, secret = uuid7(), secrets.token_urlsafe(32)
        params = self._params(db, user["id"], session_id=session_id, refresh_hash=_digest(secret))
        db.execute(_OPEN_SESSION, params)
        return self._signed_in(db, user, session_id, secret)

    def _signed_in(self, db: Database, user: dict[str, Any], session_id: UUID, secret: str) -> dict[str, Any]:
        caller = Caller(
            company_id=db.company_id,
            user_id=user["id"],
            session_id=session_id,
            role=user["role"],
            store_ids=tuple(user["store_ids"]),
        )
        return {
            "user": _shown(db, user),
            "token": self.tokens.issue(caller),
            "refresh_token": f"{db.company_id.hex}.{session_id.hex}.{secret}",
            "expires_in": self.tokens.seconds,
            "permissions": permissions_of(user["role"]),
        }

    def _params(self, db: Database, user_id: UUID | None, **more: Any) -> dict[str, Any]:
        now = datetime.now(UTC)
        return {
            "company_id": db.company_id,
            "user_id": user_id,
            "now": now,
            "expires_at": now + self._lifetime,
            **more,
        }


def _digest(secret: str) -> bytes:
    """Refresh tokens are long and random, so a plain hash keeps them as safe as a slow one."""
    return hashlib.sha256(secret.encode()).digest()


def _split(refresh_token: str) -> tuple[UUID, UUID, str] | None:
    company, _, rest = refresh_token.partition(".")
    session, _, secret = rest.partition(".")
    try:
        return UUID(hex=company), UUID(hex=session), secret
    except ValueError:
        return None


def _shown(db: Database, user: dict[str, Any]) -> dict[str, Any]:
    company = find_company(db)
    return {
        "id": user["id"],
        "username": user["username"],
        "email": user["email"],
        "is_active": user["is_active"],
        "role_id": user["role"].lower().replace(" ", "_"),
        "last_login": user["last_login"],
        "role": {"id": user["role"].lower().replace(" ", "_"), "name": user["role"]},
        "company": {"id": db.company_id, "name": company["name"], "email": company["email"]}
        if company
        else None,
        "stores": stores_of(db, user["store_ids"]),
    }
