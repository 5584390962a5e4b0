"""A refusal of each operation as it is answered: the one that whoever calls it is likeliest to meet."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from api.docs.steps import ADDRESS
from api.media import JSON

Json = dict[str, Any]

#: The statuses in the order in which they teach something.
_STATUSES = ("409", "422", "404", "412", "406", "400", "403", "401", "503", "429")
#: What could meet any operation says nothing of this one.
_ANYWHERE = frozenset(
    {
        *("concurrent_edit", "damaged_event", "duplicate_id", "forbidden", "idempotency_in_progress"),
        *("idempotency_key_reused", "malformed_json", "malformed_request", "newer_event"),
        *("company_suspended", "subscription_expired"),
    }
)
_CODE = re.compile(r"^- `(\w+)`: (.+)$", re.MULTILINE)
_HOLDER = {"id": "9b2f4c1e-5d0a-4f6b-8c3d-7e1a2b3c4d5e", "name": "Oat milk", "status": "active"}
#: Of codes whose refusals name a field: which, and what is said of it.
_DETAILS = {
    "insufficient_stock": ("lines.0.quantity", "2 left."),
    "not_for_sale": ("lines.0.variant_id", "The product is not active."),
    "possible_duplicate": ("phone", "Another customer has it."),
    "discount_not_valid": ("lines.0.discounts.0.value", "A percentage is at most 100."),
}


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A status and the body that comes with it."""

    status: str
    body: Json


def refusal_of(document: Json, operation: Json) -> Refused | None:
    """An example of a refusal that the operation declares; None if it declares none."""
    declared = list(_declared(document, operation))
    own = [one for one in declared if one[1] not in _ANYWHERE]
    for status, code, message in own or declared:
        error: Json = {"code": code, "details": [*_details(document, operation, code, message)]}
        if "doc_url" in _fields_of_error(document):
            error["doc_url"] = f"{ADDRESS}/docs/errors#{code}"
        body = {"success": False, "message": message, "error": error, "request_id": "2f1c9a64"}
        return Refused(status=status, body=body)
    return None


def _declared(document: Json, operation: Json) -> Iterator[tuple[str, str, str]]:
    """Each refusal: status, code and message; the most telling first."""
    for status in _STATUSES:
        reference = operation["responses"].get(status, {}).get("$ref", "")
        response = document["components"]["responses"].get(reference.rpartition("/")[2], {})
        for code, message in _CODE.findall(response.get("description", "")):
            yield status, code, message


def _fields_of_error(document: Json) -> Json:
    schemas = document["components"]["schemas"]
    error = schemas["Error"]["properties"]["error"]
    shape = schemas[error["$ref"].rpartition("/")[2]] if "$ref" in error else error
    fields: Json = shape.get("properties", {})
    return fields


def _details(document: Json, operation: Json, code: str, meaning: str) -> Iterator[Json]:
    if code in _DETAILS:
        field, message = _DETAILS[code]
        yield {"field": field, "code": code, "message": message}
    elif code.startswith("duplicate_"):
        field = code.removeprefix("duplicate_")
        yield {"field": field, "code": code, "message": "Another one has it.", **_HOLDER}
    elif code in ("validation_failed", "invalid_parameter"):
        yield _wrong_field(_fields_sent(document, operation, code))
    elif named := _field_of(document, operation, code):
        yield {"field": named, "code": code, "message": meaning}


def _field_of(document: Json, operation: Json, code: str) -> str | None:
    """The field of the operation that the refusal is always about."""
    told = (one for one in document["x-error-codes"] if one["code"] == code)
    named = [field for one in told for field in one.get("fields", ())]
    sent = [*_parameters(operation), *_fields_of_body(document, operation)]
    return next((field for field, _ in sent if field in named), None)


def _wrong_field(fields: list[tuple[str, bool]]) -> Json:
    """What is missing, else what there is not."""
    for name, is_required in fields:
        if is_required:
            return {"field": name, "code": "required", "message": "Missing data for required field."}
    return {"field": "colour", "code": "unknown", "message": "Unknown field."}


def _fields_sent(document: Json, operation: Json, code: str) -> list[tuple[str, bool]]:
    """The fields of the body, or the parameters of the query, and which must be there."""
    if code == "invalid_parameter":
        return _parameters(operation)
    return _fields_of_body(document, operation)


def _parameters(operation: Json) -> list[tuple[str, bool]]:
    query = (one for one in operation["parameters"] if one.get("in") == "query")
    return [(one["name"], one["required"]) for one in query]


def _fields_of_body(document: Json, operation: Json) -> list[tuple[str, bool]]:
    content = operation.get("requestBody", {}).get("content", {})
    name = content.get(JSON, {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
    schema = document["components"]["schemas"].get(name, {})
    return [(field, field in schema.get("required", ())) for field in schema.get("properties", {})]
