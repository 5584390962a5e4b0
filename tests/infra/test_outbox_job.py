"""Messages that lie in a folder are deleted: after a week, and at once when their customer is forgotten."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from infra.jobs.outbox import KEPT, clear_outbox
from infra.outbox.messages import Enclosure, Outbox
from tests.conftest import Database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def worker(database: Database) -> Iterator[Any]:
    """A connection as a worker has it."""
    with psycopg.connect(database.worker, autocommit=True) as connection:
        yield connection


def write(folder: Path, customer_id: UUID | None = None, *, age: timedelta = timedelta(0)) -> Path:
    """A message of that age, about that customer."""
    known = set(folder.glob("*"))
    enclosure = Enclosure(
        id=uuid4(), name="a.pdf", media_type="application/pdf", content=b"", customer_id=customer_id
    )
    Outbox(folder).send("ada@example.com", "Your receipt", "Here", enclosure)
    (file,) = set(folder.glob("*")) - known
    moment = (NOW - age).timestamp()
    os.utime(file, (moment, moment))
    return file


def forget(database: Database, customer_id: UUID) -> None:
    """Note that a customer is forgotten."""
    with psycopg.connect(database.owner, autocommit=True) as connection:
        connection.execute("INSERT INTO erased_subjects VALUES (%s, %s, 1, now())", [uuid4(), customer_id])


def test_what_is_older_than_a_week_goes(worker: Any, tmp_path: Path) -> None:
    old, young = write(tmp_path, age=KEPT + timedelta(minutes=1)), write(tmp_path, uuid4(), age=KEPT)

    assert clear_outbox(worker, tmp_path, NOW) == 1
    assert (old.exists(), young.exists()) == (False, True)


def test_what_is_for_somebody_forgotten_goes(worker: Any, database: Database, tmp_path: Path) -> None:
    customer_id = uuid4()
    theirs, anothers, nobodys = write(tmp_path, customer_id), write(tmp_path, uuid4()), write(tmp_path)
    forget(database, customer_id)

    assert clear_outbox(worker, tmp_path, NOW) == 1
    assert [file.exists() for file in (theirs, anothers, nobodys)] == [False, True, True]


def test_without_a_folder_there_is_nothing_to_do(worker: Any, tmp_path: Path) -> None:
    assert clear_outbox(worker, tmp_path / "none", NOW) == 0
