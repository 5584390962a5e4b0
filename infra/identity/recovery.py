"""Forgotten passwords: a token goes to the user's address, and its hash stays until it is used."""

import base64
import binascii
import hashlib
import secrets
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import BoundedSemaphore
from typing import Any, LiteralString
from uuid import UUID

import structlog

from commands.access import CompanySuspended
from commands.passwords import ResetToken
from commands.signing_in import InvalidToken
from domain.companies import PLATFORM_ID
from domain.emails import is_address
from infra.decisions.transactions import Transactions
from infra.outbox.messages import Messenger
from projections.base import Database, Row
from projections.companies import find_company, lets_people_in
from projections.users import ask_directory, find_user

#: How long a token is good.
LIFETIME = timedelta(minutes=30)
#: How many messages may wait to be sent; those beyond are dropped.
MOST_WAITING = 1000

log = structlog.get_logger("recovery")

_ISSUE: LiteralString = """
    INSERT INTO password_resets (company_id, user_id, token_hash, created_at, expires_at)
    VALUES (%(company_id)s, %(user_id)s, %(token_hash)s, %(now)s, %(expires_at)s)
        ON CONFLICT (company_id, user_id) DO UPDATE
       SET token_hash = excluded.token_hash, created_at = excluded.created_at,
           expires_at = excluded.expires_at
"""

_FIND: LiteralString = """
    SELECT user_id FROM password_resets
     WHERE company_id = %(company_id)s AND user_id = %(user_id)s AND token_hash = %(token_hash)s
       AND expires_at > %(now)s
"""


class Recovery:
    """Sends tokens to those who forgot their password, and knows them again."""

    def __init__(self, transactions: Transactions, messenger: Messenger, public_url: str | None) -> None:
        self._transactions = transactions
        self._messenger = messenger
        self._public_url = public_url
        self._sender = ThreadPoolExecutor(max_workers=1, thread_name_prefix="messages")
        self._room = BoundedSemaphore(MOST_WAITING)

    def begin(self, username: str) -> None:
        """Send a token to the user of this name, if there is one, after the answer: it must not tell."""
        if not self._room.acquire(blocking=False):
            log.warning("message dropped", reason="too many are waiting")
            return
        self._sender.submit(self._send, username).add_done_callback(self._sent)

    def find(self, token: str) -> tuple[ResetToken, Row]:
        """What a token is for, and the user. Raises InvalidToken, CompanySuspended."""
        reset = _read(token)
        if reset is None:
            raise InvalidToken

        def owner(db: Database) -> Row:
            params = {**_named(reset), "now": datetime.now(UTC)}
            user = find_user(db, reset.user_id) if db.ask(_FIND, params).row() else None
            if user is None or not user["is_active"]:
                raise InvalidToken
            if not lets_people_in(db):
                raise CompanySuspended
            return user

        return reset, self._transactions.perform(reset.company_id, owner, reading=True)

    def _send(self, username: str) -> None:
        with self._transactions.transaction(PLATFORM_ID, reading=True) as db:
            entry = ask_directory(db, username).row()
        if entry is None:
            return
        with self._transactions.transaction(entry["company_id"]) as db:
            user = find_user(db, entry["user_id"])
            if user is None or not user["is_active"] or not lets_people_in(db):
                return
            company = find_company(db)
            if company and company["is_sandbox"]:
                # Who is in a clone is let in by whoever manages it: its persons are those of another company.
                log.warning("message not sent", reason="its company is a sandbox", user_id=str(user["id"]))
                return
            address = address_of(user)
            if address is None:
                log.warning("message not sent", reason="the user has no address", user_id=str(user["id"]))
                return
            token = _issue(db, user["id"])
        self._messenger.send(address, "Choose a new password", _text(user, token, self._public_url))
        log.info("message sent", user_id=str(user["id"]))

    def _sent(self, sending: "Future[None]") -> None:
        self._room.release()
        error = sending.exception()
        if error is not None:
            # Not the error itself: what a mail server says may name the address.
            log.error("message not sent", reason=type(error).__name__)


def address_of(user: Row) -> str | None:
    """Where a user is written to: the email, else the user name if it is an address, else None."""
    candidates = (user["email"], user["username"])
    return next((text for text in candidates if text and is_address(text)), None)


def _issue(db: Database, user_id: UUID) -> str:
    """A token for the user, in place of an earlier one."""
    now, secret = datetime.now(UTC), secrets.token_bytes(32)
    reset = ResetToken(company_id=db.company_id, user_id=user_id, token_hash=hashlib.sha256(secret).digest())
    db.execute(_ISSUE, {**_named(reset), "now": now, "expires_at": now + LIFETIME})
    return base64.urlsafe_b64encode(db.company_id.bytes + user_id.bytes + secret).rstrip(b"=").decode()


def _read(token: str) -> ResetToken | None:
    """What a token says: a company, a user and a secret of 16, 16 and 32 bytes."""
    try:
        content = base64.b64decode(token + "==", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(content) != 64:  # noqa: PLR2004 the sum of the three
        return None
    digest = hashlib.sha256(content[32:]).digest()
    return ResetToken(
        company_id=UUID(bytes=content[:16]), user_id=UUID(bytes=content[16:32]), token_hash=digest
    )


def _named(token: ResetToken) -> dict[str, Any]:
    return {"company_id": token.company_id, "user_id": token.user_id, "token_hash": token.token_hash}


def _text(user: Row, token: str, public_url: str | None) -> str:
    minutes = int(LIFETIME.total_seconds() // 60)
    link = f"{public_url}/reset-password?token={token}\n\n" if public_url else ""
    return (
        f"Somebody, probably you, wants to choose a new password for {user['username']}.\n\n"
        f"{link}The token to do so, good once and for {minutes} minutes:\n\n{token}\n\n"
        "If it was not you, do nothing: the password stays as it is.\n"
    )
