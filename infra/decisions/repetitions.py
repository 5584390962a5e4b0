"""Requests under an Idempotency-Key: what was answered to the first is answered to all."""

from typing import LiteralString

from commands.outcomes import IdempotencyInProgress, IdempotencyKey, IdempotencyKeyReused, Outcome, Response
from commands.ports import Caller
from infra.decisions.unit_of_work import PostgresUnitOfWork
from projections.base import Database, Params

# The lock tells a request that is still running from one that ended; it goes with the transaction.
_STORED: LiteralString = """
    SELECT pg_try_advisory_xact_lock(hashtextextended(%(lock)s::text, 0)) AS mine,
           stored.fingerprint, stored.status, stored.etag, stored.body, stored.position
      FROM (SELECT 1) AS always
      LEFT JOIN idempotency_keys AS stored
        ON stored.company_id = %(company_id)s AND stored.key = %(key)s
"""

_STORE: LiteralString = """
    INSERT INTO idempotency_keys
           (company_id, key, fingerprint, status, etag, body, position, created_at, running_hours,
            subject_ids)
    SELECT %(company_id)s, %(key)s, %(fingerprint)s, %(status)s, %(etag)s, %(body)s, head.position, %(now)s,
           (SELECT hours FROM running_time), %(subjects)b::uuid[]
      FROM company_head AS head
     WHERE head.company_id = %(company_id)s
    RETURNING company_id
"""


class Repetition:
    """What was answered to this very request before, asked for with the first round trip."""

    def __init__(self, db: Database, caller: Caller, key: IdempotencyKey) -> None:
        self._key = key
        self._answer = db.ask(_STORED, _params(caller, key))

    def outcome(self) -> Outcome | None:
        """That answer, None at the first time. Raises IdempotencyKeyReused, IdempotencyInProgress."""
        row = self._answer.row()
        if row is None or row["status"] is None:
            if row is not None and not row["mine"]:
                raise IdempotencyInProgress
            return None
        if not self._key.is_of(bytes(row["fingerprint"])):
            raise IdempotencyKeyReused
        response = Response(row["status"], row["etag"], bytes(row["body"]))
        return Outcome(response, row["position"], replayed=True)


def keep_response(
    db: Database, caller: Caller, key: IdempotencyKey, response: Response, work: PostgresUnitOfWork
) -> None:
    """Keep it for repetitions, together with what was decided."""
    params = {
        **_params(caller, key),
        "fingerprint": key.fingerprint,
        "status": response.status,
        "etag": response.etag,
        "body": response.body,
        "now": work.now,
        "subjects": sorted(work.subjects) or None,
    }
    db.execute(_STORE, params)


def _params(caller: Caller, key: IdempotencyKey) -> Params:
    return {"company_id": caller.company_id, "key": key.key, "lock": f"{caller.company_id}/{key.key}"}
