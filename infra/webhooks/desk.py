"""Where decisions about webhooks give them secrets, and stop and resume them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from commands.webhooks.ports import ReplayRequest, Secret
from domain.pending import Pending
from domain.webhooks import Delivery, Replay, Signature, Standing, TooManyReplays
from domain.webhooks.deliveries import MOST_REPLAYS
from infra.eventstore.data_keys import DataKeys, new_key
from infra.process.ids import uuid7
from infra.webhooks.bodies import TEST_TYPE
from infra.webhooks.signing import public_key_text, secret_text
from projections.audit import ask_position_before
from projections.base import Answer, Database
from projections.pages import total_of
from projections.webhooks.deliveries import DELIVERY, REPLAY, delivery_of, replay_of
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
    INSERT INTO webhook_cursors (company_id, webhook_id, position, seal_epoch, seal_size)
    SELECT %(company_id)s, %(webhook_id)s, coalesce(max(head.position), 0), coalesce(max(last.epoch), 0),
           coalesce(max(last.size), 0)
      FROM company_head AS head
      LEFT JOIN (SELECT epoch, size FROM audit_seals WHERE company_id = %(company_id)s
                  ORDER BY epoch DESC, size DESC LIMIT 1) AS last ON true
     WHERE head.company_id = %(company_id)s
    RETURNING company_id
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

_STOP: LiteralString = """
    UPDATE webhook_deliveries SET status = 'dead', error = 'The webhook was disabled.', finished_at = %(now)s
     WHERE company_id = %(company_id)s AND webhook_id = %(webhook_id)s AND status IN ('pending', 'failed')
"""

_STOP_REPLAYS: LiteralString = """
    UPDATE webhook_replays SET status = 'failed', error = 'The webhook was disabled.', finished_at = %(now)s
     WHERE company_id = %(company_id)s AND webhook_id = %(webhook_id)s AND status IN ('queued', 'running')
"""

_TEST: LiteralString = f"""
    WITH numbered AS (
        UPDATE webhook_cursors SET last_number = last_number + 1
         WHERE company_id = %(company_id)s AND webhook_id = %(webhook_id)s
        RETURNING last_number
    )
    INSERT INTO webhook_deliveries (company_id, id, webhook_id, number, message_id, type, status, attempts,
                                    next_attempt_at, created_at)
    SELECT %(company_id)s, %(id)s, %(webhook_id)s, last_number, %(message_id)s, %(type)s, 'pending', 0,
           %(now)s, %(now)s
      FROM numbered
    RETURNING {DELIVERY}
"""

# Whoever is sending it just now has it no more: what became of that is noted nowhere.
_RETRY: LiteralString = f"""
    UPDATE webhook_deliveries
       SET status = 'pending', attempts = 0, next_attempt_at = %(now)s, lease = NULL, leased_until = NULL,
           error = NULL, response_status = NULL, finished_at = NULL
     WHERE company_id = %(company_id)s AND webhook_id = %(webhook_id)s AND id = %(id)s
    RETURNING {DELIVERY}
"""

_OPEN_REPLAYS: LiteralString = """
    SELECT count(*) AS total FROM webhook_replays
     WHERE company_id = %(company_id)s AND webhook_id = %(webhook_id)s AND status IN ('queued', 'running')
"""

_REPLAY: LiteralString = f"""
    INSERT INTO webhook_replays (company_id, id, webhook_id, from_position, to_position, types, position,
                                 status, created_at)
    VALUES (%(company_id)s, %(id)s, %(webhook_id)s, %(from_position)s::bigint, %(to_position)s::bigint,
            %(types)b::text[], %(from_position)s::bigint - 1, 'queued', %(now)s)
    RETURNING {REPLAY}
"""

_HEAD: LiteralString = "SELECT position FROM company_head WHERE company_id = %(company_id)s"

_RESUME: LiteralString = """
    UPDATE webhook_cursors
       SET failing_since = NULL,
           position = (SELECT head.position FROM company_head AS head WHERE head.company_id = %(company_id)s),
           (seal_epoch, seal_size) = (
               SELECT coalesce(max(last.epoch), 0), coalesce(max(last.size), 0)
                 FROM (SELECT epoch, size FROM audit_seals WHERE company_id = %(company_id)s
                        ORDER BY epoch DESC, size DESC LIMIT 1) AS last)
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

    def test(self, webhook_id: UUID) -> Delivery:
        """Have it sent something that is about nothing."""
        test_id = uuid7()
        params = {
            **self._of(webhook_id),
            "id": test_id,
            "message_id": f"{self._db.company_id}-test-{test_id.hex}",
            "type": TEST_TYPE,
        }
        self._changed()
        return delivery_of(self._db.ask(_TEST, params).rows()[0])

    def retry(self, webhook_id: UUID, delivery_id: UUID) -> Delivery | None:
        """Have a delivery sent again from the first attempt on; None if it has no such one."""
        row = self._db.ask(_RETRY, {**self._of(webhook_id), "id": delivery_id}).row()
        self._changed()
        return delivery_of(row) if row else None

    def replay(self, request: ReplayRequest) -> Replay:
        """Have events sent once more. Raises TooManyReplays."""
        own = self._of(request.webhook_id)
        if total_of(self._db.ask(_OPEN_REPLAYS, own)) >= MOST_REPLAYS:
            raise TooManyReplays
        self._changed()
        types = None if request.types is None else list(request.types)
        return replay_of(self._db.ask(_REPLAY, {**own, **vars(request), "types": types}).rows()[0])

    def head(self) -> Pending[int]:
        """Ask for the last position of the log."""
        answer = self._db.ask(_HEAD, {"company_id": self._db.company_id})
        return Pending(lambda: _position(answer))

    def first_position_at(self, moment: datetime) -> Pending[int]:
        """Ask for the position of the first event that was recorded then or later."""
        answer = ask_position_before(self._db, moment)
        return Pending(lambda: _position(answer) + 1)

    def stop(self, webhook_id: UUID) -> None:
        """Send nothing of what waits; it is dead."""
        own = self._of(webhook_id)
        self._db.execute(_STOP, own)
        self._db.execute(_STOP_REPLAYS, own)

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
        self._db.execute(_KEEP, {**own, "public_key": public_key})
        return Secret(text=None if public_key else secret_text(key), public_key=public_key)

    def _of(self, webhook_id: UUID) -> dict[str, object]:
        return {"company_id": self._db.company_id, "webhook_id": webhook_id, "now": self._now}


def _position(answer: Answer) -> int:
    row = answer.row()
    return row["position"] if row else 0
