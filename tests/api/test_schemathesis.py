"""The running server keeps to its OpenAPI document, whatever it is sent."""

from collections.abc import Iterator
from copy import copy
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, cast
from zlib import crc32

import pytest
import requests
import schemathesis
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.config import (
    CoveragePhaseConfig,
    GenerationConfig,
    HealthCheck,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.openapi import document_of
from api.services import Services
from projections.reports.sections import SECTIONS
from tests.waiting import PATIENCE

UNUSED = cast("Any", None)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


OMITTED = [{"$ref": f"#/components/parameters/{name}"} for name in ("X-Wait-For-Position", "X-Request-Id")]
#: What the web server itself turns away before the application sees it.
TOO_LONG = (414, 431)


def strict(document: dict[str, Any]) -> dict[str, Any]:
    """The document, as strictly as it can be tested.

    Clients must expect new fields; here a field that the document does not know is a field nobody described.
    Two headers are left out: waiting for positions that are never reached takes five seconds each, and as a
    request's id anything will do.
    """
    for schema in document["components"]["schemas"].values():
        schema.setdefault("additionalProperties", False)
    for path in document["paths"].values():
        for operation in path.values():
            operation["parameters"] = [
                parameter for parameter in operation["parameters"] if parameter not in OMITTED
            ]
    return document


def document() -> dict[str, Any]:
    """What the application says of itself."""
    services = Services(
        application=UNUSED,
        authentication=UNUSED,
        health=UNUSED,
        pictures=UNUSED,
        now=lambda: datetime.now(UTC),
    )
    return strict(document_of(create_app(services)))


schema = schemathesis.openapi.from_dict(
    document(),
    config=SchemathesisConfig(
        suppress_health_check=[HealthCheck.all],
        projects=ProjectsConfig(
            default=ProjectConfig(
                generation=GenerationConfig(max_examples=3, deterministic=True, database="none")
            )
        ),
    ),
)
#: Three requests at random, without the cases that cover an operation.
AT_RANDOM = copy(schema.config)
AT_RANDOM.phases = PhasesConfig(coverage=CoveragePhaseConfig(enabled=False))


#: Each operation by its name. What is sent is made when it is tried: each process collects all tests.
OPERATIONS = {
    operation.label: operation
    for operation in (cast("Any", found).ok() for found in schema.get_all_operations())
}
#: The cases that cover an operation take seconds to make: the suite has them for each so many, `--large` for
#: all.
SHARE = 6


@pytest.fixture(scope="module")
def connection() -> Iterator[requests.Session]:
    """One connection for all requests."""
    with requests.Session() as session:
        yield session


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each operation; of the sections of a report, which one resource answers alike, `--large` tries all."""
    if "label" not in metafunc.fixturenames:
        return
    areas = groupby(SECTIONS, lambda section: section.area)
    others = [section for _, own in areas for section in list(own)[1:]]
    left_out = {f"GET /api/admin/reports/{one.area}/{one.path}" for one in others}
    is_large = metafunc.config.getoption("--large")
    metafunc.parametrize("label", [one for one in OPERATIONS if is_large or one not in left_out])


def test_whatever_comes_is_answered_as_documented(
    label: str, shop: Any, connection: requests.Session, pytestconfig: pytest.Config
) -> None:
    signed_in = {"Authorization": f"Bearer {shop.token('Admin')}"}
    is_covered = pytestconfig.getoption("--large") or crc32(label.encode()) % SHARE == 0

    def send(case: Case[Any]) -> None:
        answer = case.call(shop.url, connection, signed_in, timeout=PATIENCE)
        if answer.status_code not in TOO_LONG:
            case.validate_response(answer, checks=CHECKS)

    build_operation_test(
        config=schema.config if is_covered else AT_RANDOM,
        operation=OPERATIONS[label],
        test_func=send,
        given_kwargs={},
        feedback=FeedbackSources(),
    )()
