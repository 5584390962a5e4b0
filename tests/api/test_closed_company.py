"""What a company that is closed is answered, and what the platform may do about it meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg

from tests.conftest import PASSWORD

CLOSE: LiteralString = "UPDATE installation SET closed = closed || %s::uuid"
OPEN: LiteralString = "UPDATE installation SET closed = array_remove(closed, %s)"


@contextmanager
def closing(shop: Any) -> Iterator[None]:
    """While the company is closed."""
    with psycopg.connect(shop.service.database.owner, autocommit=True) as owner:
        owner.execute(CLOSE, [shop.company_id])
        try:
            yield
        finally:
            owner.execute(OPEN, [shop.company_id])


def test_a_session_outlasts_it(shop: Any) -> None:
    client = shop.service.client()
    login = {"username": shop.username("Admin"), "password": PASSWORD}
    refresh = {"refresh_token": client.post("/api/auth/login", login).data["refresh_token"]}
    with closing(shop):
        for path, body in (("login", login), ("refresh", refresh)):
            answer = client.post(f"/api/auth/{path}", body)
            assert (answer.status, answer.code) == (503, "company_closed")
            assert answer.headers["retry-after"] == "60"
    assert client.post("/api/auth/refresh", refresh).status == 200


def test_the_platform_sees_it_but_decides_nothing_about_it(shop: Any, platform: Any) -> None:
    path = f"/api/admin/companies/{shop.company_id}"
    with closing(shop):
        companies = platform.get(f"/api/admin/companies?search={shop.company_id}").data
        assert [one["id"] for one in companies] == [str(shop.company_id)]
        for answer in (platform.get(path), platform.post(f"{path}/suspend", {})):
            assert (answer.status, answer.code) == (503, "company_closed")
    assert platform.post(f"{path}/suspend", {}).status == 200


def test_a_picture_of_it_is_not_shown(shop: Any, bring_picture: Any) -> None:
    """Which pictures it has is read like everything else of it."""
    image_id, _ = bring_picture(shop.client())
    stranger = shop.service.client()
    with closing(shop):
        answer = stranger.get(f"/api/images/{image_id}")
        assert (answer.status, answer.code) == (503, "company_closed")
    assert stranger.get(f"/api/images/{image_id}").status == 200
