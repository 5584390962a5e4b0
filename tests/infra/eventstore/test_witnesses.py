"""Witnesses: who else saw what a log was, and cosigns no second past of it."""

from __future__ import annotations

import base64
import json
import os
import re
import socket
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPResponse
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from domain.seals.checkpoints import Checkpoint, read_note
from domain.seals.cosignatures import Witness, cosigned
from domain.seals.tree import Growing, Subtree, consistency, hash_of
from infra.jobs.witnesses import Witnessing
from infra.postgres.transactions import transaction
from infra.runtime.settings import SettingsError, load_settings
from infra.seals.evidence import Gathering
from infra.seals.key import SealKey
from infra.seals.published import all_published, file_of, publish
from infra.seals.verify_log import read_checkpoint
from infra.seals.witness import Cosigned, Cosigner, NotTrusted, TrustedLogs, WitnessBusy, witness_seed
from infra.seals.witness_server import ADD, PATIENCE, WitnessServer
from infra.seals.witnessing import Address
from projections.seals import find_seal
from tests import forks
from tests.waiting import PATIENCE as FOREVER

from .sealed_log import KEY, Log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.postgres.pool import Pool

    from .conftest import LogDatabase

NAME = "accountant.example/witness"


@pytest.fixture
def log(log_database: LogDatabase, pool: Pool[Any], company: UUID) -> Log:
    return Log(log_database, pool, company)


@contextmanager
def witness_at(folder: Path, trust: Path, *, port: int = 0) -> Iterator[Address]:
    """A witness as its operator runs it, in a process of its own."""
    arguments = ["audit", "witness", "--name", NAME]
    arguments += ["--folder", str(folder), "--trust", str(trust), "--port", str(port)]
    told, says = os.pipe()
    with os.fdopen(told, encoding="utf-8") as output, Path(os.devnull).open("rb") as nothing:
        process = forks.start("infra.cli.main", arguments, os.environ, [nothing.fileno(), says, says])
        os.close(says)
        try:
            vkey = output.readline().strip()
            found = re.search(r"http://\S+:\d+", output.readline())
            assert found, vkey
            yield Address(url=found[0], witness=Witness.read(vkey))
        finally:
            process.terminate()
            process.wait(FOREVER)


def trusting(folder: Path, *lines: str) -> Path:
    file = folder / "trusted.txt"
    file.write_text("# whose logs are cosigned\n\n" + "\n".join(lines) + "\n")
    return file


class Shop:
    """A log that is sealed, published and shown to witnesses."""

    def __init__(self, log: Log, folder: Path) -> None:
        self.log = log
        self.folder = folder

    def grow(self, many: int) -> None:
        self.log.record(many)
        self.log.seal()
        with self.log.database.connect("worker") as connection:
            publish(connection, self.log.company_id, self.folder)

    def ask(self, *addresses: Address) -> None:
        with self.log.database.connect("worker") as connection:
            Witnessing(addresses, self.folder).ask(connection, None, datetime.now(UTC))  # type: ignore[arg-type]

    @property
    def seal(self) -> Any:
        with (
            self.log.database.connect("app") as connection,
            transaction(connection, self.log.company_id) as db,
        ):
            return find_seal(db)


@pytest.fixture
def shop(log: Log, tmp_path: Path) -> Shop:
    return Shop(log, tmp_path / "seals")


class TestASealOfAShop:
    def test_is_cosigned_by_a_witness_who_follows_it(self, shop: Shop, tmp_path: Path) -> None:
        company_id = shop.log.company_id
        trust = trusting(tmp_path, KEY.vkey_of(company_id, 1))
        before = datetime.now(UTC) - timedelta(seconds=2)
        with witness_at(tmp_path / "witness", trust) as address:
            for many in (3, 300, 1):
                shop.grow(many)
                shop.ask(address)
                shop.ask(address)
                [told] = shop.seal["witnesses"]
                assert told["vkey"] == address.witness.vkey
                assert before < datetime.fromisoformat(told["cosigned_at"]) <= datetime.now(UTC)
        assert shop.log.ask(
            "SELECT array_agg(size ORDER BY size) FROM seal_witnesses WHERE company_id = %(company_id)s"
        ) == [([3, 303, 304],)]

        # Its own key alone still verifies it, and anybody with the witness's key verifies the line.
        note = read_note(shop.seal["checkpoint"])
        assert read_checkpoint(shop.seal["checkpoint"].encode(), KEY.vkey_of(company_id, 1)) == (
            304,
            shop.seal["root"],
        )
        own, line = note.signatures
        assert own.name == note.checkpoint.origin
        found = address.witness.signed(line)
        assert found is not None
        seconds, signature = found
        key = Ed25519PublicKey.from_public_bytes(address.witness.public)
        key.verify(signature, cosigned(note.checkpoint, seconds))
        # The lines of others make no other seals of them.
        with (
            shop.log.database.connect("app") as connection,
            transaction(connection, company_id, reading=True) as db,
        ):
            published = all_published(file_of(shop.folder, company_id))
            evidence = Gathering(db, KEY, published).gather(1, 304)
        assert (evidence.sealed, evidence.faults, evidence.end) == (304, {}, None)
        assert [len(one.signatures) for one in published] == [1, 2] * 3

    def test_waits_for_a_witness_that_is_down(self, shop: Shop, tmp_path: Path) -> None:
        trust = trusting(tmp_path, f"{KEY.vkey_of(UUID(int=1), 7)} *")
        with witness_at(tmp_path / "witness", trust) as address:
            shop.grow(2)
            shop.ask(address)
        shop.grow(2)
        shop.ask(address)
        assert shop.seal["witnesses"] == []
        port = int(address.url.rpartition(":")[2])
        with witness_at(tmp_path / "witness", trust, port=port) as again:
            assert again == address
            shop.ask(again)
        assert len(shop.seal["witnesses"]) == 1

    def test_that_was_cut_off_and_made_anew_is_not_cosigned(
        self, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        trust = trusting(tmp_path, KEY.vkey_of(shop.log.company_id, 1))
        with witness_at(tmp_path / "witness", trust) as address:
            shop.grow(5)
            shop.ask(address)
            for table in ("events", "audit_seals", "audit_tiles", "seal_witnesses"):
                shop.log.alter(f"DELETE FROM {table} WHERE company_id = %(company_id)s")
            shop.log.alter(
                "UPDATE company_head SET position = 0, hash = sha256(uuid_send(company_id))"
                " WHERE company_id = %(company_id)s"
            )
            for many in (3, 2, 4):
                # As many as before, fewer, and more: who has the key and the database signs what they like.
                shop.log.record(many)
                shop.log.seal()
                shop.ask(address)
                assert shop.seal["witnesses"] == []
        said = capsys.readouterr().out
        assert "it has cosigned 5 events of this log" in said
        assert "it cosigned another past" in said

    def test_of_a_new_epoch_is_of_another_log_to_a_witness(self, shop: Shop, tmp_path: Path) -> None:
        trust = trusting(tmp_path, KEY.vkey_of(shop.log.company_id, 1))
        with witness_at(tmp_path / "witness", trust) as address:
            shop.grow(5)
            shop.ask(address)
            shop.log.alter(
                "INSERT INTO log_epochs (company_id, number, from_position) VALUES (%(company_id)s, 2, 5)"
            )
            shop.grow(1)
            shop.ask(address)
        assert (shop.seal["epoch"], len(shop.seal["witnesses"])) == (2, 1)
        state = json.loads((tmp_path / "witness" / "cosigned.json").read_text())
        assert {origin.rpartition("/")[2]: size for origin, (size, _) in state.items()} == {"1": 5, "2": 6}


COMPANY = UUID("0190163d-8694-739b-aea5-966c26f8ad91")
ORIGIN = KEY.origin_of(COMPANY, 1)


def tree_of(size: int, salt: bytes = b"") -> Growing:
    tree = Growing()
    for number in range(size):
        tree.add(salt + number.to_bytes(4))
    return tree


def note_of(size: int, *, salt: bytes = b"", origin: str = ORIGIN, key: SealKey = KEY) -> str:
    return key.sign(Checkpoint(origin=origin, size=size, root=tree_of(size, salt).root))


def proof_of(former: int, size: int, salt: bytes = b"") -> list[bytes]:
    known: dict[Subtree, bytes] = {}
    tree = Growing()
    for number in range(size):
        known.update(tree.add(salt + number.to_bytes(4)))
    return [hash_of(part, known) for part in consistency(former, size)]


def body(former: int, note: str, proof: list[bytes] | None = None) -> bytes:
    lines = [f"old {former}", *(base64.b64encode(one).decode() for one in proof or [])]
    return "\n".join([*lines, "", note]).encode()


@pytest.fixture
def cosigner(tmp_path: Path) -> Cosigner:
    return cosigner_in(tmp_path)


def cosigner_in(folder: Path) -> Cosigner:
    trusted = TrustedLogs([KEY.vkey_of(COMPANY, 1)])
    return Cosigner(NAME, b"w" * 32, trusted, Cosigned(folder / "cosigned.json"))


class TestAWitness:
    def test_cosigns_what_has_only_grown(self, cosigner: Cosigner) -> None:
        assert cosigner.add(body(0, note_of(3))).status == 200
        assert cosigner.add(body(3, note_of(7), proof_of(3, 7))).status == 200
        # Whoever has lost the answer asks again.
        assert cosigner.add(body(7, note_of(7))).status == 200

    def test_answers_with_what_it_cosigned_last_to_whoever_thinks_otherwise(self, cosigner: Cosigner) -> None:
        assert cosigner.add(body(0, note_of(5))).status == 200
        for former, size, proof in ((0, 5, []), (0, 7, []), (3, 7, proof_of(3, 7)), (4, 4, [])):
            reply = cosigner.add(body(former, note_of(size), proof))
            assert (reply.status, reply.text, reply.media) == (409, "5\n", "text/x.tlog.size")

    def test_cosigns_no_second_past(self, cosigner: Cosigner) -> None:
        assert cosigner.add(body(0, note_of(5))).status == 200
        other = note_of(7, salt=b"x")
        assert cosigner.add(body(5, note_of(5, salt=b"x"))).status == 409
        assert cosigner.add(body(5, other, proof_of(5, 7, b"x"))).status == 422
        assert cosigner.add(body(5, other, proof_of(5, 7))).status == 422
        assert cosigner.add(body(5, note_of(7))).status == 422
        assert cosigner.add(body(5, note_of(7), [*proof_of(5, 7), b"\0" * 32])).status == 422
        assert cosigner.add(body(5, note_of(7), proof_of(5, 7))).status == 200

    def test_of_a_new_log_takes_no_proof(self, cosigner: Cosigner) -> None:
        assert cosigner.add(body(0, note_of(5), [b"\0" * 32])).status == 422

    def test_knows_only_logs_that_it_was_told_to_trust(self, cosigner: Cosigner) -> None:
        another = UUID(int=5)
        other_key = SealKey("another key of at least thirty-two characters", "mipos.example/log")
        assert cosigner.add(body(0, note_of(1, origin=KEY.origin_of(another, 1)))).status == 404
        assert cosigner.add(body(0, note_of(1, origin=f"{ORIGIN}/1"))).status == 404
        assert cosigner.add(body(0, note_of(1, key=other_key))).status == 403
        assert cosigner.add(body(0, note_of(1, origin=KEY.origin_of(COMPANY, 2)))).status == 200

    @pytest.mark.parametrize(
        "asked",
        [
            b"",
            b"\xff",
            b"old 0",
            note_of(1).encode(),
            body(0, note_of(1))[:-1],
            body(0, note_of(1)).replace(b"old 0", b"old 00"),
            body(0, note_of(1)).replace(b"old 0", b"old -1"),
            body(0, note_of(1)).replace(b"old 0", b"new 0"),
            body(0, note_of(1), [b"short"]),
            body(0, note_of(1)).replace(b"old 0\n", b"old 0\n!\n"),
            body(2, note_of(1)),
            body(1, note_of(2), [b"\0" * 32] * 64),
        ],
        ids=lambda asked: str(len(asked)),
    )
    def test_refuses_what_is_no_request(self, cosigner: Cosigner, asked: bytes) -> None:
        assert cosigner.add(asked).status == 400

    def test_forgets_nothing_when_it_is_stopped(self, tmp_path: Path) -> None:
        kept = Cosigned(tmp_path / "cosigned.json")
        cosigner = Cosigner(NAME, b"w" * 32, TrustedLogs([KEY.vkey_of(COMPANY, 1)]), kept)
        assert cosigner.add(body(0, note_of(5))).status == 200
        with pytest.raises(WitnessBusy):
            cosigner_in(tmp_path)
        kept.close()
        again = cosigner_in(tmp_path)
        assert again.add(body(0, note_of(6))).status == 409
        assert again.add(body(5, note_of(6), proof_of(5, 6))).status == 200

    def test_keeps_its_key_for_itself(self, tmp_path: Path) -> None:
        seed = witness_seed(tmp_path / "key")
        assert witness_seed(tmp_path / "key") == seed
        assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("line", ["x", f"{KEY.vkey_of(COMPANY, 1)} all", KEY.vkey_of(COMPANY, 1)[:-4]])
    def test_starts_with_no_line_that_it_cannot_read(self, line: str) -> None:
        with pytest.raises(NotTrusted, match="Line 2"):
            TrustedLogs(["", line])


@pytest.mark.parametrize(
    ("length", "status"),
    [
        ("", 411),
        ("-1", 411),
        ("1e3", 411),
        ("65537", 413),
        # Zeros hide how long it is from whoever reads the beginning alone.
        ("0" * 9 + "65537", 413),
        ("9" * 5000, 413),
    ],
)
def test_a_witness_reads_nothing_of_a_length_that_no_request_has(
    cosigner: Cosigner, length: str, status: int
) -> None:
    with WitnessServer(("127.0.0.1", 0), cosigner) as server:
        Thread(target=server.handle_request, daemon=True).start()
        with socket.create_connection(("127.0.0.1", server.server_port), timeout=PATIENCE) as connection:
            connection.sendall(f"POST {ADD} HTTP/1.1\r\nContent-Length: {length}\r\n\r\n".encode())
            answer = HTTPResponse(connection)
            answer.begin()
            assert answer.status == status


def test_a_setting_names_witnesses_by_address_and_key() -> None:
    witness = Witness(name=NAME, public=b"p" * 32)
    [found] = load_settings({"MIPOS_WITNESSES": f"https://w.example/x {witness.vkey}"}).witnesses
    assert (found.url, found.witness) == ("https://w.example/x", witness)
    for wrong in (
        "https://w.example",
        f"ftp://w.example {witness.vkey}",
        f"https://w.example {witness.vkey}x",
    ):
        with pytest.raises(SettingsError, match="MIPOS_WITNESSES"):
            load_settings({"MIPOS_WITNESSES": wrong})
