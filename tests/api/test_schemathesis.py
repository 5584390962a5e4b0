"""The running server keeps to its OpenAPI document, whatever it is sent."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest
import schemathesis
from schemathesis.config import HealthCheck
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.gateway import House
from api.openapi import document_of

UNUSED = cast("Any", None)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


def closed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with every object's fields listed completely.

    Clients must expect new fields; here a field that the document does not know is a field nobody described.
    """
    for schema in document["components"]["schemas"].values():
        schema.setdefault("additionalProperties", False)
    return document


def document() -> dict[str, Any]:
    """What the application says of itself."""
    house = House(gateway=UNUSED, authentication=UNUSED, health=UNUSED, now=lambda: datetime.now(UTC))
    return closed(document_of(create_app(house)))


schema = schemathesis.openapi.from_dict(
    document(),
    config=SchemathesisConfig(
        suppress_health_check=[HealthCheck.all],
        projects=ProjectsConfig(
            default=ProjectConfig(
                generation=GenerationConfig(max_examples=15, deterministic=True, database="none")
            )
        ),
    ),
)


@schema.parametrize()
def test_whatever_comes_is_answered_as_documented(case: schemathesis.Case, shop: Any) -> None:
    token = shop.token("Admin")
    case.call_and_validate(
        base_url=shop.url, headers={"Authorization": f"Bearer {token}"}, checks=CHECKS, timeout=20
    )
