"""Passwords and sessions as commands change them: no facts, but written with the facts they belong to."""

from collections.abc import Callable
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from projections.base import Database, Params

_KEEP_HASH: LiteralString = """
    INSERT INTO credentials (company_id, id, password_hash)
    VALUES (%(company_id)s, %(user_id)s, %(password_hash)s)
        ON CONFLICT (company_id, id) DO UPDATE SET password_hash = excluded.password_hash, pin_hash = NULL
"""

_KEEP_PIN: LiteralString = """
    UPDATE credentials SET pin_hash = %(pin_hash)s WHERE company_id = %(company_id)s AND id = %(user_id)s
"""

_END_SESSIONS: LiteralString = """
    UPDATE sessions SET revoked_at = %(now)s
     WHERE company_id = %(company_id)s AND user_id = %(user_id)s AND revoked_at IS NULL
       AND id IS DISTINCT FROM %(but)s::uuid
"""

_TAKE_RESET: LiteralString = """
    DELETE FROM password_resets
     WHERE company_id = %(company_id)s AND user_id = %(user_id)s AND token_hash = %(token_hash)s
       AND expires_at > %(now)s
    RETURNING user_id
"""

_DROP_RESET: LiteralString = """
    DELETE FROM password_resets WHERE company_id = %(company_id)s AND user_id = %(user_id)s
"""

_END_SESSION: LiteralString = """
    UPDATE sessions SET revoked_at = %(now)s
     WHERE company_id = %(company_id)s AND user_id = %(user_id)s AND id = %(session_id)s
       AND revoked_at IS NULL AND expires_at > %(now)s
    RETURNING id
"""


class Credentials:
    """What lets the users of a company in. Whatever changes is said by `changed`."""

    def __init__(self, db: Database, now: datetime, changed: Callable[[], None]) -> None:
        self._db = db
        self._now = now
        self._changed = changed

    def set_password(self, user_id: UUID, password_hash: str) -> None:
        """Let the user sign in with the password of this hash from now on.

        A token that was sent before is void, and so is a pin: somebody else may have set it.
        """
        params = {"user_id": user_id, "password_hash": password_hash}
        self._execute(_KEEP_HASH, params)
        self._execute(_DROP_RESET, params)

    def set_pin(self, user_id: UUID, pin_hash: str) -> None:
        """Let the user approve with the pin of this hash from now on, and with no other."""
        self._execute(_KEEP_PIN, {"user_id": user_id, "pin_hash": pin_hash})

    def end_sessions(self, user_id: UUID, *, but: UUID | None = None) -> None:
        """End the sessions of a user, all or all but one."""
        self._execute(_END_SESSIONS, {"user_id": user_id, "but": but, "now": self._now})

    def take_reset(self, user_id: UUID, token_hash: bytes) -> bool:
        """Use up the token of a user who forgot the password; False when it is not theirs or too old."""
        params = {"user_id": user_id, "token_hash": token_hash, "now": self._now}
        self._changed()
        return self._db.ask(_TAKE_RESET, {**params, "company_id": self._db.company_id}).row() is not None

    def end_session(self, user_id: UUID, session_id: UUID) -> bool:
        """End one session of a user; whether it was there and open."""
        params = {"company_id": self._db.company_id, "user_id": user_id, "now": self._now}
        self._changed()
        return self._db.ask(_END_SESSION, {**params, "session_id": session_id}).row() is not None

    def _execute(self, query: LiteralString, params: Params) -> None:
        self._db.execute(query, {**params, "company_id": self._db.company_id})
        self._changed()
