"""Joining the platform by oneself, where the platform allows it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from falcon import testing

from api.app import create_app
from infra.runtime.services import open_pool
from infra.runtime.settings import load_settings
from tests.conftest import KEYS, build_hasty_services

PATH = "/api/auth/register"
PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def doors(service: Any) -> Iterator[testing.TestClient]:
    """The application where anyone may register, over the test database."""
    environ = {**KEYS, "MIPOS_APP_DATABASE_URL": "postgresql:///unused"}
    settings = replace(load_settings(environ), registration=True)
    with open_pool(service.database.app, 2) as pool:
        yield testing.TestClient(create_app(build_hasty_services(pool, settings)))


@pytest.fixture
def trial(platform: Any) -> Iterator[Any]:
    """A package to try that costs nothing, so that none is cheaper; it is gone afterwards."""
    body = {
        "name": f"0 {uuid4().hex}",
        "price": 0,
        "currency": "ISK",
        "trial_days": 7,
        "limits": {"stores": 1},
    }
    package = platform.post("/api/admin/packages", body).data
    yield package
    platform.post(f"/api/admin/packages/{package['id']}/deactivate")


def body_of(**more: Any) -> dict[str, Any]:
    return {
        "company": {"name": "New Bakery", "currency": "ISK", "timezone": "Atlantic/Reykjavik"},
        "admin": {"username": f"new-{uuid4().hex}", "password": PASSWORD, "email": "me@bakery.test"},
        "store": {"name": "Harbour", "code": "H"},
        **more,
    }


def test_where_it_is_not_allowed_nobody_can(service: Any) -> None:
    answer = service.client().post(PATH, body_of())
    assert (answer.status, answer.code) == (403, "registration_disabled")


def test_makes_company_admin_and_store_and_signs_in(doors: Any, service: Any, trial: Any) -> None:
    body = body_of()
    answer = doors.simulate_post(PATH, json=body)
    assert answer.status_code == 201, answer.text
    registered = answer.json["data"]
    assert registered["user"]["company"]["name"] == "New Bakery"
    assert registered["user"]["role"]["name"] == "Admin"
    assert [store["code"] for store in registered["user"]["stores"]] == ["H"]
    admin = service.client(registered["token"])
    [store] = admin.get("/api/admin/stores").data
    assert (store["currency"], store["timezone"]) == ("ISK", "Atlantic/Reykjavik")
    company = registered["user"]["company"]["id"]
    subscription = admin.get(f"/api/admin/companies/{company}/subscription").data
    assert (subscription["package_id"], subscription["status"]) == (trial["id"], "trial")
    assert admin.post("/api/admin/stores", {"name": "B", "code": "B"}).code == "plan_limit_reached"
    assert answer.headers["x-event-position"] == "4"


def test_a_taken_name_makes_nothing(doors: Any, shop: Any, trial: Any) -> None:
    assert trial
    admin = {"username": shop.username("Admin"), "password": PASSWORD}
    answer = doors.simulate_post(PATH, json=body_of(admin=admin))
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "duplicate_username")


@pytest.mark.parametrize("resource", ["users", "stores"])
def test_a_package_without_room_for_who_and_what_comes_along_takes_nobody_on(
    doors: Any, platform: Any, trial: Any, resource: str
) -> None:
    limits = {"limits": {resource: 0}}
    assert platform.patch(f"/api/admin/packages/{trial['id']}", limits).status == 200
    answer = doors.simulate_post(PATH, json=body_of(), remote_addr="198.51.100.7")
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "plan_limit_reached")
    assert [one["field"] for one in answer.json["error"]["details"]] == [f"limits.{resource}"]


def test_what_is_wrong_is_named(doors: Any, trial: Any) -> None:
    assert trial
    wrong = body_of(store={"name": "", "code": "a b"}, company={"name": "X", "logo_image_id": str(uuid4())})
    answer = doors.simulate_post(PATH, json=wrong)
    assert answer.status_code == 422
    assert {detail["field"] for detail in answer.json["error"]["details"]} == {
        *("store.name", "store.code", "company.currency", "company.timezone", "company.logo_image_id"),
    }
    weak = doors.simulate_post(PATH, json=body_of(admin={"username": "x", "password": "password"}))
    assert [detail["field"] for detail in weak.json["error"]["details"]] == ["admin.password"]


def test_without_a_package_to_try_nobody_can(doors: Any, platform: Any) -> None:
    offered = platform.get("/api/admin/packages?status=active&limit=100").data
    tried = [package for package in offered if package["trial_days"]]
    for package in tried:
        platform.post(f"/api/admin/packages/{package['id']}/deactivate")
    try:
        answer = doors.simulate_post(PATH, json=body_of())
        assert (answer.status_code, answer.json["error"]["code"]) == (409, "no_trial_package")
    finally:
        for package in tried:
            platform.post(f"/api/admin/packages/{package['id']}/activate")


def test_whoever_guessed_at_the_name_before_does_not_keep_its_owner_out(doors: Any, trial: Any) -> None:
    assert trial
    body = body_of()
    guess = {"username": body["admin"]["username"], "password": "a guess"}
    guesses = [
        doors.simulate_post("/api/auth/login", json=guess, remote_addr="198.51.100.8").status_code
        for _ in range(11)
    ]
    assert guesses == [401] * 10 + [429]
    answer = doors.simulate_post(PATH, json=body, remote_addr="198.51.100.7")
    assert (answer.status_code, answer.json["message"]) == (201, "Registered")


def test_one_address_cannot_found_companies_without_end(doors: Any, trial: Any) -> None:
    assert trial
    statuses = [
        doors.simulate_post(PATH, json=body_of(), remote_addr="198.51.100.9").status_code for _ in range(11)
    ]
    assert statuses == [201] * 10 + [429]
