"""The OpenAPI document says what the application does, all of it, in valid OpenAPI 3.1."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import jsonschema_rs
import pytest

from api.app import create_app
from api.errors import status_of
from api.gateway import House
from api.openapi.document import Route, document_of, routes_of
from api.operations import PUBLIC, SIGNED_IN
from domain.permissions import PERMISSIONS, permissions_of

Json = dict[str, Any]
Operations = dict[tuple[str, str], Json]

UNUSED = cast("Any", None)
SCHEMA = "https://json-schema.org/draft/2020-12/schema"


@pytest.fixture(scope="module")
def house() -> House:
    """A house whose doors nobody knocks at: documents are written without asking it anything."""
    return House(gateway=UNUSED, authentication=UNUSED, health=UNUSED, now=lambda: datetime.now(UTC))


@pytest.fixture(scope="module")
def routes(house: House) -> list[Route]:
    return list(routes_of(create_app(house)))


@pytest.fixture(scope="module")
def document(house: House) -> Json:
    return document_of(create_app(house))


@pytest.fixture(scope="module")
def operations(document: Json) -> Operations:
    return {
        (method.upper(), path): told
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    }


@pytest.fixture(scope="module")
def schemas(document: Json) -> Json:
    return cast("Json", document["components"]["schemas"])


def codes_of(document: Json, told: Json) -> dict[int, set[str]]:
    """The error codes an operation documents, by status."""
    found = {}
    for status, answer in told["responses"].items():
        if "$ref" in answer:
            shared = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
            schema = shared["content"]["application/json"]["schema"]
            found[int(status)] = set(schema["allOf"][1]["properties"]["error"]["properties"]["code"]["enum"])
    return found


def references_in(told: Any) -> Iterator[str]:
    if isinstance(told, dict):
        if isinstance(told.get("$ref"), str):
            yield told["$ref"]
        for inner in told.values():
            yield from references_in(inner)
    elif isinstance(told, list):
        for inner in told:
            yield from references_in(inner)


class TestTheDocument:
    def test_its_schemas_are_valid_json_schema(self, document: Json) -> None:
        for name, schema in document["components"]["schemas"].items():
            assert jsonschema_rs.meta.is_valid({"$schema": SCHEMA, **schema}), name

    def test_every_reference_leads_somewhere(self, document: Json) -> None:
        for reference in set(references_in(document)):
            there: Any = document
            for step in reference.removeprefix("#/").split("/"):
                there = there[step]

    def test_has_what_openapi_requires(self, document: Json, operations: Operations) -> None:
        assert document["openapi"] == "3.1.0"
        assert {"title", "version", "description"} <= document["info"].keys()
        for (_, path), told in operations.items():
            assert told["responses"], path
            in_path = {given["name"] for given in told["parameters"] if given.get("in") == "path"}
            assert in_path == {part[1:-1] for part in path.split("/") if part.startswith("{")}

    def test_every_route_and_method_is_in_it(self, routes: list[Route], operations: Operations) -> None:
        assert {(route.method, route.path) for route in routes} == set(operations)

    def test_operation_ids_are_unique(self, operations: Operations) -> None:
        ids = [told["operationId"] for told in operations.values()]
        assert len(set(ids)) == len(ids)
        assert all(name.isidentifier() for name in ids)

    def test_every_tag_is_told_about(self, document: Json, operations: Operations) -> None:
        used = {tag for told in operations.values() for tag in told["tags"]}
        assert used == {tag["name"] for tag in document["tags"]}
        assert all(tag["description"] for tag in document["tags"])

    def test_every_field_has_a_meaning(self, document: Json) -> None:
        silent = [
            f"{name}.{field}"
            for name, schema in document["components"]["schemas"].items()
            for field, told in schema["properties"].items()
            if name != "Error" and not told.get("description")
        ]
        assert silent == []


class TestRights:
    def test_an_operation_that_is_not_public_says_who_is_turned_away(
        self, routes: list[Route], operations: Operations
    ) -> None:
        for route in routes:
            told = operations[route.method, route.path]
            permission = route.operation.permission
            assert told["x-permission"] == permission
            assert (told.get("security") == []) == (permission == PUBLIC)
            if permission != PUBLIC:
                assert "401" in told["responses"], route
            assert ("403" in told["responses"]) == (permission not in (PUBLIC, SIGNED_IN)), route

    def test_the_roles_named_hold_the_permission(self, operations: Operations) -> None:
        for told in operations.values():
            for role in told["x-roles"]:
                if told["x-permission"] in PERMISSIONS:
                    assert told["x-permission"] in permissions_of(role)


class TestRefusals:
    def test_every_declared_refusal_is_documented(
        self, routes: list[Route], document: Json, operations: Operations
    ) -> None:
        for route in routes:
            codes = codes_of(document, operations[route.method, route.path])
            for refusal in route.operation.refusals:
                assert refusal.code in codes[status_of(refusal)], (route, refusal)

    def test_every_code_an_operation_names_is_explained(self, document: Json, operations: Operations) -> None:
        explained = {(told["status"], told["code"]) for told in document["x-error-codes"]}
        assert all(told["meaning"] for told in document["x-error-codes"])
        for told in operations.values():
            for status, codes in codes_of(document, told).items():
                assert {(status, code) for code in codes} <= explained

    def test_what_has_a_body_may_be_refused_for_it(
        self, routes: list[Route], document: Json, operations: Operations
    ) -> None:
        for route in routes:
            codes = codes_of(document, operations[route.method, route.path])
            if route.operation.body is not None:
                assert "validation_failed" in codes[422]
                assert "malformed_json" in codes[400]
                assert "unsupported_media_type" in codes[415]


class TestFields:
    def test_bodies_refuse_unknown_fields(self, document: Json, operations: Operations) -> None:
        for told in operations.values():
            for reference in references_in(told.get("requestBody")):
                name = reference.rpartition("/")[2]
                assert document["components"]["schemas"][name]["additionalProperties"] is False

    def test_money_is_a_64_bit_integer_not_below_zero(self, schemas: Json) -> None:
        price = schemas["VariantBody"]["properties"]["price"]
        assert (price["type"], price["format"], price["minimum"]) == ("integer", "int64", 0)

    def test_quantities_are_sent_as_strings_or_numbers_and_answered_as_strings(self, schemas: Json) -> None:
        sent = schemas["BasketLineBody"]["properties"]["quantity"]
        assert (sent["type"], sent["format"]) == (["string", "number"], "decimal")
        assert sent["exclusiveMinimum"] == 0
        assert schemas["Line"]["properties"]["quantity"]["type"] == "string"

    def test_an_edit_requires_nothing_and_assumes_nothing(self, schemas: Json) -> None:
        edit = schemas["ProductEdit"]
        assert "required" not in edit
        assert all("default" not in told for told in edit["properties"].values())

    def test_examples_are_what_the_schemas_allow(self, document: Json, operations: Operations) -> None:
        for told in operations.values():
            for holder in (told.get("requestBody"), *told["responses"].values()):
                content = (holder or {}).get("content", {}).get("application/json", {})
                if "example" in content:
                    schema = {**content["schema"], "components": document["components"]}
                    jsonschema_rs.validate(schema, content["example"])
