"""How far webhooks have come in the log of their company, as of now."""

from collections.abc import Callable, Collection
from typing import LiteralString
from uuid import UUID

from domain.webhooks import Standing
from projections.base import Database

_STANDINGS: LiteralString = """
    SELECT reached.webhook_id, settled.position, head.position - settled.position AS lag,
           reached.failing_since,
           (SELECT secret.public_key FROM webhook_secrets AS secret
             WHERE secret.company_id = reached.company_id AND secret.webhook_id = reached.webhook_id
               AND secret.good_until IS NULL
             LIMIT 1) AS public_key
      FROM webhook_cursors AS reached
      JOIN company_head AS head ON head.company_id = reached.company_id
     CROSS JOIN LATERAL (
           SELECT least(reached.position, min(open.position) - 1) AS position
             FROM webhook_deliveries AS open
            WHERE open.company_id = reached.company_id AND open.webhook_id = reached.webhook_id
              AND open.status IN ('pending', 'failed') AND open.replay_id IS NULL
           ) AS settled
     WHERE reached.company_id = %(company_id)s AND reached.webhook_id = ANY(%(ids)b::uuid[])
"""


def ask_standings(db: Database, webhook_ids: Collection[UUID]) -> Callable[[], dict[UUID, Standing]]:
    """Ask how far these have come, with the next round trip."""
    answer = db.ask(_STANDINGS, {"company_id": db.company_id, "ids": list(webhook_ids)})

    def standings() -> dict[UUID, Standing]:
        return {row.pop("webhook_id"): Standing(**row) for row in answer.rows()}

    return standings
