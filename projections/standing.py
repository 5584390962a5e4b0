"""How read models stand over all companies, as whoever runs the platform sees it."""

from typing import LiteralString
from uuid import UUID

from projections.base import Database, Row

# What is asked about other companies is numbers, and a function that answers the platform alone.
_STANDING: LiteralString = """
    SELECT projection, digest, companies, least_position, greatest_position, lag_events, lag_seconds, parked,
           paused, verified_at, differing, skipped
      FROM projection_standing(%(company_id)s::uuid)
"""

# Over the last minute, from the oldest note to the newest; one that was made anew may know less than before.
_PACES: LiteralString = """
    SELECT projection,
           greatest(0, (array_agg(events ORDER BY noted_at DESC))[1]
                       - (array_agg(events ORDER BY noted_at))[1])
           / extract(epoch FROM max(noted_at) - min(noted_at))::float8 AS rate
      FROM projection_paces
     WHERE noted_at > clock_timestamp() - interval '1 minute'
     GROUP BY projection
    HAVING max(noted_at) > min(noted_at)
"""


def list_standing(db: Database, company_id: UUID | None = None) -> dict[str, Row]:
    """Each read model of the database by its name, over all companies or for one.

    `rate` is in events a second over the last minute, of all companies; None where nobody noted it.
    """
    standing, paces = db.ask(_STANDING, {"company_id": company_id}), db.ask(_PACES, {})
    rates = {row["projection"]: row["rate"] for row in paces.rows()}
    return {row["projection"]: {**row, "rate": rates.get(row["projection"])} for row in standing.rows()}
