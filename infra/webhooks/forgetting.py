"""Forgets deliveries of webhooks after a month."""

from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg

from infra.jobs.job import Job

#: For how long deliveries and replays are kept.
KEPT = timedelta(days=30)

_IS_OLD: LiteralString = "created_at < %(before)s"

# Few of many companies have any: those that have are found by a look into each one's indexes.
_COMPANIES: LiteralString = f"""
    SELECT head.company_id FROM company_head AS head
     CROSS JOIN LATERAL (
           (SELECT FROM webhook_deliveries WHERE company_id = head.company_id AND {_IS_OLD} LIMIT 1)
            UNION ALL
           (SELECT FROM webhook_replays WHERE company_id = head.company_id AND {_IS_OLD} LIMIT 1)
            LIMIT 1) AS old
"""

_DELIVERIES: LiteralString = f"""
    DELETE FROM webhook_deliveries WHERE company_id = %(company_id)s AND {_IS_OLD}
"""

_REPLAYS: LiteralString = f"""
    DELETE FROM webhook_replays WHERE company_id = %(company_id)s AND {_IS_OLD}
"""


def forget_old_deliveries(connection: psycopg.Connection[Any], now: datetime) -> int:
    """Delete what is older than a month. Returns how many deliveries that were."""
    forgotten = 0
    old = {"before": now - KEPT}
    for (company_id,) in connection.execute(_COMPANIES, old).fetchall():
        params = {**old, "company_id": company_id}
        connection.execute(_REPLAYS, params)
        forgotten += connection.execute(_DELIVERIES, params).rowcount
    return forgotten


FORGET_OLD_DELIVERIES = Job(
    name="forget-old-deliveries",
    every=timedelta(hours=1),
    do=lambda connection, _, now: forget_old_deliveries(connection, now),
    records_what_is_due=True,
)
