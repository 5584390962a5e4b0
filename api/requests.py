"""Reads requests before any responder sees them: bytes, JSON, forms, parameters, all within limits."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from io import BytesIO
from itertools import chain
from typing import Any
from urllib.parse import unquote_to_bytes

from falcon import HTTPBadRequest, Request, parse_header
from falcon.media import MultipartFormHandler
from falcon.media.multipart import MultipartParseOptions
from marshmallow import Schema, ValidationError, fields, missing

from api.errors import shortened
from api.failures import (
    BodyTooLarge,
    InvalidParameter,
    MalformedForm,
    MalformedJson,
    NotAForm,
    NotCsv,
    NotUtf8,
    PackedBody,
    UnsupportedMediaType,
)
from api.fields import Choice, File, Secret, Text
from api.json_bodies import decode_json
from api.media import CSV, EXCEL_CSV, FORM, JSON, XLSX
from api.typed_bodies import UNFIT, decoder_of
from domain.errors import Detail, Invalid, NotAllowed

#: How many levels of lists and objects a body may have.
DEEPEST = 16

#: What JSON may be said to be encoded in; each text of ASCII is one of UTF-8.
_UTF_8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})

#: What a table is said to be; browsers on Windows say of a file of CSV what would open it.
FILES_OF_CSV = (CSV, EXCEL_CSV, XLSX)

_NESTING = frozenset({dict, list})

_form_options = MultipartParseOptions()
_form_options.max_body_part_count = 16
_forms = MultipartFormHandler(_form_options)


def read_body(req: Request, most: int) -> bytes:
    """The body's bytes, at most `most`. Raises BodyTooLarge.

    What is refused unread does not arrive: our web server reads a large body when it is asked for.
    """
    length = req.content_length
    if length is not None and length > most:
        raise BodyTooLarge
    stream = req.stream if length is None and req.env.get("wsgi.input_terminated") else req.bounded_stream
    body: bytes = stream.read(most + 1)
    if len(body) > most:
        raise BodyTooLarge
    return body


def media_type_of(req: Request) -> str:
    """What the body is said to be, in lower case and without parameters; empty when nothing is said.

    Raises PackedBody for what is said to be compressed.
    """
    if (req.get_header("Content-Encoding") or "identity").strip().lower() != "identity":
        raise PackedBody
    return (req.content_type or "").partition(";")[0].strip().lower()


def load_body(req: Request, raw: bytes, schema: Schema) -> Any:
    """The validated body.

    Raises UnsupportedMediaType, NotUtf8, PackedBody, MalformedJson, Invalid with every wrong field.
    """
    media_type = media_type_of(req)
    if media_type != JSON:
        raise UnsupportedMediaType.of(JSON, media_type)
    _check_charset(req)
    decode = decoder_of(schema)
    if decode is not None:
        with suppress(*UNFIT):
            return decode(raw)
    content = decode_json(raw)
    if raw.count(b"[") + raw.count(b"{") > DEEPEST:
        _check_depth(content)
    if not isinstance(content, dict):
        raise Invalid(details=[Detail("", "invalid", "The body must be a JSON object.")])
    return load_content(content, schema)


def load_content(content: Mapping[str, Any], schema: Schema) -> Any:
    """The fields of an object, validated. Raises Invalid with every wrong one."""
    try:
        return schema.load(content)
    except ValidationError as error:
        raise Invalid(details=shortened(_details(error.messages))) from None


def read_csv(req: Request, raw: bytes) -> bytes:
    """The file in a body: the body itself, or the part `file` of a form.

    Raises NotCsv, PackedBody, MalformedForm, and Invalid for a form with other parts.
    """
    media_type = media_type_of(req)
    if media_type in FILES_OF_CSV:
        return raw
    if media_type != FORM:
        raise NotCsv.of("text/csv or multipart/form-data", media_type)
    parts = read_form(req, raw)
    names = [name for name, _ in parts]
    wrong = [Detail(name[:80], "unknown", "Unknown field.") for name in names if name != "file"]
    if names.count("file") != 1:
        wrong.append(Detail("file", "required", "The file, once."))
    if wrong:
        raise Invalid(details=wrong)
    return next(value for name, value in parts if name == "file")


def read_form(req: Request, raw: bytes) -> list[tuple[str, bytes]]:
    """The parts of a form by their names, in order. Raises NotAForm, PackedBody, MalformedForm."""
    media_type = media_type_of(req)
    if media_type != FORM:
        raise NotAForm.of(FORM, media_type)
    try:
        form = _forms.deserialize(BytesIO(raw), req.content_type, len(raw))
        return [(part.name or "", part.stream.read()) for part in form]
    except (HTTPBadRequest, UnicodeDecodeError) as error:
        raise MalformedForm from error


def substance_of(parts: list[tuple[str, bytes]]) -> bytes:
    """What a form says, whatever holds it together: a client that repeats it draws another boundary."""
    return b"".join(b"%d %d %b%b" % (len(name), len(value), name.encode(), value) for name, value in parts)


def load_form(parts: list[tuple[str, bytes]], schema: Schema) -> Any:
    """The validated fields of a form. Raises BodyTooLarge, Invalid with every wrong field."""
    values: dict[str, Any] = {}
    details = []
    for name, value in parts:
        field = schema.fields.get(name)
        if isinstance(field, File) and len(value) > field.longest:
            raise BodyTooLarge
        if name in values:
            details.append(Detail(name, "duplicate", "Must be there once."))
        values[name] = value if isinstance(field, File) else value.decode(errors="replace")
        if isinstance(field, Text) and values[name].encode() != value:
            details.append(Detail(name, "not_utf8", "This is not encoded in UTF-8."))
    try:
        loaded = schema.load(values)
    except ValidationError as error:
        details += _details(error.messages)
    if details:
        raise Invalid(details=details)
    return loaded


@cache
def defaults_of(schema: Schema) -> dict[str, Any]:
    """What the fields of a body are where they are left out; of a field that holds objects, their fields'."""
    defaults: dict[str, Any] = {}
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            defaults[field.attribute or name] = defaults_of(inner.schema)
        elif field.load_default is not missing and not callable(field.load_default):
            defaults[field.attribute or name] = field.load_default
    return defaults


@cache
def is_confidential(schema: Schema) -> bool:
    """Whether a body tells a secret, or what not everybody may see, somewhere."""
    inner = [field.inner if isinstance(field, fields.List) else field for field in schema.fields.values()]
    return any(
        isinstance(field, Secret)
        or getattr(field, "is_confidential", False)
        or (isinstance(field, fields.Nested) and is_confidential(field.schema))
        for field in inner
    )


_ONCE = "Must be named once."


def load_query(req: Request, schema: Schema | None) -> dict[str, Any]:
    """The validated parameters of the query. Raises InvalidParameter."""
    if schema is None:
        if req.params:
            message = "Unknown parameter. This operation takes none."
            unknown = [Detail(name, "unknown", message) for name in req.params]
            raise InvalidParameter(details=unknown)
        return {}
    _check_encoding(req)
    return load_parameters(req.params, schema)


def load_parameters(texts: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """The same of parameters that came in another way. Raises InvalidParameter."""
    try:
        loaded: dict[str, Any] = schema.load(texts)
    except ValidationError as error:
        repeated = [name for name in _named_once(schema) if isinstance(texts.get(name), list)]
        messages = {**error.messages_dict, **{name: [_ONCE] for name in repeated}}
        raise InvalidParameter(details=shortened(_details(messages))) from None
    return loaded


@cache
def _named_once(schema: Schema) -> Sequence[str]:
    """The parameters of a query that have one value."""
    return [
        field.data_key or name for name, field in schema.fields.items() if not isinstance(field, fields.List)
    ]


def _check_encoding(req: Request) -> None:
    """Raise InvalidParameter for what is no UTF-8: falcon reads it as if it were another text."""
    if "%" not in req.query_string:
        return
    try:
        unquote_to_bytes(req.query_string.encode("latin-1")).decode()
    except UnicodeError:
        texts = {name: "".join(value) for name, value in req.params.items()}
        details = [
            Detail(name, "not_utf8", "This is not encoded in UTF-8.")
            for name, text in texts.items()
            if "\ufffd" in text
        ]
        raise InvalidParameter(details=details) from None


def check_choices(schema: Schema | None, query: Mapping[str, Any], permissions: Collection[str]) -> None:
    """Raise NotAllowed, naming what is missing, for a choice that takes a permission the caller has not."""
    for name, field in _permitted_choices(schema) if schema else ():
        permission = field.permissions.get(query.get(name, ""))
        if permission and permission not in permissions:
            message = f"{field.data_key or name}={query[name]} takes the permission {permission}."
            raise NotAllowed.without(permission, message=message)


@cache
def _permitted_choices(schema: Schema) -> Sequence[tuple[str, Choice]]:
    """The parameters of a query of which some choices take a permission."""
    return [
        (field.attribute or name, field)
        for name, field in schema.fields.items()
        if isinstance(field, Choice) and field.permissions
    ]


def _check_charset(req: Request) -> None:
    """Raise NotUtf8 for JSON that is said to be another encoding's: its letters would be read as others."""
    _, parameters = parse_header(req.content_type or "")
    if parameters.get("charset", "utf-8").lower() not in _UTF_8:
        raise NotUtf8.of(JSON, req.content_type or "")


def _check_depth(content: Any) -> None:
    """Go down level by level. Raises MalformedJson."""
    level = [content]
    for _ in range(DEEPEST):
        nested = (one.values() if isinstance(one, dict) else one for one in level if type(one) in _NESTING)
        level = list(chain.from_iterable(nested))
    if level:
        message = f"The body is nested deeper than {DEEPEST} levels."
        raise MalformedJson(message)


def _details(messages: Any, path: str = "") -> Iterator[Detail]:
    """Marshmallow's nested messages as fields, one after another."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            here = path if name == "_schema" else f"{path}.{name}" if path else str(name)
            yield from _details(inner, here)
    else:
        for message in messages:
            yield Detail(path, _code(str(message)), str(message))


def _code(message: str) -> str:
    if message.startswith("Unknown field."):
        return "unknown"
    if message.startswith("Missing data"):
        return "required"
    return "invalid"
