"""A log is known by its checkpoints and its tiles alone, whatever its size."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from api.audit.tiles import checkpoint_of, entries_of, tile_of
from commands.ports import Missing
from domain.seals.checkpoints import read_note
from infra.postgres.transactions import transaction
from tests.domain.seals.monitor import Monitor

from .sealed_log import Log

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from infra.postgres.pool import Pool

    from .conftest import LogDatabase


class Library:
    """Where tiles of a log are fetched."""

    def __init__(self, log: Log) -> None:
        self.log = log

    def fetch(self, path: str) -> bytes:
        _, level, rest = path.split("/", 2)
        if level == "entries":
            return bytes(self._ask(lambda reading: entries_of(reading, rest)))
        return bytes(self._ask(lambda reading: tile_of(reading, level, rest)))

    def checkpoint(self) -> tuple[int, bytes]:
        said = read_note(self._ask(checkpoint_of)).checkpoint
        return said.size, said.root

    def _ask(self, question: Callable[[Any], Any]) -> Any:
        with (
            self.log.database.connect("app") as connection,
            transaction(connection, self.log.company_id, reading=True) as db,
        ):
            return question(SimpleNamespace(db=db))


@pytest.fixture
def library(log_database: LogDatabase, pool: Pool[Any], company: UUID) -> Library:
    return Library(Log(log_database, pool, company))


@pytest.mark.parametrize("sizes", [(1, 2), (255, 256, 257), (511, 512), (700, 1030)])
def test_its_root_follows_from_its_tiles_and_so_do_those_of_before(
    library: Library, sizes: tuple[int, ...]
) -> None:
    monitor, known, recorded = Monitor(library.fetch), dict[int, bytes](), 0
    for size in sizes:
        library.log.record(size - recorded)
        library.log.seal()
        recorded = size
        checkpoint = library.checkpoint()
        known[size] = checkpoint[1]
        assert checkpoint == (size, monitor.root(size))
        monitor.check_tiles(size)
    # Whoever comes later sees the same growth, by the tiles that are there then.
    late = Monitor(library.fetch)
    assert {size: late.root(size) for size in known} == known


def test_what_is_not_sealed_is_not_there(library: Library) -> None:
    with pytest.raises(Missing):
        library.checkpoint()
    library.log.record(300)
    library.log.seal()
    library.log.record(300)
    for path in ("tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44"):
        assert library.fetch(path)
    for path in (
        *("tile/0/001", "tile/0/001.p/45", "tile/0/002.p/1", "tile/1/000", "tile/1/000.p/2"),
        *("tile/2/000.p/1", "tile/63/000", "tile/entries/001", "tile/0/x999/x999/x999/x999/x999/x999/999"),
    ):
        with pytest.raises(Missing):
            library.fetch(path)


def test_of_another_life_of_the_log_nothing_is_there_before_its_first_seal(library: Library) -> None:
    library.log.record(3)
    library.log.seal()
    library.log.alter(
        "INSERT INTO log_epochs (company_id, number, from_position) VALUES (%(company_id)s, 2, 3)"
    )
    with pytest.raises(Missing):
        library.fetch("tile/0/000.p/3")
    library.log.seal()
    assert library.checkpoint()[0] == 3
    assert library.fetch("tile/0/000.p/3")


@pytest.mark.parametrize(("table", "path"), [("audit_tiles", "tile/1/000.p/1"), ("events", "tile/0/000")])
def test_what_was_taken_out_is_not_there_either(library: Library, table: str, path: str) -> None:
    library.log.record(260)
    library.log.seal()
    assert library.fetch(path)
    library.log.alter(f"DELETE FROM {table} WHERE company_id = %(company_id)s")
    with pytest.raises(Missing):
        library.fetch(path)
