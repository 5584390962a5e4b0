"""Reads requests before any responder sees them: bytes, JSON, parameters, all within limits."""

from typing import Any

import msgspec
from falcon import Request
from marshmallow import Schema, ValidationError

from api.errors import BodyTooLarge, InvalidParameter, MalformedJson, UnsupportedMediaType
from domain.errors import Detail, Invalid

#: How many levels of lists and objects a body may have.
DEEPEST = 16

_decode = msgspec.json.Decoder().decode


def read_body(req: Request, most: int) -> bytes:
    """The body's bytes, at most `most`. Raises BodyTooLarge."""
    length = req.content_length
    if length is not None and length > most:
        raise BodyTooLarge
    stream = req.stream if length is None and req.env.get("wsgi.input_terminated") else req.bounded_stream
    body: bytes = stream.read(most + 1)
    if len(body) > most:
        raise BodyTooLarge
    return body


def load_body(req: Request, raw: bytes, schema: Schema) -> Any:
    """The validated body. Raises UnsupportedMediaType, MalformedJson, Invalid with every wrong field."""
    media_type = (req.content_type or "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnsupportedMediaType
    try:
        given = _decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise MalformedJson from error
    if raw.count(b"[") + raw.count(b"{") > DEEPEST:
        _check_depth(given)
    if not isinstance(given, dict):
        raise Invalid(details=[Detail("", "invalid", "The body must be a JSON object.")])
    try:
        return schema.load(given)
    except ValidationError as error:
        raise Invalid(details=list(_details(error.messages))) from None


def load_query(req: Request, schema: Schema | None) -> dict[str, Any]:
    """The validated parameters of the query. Raises InvalidParameter."""
    if schema is None:
        if req.params:
            unknown = [Detail(name, "unknown", "Unknown parameter.") for name in req.params]
            raise InvalidParameter(details=unknown)
        return {}
    try:
        loaded: dict[str, Any] = schema.load(req.params)
    except ValidationError as error:
        raise InvalidParameter(details=list(_details(error.messages))) from None
    return loaded


def _check_depth(given: Any, level: int = 1) -> None:
    if level > DEEPEST:
        message = f"The body is nested deeper than {DEEPEST} levels."
        raise MalformedJson(message)
    if isinstance(given, (dict, list)):
        for inner in given.values() if isinstance(given, dict) else given:
            _check_depth(inner, level + 1)


def _details(messages: Any, path: str = "") -> list[Detail]:
    """Marshmallow's nested messages as a flat list of fields."""
    if isinstance(messages, dict):
        found = []
        for name, inner in messages.items():
            here = path if name == "_schema" else f"{path}.{name}" if path else str(name)
            found += _details(inner, here)
        return found
    return [Detail(path, _code(str(message)), str(message)) for message in messages]


def _code(message: str) -> str:
    if message == "Unknown field.":
        return "unknown"
    if message.startswith("Missing data"):
        return "required"
    return "invalid"
