"""Looking at a checkpoint again and again, to know when it passed which position."""

import select
import sys
import time
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

import psycopg

LOOK_SECONDS = 0.003

_PLACE: LiteralString = """
    SELECT position FROM projection_checkpoints
     WHERE company_id = %(company_id)s AND projection = %(projection)s
"""


@dataclass
class Watched:
    """Whose checkpoint is to be looked at, and where."""

    conninfo: str
    company_id: UUID
    projection: str


def run(watched: Watched) -> list[tuple[float, int]]:
    """Each position that the checkpoint was seen at, and when first; until the standard input is closed."""
    seen: list[tuple[float, int]] = []
    params = {"company_id": watched.company_id, "projection": watched.projection}
    with psycopg.connect(watched.conninfo, autocommit=True, prepare_threshold=1) as connection:
        is_over = False
        while True:
            row = connection.execute(_PLACE, params).fetchone()
            if row and (not seen or row[0] != seen[-1][1]):
                seen.append((time.monotonic(), row[0]))
            if is_over:
                return seen
            is_over = bool(select.select([sys.stdin], [], [], LOOK_SECONDS)[0])
