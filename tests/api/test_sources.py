"""The read model that a question is answered from is the one that its operation declares."""

from typing import Any, cast

import pytest

from api.app import create_app
from api.openapi.document import Route, routes_of
from api.services import Services
from infra.runtime.models import PROJECTIONS

NOTHING = cast("Any", None)


@pytest.fixture(scope="module")
def declaring() -> list[Route]:
    """The routes that are answered from an asynchronous read model, always or with some parameter."""
    services = Services(
        application=NOTHING, authentication=NOTHING, health=NOTHING, pictures=NOTHING, now=NOTHING
    )
    return [
        route
        for route in routes_of(create_app(services))
        if route.operation.projections or route.operation.projection_with
    ]


def test_each_is_an_asynchronous_read_model_that_is_kept(declaring: list[Route]) -> None:
    kept = {type(model) for model in PROJECTIONS if model.mode == "async"}
    assert declaring
    for route in declaring:
        one = route.operation
        named = {*one.projection_with.values(), *one.projections}
        assert named <= kept, route.template


def test_each_parameter_that_chooses_one_is_of_the_query(declaring: list[Route]) -> None:
    for route in declaring:
        taken = route.operation.query.fields.keys() if route.operation.query else set()
        assert route.operation.projection_with.keys() <= taken, route.template


@pytest.mark.parametrize(
    ("template", "query", "sources"),
    [
        (
            "/api/admin/reports/sales-summary/overview",
            {"as_of": None},
            ("report_sales", "report_accounts", "report_closings"),
        ),
        (
            "/api/admin/reports/sales-summary/by-store",
            {},
            ("report_sales", "report_names", "report_closings"),
        ),
        ("/api/admin/products/{product_id:uuid}/prices", {"history": False}, ()),
        ("/api/admin/products/{product_id:uuid}/prices", {"history": True}, ("price_history",)),
    ],
)
def test_may_depend_on_the_query(
    declaring: list[Route], template: str, query: dict[str, Any], sources: tuple[str, ...]
) -> None:
    (operation,) = {
        route.method: route.operation
        for route in declaring
        if route.template == template and route.method == "GET"
    }.values()
    assert operation.sources(query) == sources
