"""A log that is brought back says itself what it lost, and is signed under another name from there on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from domain.seals.checkpoints import read_note
from infra.runtime.log_epochs import begin_lost_epochs
from infra.runtime.seals import outside_record_of
from infra.runtime.settings import Settings, load_settings
from infra.seals.long_verification import verify
from infra.seals.published import all_published, file_of
from tests.conftest import Database, Service, Shop, found_shop, fresh_database, installed_in, serving
from tests.infra.backups import mipos, settings_of
from tests.infra.test_backup import sale_of, signed_in

if TYPE_CHECKING:
    from infra.postgres.embedded import EmbeddedServer

RESTORED = "logs.Log.Restored"


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    return fresh_database(server, "mipos_restored_logs")


@pytest.fixture(scope="module")
def service(database: Database) -> Iterator[Service]:
    with serving(database, ("serve",), MIPOS_WORKERS="1") as running:
        yield running


@dataclass
class Installation:
    """A shop's server, as its operator reaches it, with a data folder for what is published."""

    database: Database
    company_id: UUID
    folder: Path

    @property
    def settings(self) -> dict[str, str]:
        return settings_of(self.database, self.folder)

    @property
    def published(self) -> Path:
        return file_of(self.folder / "seals", self.company_id)

    def loaded(self) -> Settings:
        return load_settings(self.settings)

    def run(self, *arguments: str | Path) -> str:
        done = mipos(*arguments, **self.settings)
        assert done.exit_code == 0, done.output
        return done.output.replace("\n", " ")

    def seal(self) -> str:
        return self.run("audit", "seal", "--company", str(self.company_id))

    def ask(self, statement: str) -> list[Any]:
        with psycopg.connect(self.database.owner, autocommit=True) as connection:
            return connection.execute(statement.encode(), {"company": self.company_id}).fetchall()

    @property
    def head(self) -> int:
        [(head,)] = self.ask("SELECT position FROM company_head WHERE company_id = %(company)s")
        return int(head)

    @property
    def epochs(self) -> list[tuple[int, int]]:
        """The lives of the log, counted from its first, each with the position behind which it began."""
        rows = self.ask(
            "SELECT number, from_position FROM log_epochs WHERE company_id = %(company)s ORDER BY number"
        )
        return [(number - rows[0][0] + 1, behind) for number, behind in rows]

    @property
    def entries(self) -> list[dict[str, Any]]:
        """What the log says of having been restored, with the position where it does."""
        rows = self.ask(
            f"SELECT position, state FROM events WHERE company_id = %(company)s AND type = '{RESTORED}'"
            " ORDER BY position"
        )
        return [{"position": position, **json.loads(state)} for position, state in rows]

    def cut(self, size: int, *, with_seals: bool = True) -> None:
        """Bring the database back as it was at that size, behind everybody's back."""
        with psycopg.connect(self.database.owner, autocommit=True) as connection:
            where = {"company": self.company_id, "size": size}
            connection.execute(
                "UPDATE company_head AS head SET position = event.position, hash = event.hash"
                "  FROM events AS event"
                " WHERE head.company_id = %(company)s AND event.company_id = head.company_id"
                " AND event.position = %(size)s",
                where,
            )
            connection.execute(
                "DELETE FROM events WHERE company_id = %(company)s AND position > %(size)s", where
            )
            if with_seals:
                connection.execute(
                    "DELETE FROM audit_seals WHERE company_id = %(company)s AND size > %(size)s", where
                )

    def is_sound(self) -> bool:
        """Whether it is what was recorded, sealed and published."""
        outside = outside_record_of(self.loaded())
        proof = verify(self.database.worker, self.company_id, outside, 1, None, lambda _done, _total: None)
        return proof.fault is None


@dataclass
class Sold:
    """A shop with an installation of its own data folder."""

    shop: Shop
    sale: dict[str, Any]
    here: Installation

    def sell(self, times: int = 1) -> None:
        till = self.shop.client("Cashier")
        for _ in range(times):
            assert till.post("/api/pos/orders", self.sale).status == 201


@pytest.fixture
def sold(service: Service, password_hash: str, tmp_path: Path) -> Sold:
    shop = found_shop(service, password_hash, {})
    folder = tmp_path / "data"
    folder.mkdir()
    sold = Sold(shop, sale_of(shop), Installation(service.database, shop.company_id, folder))
    sold.sell(2)
    return sold


@pytest.fixture
def elsewhere(server: EmbeddedServer) -> Iterator[Database]:
    name = f"restored_{uuid4().hex[:12]}"
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield installed_in(server, name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


class TestARestore:
    def test_says_in_the_log_what_was_signed_and_is_gone(
        self, sold: Sold, elsewhere: Database, tmp_path: Path
    ) -> None:
        here = sold.here
        here.seal()
        kept = here.head
        here.run("backup", tmp_path / "vault")
        sold.sell(2)
        here.seal()
        lost_to, held = here.head, here.published.read_text().split("\n\n")
        sold.sell()
        last = "\n\n".join(held[-3:-1]) + "\n"

        there = Installation(elsewhere, here.company_id, tmp_path / "again")
        there.folder.mkdir()
        restored = mipos(
            "restore",
            tmp_path / "vault",
            "--to-database",
            "--seals",
            here.folder / "seals",
            **{**there.settings, "DATABASE_URL": elsewhere.owner},
        )
        assert restored.exit_code == 0, restored.output
        said = " ".join(restored.output.split())
        assert f"positions {kept + 1:,} to {lost_to:,}, which were signed, are gone" in said
        assert "0 with differences, 0 not checked" in said

        [entry] = there.entries
        assert entry == {
            "position": kept + 1,
            "from_size": kept,
            "lost_from": kept + 1,
            "lost_to": lost_to,
            "last_checkpoint": last,
        }
        assert read_note(entry["last_checkpoint"]).checkpoint.size == lost_to
        assert there.epochs == [(1, 0), (2, kept)]
        assert there.is_sound()
        # What was published of the life before is still there, and what follows it is of another one.
        there.seal()
        notes = all_published(there.published)
        assert [note.text for note in notes[:-1]] == [note.text for note in all_published(here.published)]
        assert notes[-1].checkpoint.origin.endswith("/2")
        assert notes[-1].checkpoint.size == kept + 1
        assert begin_lost_epochs(there.loaded(), elsewhere.worker) == []
        self.strangers_are_told(there, tmp_path, last, kept)
        self.followers_are_told(sold, there, kept)

    def strangers_are_told(self, there: Installation, tmp_path: Path, last: str, kept: int) -> None:
        file, held = tmp_path / "again.mlog", tmp_path / "held.txt"
        there.run("audit", "export", "--company", str(there.company_id), "--to", file)
        assert f"At position {kept + 1} the log says that it was restored." in there.run(
            "audit", "verify-file", file
        )
        held.write_text(last)
        found = mipos("audit", "verify-file", file, "--checkpoint", held, **there.settings)
        assert found.exit_code == 1
        assert f"of what you kept, {kept + 1} on is lost" in " ".join(found.output.split())
        # One from before what was lost is of this log as well.
        held.write_text(all_published(there.published)[0].text)
        there.run("audit", "verify-file", file, "--checkpoint", held)

    def followers_are_told(self, sold: Sold, there: Installation, kept: int) -> None:
        epoch = sold.shop.client().get("/api/feed?limit=1").headers["x-log-epoch"]
        with serving(there.database, ("serve",), MIPOS_WORKERS="1") as running:
            follower = signed_in(running, sold.shop.username("Admin"))
            ahead = follower.get(f"/api/feed?after={kept + 4}&epoch={epoch}")
            assert (ahead.status, ahead.json["error"]["code"]) == (409, "cursor_ahead")
            assert ahead.json["error"]["same_up_to"] == kept
            [row] = follower.get(f"/api/feed?after={kept}&types=logs.*").data
            assert row["data"]["from_size"] == kept
            seal = follower.get("/api/audit/seals/latest").data
            assert (seal["epoch"], seal["size"]) == (2, kept + 1)

    def test_of_all_that_was_signed_says_that_nothing_is_gone(
        self, sold: Sold, elsewhere: Database, tmp_path: Path
    ) -> None:
        here = sold.here
        here.seal()
        here.run("backup", tmp_path / "vault")
        there = Installation(elsewhere, here.company_id, here.folder)
        settings = {**there.settings, "DATABASE_URL": elsewhere.owner}
        restored = mipos("restore", tmp_path / "vault", "--to-database", **settings)
        assert restored.exit_code == 0, restored.output
        assert "Lost" not in restored.output
        [entry] = there.entries
        assert (entry["lost_from"], entry["lost_to"]) == (None, None)
        assert read_note(entry["last_checkpoint"]).checkpoint.size == entry["from_size"]


class TestAStart:
    """… of a database that was brought back behind everybody's back, as by a copy of a disk."""

    def begin(self, sold: Sold) -> list[str]:
        return [str(one) for one in begin_lost_epochs(sold.here.loaded(), sold.here.database.worker)]

    @pytest.mark.parametrize("with_seals", [True, False])
    def test_begins_an_epoch_once_and_says_what_is_gone(self, sold: Sold, *, with_seals: bool) -> None:
        here = sold.here
        here.seal()
        kept = here.head
        sold.sell(3)
        here.seal()
        lost_to = here.head
        here.cut(kept, with_seals=with_seals)
        refused = mipos("audit", "seal", "--company", str(here.company_id), **here.settings)
        assert refused.exit_code == 1
        assert "ends before its last seal" in refused.output

        [said] = self.begin(sold)
        assert f"positions {kept + 1:,} to {lost_to:,}" in said
        assert self.begin(sold) == []
        [entry] = here.entries
        assert (entry["from_size"], entry["lost_from"], entry["lost_to"]) == (kept, kept + 1, lost_to)
        assert here.epochs == [(1, 0), (2, kept)]
        sold.sell()
        here.seal()
        [before, after] = [note.checkpoint.origin for note in all_published(here.published)][-2:]
        assert before != after
        assert here.is_sound()

    def test_by_several_processes_at_once_begins_one(self, sold: Sold) -> None:
        here = sold.here
        sold.sell()
        here.seal()
        here.cut(here.head - 2)
        with ThreadPoolExecutor(4) as processes:
            begun = [one for some in processes.map(self.begin, [sold] * 4) for one in some]
        assert len(begun) == len(here.entries) == 1
        assert len(here.epochs) == 2

    def test_of_a_log_that_goes_on_begins_nothing(self, sold: Sold) -> None:
        sold.here.seal()
        sold.sell()
        assert self.begin(sold) == []
        assert sold.here.entries == []

    def test_never_does_so_for_one_that_was_made_anew_as_long(self, sold: Sold) -> None:
        here = sold.here
        here.seal()
        kept = here.head
        sold.sell(2)
        here.seal()
        lost_to = here.head
        here.cut(kept)
        sold.sell(3)
        assert self.begin(sold) == []
        assert here.entries == []
        refused = mipos("audit", "seal", "--company", str(here.company_id), **here.settings)
        assert refused.exit_code == 1
        assert "not what was sealed" in refused.output

        # Whoever runs it knows that the database was brought back, and says so.
        said = here.run("audit", "begin-epoch", "--company", str(here.company_id), "--yes")
        assert f"behind position {kept:,}" in said
        [entry] = here.entries
        assert (entry["from_size"], entry["lost_from"], entry["lost_to"]) == (kept, kept + 1, lost_to)
        assert here.epochs == [(1, 0), (2, kept)]
        here.seal()
        assert "nothing is to be done" in here.run(
            "audit", "begin-epoch", "--company", str(here.company_id), "--yes"
        )

    def test_does_not_believe_what_another_key_signed(self, sold: Sold, tmp_path: Path) -> None:
        here = sold.here
        here.seal()
        sold.sell()
        here.seal()
        elsewhere = Installation(here.database, here.company_id, tmp_path / "other")
        shutil.copytree(here.folder, elsewhere.folder)
        here.cut(here.head - 1)
        here.ask("DELETE FROM audit_seals WHERE company_id = %(company)s RETURNING size")
        other = {**here.settings, "MIPOS_SEAL_KEY": "of somebody else, and of more than 32 characters"}
        assert begin_lost_epochs(load_settings(other), here.database.worker) == []
        assert here.entries == []
