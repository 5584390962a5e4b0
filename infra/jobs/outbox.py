"""Deletes messages that were written as files: after a week, and at once when their customer is forgotten."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from infra.jobs.job import Job

#: How long files are kept for whoever reads them; a token in one is good for minutes only.
KEPT = timedelta(days=7)

# Across companies: a file does not say of which it is.
_FORGOTTEN: LiteralString = """
    SELECT subject_id FROM erased_subjects WHERE subject_id = ANY(%(subjects)s::uuid[])
"""


def clear_outbox(connection: psycopg.Connection[Any], folder: Path, now: datetime) -> int:
    """Delete what is old, and what is for somebody who is forgotten. Returns how many files those were."""
    files = list(folder.glob("*.eml")) if folder.is_dir() else []
    old = {file for file in files if _written_at(file, now) < now - KEPT}
    customers = {file: one for file in files if (one := _customer_in(file.name))}
    forgotten = _forgotten(connection, customers)
    for file in old | forgotten:
        file.unlink(missing_ok=True)
    return len(old | forgotten)


def _written_at(file: Path, now: datetime) -> datetime:
    """When it was written; now, if another has just deleted it."""
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, now.tzinfo)
    except FileNotFoundError:
        return now


def _customer_in(name: str) -> UUID | None:
    """The customer in the name of a file (see `Enclosure.file_name`), if it has one."""
    try:
        return UUID(name.split(".")[1])
    except ValueError:
        return None


def _forgotten(connection: psycopg.Connection[Any], customers: Mapping[Path, UUID]) -> set[Path]:
    if not customers:
        return set()
    subjects: Iterable[tuple[UUID]] = connection.execute(
        _FORGOTTEN, {"subjects": sorted(set(customers.values()))}
    ).fetchall()
    gone = {subject for (subject,) in subjects}
    return {file for file, customer in customers.items() if customer in gone}


def clearing(folder: Path) -> Job:
    """The job; it also runs where a mail server is named, as files of before may lie there."""
    return Job(
        name="clear-outbox",
        every=timedelta(minutes=1),
        do=lambda connection, _, now: clear_outbox(connection, folder, now),
    )
