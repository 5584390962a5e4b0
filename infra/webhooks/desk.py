"""Where decisions about webhooks give them secrets, and stop and resume them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from commands.webhooks.ports import Secret
from domain.pending import Pending
from domain.webhooks import Signature, Standing
from infra.eventstore.data_keys import DataKeys, new_key
from infra.process.ids import uuid7
from infra.webhooks.signing import public_key_text, secret_text
from projections.base import Database
from projections.pages import total_of
from projections.webhooks.standings import ask_standings
from projections.webhooks.webhooks import ask_count

#: For how long a secret is good after the next one was made.
GRACE = timedelta(hours=24)

_HOLD: LiteralString = """
    SELECT FROM webhook_cursors
     WHERE company_id = %(company_id)s AND webhook_id = %(webhook_id)s
       FOR UPDATE
"""

_BEGIN: LiteralString = """
    INSERT INTO webhook_cursors (company_id, webhook_id, position)
    SELECT %(company_id)s, %(webhook_id)s, coalesce(max(position), 0)
      FROM company_head WHERE company_id = %(company_id)s
"""

# Of two that were good at once the older one is good no more: there are never more than two.
_DROP_FORMER: LiteralString = """
    WITH gone AS (
        DELETE FROM webhook_secrets
         WHERE company_id = %(company_id)s AND webhook_id = %(webhook_id)s AND good_until IS NOT NULL
        RETURNING id
    )
    DELETE FROM subject_keys
     WHERE company_id = %(company_id)s AND subject_id IN (SELECT id FROM gone)
"""

_LIMIT: LiteralString = """
    UPDATE webhook_secrets SET good_until = %(good_until)s
     WHERE company_id = %(company_id)s AND webhook_id = %(webhook_id)s
"""

_KEEP: LiteralString = """
    INSERT INTO webhook_secrets (company_id, webhook_id, id, public_key, made_at)
    VALUES (%(company_id)s, %(webhook_id)s, %(id)s, %(public_key)s, %(now)s)
"""

_KEEP_KEY: LiteralString = """
    INSERT INTO subject_keys (company_id, subject_id, kind, kek_id, wrapped)
    VALUES (%(company_id)s, %(id)s, 'webhook', %(kek_id)b, %(wrapped)b)
"""

_RESUME: LiteralString = """
    UPDATE webhook_cursors
       SET failing_since = NULL,
           position = (SELECT head.position FROM company_head AS head WHERE head.company_id = %(company_id)s)
     WHERE company_id = %(company_id)s AND webhook_id = %(webhook_id)s
"""


class WebhookDesk:
    """Webhooks of one company beside their facts. That one got a secret is said by `changed`."""

    def __init__(self, db: Database, data_keys: DataKeys, now: datetime, changed: Callable[[], None]) -> None:
        self._db = db
        self._data_keys = data_keys
        self._now = now
        self._changed = changed

    def count(self) -> Pending[int]:
        """Ask how many the company has that are not archived."""
        answer = ask_count(self._db)
        return Pending(lambda: total_of(answer))

    def standing(self, webhook_id: UUID) -> Pending[Standing]:
        """Ask how far one has come."""
        standings = ask_standings(self._db, [webhook_id])
        return Pending(lambda: standings().get(webhook_id, Standing()))

    def hold(self, webhook_id: UUID) -> None:
        """Let nothing more be taken from the log for it until the end, from the next round trip on."""
        self._db.execute(_HOLD, self._of(webhook_id))

    def begin(self, webhook_id: UUID, signature: Signature) -> Secret:
        """Give a new one a secret, and have it begin at the end of the log."""
        self._db.execute(_BEGIN, self._of(webhook_id))
        return self._keep(webhook_id, signature)

    def rotate(self, webhook_id: UUID, signature: Signature) -> Secret:
        """Give it another secret; the one of before is good for a day."""
        own = self._of(webhook_id)
        self._db.execute(_DROP_FORMER, own)
        self._db.execute(_LIMIT, {**own, "good_until": self._now + GRACE})
        return self._keep(webhook_id, signature)

    def stop(self, webhook_id: UUID) -> None:
        """Send nothing of what waits; it is dead."""

    def resume(self, webhook_id: UUID) -> None:
        """Go on at the end of the log, as one that does not fail."""
        self._db.execute(_RESUME, self._of(webhook_id))

    def forget(self, webhook_id: UUID) -> None:
        """Destroy its secrets."""
        own = self._of(webhook_id)
        self._db.execute(_LIMIT, {**own, "good_until": self._now})
        self._db.execute(_DROP_FORMER, own)

    def _keep(self, webhook_id: UUID, signature: Signature) -> Secret:
        key, secret_id = new_key(), uuid7()
        public_key = public_key_text(key) if signature == "ed25519" else None
        own = {**self._of(webhook_id), "id": secret_id}
        wrapped = self._data_keys.wrap(key, self._db.company_id, secret_id)
        self._changed()
        self._db.execute(_KEEP_KEY, {**own, "kek_id": self._data_keys.current_id, "wrapped": wrapped})
        self._db.execute(_KEEP, {**own, "public_key": public_key, "now": self._now})
        return Secret(text=None if public_key else secret_text(key), public_key=public_key)

    def _of(self, webhook_id: UUID) -> dict[str, object]:
        return {"company_id": self._db.company_id, "webhook_id": webhook_id}
