"""The log as a file that proves itself, asked for and fetched over HTTP."""

import gzip
from io import BytesIO
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from commands.ports import Caller
from infra.identity.tokens import Tokens
from infra.seals.verify_log import verify_log
from tests.conftest import SECRET
from tests.waiting import eventually

EXPORTS = "/api/audit/exports"


@pytest.fixture
def admin(stocked: Any) -> Any:
    return stocked.shop.client()


def exported(client: Any, body: Any = None, status: str = "done") -> Any:
    """An export that came to its end."""
    asked = client.post(EXPORTS, body)
    assert (asked.status, asked.data["status"], asked.data["sha256"]) == (202, "queued", None)
    path = f"{EXPORTS}/{asked.data['id']}"
    eventually(lambda: client.get(path).data["status"] == status)
    return client.get(path).data


def file_of(client: Any, export: Any, **headers: str) -> Any:
    return client.get(f"{EXPORTS}/{export['id']}/file", **headers)


class TestAFile:
    def test_is_the_whole_log_and_proves_itself(self, stocked: Any, admin: Any) -> None:
        held = admin.post("/api/audit/seals").data["checkpoint"]
        stocked.sell(1)
        events = len(stocked.shop.events())
        export = exported(admin)
        assert (export["from"], export["to"], export["withhold"], export["total"]) == (1, events, [], events)
        answer = file_of(admin, export)
        assert (answer.status, answer.headers["etag"]) == (200, f'"{export["sha256"]}"')
        assert f"log-1-{events}.mlog" in answer.headers["content-disposition"]
        assert len(answer.body) == export["bytes"]
        said = verify_log(BytesIO(answer.body), admin.get("/api/audit/key").data["vkey"], held.encode())
        assert said.startswith(f"positions 1 to {events}, each chained")

    def test_is_of_a_stretch_without_who_did_it(self, admin: Any) -> None:
        export = exported(admin, {"from": 2, "to": 4, "withhold": ["metadata"]})
        assert (export["from"], export["to"], export["withhold"]) == (2, 4, ["metadata"])
        body = file_of(admin, export).body
        assert verify_log(BytesIO(body), None, None).startswith("positions 2 to 4")
        assert b"actor" not in body

    def test_ends_with_the_log(self, stocked: Any, admin: Any) -> None:
        events = len(stocked.shop.events())
        assert exported(admin, {"from": events, "to": events + 100})["to"] == events

    def test_is_packed_for_whoever_takes_that(self, admin: Any) -> None:
        export = exported(admin)
        packed = file_of(admin, export, Accept_Encoding="gzip")
        assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "Accept-Encoding")
        assert gzip.decompress(packed.body) == file_of(admin, export).body
        etag = packed.headers["etag"]
        assert etag == f'"{export["sha256"]}-gzip"'
        assert file_of(admin, export, Accept_Encoding="gzip", If_None_Match=etag).status == 304

    def test_goes_on_where_it_broke_off(self, admin: Any) -> None:
        export = exported(admin)
        whole = file_of(admin, export).body
        rest = file_of(admin, export, Range="bytes=100-", Accept_Encoding="gzip")
        assert (rest.status, rest.body) == (206, whole[100:])
        assert rest.headers["content-range"] == f"bytes 100-{len(whole) - 1}/{len(whole)}"
        assert file_of(admin, export, Range=f"bytes={len(whole)}-").status == 416
        assert file_of(admin, export, If_None_Match=f'"{export["sha256"]}"').status == 304

    def test_of_a_log_that_was_altered_is_none(self, stocked: Any, admin: Any, database: Any) -> None:
        with psycopg.connect(database.owner, autocommit=True) as owner:
            owner.execute("SET session_replication_role = replica")
            owner.execute(
                "UPDATE events SET state = state || ' ' WHERE company_id = %s AND position = 3",
                [stocked.shop.company_id],
            )
        export = exported(admin, status="failed")
        assert "position 3" in export["error"]
        assert (file_of(admin, export).status, file_of(admin, export).code) == (409, "export_not_ready")

    def test_is_kept_for_a_week(self, admin: Any, database: Any) -> None:
        export = exported(admin)
        with psycopg.connect(database.owner, autocommit=True) as owner:
            owner.execute("UPDATE audit_jobs SET expires_at = now() WHERE id = %s", [export["id"]])
        assert (file_of(admin, export).status, file_of(admin, export).code) == (404, "export_expired")


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"from": 3, "to": 2}, "from"),
            ({"from": 1_000_000}, "from"),
            ({"from": 0}, "from"),
            ({"to": 0}, "to"),
            ({"from": "x"}, "from"),
            ({"withhold": ["state"]}, "withhold.0"),
            ({"withhold": "metadata"}, "withhold"),
            ({"withhold": ["metadata", "metadata"]}, "withhold"),
            ({"keys": True}, "keys"),
        ],
    )
    def test_is_named_before_there_is_a_job(self, admin: Any, body: Any, field: str) -> None:
        own = {"id": str(uuid4())}
        refused = admin.post(EXPORTS, {**body, **own})
        assert (refused.status, refused.code, refused.fields) == (422, "validation_failed", {field})
        assert admin.get(f"{EXPORTS}/{own['id']}").status == 404

    def test_what_lies_just_behind_the_end_is_empty(self, stocked: Any, admin: Any) -> None:
        refused = admin.post(EXPORTS, {"from": len(stocked.shop.events()) + 1})
        assert (refused.status, refused.fields) == (422, {"from"})

    def test_a_file_is_not_there_before_it_is_written(self, admin: Any) -> None:
        unknown = f"{EXPORTS}/{uuid4()}"
        assert admin.get(unknown).status == admin.get(f"{unknown}/file").status == 404
        job_id = admin.post("/api/audit/verifications").data["id"]
        assert admin.get(f"{EXPORTS}/{job_id}").status == 404


class TestWhoMay:
    def test_nobody_who_sees_a_part_only(self, stocked: Any, admin: Any) -> None:
        export, shop = exported(admin), stocked.shop
        caller = Caller(
            company_id=shop.company_id,
            user_id=shop.users["Admin"],
            session_id=shop.users["Admin"],
            role="Admin",
        )
        token = Tokens(SECRET, 3600).issue(caller, denied=["costs.view"])
        for other in (shop.client(stores=[stocked.store["id"]]), shop.service.client(token)):
            assert other.post(EXPORTS).status == 403
            assert other.get(f"{EXPORTS}/{export['id']}").status == 403
            assert file_of(other, export).status == 403

    def test_no_other_role(self, stocked: Any) -> None:
        for role in ("Manager", "Cashier", "Inventory Clerk"):
            assert stocked.shop.client(role).post(EXPORTS).status == 403

    def test_nobody_else_fetches_it(self, admin: Any, make_shop: Any) -> None:
        export, other = exported(admin), make_shop().client()
        assert other.get(f"{EXPORTS}/{export['id']}").status == 404
        assert file_of(other, export).status == 404
