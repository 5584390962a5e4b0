"""The OpenAPI document says what the application does, all of it, in valid OpenAPI 3.1."""

import configparser
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast, get_args
from uuid import uuid4

import jsonschema_rs
import pytest

from api.answers import MINOR_UNITS
from api.app import create_app
from api.errors import status_of
from api.media import CSV, JSON, XLSX
from api.openapi.document import Route, document_of, routes_of
from api.operations import PUBLIC, SIGNED_IN
from api.services import Services
from api.sync.answers import ResultStatus
from api.sync.kinds import KINDS
from api.sync.texts import CODE_MEANINGS, FLAG_MEANINGS, REFUSED_ALIKE
from domain.errors import NotAllowed
from domain.orders.offline import FLAGS
from domain.permissions import PERMISSIONS, permissions_of
from projections.lookups.names import LOOKUPS
from tests.schemas import standalone

Json = dict[str, Any]
Operations = dict[tuple[str, str], Json]

UNUSED = cast("Any", None)
PASSWORD = "correct horse battery staple"
SCHEMA = "https://json-schema.org/draft/2020-12/schema"


@pytest.fixture(scope="module")
def services() -> Services:
    """Services that are not used: documents are written without asking them anything."""
    return Services(
        application=UNUSED,
        authentication=UNUSED,
        health=UNUSED,
        pictures=UNUSED,
        now=lambda: datetime.now(UTC),
    )


@pytest.fixture(scope="module")
def routes(services: Services) -> list[Route]:
    return list(routes_of(create_app(services)))


@pytest.fixture(scope="module")
def document(services: Services) -> Json:
    return document_of(create_app(services))


@pytest.fixture(scope="module")
def operations(document: Json) -> Operations:
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


@pytest.fixture(scope="module")
def schemas(document: Json) -> Json:
    return cast("Json", document["components"]["schemas"])


def codes_of(document: Json, operation: Json) -> dict[int, set[str]]:
    """The error codes an operation documents, by status."""
    codes = {}
    for status, answer in operation["responses"].items():
        if "$ref" in answer:
            shared = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
            codes[int(status)] = set(shared["x-error-codes"])
    return codes


def references_in(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        if isinstance(content.get("$ref"), str):
            yield content["$ref"]
        for inner in content.values():
            yield from references_in(inner)
    elif isinstance(content, list):
        for inner in content:
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

    def test_a_code_is_explained_by_the_operation_that_refuses_with_it(
        self, document: Json, operations: Operations
    ) -> None:
        refused = operations["POST", "/api/pos/shifts/{shift_id}/end"]["responses"]["409"]["$ref"]
        meaning = document["components"]["responses"][refused.rpartition("/")[2]]["description"]
        assert "- `invalid_transition`: It is at a stage at which this cannot be done." in meaning

    def test_an_id_in_a_path_is_said_to_be_of_what_it_is(self, operations: Operations) -> None:
        def meaning(method: str, path: str) -> str:
            return str(operations[method, path]["parameters"][0]["description"])

        held = "The `id` of the parked sale, from `GET /api/pos/orders/held`."
        assert meaning("POST", "/api/pos/orders/{order_id}/resume") == held
        assert meaning("DELETE", "/api/pos/orders/{order_id}") == held
        assert meaning("POST", "/api/pos/orders/{order_id}/void") == (
            "The `id` of the order, from `POST /api/pos/orders`."
        )
        moved = meaning("POST", "/api/admin/inventory/movements/{movement_id}/reverse")
        assert moved.startswith("The `movement_id` ")

    def test_no_operation_tells_of_what_is_raised_within(self, document: Json) -> None:
        operations = (one for path in document["paths"].values() for one in path.values())
        assert [one["summary"] for one in operations if " Raises " in one["description"]] == []

    def test_the_inbox_refuses_as_whatever_it_records(self, document: Json, operations: Operations) -> None:
        codes = codes_of(document, operations["POST", "/api/pos/sync/inbox/{entry_id}/resolve"])
        assert {"return_exceeds_sold", "shift_already_open", "insufficient_stock"} <= codes[409]

    def test_sync_explains_its_types_statuses_codes_and_flags(
        self, operations: Operations, schemas: Json
    ) -> None:
        words = operations["POST", "/api/pos/sync"]["description"]
        statuses = get_args(ResultStatus)
        for name in (*KINDS, *statuses, *FLAGS, *CODE_MEANINGS, *REFUSED_ALIKE):
            assert f"`{name}`" in words, name
        assert FLAG_MEANINGS.keys() == {*FLAGS}
        shapes = schemas["OperationBody"]["properties"]["body"]["anyOf"]
        assert [schemas[one["$ref"].rpartition("/")[2]]["properties"].keys() for one in shapes] == [
            kind.body.fields.keys() for kind in KINDS.values()
        ]

    def test_has_what_openapi_requires(self, document: Json, operations: Operations) -> None:
        assert document["openapi"] == "3.1.0"
        assert {"title", "version", "description"} <= document["info"].keys()
        for (_, path), operation in operations.items():
            assert operation["responses"], path
            in_path = {
                parameter["name"] for parameter in operation["parameters"] if parameter.get("in") == "path"
            }
            assert in_path == {part[1:-1] for part in path.split("/") if part.startswith("{")}

    def test_every_route_and_method_is_in_it(self, routes: list[Route], operations: Operations) -> None:
        assert {(route.method, route.path) for route in routes} == set(operations)

    def test_answers_that_are_no_envelope_are_told_by_their_media_types(
        self, routes: list[Route], operations: Operations
    ) -> None:
        declared = {(one.method, one.path): one.operation for one in routes if one.operation.media}
        assert declared["GET", "/api/admin/products/export"].media == (CSV, XLSX)
        for route, operation in declared.items():
            envelope = (JSON,) if operation.answer is not None else ()
            content = operations[route]["responses"]["200"]["content"]
            assert tuple(content) == (*operation.media, *envelope)

    def test_a_path_tells_which_words_it_takes(self, operations: Operations) -> None:
        views = {path: operation for (_, path), operation in operations.items() if "/{status}" in path}
        assert len(views) == 3
        for path, operation in views.items():
            (status,) = (
                parameter for parameter in operation["parameters"] if parameter.get("name") == "status"
            )
            assert set(status["schema"]["enum"]) == {"draft", "coming-soon", "discontinued", "archived"}, path
        (name,) = (
            parameter
            for parameter in operations["GET", "/api/lookups/{name}"]["parameters"]
            if parameter.get("in") == "path"
        )
        assert set(name["schema"]["enum"]) == set(LOOKUPS)

    def test_what_carries_no_version_is_told_to_have_no_etag(self, operations: Operations) -> None:
        for path, has_etag in (
            ("/api/admin/products/{product_id}", True),
            ("/api/images/{image_id}", True),
            ("/api/admin/settings/company", True),
            ("/api/admin/settings/users/{user_id}/permissions", True),
            ("/api/admin/companies/{company_id}/subscription", True),
            ("/api/pos/shifts/current", True),
            ("/api/audit/streams/{stream_id}/state", False),
            ("/api/feed/types", False),
            ("/api/dev/projections", False),
            ("/api/admin/product-imports/{import_id}", False),
        ):
            operation = operations["GET", path]
            is_conditional = {"$ref": "#/components/parameters/If-None-Match"} in operation["parameters"]
            assert (is_conditional, "304" in operation["responses"]) == (has_etag, has_etag), path
            assert ("ETag" in operation["responses"]["200"]["headers"]) == has_etag, path

    def test_a_write_is_told_to_have_the_etag_that_it_has(self, operations: Operations) -> None:
        for method, path, has_etag in (
            ("POST", "/api/pos/orders", True),
            ("PUT", "/api/admin/products/{product_id}/prices", True),
            ("POST", "/api/pos/orders/{order_id}/refunds", True),
            ("POST", "/api/admin/orders/{order_id}/refunds", True),
            ("POST", "/api/cashier/orders/{order_id}/receipt/prints", True),
            ("POST", "/api/pos/shifts/{shift_id}/report/prints", True),
            ("POST", "/api/pos/quote", False),
            ("POST", "/api/pos/sync", False),
            ("POST", "/api/admin/customers/{customer_id}/store-credit", False),
        ):
            done = next(one for code, one in operations[method, path]["responses"].items() if code < "300")
            assert ("ETag" in done["headers"]) == has_etag, path

    def test_its_version_is_the_packages(self, document: Json) -> None:
        setup = configparser.ConfigParser()
        setup.read(Path(__file__).parents[2] / "setup.cfg", encoding="utf-8")
        assert document["info"]["version"] == setup["metadata"]["version"]

    def test_operation_ids_are_unique(self, operations: Operations) -> None:
        ids = [operation["operationId"] for operation in operations.values()]
        assert len(set(ids)) == len(ids)
        assert all(name.isidentifier() for name in ids)

    def test_every_tag_is_told_about(self, document: Json, operations: Operations) -> None:
        used = {tag for operation in operations.values() for tag in operation["tags"]}
        assert used == {tag["name"] for tag in document["tags"]}
        assert all(tag["description"] for tag in document["tags"])

    def test_every_field_has_a_meaning(self, document: Json) -> None:
        envelopes = {
            name
            for name, schema in document["components"]["schemas"].items()
            if "success" in schema["properties"]
        }
        silent = [
            f"{name}.{field}"
            for name, schema in document["components"]["schemas"].items()
            for field, operation in schema["properties"].items()
            if not (name in envelopes or operation.get("description"))
        ]
        assert silent == []


class TestRights:
    def test_an_operation_that_is_not_public_says_who_is_turned_away(
        self, routes: list[Route], document: Json, operations: Operations
    ) -> None:
        for route in routes:
            operation = operations[route.method, route.path]
            permission = route.operation.permission
            assert operation["x-permission"] == permission
            assert (operation.get("security") == []) == (permission == PUBLIC)
            if permission != PUBLIC:
                assert "401" in operation["responses"], route
            is_refused = "forbidden" in codes_of(document, operation).get(403, ())
            is_declared = any(refusal.code == NotAllowed.code for refusal in route.operation.refusals)
            assert is_refused == (permission not in (PUBLIC, SIGNED_IN) or is_declared), route

    def test_the_roles_named_hold_the_permission(self, operations: Operations) -> None:
        for operation in operations.values():
            for role in operation["x-roles"]:
                if operation["x-permission"] in PERMISSIONS:
                    assert operation["x-permission"] in permissions_of(role)


class TestRefusals:
    def test_every_declared_refusal_is_documented(
        self, routes: list[Route], document: Json, operations: Operations
    ) -> None:
        for route in routes:
            codes = codes_of(document, operations[route.method, route.path])
            for refusal in route.operation.refusals:
                assert refusal.code in codes[status_of(refusal)], (route, refusal)

    def test_what_an_error_has_beside_its_code_is_documented(self, schemas: Json) -> None:
        amounts = schemas["Refusal"]["properties"]
        assert {"limit", "due", "asked", "balance"} <= amounts.keys()
        assert amounts["asked"]["type"] == "integer"
        assert {"`credit_limit_exceeded`", "`insufficient_credit`"} <= {
            word.rstrip(":") for word in amounts["asked"]["description"].split()
        }

    def test_every_failure_is_one_schema(self, document: Json) -> None:
        one = {"$ref": "#/components/schemas/Error"}
        for name, answer in document["components"]["responses"].items():
            assert answer["content"]["application/json"]["schema"] == one, name
            assert answer["x-error-codes"], name

    def test_whoever_asks_too_much_or_too_often_hears_when_to_try_again(
        self, document: Json, operations: Operations
    ) -> None:
        for (_, path), operation in operations.items():
            assert ("429" in operation["responses"]) == (path != "/health"), path
            assert {"500", "503"} <= operation["responses"].keys(), path
        for name, answer in document["components"]["responses"].items():
            assert ("Retry-After" in answer["headers"]) == name.startswith(("429", "503")), name

    def test_what_asks_the_database_says_how_that_may_fail(
        self, document: Json, operations: Operations
    ) -> None:
        troubles = {"database_unavailable", "database_full", "busy", "timed_out"}
        for (method, path), operation in operations.items():
            codes = codes_of(document, operation).get(503, set())
            if path.startswith("/api/") and path != "/api/openapi.json":
                assert troubles <= codes, (method, path)
                assert ("outcome_unknown" in codes) == (method != "GET"), (method, path)
            else:
                assert not troubles & codes, (method, path)

    def test_what_cannot_be_counted_is_documented_where_goods_have_a_worth(
        self, document: Json, operations: Operations
    ) -> None:
        for path in ("/api/pos/quote", "/api/pos/orders", "/api/admin/inventory/receipts"):
            codes = codes_of(document, operations["POST", path])
            assert "amount_too_large" in codes[422]
            assert ("discount_not_valid" in codes[422]) == path.startswith("/api/pos")

    def test_every_code_an_operation_names_is_explained(self, document: Json, operations: Operations) -> None:
        explained = {(operation["status"], operation["code"]) for operation in document["x-error-codes"]}
        assert all(operation["meaning"] for operation in document["x-error-codes"])
        for operation in operations.values():
            for status, codes in codes_of(document, operation).items():
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


#: What says nothing of itself.
_FILLING = frozenset({"a", "an", "the", "its", "their", "your", "id", "ids", "of"})


def words_of(text: str) -> set[str]:
    """The words of a text or a name, in the singular."""
    return {word.removesuffix("s") for word in re.findall(r"[a-z0-9]+", text.lower())}


def described_in(content: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every field and parameter, and what is said of it."""
    if isinstance(content, dict):
        properties = content.get("properties")
        if isinstance(properties, dict):
            for inner, schema in properties.items():
                if isinstance(schema, dict):
                    yield inner, schema.get("description", "")
        if isinstance(content.get("name"), str) and "in" in content:
            yield content["name"], content["description"]
        for inner, value in content.items():
            yield from described_in(value, inner)
    elif isinstance(content, list):
        for value in content:
            yield from described_in(value, name)


class TestFields:
    def test_what_is_said_of_a_field_is_more_than_its_name(self, document: Json) -> None:
        repeated = set()
        for name, text in described_in({"paths": document["paths"], **document["components"]}):
            words = words_of(text.removesuffix(MINOR_UNITS)) - _FILLING
            if text and words <= words_of(name):
                repeated.add((name, text))
        assert repeated == set()

    def test_bodies_refuse_unknown_fields(self, document: Json, operations: Operations) -> None:
        for operation in operations.values():
            for reference in references_in(operation.get("requestBody")):
                name = reference.rpartition("/")[2]
                assert document["components"]["schemas"][name]["additionalProperties"] is False

    def test_an_example_of_a_body_is_taken_by_what_reads_it(
        self, services: Services, operations: Operations
    ) -> None:
        for route in routes_of(create_app(services)):
            if route.operation.body is not None:
                body = operations[route.method, route.path]["requestBody"]["content"][JSON]["example"]
                assert route.operation.body.validate(body) == {}, route.path

    def test_money_is_a_64_bit_integer_not_below_zero(self, schemas: Json) -> None:
        price = schemas["VariantBody"]["properties"]["price"]
        assert (price["type"], price["format"], price["minimum"]) == ("integer", "int64", 0)

    def test_what_is_asked_means_what_is_answered_and_says_its_unit(self, schemas: Json) -> None:
        body, answered = schemas["VariantBody"]["properties"], schemas["Variant"]["properties"]
        for name in ("id", "sku", "barcodes", "options", "price", "reorder_level"):
            assert body[name]["description"] == answered[name]["description"], name
            assert body[name].get("examples") == answered[name].get("examples"), name
        assert body["cost"]["description"] == "The purchase price. In minor currency units."

    def test_what_came_late_says_that_movements_of_cash_count(self, schemas: Json) -> None:
        for name in ("Late", "ReportLate"):
            known = schemas[name]["properties"]
            assert "movements of cash" in known["count"]["description"], name
            assert "come to nothing" in known["total"]["description"], name

    def test_quantities_are_sent_as_strings_or_numbers_and_answered_as_strings(self, schemas: Json) -> None:
        sent = schemas["BasketLineBody"]["properties"]["quantity"]
        assert (sent["type"], sent["format"]) == (["string", "number"], "decimal")
        assert sent["exclusiveMinimum"] == 0
        assert schemas["Line"]["properties"]["quantity"]["type"] == "string"

    def test_an_edit_requires_nothing_and_assumes_nothing(self, schemas: Json) -> None:
        edit = schemas["ProductEdit"]
        assert "required" not in edit
        assert all("x-default" not in operation for operation in edit["properties"].values())

    def test_examples_are_what_the_schemas_allow(self, document: Json, operations: Operations) -> None:
        for operation in operations.values():
            for holder in (operation.get("requestBody"), *operation["responses"].values()):
                content = (holder or {}).get("content", {}).get("application/json", {})
                if "example" in content:
                    jsonschema_rs.validate(standalone(content["schema"], document), content["example"])


@dataclass(frozen=True)
class Visitor:
    """Calls operations of a running server and holds every answer against the document."""

    client: Any
    document: Json

    def call(self, method: str, template: str, body: Any = None, **ids: str) -> Any:
        path, _, query = template.partition("?")
        answer = self.client.call(method, path.format(**ids) + (f"?{query}" if query else ""), body)
        documented = self.document["paths"][path][method.lower()]["responses"][str(answer.status)]
        assert answer.status < 300, answer.body
        schema = documented["content"]["application/json"]["schema"]
        jsonschema_rs.validate(standalone(schema, self.document), answer.json)
        return answer.data


@pytest.fixture(scope="module")
def strict(document: Json) -> Json:
    """The document of somebody to whom fields that nobody described are a mistake."""
    copied = copy.deepcopy(document)
    for schema in copied["components"]["schemas"].values():
        schema.setdefault("additionalProperties", False)
    return copied


@pytest.fixture
def visitor(shop: Any, strict: Json) -> Visitor:
    """An administrator."""
    return Visitor(shop.client(), strict)


@pytest.fixture
def super_visitor(platform: Any, strict: Json) -> Visitor:
    """Who runs the platform."""
    return Visitor(platform, strict)


class TestClientsOfStrictTypes:
    def test_send_only_what_is_required(self, schemas: Json) -> None:
        body = schemas["VariantBody"]
        assert {"name", "cost"} & {*body["required"]} == set()
        assert "default" not in body["properties"]["cost"]
        assert body["properties"]["cost"]["x-default"] == 0

    def test_know_both_ways_of_not_being_ready(self, operations: Operations) -> None:
        shown = operations["GET", "/ready"]["responses"]["503"]["content"]["application/json"]["schema"]
        assert [one["$ref"].rpartition("/")[2] for one in shown["anyOf"]] == ["NotReady", "Error"]


class TestARunningShop:
    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/api/admin/stores", {"name": "Harbour", "code": "H"}),
            ("/api/admin/storages", {"name": "Back room", "code": "B"}),
            ("/api/admin/settings/brands", {"name": "Nordic Roast"}),
            ("/api/admin/settings/categories", {"name": "Coffee"}),
            ("/api/admin/settings/units", {"name": "Kilogram", "symbol": "kg"}),
            ("/api/admin/settings/tax-rates", {"name": "VAT", "rate": "7.25"}),
            ("/api/admin/settings/suppliers", {"name": "Hillside", "payment_terms_days": 30}),
            ("/api/admin/settings/variant-types", {"name": "Size", "values": ["S", "M"]}),
            ("/api/admin/settings/payment-methods", {"name": "Meal", "code": "meal", "kind": "voucher"}),
        ],
    )
    def test_settings_are_answered_as_documented(
        self, visitor: Visitor, document: Json, path: str, body: Json
    ) -> None:
        single = next(candidate for candidate in document["paths"] if candidate.startswith(f"{path}/{{"))
        setting = visitor.call("POST", path, body)
        ids = {single.rpartition("{")[2][:-1]: setting["id"]}
        visitor.call("GET", path)
        visitor.call("GET", single, **ids)
        visitor.call("PATCH", single, {"name": "Other"}, **ids)
        visitor.call("DELETE", single, **ids)

    def test_a_sale_and_all_it_leaves_behind_are_answered_as_documented(self, visitor: Visitor) -> None:
        call = visitor.call
        store = call("POST", "/api/admin/stores", {"name": "Harbour", "code": "H"})
        in_store = {"store_id": store["id"]}
        storage = call("POST", "/api/admin/storages", {"name": "Back room", "code": "B", **in_store})
        registers = "/api/admin/stores/{store_id}/registers"
        register = call("POST", registers, {"name": "Till 1", "code": "1"}, **in_store)
        call("GET", registers, **in_store)
        call("GET", "/api/admin/stores/{store_id}/storages", **in_store)
        call("POST", "/api/admin/stores/{store_id}/deactivate", **in_store)
        call("POST", "/api/admin/stores/{store_id}/activate", **in_store)
        tax = call("POST", "/api/admin/settings/tax-rates", {"name": "VAT", "rate": "19", "inclusive": True})

        variant = {"sku": "OAT-1", "price": 119, "cost": 60, "options": {"Size": "1 l"}, "reorder_level": "2"}
        drafted = call(
            "POST", "/api/admin/products", {"name": "Oat", "tax_rate_ids": [tax["id"]], "variants": [variant]}
        )
        product = {"product_id": drafted["id"]}
        for view in ("/api/admin/product-status/{status}", "/api/admin/product-status/{status}/summary"):
            call("GET", view, status="draft")
        call("GET", "/api/admin/product-status/{status}/{product_id}", status="draft", **product)
        call("POST", "/api/admin/products/{product_id}/status", {"status": "active"}, **product)
        call("PATCH", "/api/admin/products/{product_id}", {"name": "Oat milk"}, **product)
        call("GET", "/api/admin/products")
        call("GET", "/api/admin/products/{product_id}", **product)

        sold = {"variant_id": drafted["variants"][0]["id"]}
        received = {**sold, "quantity": "9.5", "unit_cost": 60}
        call("POST", "/api/admin/inventory/receipts", {"storage_id": storage["id"], "lines": [received]})
        discount = {"type": "percent", "value": "10", "reason": "Regular"}
        basket = {
            "register_id": register["id"],
            "lines": [{**sold, "quantity": "2", "discounts": [discount]}],
            "discounts": [{"type": "amount", "value": 14}],
        }
        quoted = call("POST", "/api/pos/quote", basket)
        payment = {"method": "cash", "amount": quoted["total"], "tendered": 500}
        order = call("POST", "/api/pos/orders", {**basket, "payments": [payment]})

        call("GET", "/api/cashier/orders")
        call("GET", "/api/cashier/orders/{order_id}", order_id=order["id"])
        call("GET", "/api/admin/orders/{order_id}/history", order_id=order["id"])
        call("GET", "/api/cashier/orders/{order_id}/receipt", order_id=order["id"])
        call("GET", "/api/admin/inventory/levels")
        call("GET", "/api/admin/storages/{storage_id}/stock", storage_id=storage["id"])
        call("GET", "/api/admin/inventory/movements")
        days = "from=2021-01-01&to=2030-12-31"
        for section in ("by-period", "by-store", "by-product", "by-payment-method"):
            call("GET", f"/api/admin/reports/sales-summary/{section}?{days}")
        call("GET", f"/api/admin/reports/sales-summary/overview?{days}&compare_to=previous_year")

    def test_the_cash_of_a_shift_is_answered_as_documented(self, stocked: Any, visitor: Visitor) -> None:
        call, moves = visitor.call, "/api/pos/shifts/{shift_id}/cash-movements"
        registers = "/api/admin/stores/{store_id}/registers"
        register = call("POST", registers, {"name": "Till 9", "code": "9"}, store_id=stocked.store["id"])
        opening = {"register_id": register["id"], "opening_float": 5000}
        shift = call("POST", "/api/pos/shifts/open", opening)
        call(
            "POST", moves, {"type": "paid_in", "amount": 100, "reason": "float_top_up"}, shift_id=shift["id"]
        )
        call("GET", moves, shift_id=shift["id"])

    def test_transfers_are_answered_as_documented(self, stocked: Any, visitor: Visitor) -> None:
        call, transfers = visitor.call, "/api/admin/inventory/transfers"
        single = f"{transfers}/{{transfer_id}}"
        warehouse = call("POST", "/api/admin/storages", {"name": "Warehouse", "code": "W"})
        plan = {
            "from_storage_id": stocked.storage["id"],
            "to_storage_id": warehouse["id"],
            "lines": [{"variant_id": stocked.variant_id, "quantity": "4"}],
        }
        sent, planned = (call("POST", transfers, plan) for _ in range(2))
        one = {"transfer_id": sent["id"]}
        call("PATCH", single, {"expected_at": "2026-01-01T00:00:00Z"}, **one)
        call("POST", f"{single}/ship", {"carrier": "DHL", "tracking": "1Z"}, **one)
        arrived = {"line_id": sent["lines"][0]["id"], "received": "1", "damaged": "1", "note": "Wet"}
        call("POST", f"{single}/receive", {"lines": [arrived]}, **one)
        call("POST", f"{single}/cancel", {"reason": "Wrong store"}, **one)
        call("GET", single, **one)
        call("GET", transfers)
        call("DELETE", single, transfer_id=planned["id"])

    def test_signing_in_is_answered_as_documented(self, shop: Any, visitor: Visitor) -> None:
        person = {"username": shop.username("Cashier"), "password": PASSWORD}
        signed_in = visitor.call("POST", "/api/auth/login", person)
        visitor.call("POST", "/api/auth/refresh", {"refresh_token": signed_in["refresh_token"]})
        visitor.call("GET", "/api/auth/me")

    def test_people_are_answered_as_documented(self, visitor: Visitor) -> None:
        call, users = visitor.call, "/api/admin/settings/users"
        store = call("POST", "/api/admin/stores", {"name": "Harbour", "code": "H"})
        person = {"username": f"anna-{uuid4()}", "password": PASSWORD, "role_id": "cashier"}
        user = {"user_id": call("POST", users, {**person, "store_ids": [store["id"]]})["id"]}
        call("POST", "/api/auth/login", {"username": person["username"], "password": PASSWORD})
        for path in (users, "/api/admin/settings/roles", "/api/admin/settings/permissions"):
            call("GET", path)
        call("GET", "/api/admin/stores/{store_id}/users", store_id=store["id"])
        for path in ("", "/permissions", "/sessions"):
            call("GET", f"{users}/{{user_id}}{path}", **user)
        rights = {"granted": ["costs.view"], "denied": ["pos.discount"]}
        call("PUT", f"{users}/{{user_id}}/permissions", rights, **user)
        call("PATCH", f"{users}/{{user_id}}", {"email": "anna@shop.example"}, **user)
        call("DELETE", f"{users}/{{user_id}}/sessions", **user)
        call("DELETE", f"{users}/{{user_id}}", **user)

    def test_who_sells_is_answered_as_documented(self, shop: Any, visitor: Visitor) -> None:
        store = visitor.call("POST", "/api/admin/stores", {"name": "Harbour", "code": "H"})
        registers = "/api/admin/stores/{store_id}/registers"
        visitor.call("POST", registers, {"name": "Till 1", "code": "1"}, store_id=store["id"])
        person = {"username": shop.username("Cashier"), "password": PASSWORD}
        signed_in = visitor.call("POST", "/api/auth/pos/login", person)
        assert (signed_in["store"]["id"], len(signed_in["registers"])) == (store["id"], 1)

    def test_the_company_is_answered_as_documented(self, visitor: Visitor) -> None:
        settings = "/api/admin/settings/company"
        ceilings = {"discount_ceilings": {"Inventory Clerk": "5"}, "pos": {"lock_after_seconds": 60}}
        visitor.call("PATCH", settings, ceilings)
        shown = visitor.call("GET", settings)
        assert (shown["discount_ceilings"]["Inventory Clerk"], shown["pos"]["lock_after_seconds"]) == (
            "5",
            60,
        )
        visitor.call("GET", "/api/admin/companies")
        own = {"company_id": shown["id"]}
        visitor.call("GET", "/api/admin/companies/{company_id}", **own)
        visitor.call("GET", "/api/admin/companies/{company_id}/subscription", **own)
        (*_, last) = visitor.call("GET", "/api/audit/events?limit=100")
        stream = {"stream_id": last["stream_id"]}
        visitor.call("GET", "/api/audit/streams/{stream_id}", **stream)
        visitor.call("GET", "/api/audit/streams/{stream_id}/state", **stream)

    def test_the_platform_is_answered_as_documented(self, super_visitor: Visitor) -> None:
        call, packages, companies = super_visitor.call, "/api/admin/packages", "/api/admin/companies"
        offer = {"name": f"Starter {uuid4()}", "price": 2900, "trial_days": 14, "limits": {"stores": 3}}
        package = {"package_id": call("POST", packages, offer)["id"]}
        call("GET", packages)
        call("PATCH", f"{packages}/{{package_id}}", {"features": ["Audit"]}, **package)
        body = {"name": "Corner Shop", "currency": "EUR", "timezone": "Europe/Berlin"}
        company = {"company_id": call("POST", companies, {**body, **package})["id"]}
        call("GET", companies)
        one = f"{companies}/{{company_id}}"
        for action in ("suspend", "activate"):
            call("POST", f"{one}/{action}", {"reason": "Unpaid"} if action == "suspend" else None, **company)
        call("GET", f"{one}/subscription", **company)
        call("PUT", f"{one}/subscription", {"status": "active", "period_ends_at": None}, **company)
        call("DELETE", one, **company)
        assert call("GET", "/api/auth/me")["company"] is None

    def test_health_is_answered_as_documented(self, visitor: Visitor) -> None:
        visitor.call("GET", "/health")
        visitor.call("GET", "/ready")
