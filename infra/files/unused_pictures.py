"""Lets go of the bytes of pictures that nothing shows any more."""

from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg

from infra.jobs.job import Job

#: How long bytes are kept that no picture shows any more.
GRACE = timedelta(hours=24)

# Which pictures a closed company shows is not known. Those without any picture are not visited.
_COMPANIES: LiteralString = """
    SELECT head.company_id FROM company_head AS head
     CROSS JOIN LATERAL (SELECT FROM image_contents WHERE company_id = head.company_id LIMIT 1) AS kept
     WHERE head.company_id <> ALL((SELECT closed FROM installation)::uuid[])
"""

_IS_SHOWN: LiteralString = """
           EXISTS (SELECT FROM product_images AS image
                    WHERE image.company_id = %(company_id)s AND image.content_hash = content.hash)
"""

_USED_AGAIN: LiteralString = f"""
    UPDATE image_contents AS content SET unused_since = NULL
     WHERE content.company_id = %(company_id)s AND content.unused_since IS NOT NULL AND {_IS_SHOWN}
"""

_LET_GO: LiteralString = f"""
    DELETE FROM image_contents AS content
     WHERE content.company_id = %(company_id)s AND content.unused_since < %(before)s AND NOT {_IS_SHOWN}
"""

_UNUSED: LiteralString = f"""
    UPDATE image_contents AS content SET unused_since = %(now)s
     WHERE content.company_id = %(company_id)s AND content.unused_since IS NULL AND NOT {_IS_SHOWN}
"""


def let_go_of_unused(connection: psycopg.Connection[Any], now: datetime) -> None:
    """Delete the bytes that no picture has shown for a day, company by company.

    The day begins when this is noticed here first, and ends when they are shown again. So bytes outlast a
    moment in which the read model is empty because its tables are being made anew.
    """
    for (company_id,) in connection.execute(_COMPANIES).fetchall():
        params = {"company_id": company_id, "now": now, "before": now - GRACE}
        for statement in (_USED_AGAIN, _LET_GO, _UNUSED):
            connection.execute(statement, params)


UNUSED_PICTURES = Job(
    name="unused-pictures",
    every=timedelta(hours=1),
    do=lambda connection, _, now: let_go_of_unused(connection, now),
    reads_models=True,
)
