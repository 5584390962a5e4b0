"""Whoever may ask the least finds every field that an answer is said to have always."""

from typing import Any, cast
from urllib.parse import urlencode
from uuid import uuid4

import jsonschema_rs
import pytest

from api.app import create_app
from api.media import JSON
from api.openapi.document import Route, document_of, routes_of
from api.operations import PUBLIC
from api.services import Services
from domain.permissions import permissions_of
from tests.api.test_isolation import needed_by
from tests.schemas import standalone

UNUSED = cast("Any", None)
#: From the one who may the least to the one who may the most.
ROLES = ("Cashier", "Inventory Clerk", "Manager", "Admin")

_APP = create_app(
    Services(application=UNUSED, authentication=UNUSED, health=UNUSED, pictures=UNUSED, now=UNUSED)
)
_DOCUMENT = document_of(_APP)


def role_of(route: Route) -> str | None:
    """The least of the roles that may call it; None if only the platform may."""
    return next((role for role in ROLES if route.operation.is_open_to(permissions_of(role))), None)


def questions() -> list[Route]:
    """Every question that needs nothing in its path, and that somebody of a company may ask."""
    return [
        route
        for route in routes_of(_APP)
        if route.method == "GET"
        and "{" not in route.path
        and route.operation.permission != PUBLIC
        and route.operation.answer is not None
        and not route.operation.media
        and role_of(route)
    ]


@pytest.mark.parametrize("sales", [0, 1])
def test_answers_are_as_documented_with_and_without_sales(stocked: Any, sales: int) -> None:
    sold = [stocked.sell(2).headers["x-event-position"] for _ in range(sales)]
    known = {
        "variant_id": stocked.variant_id,
        "antecedent_id": stocked.variant_id,
        "store_id": stocked.store["id"],
        "storage_id": stocked.storage["id"],
        "register_id": stocked.register["id"],
        "from_size": "1",
        "to_size": "2",
        "consequent_id": str(uuid4()),
        "device_id": str(uuid4()),
    }
    asked = 0
    for route in questions():
        query = urlencode(needed_by(route, known))
        answer = stocked.shop.client(role_of(route)).get(
            f"{route.path}?{query}", X_Wait_For_Position=next(iter(sold), "0")
        )
        assert answer.status in (200, 404, 409, 422), (route.path, answer.body)
        if answer.status == 200:
            asked += 1
            documented = _DOCUMENT["paths"][route.path]["get"]["responses"]["200"]["content"][JSON]["schema"]
            assert jsonschema_rs.is_valid(standalone(documented, _DOCUMENT), answer.json), (
                route.path,
                role_of(route),
            )
    # Nearly all have something to tell, if only that there is nothing.
    assert asked > len(questions()) * 0.8
