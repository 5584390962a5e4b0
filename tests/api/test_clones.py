"""POST /api/super/companies/{company_id}/clones: a worker makes a company to try things out in."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.companies import PLATFORM_ID
from tests.conftest import PASSWORD, Client, Shop
from tests.waiting import eventually


def path_of(company_id: UUID | str) -> str:
    return f"/api/super/companies/{company_id}/clones"


def made(platform: Client, shop: Shop, body: dict[str, Any]) -> dict[str, Any]:
    """The job of a clone, once it is done."""
    asked = platform.post(path_of(shop.company_id), body)
    assert asked.status == 202, asked.body
    assert asked.data["status"] == "queued"

    def done() -> dict[str, Any] | None:
        job: dict[str, Any] = platform.get(f"{path_of(shop.company_id)}/{asked.data['id']}").data
        return job if job["status"] in ("done", "failed") else None

    job = eventually(done)
    assert job is not None
    return job


def test_a_clone_is_made_and_its_admin_signs_in(platform: Client, shop: Shop) -> None:
    own_id = str(uuid4())
    admin = {"username": f"me@{own_id}", "password": PASSWORD, "email": "me@example.com"}
    body = {"id": own_id, "name": "Playground", "admin": admin}
    job = made(platform, shop, body)
    assert (job["status"], job["company_id"], job["error"]) == ("done", own_id, None)
    assert (job["done"], job["total"]) == (len(shop.events()), len(shop.events()))
    company = platform.get(f"/api/admin/companies/{own_id}").data
    assert (company["name"], company["is_sandbox"]) == ("Playground", True)
    signed_in = shop.service.client().post(
        "/api/auth/login", {"username": f"me@{own_id}", "password": PASSWORD}
    )
    inside = shop.service.client(signed_in.data["token"])
    users = inside.get("/api/admin/settings/users").data
    assert {one["username"].partition("-")[0] for one in users} == {"user", f"me@{own_id}".partition("-")[0]}
    assert platform.post(path_of(shop.company_id), body).data["id"] == own_id


def test_the_same_id_makes_nothing_else(platform: Client, shop: Shop) -> None:
    job = made(platform, shop, {"name": "One"})
    again = platform.post(path_of(shop.company_id), {"id": job["id"], "name": "Another"})
    assert (again.status, again.code) == (409, "duplicate_id")


@pytest.mark.parametrize("taken", ["source", "platform"])
def test_a_company_that_is_there_is_not_written_over(platform: Client, shop: Shop, taken: str) -> None:
    own_id = shop.company_id if taken == "source" else PLATFORM_ID
    answer = platform.post(path_of(shop.company_id), {"id": str(own_id), "name": "Me too"})
    assert (answer.status, answer.code) == (409, "duplicate_id")


def test_a_name_of_another_user_is_refused(platform: Client, shop: Shop) -> None:
    admin = {"username": shop.username("Admin"), "password": PASSWORD}
    answer = platform.post(path_of(shop.company_id), {"name": "Mine", "admin": admin})
    assert (answer.status, answer.code) == (409, "duplicate_username")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"as_of": "2001-01-01T00:00:00Z"}, "as_of"),
        ({"as_of": "2101-01-01T00:00:00Z"}, "as_of"),
        ({"as_of": "soon"}, "as_of"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"personal": "yes"}, "personal"),
        ({"admin": {"username": "me", "password": "short"}}, "admin.password"),
    ],
)
def test_what_cannot_be_made_is_named(
    platform: Client, shop: Shop, wrong: dict[str, Any], field: str
) -> None:
    answer = platform.post(path_of(shop.company_id), {"name": "Clone", **wrong})
    assert (answer.status, answer.fields) == (422, {field})


def test_a_company_that_is_not_there_is_not_found(platform: Client, shop: Shop) -> None:
    for one in (uuid4(), PLATFORM_ID):
        assert platform.post(path_of(one), {"name": "Clone"}).status == 404
    job = platform.post(path_of(shop.company_id), {"name": "Clone"}).data["id"]
    assert platform.get(f"{path_of(uuid4())}/{job}").status == 404
    assert platform.get(f"{path_of(shop.company_id)}/{uuid4()}").status == 404


def test_only_the_platform_clones(shop: Shop) -> None:
    for role in shop.users:
        assert shop.client(role).post(path_of(shop.company_id), {"name": "Clone"}).status == 403
