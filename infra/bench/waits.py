"""What sessions of the database wait for, looked at again and again while others work."""

import select
import sys
from collections import Counter
from dataclasses import dataclass
from typing import LiteralString

import psycopg

LOOK_SECONDS = 0.02

_WAITING: LiteralString = """
    SELECT coalesce(wait_event_type || ':' || wait_event, '') AS event, count(*) AS sessions
      FROM pg_stat_activity
     WHERE backend_type = 'client backend' AND state = 'active' AND pid <> pg_backend_pid()
     GROUP BY 1
"""


@dataclass
class Target:
    """Whose sessions are to be looked at, as who may see them."""

    conninfo: str


@dataclass
class Waits:
    """How often was looked, and how many sessions were at work or waited, by what for."""

    looks: int
    sessions: dict[str, int]


def run(watched: Target) -> Waits:
    """Look until the standard input is closed."""
    sessions, looks = Counter[str](), 0
    with psycopg.connect(watched.conninfo, autocommit=True, prepare_threshold=1) as connection:
        while not select.select([sys.stdin], [], [], LOOK_SECONDS)[0]:
            looks += 1
            for event, number in connection.execute(_WAITING).fetchall():
                sessions[kind_of(event)] += number
    return Waits(looks, dict(sessions))


def kind_of(event: str) -> str:
    """What a session that waits for this is bound by; one that waits for nothing is at work."""
    kind, _, name = event.partition(":")
    if kind in ("IO", "LWLock") and name.lower().startswith("wal"):
        return "flush"
    kinds = {"": "work", "Lock": "locks", "LWLock": "locks", "IO": "disk", "Client": "client"}
    return kinds.get(kind, "other")
