"""The log verified by a worker, asked for over HTTP."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.waiting import eventually

VERIFICATIONS = "/api/audit/verifications"
VERIFY = "/api/audit/verify"


def verified(client: Any, body: Any = None) -> Any:
    """A verification that is done."""
    asked = client.post(VERIFICATIONS, body)
    assert (asked.status, asked.data["status"], asked.data["result"]) == (202, "queued", None)
    path = f"{VERIFICATIONS}/{asked.data['id']}"
    eventually(lambda: client.get(path).data["status"] == "done")
    return client.get(path).data


class TestAVerification:
    def test_says_what_the_request_at_once_says(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        admin.post("/api/audit/seals")
        stocked.sell(1)
        done = verified(admin)
        at_once = admin.get(VERIFY).data
        assert {**done["result"], "seconds": 0} == {**at_once, "seconds": 0}
        assert (done["from"], done["to"], done["error"]) == (1, None, None)
        assert done["done"] == done["total"] == len(stocked.shop.events())
        assert at_once["sealed_up_to"] < at_once["to"]

    def test_is_of_a_stretch(self, stocked: Any) -> None:
        result = verified(stocked.shop.client(), {"from": 2, "to": 4})["result"]
        assert (result["sound"], result["from"], result["to"], result["verified"]) == (True, 2, 4, 3)

    def test_finds_what_was_altered(self, stocked: Any, database: Any) -> None:
        admin = stocked.shop.client()
        size = admin.post("/api/audit/seals").data["size"]
        with psycopg.connect(database.owner, autocommit=True) as owner:
            owner.execute(
                "UPDATE audit_seals SET root = sha256('x') WHERE company_id = %s", [stocked.shop.company_id]
            )
        result = verified(admin)["result"]
        assert (result["sound"], result["fault"]["position"]) == (False, size)
        assert result["fault"]["reason"] == "seal_differs"
        assert admin.get(VERIFY).data["fault"] == result["fault"]

    @pytest.mark.parametrize("body", [{"from": 3, "to": 2}, {"from": 1_000_000}])
    def test_of_nothing_is_refused_before_there_is_a_job(self, stocked: Any, body: Any) -> None:
        refused = stocked.shop.client().post(VERIFICATIONS, {**body, "id": str(uuid4())})
        assert (refused.status, refused.code, refused.fields) == (422, "validation_failed", {"from"})

    def test_with_a_key_is_asked_for_once(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        first, again = (admin.post(VERIFICATIONS, {}, **{"Idempotency-Key": "one"}) for _ in range(2))
        assert first.data["id"] == again.data["id"]
        assert again.headers["idempotent-replayed"] == "true"


class TestWhoMay:
    def test_nobody_who_is_bound_to_a_store(self, stocked: Any) -> None:
        job_id = verified(stocked.shop.client())["id"]
        bound = stocked.shop.client(stores=[stocked.store["id"]])
        assert bound.post(VERIFICATIONS).status == 403
        assert bound.get(f"{VERIFICATIONS}/{job_id}").status == 403

    def test_nobody_else_sees_it(self, stocked: Any, make_shop: Any) -> None:
        job_id = verified(stocked.shop.client())["id"]
        for path in (job_id, uuid4()):
            assert make_shop().client().get(f"{VERIFICATIONS}/{path}").status == 404
