"""Forgets deliveries of webhooks after a month."""

from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg

from infra.jobs.job import Job

#: For how long deliveries and replays are kept.
KEPT = timedelta(days=30)

_COMPANIES: LiteralString = "SELECT company_id FROM company_head"

_DELIVERIES: LiteralString = """
    DELETE FROM webhook_deliveries WHERE company_id = %(company_id)s AND created_at < %(before)s
"""

_REPLAYS: LiteralString = """
    DELETE FROM webhook_replays WHERE company_id = %(company_id)s AND created_at < %(before)s
"""


def forget_old_deliveries(connection: psycopg.Connection[Any], now: datetime) -> int:
    """Delete what is older than a month. Returns how many deliveries that were."""
    forgotten = 0
    for (company_id,) in connection.execute(_COMPANIES).fetchall():
        params = {"company_id": company_id, "before": now - KEPT}
        connection.execute(_REPLAYS, params)
        forgotten += connection.execute(_DELIVERIES, params).rowcount
    return forgotten


FORGET_OLD_DELIVERIES = Job(
    name="forget-old-deliveries",
    every=timedelta(hours=1),
    do=lambda connection, _, now: forget_old_deliveries(connection, now),
    records_what_is_due=True,
)
