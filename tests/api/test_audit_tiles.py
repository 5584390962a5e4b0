"""The log as monitors read it, over HTTP: signed in, and by anyone where the company says so."""

from typing import Any
from uuid import uuid4

import pytest

from commands.ports import Caller
from domain.seals.checkpoints import read_note
from infra.identity.tokens import Tokens
from infra.seals.key import is_signed_by
from tests.conftest import SECRET
from tests.domain.seals.monitor import Monitor

LOG = "/api/audit/log"
COMPANY = "/api/admin/settings/company"
FOREVER = "max-age=31536000, immutable"


@pytest.fixture
def admin(stocked: Any) -> Any:
    return stocked.shop.client()


def monitor_of(client: Any, base: str) -> Monitor:
    def fetch(path: str) -> bytes:
        answer = client.get(f"{base}/{path}")
        assert (answer.status, answer.headers["content-type"]) == (200, "application/octet-stream")
        return bytes(answer.body)

    return Monitor(fetch)


def checkpoint_at(client: Any, base: str) -> Any:
    answer = client.get(f"{base}/checkpoint")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert answer.headers["cache-control"] == "no-cache"
    return read_note(answer.body.decode())


def follow(stocked: Any, client: Any, base: str) -> None:
    """Follow a log from one seal to the next, by checkpoint and tiles alone."""
    admin, monitor = stocked.shop.client(), monitor_of(client, base)
    for _ in range(2):
        stocked.sell(1)
        admin.post("/api/audit/seals")
        note = checkpoint_at(client, base)
        assert is_signed_by(note, admin.get("/api/audit/key").data["vkey"])
        assert note.checkpoint.root == monitor.root(note.checkpoint.size)
        monitor.check_tiles(note.checkpoint.size)


class TestForWhoeverMayAudit:
    def test_the_log_is_followed_by_its_tiles(self, stocked: Any, admin: Any) -> None:
        follow(stocked, admin, LOG)

    def test_tiles_may_be_kept_for_ever_by_nobody_else(self, admin: Any) -> None:
        size = admin.post("/api/audit/seals").data["size"]
        for path in (f"0/000.p/{size}", f"entries/000.p/{size}"):
            assert admin.get(f"{LOG}/tile/{path}").headers["cache-control"] == f"private, {FOREVER}"

    def test_there_is_nothing_before_the_first_seal(self, admin: Any) -> None:
        for path in ("checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1"):
            assert admin.get(f"{LOG}/{path}").status == 404

    @pytest.mark.parametrize(
        "path",
        [
            *(
                "tile/0",
                "tile/0/",
                "tile/0/0",
                "tile/00/000",
                "tile/64/000",
                "tile/-1/000",
                "tile/0/x000/000",
            ),
            *("tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p", "tile/0/000.p/1/1"),
            *("tile/entries", "tile/entries/0", "tile/entries/000.p/999", "tile/x/000", "tile/0/999"),
            *("tile/0/x999/x999/x999/x999/x999/x999/x999/999", "tile/1/000.p/1", "tile/0/%30%30%30"),
        ],
    )
    def test_addresses_of_another_shape_lead_nowhere(self, stocked: Any, path: str) -> None:
        admin = stocked.shop.client()
        admin.post("/api/audit/seals")
        answer = admin.get(f"{LOG}/{path}")
        assert (answer.status, answer.code) == (404, "not_found")

    def test_hashes_of_events_are_for_whoever_sees_all_of_these(self, stocked: Any, admin: Any) -> None:
        size, shop = admin.post("/api/audit/seals").data["size"], stocked.shop
        caller = Caller(
            company_id=shop.company_id,
            user_id=shop.users["Admin"],
            session_id=shop.users["Admin"],
            role="Admin",
        )
        token = Tokens(SECRET, 3600).issue(caller, denied=["costs.view"])
        for other in (shop.client(stores=[stocked.store["id"]]), shop.service.client(token)):
            assert other.get(f"{LOG}/checkpoint").status == 200
            assert other.get("/api/audit/seals/latest").data["head_hash"] is None
            for path in (f"log/tile/0/000.p/{size}", f"log/tile/entries/000.p/{size}"):
                assert other.get(f"/api/audit/{path}").status == 403
        assert other.get("/api/audit/verify?from=2&to=2").data["head_hash"] is None

    def test_others_may_not(self, stocked: Any) -> None:
        for path in ("checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1"):
            assert stocked.shop.client("Manager").get(f"{LOG}/{path}").status == 403


class TestForAnyone:
    def test_the_log_is_followed_where_its_company_says_so(
        self, stocked: Any, service: Any, admin: Any
    ) -> None:
        admin.post("/api/audit/seals")
        origin = admin.get("/api/audit/key").data["origin"]
        base = "/api/logs/" + origin.removeprefix("mipos.local/log/")
        assert service.client().get(f"{base}/checkpoint").status == 404
        assert admin.patch(COMPANY, {"public_proofs": True}).status == 200
        follow(stocked, service.client(), base)
        shown = service.client().get(f"{base}/tile/0/000.p/1")
        assert shown.headers["cache-control"] == f"public, {FOREVER}"
        assert not {"x-read-position", "x-event-position"} & {*shown.headers}
        assert admin.patch(COMPANY, {"public_proofs": False}).status == 200
        assert service.client().get(f"{base}/tile/0/000.p/1").status == 404

    def test_there_is_nothing_of_other_lives_and_companies(
        self, stocked: Any, service: Any, admin: Any
    ) -> None:
        admin.post("/api/audit/seals")
        admin.patch(COMPANY, {"public_proofs": True})
        company = stocked.shop.company_id
        for log in (f"{company}/2", f"{company}/0", f"{company}/99999999999999999999", f"{uuid4()}/1", "x/1"):
            for path in ("checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1"):
                answer = service.client().get(f"/api/logs/{log}/{path}")
                assert (answer.status, answer.code) == (404, "not_found"), log
