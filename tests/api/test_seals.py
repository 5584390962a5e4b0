"""Seals over HTTP: a log is sealed, its events are proved, and strangers check it with the key alone."""

from base64 import b64decode
from hashlib import sha256
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from domain.seals.checkpoints import read_note, read_verifier_key
from domain.seals.tree import leaf_hash
from infra.seals.key import is_signed_by
from infra.seals.published import FOLDER, file_of, last_published
from infra.seals.verify_log import event_hash, verify_proof
from tests.domain.seals.checking import included_root, is_consistent

AUDIT = "/api/audit"


@pytest.fixture
def admin(stocked: Any) -> Any:
    return stocked.shop.client()


def sealed(admin: Any) -> Any:
    answer = admin.post(f"{AUDIT}/seals")
    assert answer.status in {200, 201}, answer.json
    return answer.data


def proof_of(admin: Any, position: int, **query: Any) -> Any:
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return admin.get(f"{AUDIT}/events/{position}/proof?{words}")


class TestASeal:
    def test_is_published_as_soon_as_it_is_made(self, stocked: Any, admin: Any) -> None:
        seal = sealed(admin)
        folder = stocked.shop.service.data_dir / FOLDER
        last = last_published(file_of(folder, stocked.shop.company_id))
        assert last is not None
        assert last.text == seal["checkpoint"]

    def test_covers_all_there_is_and_is_signed(self, stocked: Any, admin: Any) -> None:
        seal = sealed(admin)
        key = admin.get(f"{AUDIT}/key").data
        assert seal["size"] == len(stocked.shop.events())
        note = read_note(seal["checkpoint"])
        assert (note.checkpoint.origin, note.checkpoint.size) == (key["origin"], seal["size"])
        assert note.checkpoint.root.hex() == seal["root"]
        assert is_signed_by(note, key["vkey"])
        assert read_verifier_key(key["vkey"])[0] == key["origin"]
        assert (key["algorithm"], key["former"]) == ("Ed25519", [])
        assert key["origin"].startswith("mipos.local/log/")

    def test_is_the_same_while_nothing_is_new(self, stocked: Any, admin: Any) -> None:
        made, again = admin.post(f"{AUDIT}/seals"), admin.post(f"{AUDIT}/seals")
        first = made.data
        assert (made.status, again.status, again.data) == (201, 200, first)
        stocked.sell(1)
        assert sealed(admin)["size"] > first["size"]
        assert [one["size"] for one in admin.get(f"{AUDIT}/seals").data][-1] == first["size"]

    def test_is_found_by_its_size(self, admin: Any) -> None:
        seal = sealed(admin)
        for name in ("latest", seal["size"]):
            assert admin.get(f"{AUDIT}/seals/{name}").data == seal
        for size in (seal["size"] + 1, 2**63 - 1):
            assert admin.get(f"{AUDIT}/seals/{size}").status == 404

    @pytest.mark.parametrize("size", ["-1", "+1", "01", "1_0", str(2**63), str(-(2**63) - 1), "1" * 5000])
    def test_has_no_size_but_a_number_in_its_one_spelling(self, admin: Any, size: str) -> None:
        for path in (f"seals/{size}", f"events/{size}/proof"):
            assert admin.get(f"{AUDIT}/{path}").status == 404

    def test_there_is_none_before_the_first(self, admin: Any) -> None:
        assert admin.get(f"{AUDIT}/seals").data == []
        assert admin.get(f"{AUDIT}/seals/latest").status == 404
        refused = proof_of(admin, 1)
        assert (refused.status, refused.code) == (409, "not_sealed_yet")
        assert refused.json["error"]["sealed_up_to"] == 0

    def test_is_made_by_whoever_may(self, stocked: Any) -> None:
        for role in ("Manager", "Cashier", "Inventory Clerk"):
            assert stocked.shop.client(role).post(f"{AUDIT}/seals").status == 403

    @pytest.mark.parametrize(
        ("code", "column", "status"),
        [
            ("company_suspended", "status", "suspended"),
            ("subscription_expired", "subscription_status", "expired"),
        ],
    )
    def test_is_not_made_by_a_company_that_may_only_read(
        self, stocked: Any, admin: Any, code: str, column: str, status: str
    ) -> None:
        last = sealed(admin)
        stocked.sell(1)
        with psycopg.connect(stocked.shop.service.database.owner, autocommit=True) as connection:
            change = sql.SQL("UPDATE companies SET {} = %s WHERE company_id = %s")
            connection.execute(change.format(sql.Identifier(column)), [status, stocked.shop.company_id])

        refused = admin.post(f"{AUDIT}/seals")
        assert (refused.status, refused.code) == (403, code)
        assert admin.get(f"{AUDIT}/seals/latest").data == last


class TestAnEvent:
    def test_is_proved_by_its_parts(self, stocked: Any, admin: Any) -> None:
        stocked.sell(2)
        seal = sealed(admin)
        for place in (1, 3, seal["size"]):
            proof = proof_of(admin, place).data
            event = proof["event"]
            numbers = [place, event["stream_version"], event["recorded_at"]]
            payload = [sha256(event[name].encode()).digest() for name in ("state", "metadata")]
            made = event_hash(
                bytes.fromhex(proof["previous_hash"]),
                event["stream_id"],
                numbers,
                event["type"].encode(),
                *payload,
            )
            assert made.hex() == proof["hash"]
            path = [bytes.fromhex(one) for one in proof["path"]]
            root = included_root(proof["index"], proof["size"], leaf_hash(made), path)
            assert root is not None
            assert root.hex() == seal["root"]
            assert (proof["checkpoint"], proof["vkey"]) == (seal["checkpoint"], seal["vkey"])

    def test_is_proved_to_strangers_by_a_text(self, stocked: Any, admin: Any) -> None:
        stocked.sell(1)
        seal = sealed(admin)
        answer = proof_of(admin, 2, format="tlog-proof", withhold="metadata,state")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        said = verify_proof(answer.body, seal["vkey"])
        assert said.endswith(f"is the event at position 2 of {seal['size']}.")
        extra = answer.body.decode().split("\n")[1].removeprefix("extra ")
        assert b'"state"' not in b64decode(extra)
        assert b'"state_sha256"' in b64decode(extra)

    def test_is_proved_without_what_is_withheld(self, admin: Any) -> None:
        sealed(admin)
        event = proof_of(admin, 1, withhold="metadata").data["event"]
        assert {"state", "metadata_sha256"} <= event.keys()
        assert not {"metadata", "state_sha256"} & event.keys()

    def test_is_not_proved_to_whoever_sees_a_part_only(self, stocked: Any, admin: Any) -> None:
        sealed(admin)
        bound = stocked.shop.client("Admin", stores=[stocked.store["id"]])
        assert (proof_of(bound, 1).status, proof_of(bound, 1).code) == (403, "forbidden")

    def test_is_proved_by_an_earlier_seal(self, stocked: Any, admin: Any) -> None:
        first = sealed(admin)
        stocked.sell(1)
        later = sealed(admin)
        proof = proof_of(admin, 1, size=first["size"]).data
        assert (proof["size"], proof["checkpoint"]) == (first["size"], first["checkpoint"])
        refused = proof_of(admin, later["size"], size=first["size"])
        assert (refused.status, refused.json["error"]["sealed_up_to"]) == (409, first["size"])

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"size": 0}, "size"),
            ({"size": "many"}, "size"),
            ({"format": "pdf"}, "format"),
            ({"withhold": "hash"}, "withhold"),
            ({"withhold": ""}, "withhold"),
            ({"other": 1}, "other"),
        ],
    )
    def test_wrong_questions_are_refused(self, admin: Any, query: dict[str, Any], field: str) -> None:
        answer = proof_of(admin, 1, **query)
        assert (answer.status, answer.code, answer.fields) == (400, "invalid_parameter", {field})

    def test_of_a_wrong_question_all_that_is_wrong_is_told(self, admin: Any) -> None:
        assert proof_of(admin, 1, size=0, withhold="hash").fields == {"size", "withhold"}

    def test_that_is_not_there_is_not_found(self, admin: Any) -> None:
        seal = sealed(admin)
        for position in (0, seal["size"] + 1, 10**15, 2**63):
            assert proof_of(admin, position).status == 404
        assert proof_of(admin, 1, size=10**15).status == 404

    def test_of_another_company_is_not_proved(self, admin: Any, make_shop: Any) -> None:
        seal, other = sealed(admin), make_shop().client()
        assert other.get(f"{AUDIT}/seals/{seal['size']}").status == 404
        assert other.get(f"{AUDIT}/seals").data == []


class TestConsistency:
    def test_is_proved_between_any_two_seals(self, stocked: Any, admin: Any) -> None:
        seals = [sealed(admin)]
        for _ in range(3):
            stocked.sell(1)
            seals.append(sealed(admin))
        for first in range(4):
            for second in range(first, 4):
                sizes = f"from_size={seals[first]['size']}&to_size={seals[second]['size']}"
                answer = admin.get(f"{AUDIT}/consistency?{sizes}").data
                assert answer["from"] == {name: seals[first][name] for name in ("size", "root")}
                assert answer["to"] == {name: seals[second][name] for name in ("size", "root")}
                roots = bytes.fromhex(answer["from"]["root"]), bytes.fromhex(answer["to"]["root"])
                proof = [bytes.fromhex(one) for one in answer["proof"]]
                assert is_consistent(answer["from"]["size"], answer["to"]["size"], roots, proof)

    def test_is_not_asked_backwards_or_of_what_was_never_sealed(self, admin: Any) -> None:
        size = sealed(admin)["size"]
        refused = admin.get(f"{AUDIT}/consistency?from_size={size + 1}&to_size={size}")
        assert (refused.status, refused.fields) == (400, {"to_size"})
        assert admin.get(f"{AUDIT}/consistency?from_size=1&to_size={size}").status == 404
        assert admin.get(f"{AUDIT}/consistency?from_size=1").status == 400


def test_what_was_altered_is_not_signed(stocked: Any, admin: Any) -> None:
    with psycopg.connect(stocked.shop.service.database.owner, autocommit=True) as owner:
        altered = owner.execute(
            "UPDATE events SET state = '{}' WHERE company_id = %s AND position = 2",
            [UUID(str(stocked.shop.company_id))],
        )
        assert altered.rowcount == 1
    refused = admin.post(f"{AUDIT}/seals")
    assert (refused.status, refused.code) == (409, "log_not_sound")
    assert "position 2" in refused.json["message"]
    assert admin.get(f"{AUDIT}/seals").data == []
