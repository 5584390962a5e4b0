"""Looking at a checkpoint again and again, to know when it passed which position."""

import select
import sys
import time
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

import psycopg

LOOK_SECONDS = 0.003

_POSITION: LiteralString = """
    SELECT position FROM projection_checkpoints
     WHERE company_id = %(company_id)s AND projection = %(projection)s
"""


@dataclass
class Target:
    """Whose checkpoint is to be looked at, and where."""

    conninfo: str
    company_id: UUID
    projection: str


def run(watched: Target) -> list[tuple[float, int]]:
    """Each position that the checkpoint was seen at, and when first; until the standard input is closed."""
    samples: list[tuple[float, int]] = []
    params = {"company_id": watched.company_id, "projection": watched.projection}
    with psycopg.connect(watched.conninfo, autocommit=True, prepare_threshold=1) as connection:
        is_over = False
        while True:
            row = connection.execute(_POSITION, params).fetchone()
            if row and (not samples or row[0] != samples[-1][1]):
                samples.append((time.monotonic(), row[0]))
            if is_over:
                return samples
            is_over = bool(select.select([sys.stdin], [], [], LOOK_SECONDS)[0])
