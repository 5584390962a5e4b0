"""Walks the routes and writes down what each operation takes, answers and refuses."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import marshmallow
from falcon import App, Request, Response
from falcon.routing.compiled import CompiledRouterNode

from api.envelope import encode
from api.errors import status_of
from api.media import FORM, JSON
from api.openapi import parts
from api.openapi.areas import area_of, tags_of
from api.openapi.details import DETAIL_CODES, DETAIL_REMEDIES
from api.openapi.envelopes import Envelopes
from api.openapi.examples import example_of, request_example
from api.openapi.records import Records
from api.openapi.refusals import ELSEWHERE, answer_of, message_of, refusals_of, with_what_they_tell
from api.openapi.schemas import Schemas
from api.openapi.texts import INTRODUCTION, TITLE, VERSION
from api.operations import PUBLIC, SIGNED_IN, Operation, operations_of
from domain.errors import Refusal
from domain.permissions import PERMISSIONS, ROLES

Json = dict[str, Any]

_FIELD = re.compile(r"{(\w+)(?::(\w+)(?:\([^)]*\))?)?}")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_ARTICLES = {"a", "an", "the"}


@dataclass(frozen=True)
class Route:
    """One method of one path, as it is declared."""

    method: str
    template: str
    operation: Operation
    words: str

    @property
    def path(self) -> str:
        """The path as OpenAPI writes it."""
        return _FIELD.sub(r"{\1}", self.template)


def document_of(app: App[Request, Response]) -> Json:
    """The OpenAPI document of everything the application answers to."""
    in_order = sorted(routes_of(app), key=lambda route: (route.path, _METHODS.index(route.method)))
    return _Writer(in_order).document()


def routes_of(app: App[Request, Response]) -> Iterator[Route]:
    """Every declared operation of every route. Raises UndeclaredOperation."""
    # NOTE: falcon's own inspection forgets the resources, and they are what declares.
    router = app._router  # noqa: SLF001
    nodes: list[CompiledRouterNode] = list(router._roots)  # noqa: SLF001
    while nodes:
        node = nodes.pop()
        nodes += node.children
        if node.resource is None or node.uri_template is None:
            continue
        for method, operation in operations_of(node.resource):
            words = getattr(node.resource, f"on_{method.lower()}").__doc__ or ""
            yield Route(method, node.uri_template, operation, words)


class TwoComponentsOfOneName(Exception):
    """Two schemas of the document have the same name, and clients would take one for the other."""


class _Writer:
    """Collects paths and components."""

    def __init__(self, routes: list[Route]) -> None:
        self._routes = routes
        made = {route.path: "POST" for route in routes if route.method == "POST"}
        listed = {route.path: "GET" for route in routes if route.method == "GET" and route.operation.many}
        #: Which method of a path answers with ids of what lies below it.
        self._answered = {**made, **listed}
        self._inputs = Schemas()
        self._records = Records()
        self._envelopes = Envelopes()
        self._refusals: dict[str, Json] = {}
        self._codes: dict[tuple[int, str], dict[type[Refusal], None]] = {}
        self._names: set[str] = set()

    def document(self) -> Json:
        """The whole document."""
        paths: dict[str, Json] = {}
        for route in self._routes:
            paths.setdefault(route.path, {})[route.method.lower()] = self._operation(route)
        schemas = self._schemas()
        for path in paths.values():
            for operation in path.values():
                _add_examples(operation, schemas)
        return {
            "openapi": "3.1.0",
            "info": {
                "title": TITLE,
                "version": VERSION,
                "summary": "An event-sourced point-of-sale back end.",
                "description": INTRODUCTION,
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            "servers": [{"url": "/", "description": "This server"}],
            "security": [{"bearer": []}],
            "tags": tags_of(list(paths)),
            "paths": paths,
            "components": {
                "schemas": dict(sorted(schemas.items())),
                "responses": dict(sorted(self._refusals.items())),
                "parameters": parts.PARAMETERS,
                "headers": parts.HEADERS,
                "securitySchemes": parts.SECURITY,
            },
            "x-error-codes": self._error_codes(),
            "x-detail-codes": detail_codes(),
        }

    def _schemas(self) -> Json:
        """Every component of a schema. Raises TwoComponentsOfOneName."""
        families = (
            parts.SCHEMAS,
            self._inputs.components(),
            self._records.components(),
            self._envelopes.components(),
        )
        schemas: Json = {}
        for family in families:
            if same := schemas.keys() & family.keys():
                raise TwoComponentsOfOneName(", ".join(same))
            schemas |= family
        return {**schemas, "Refusal": with_what_they_tell(schemas["Refusal"], chain(*self._codes.values()))}

    def _operation(self, route: Route) -> Json:
        operation = route.operation
        written: Json = {
            "operationId": self._operation_id(route),
            "tags": [area_of(route.path)],
            "summary": operation.summary,
            "description": _description(route),
            "x-permission": operation.permission,
            "x-roles": roles_of(operation.permission),
            "parameters": [
                *_path_parameters(route, self._answered),
                *self._query_parameters(route),
                *parts.request_headers(route),
            ],
            "responses": {**self._success(route), **self._refused(route), **parts.also(route)},
        }
        if operation.body is not None:
            content = {"application/json": {"schema": self._inputs.refer(operation.body)}}
            written["requestBody"] = {"required": not operation.body_is_optional, "content": content}
        if operation.file is not None:
            written["requestBody"] = {"required": True, "content": parts.file_content(operation.file)}
        if operation.form is not None:
            form = {
                "schema": self._inputs.refer(operation.form),
                "encoding": parts.encoding_of(operation.form),
            }
            written["requestBody"] = {"required": True, "content": {FORM: form}}
        if operation.permission == PUBLIC:
            written["security"] = []
        return written

    def _operation_id(self, route: Route) -> str:
        words: list[str] = re.findall(r"[a-z0-9]+", route.operation.summary.lower().replace("'s", ""))
        parts_of_name = [word for word in words if word not in _ARTICLES]
        name = parts_of_name[0] + "".join(word.capitalize() for word in parts_of_name[1:])
        if name in self._names:
            segments = re.findall(r"[a-z0-9]+", route.path.lower())
            name += "".join(word.capitalize() for word in (route.method.lower(), *segments))
        self._names.add(name)
        return name

    def _query_parameters(self, route: Route) -> Iterator[Json]:
        if route.operation.query is None:
            return
        for name, (schema, required) in self._inputs.properties(route.operation.query).items():
            description = schema.pop("description", "")
            examples = schema.pop("examples", [])
            yield {
                "name": name,
                "in": "query",
                "required": required,
                "description": description,
                "schema": schema,
                # What cannot be left out is shown in every sample.
                **({"example": examples[0]} if required and examples else {}),
            }

    def _success(self, route: Route) -> Json:
        operation = route.operation
        outcome = parts.OUTCOMES.get(operation.status, "Done")
        answer = {"description": outcome, "headers": parts.answer_headers(route)}
        unchanged = parts.UNCHANGED if parts.is_versioned(route) else {}
        if operation.media:
            content = {media: {"schema": parts.CONTENTS[media]} for media in operation.media}
            if operation.answer is not None:
                schema = self._records.schema_of(operation.answer)
                content[JSON] = {"schema": self._envelopes.of(schema)}
            return {str(operation.status): {**answer, "content": content}, **unchanged}
        data: Json = {} if operation.answer is None else self._records.schema_of(operation.answer)
        many = operation.many
        schema = self._envelopes.of_many(data, _pages(operation)) if many else self._envelopes.of(data)
        content = {JSON: {"schema": schema}}
        statuses = (operation.status, *filter(None, (operation.or_status,)))
        done = {
            str(one): {**answer, "description": parts.OUTCOMES.get(one, "Done"), "content": content}
            for one in statuses
        }
        return {**done, **unchanged}

    def _refused(self, route: Route) -> Json:
        answers = {}
        for status, codes in refusals_of(route.method, route.path, route.operation).items():
            answer = answer_of(status, codes)
            # By what it says: the same codes can mean something else elsewhere, and are a long name.
            name = f"{status}.{hashlib.sha256(encode(answer)).hexdigest()[:8]}"
            self._refusals[name] = answer
            for code, refusal in codes.items():
                self._codes.setdefault((status, code), {})[refusal] = None
            answers[str(status)] = {"$ref": f"#/components/responses/{name}"}
        return answers

    def _error_codes(self) -> list[Json]:
        for refusal in ELSEWHERE:
            self._codes.setdefault((status_of(refusal), refusal.code), {})[refusal] = None
        return [
            {
                "status": status,
                "code": code,
                "meaning": _joined(message_of(refusal) for refusal in refusals),
                "remedy": _joined(refusal.remedy for refusal in refusals),
                "cases": _cases(refusals),
                **_fields(refusals),
            }
            for (status, code), refusals in sorted(self._codes.items(), key=lambda entry: entry[0])
        ]


def _fields(refusals: Iterable[type[Refusal]]) -> Json:
    """Which fields of requests they are always about, if there are any."""
    fields = sorted({refusal.field for refusal in refusals if refusal.field})
    return {"fields": fields} if fields else {}


def _cases(refusals: Iterable[type[Refusal]]) -> list[Json]:
    """What the code can mean, by what is to be done then."""
    by_remedy: dict[str, dict[str, None]] = {}
    for refusal in refusals:
        by_remedy.setdefault(refusal.remedy, {})[message_of(refusal)] = None
    return [{"meanings": list(meanings), "remedy": remedy} for remedy, meanings in by_remedy.items()]


def _joined(sentences: Iterable[str]) -> str:
    """Each of these once."""
    return " ".join(dict.fromkeys(sentences))


def detail_codes() -> list[Json]:
    """The codes of details, each with its meaning, and with what to do where that does not follow from it."""
    remedies = {code: {"remedy": remedy} for code, remedy in DETAIL_REMEDIES.items()}
    return [
        {"code": code, "meaning": meaning, **remedies.get(code, {})} for code, meaning in DETAIL_CODES.items()
    ]


def roles_of(permission: str) -> list[str]:
    """The roles that hold a permission by default; every role for what anyone signed in may do."""
    if permission in (PUBLIC, SIGNED_IN):
        return [] if permission == PUBLIC else list(ROLES)
    return list(PERMISSIONS[permission][1])


#: What a responder raises is told to clients by the codes of its refusals.
_RAISES = re.compile(r" Raises [A-Z][^.]*\.")


def _description(route: Route) -> str:
    operation = route.operation
    words = _RAISES.sub("", " ".join(route.words.split()))
    permission = {
        PUBLIC: "**Permission**: none; anyone may call this.",
        SIGNED_IN: "**Permission**: anyone signed in.",
    }.get(operation.permission) or (
        f"**Permission**: `{operation.permission}` ({PERMISSIONS[operation.permission][0]}). "
        f"**Roles**: {', '.join(roles_of(operation.permission))}."
    )
    if operation.alternatives:
        permission += f" {', '.join(f'`{key}`' for key in operation.alternatives)} does as well."
    keys = ", ".join(f"`{key}`" for key in operation.approvals)
    approval = f"An approval (`X-Approval`) may stand in for {keys}." if keys else ""
    return "\n\n".join(part for part in (words, operation.description, approval, permission) if part)


#: What the parts of paths are that are not one of what stands before them.
_PARTS = {
    "company_id": "The company, by its `id`.",
    "epoch": "Of which life of the log: 1, and one more after each restore.",
    "level": "How far above the hashes of events, from 0.",
    "tile": "Which tile of the level, as C2SP writes it: `x001/234`, and `.p/5` behind one that is not full.",
    "stream_id": "The `id` of what it is about: an order, a product, a customer …",
    "position": "The place of the event in the company's log.",
    "size": "How many events the seal covers.",
    "name": "What it is called there.",
    "status": "Where they stand in their life.",
    "code": "What the till's scanner reads on a receipt: its number, or its whole QR code.",
    "token": "What stands behind `/api/receipts/` in the QR code of a receipt.",
    "script": "Its file name.",
    "section": "A page of the reference, as its contents link to it.",
    "image_id": "The `id` of the picture, as its product shows it.",
    "movement_id": "The `movement_id` of what is reversed, from `GET /api/admin/inventory/movements`.",
    "variant_id": "The `id` of the variant, as products, lookups and stock show it.",
}


def _path_parameters(route: Route, answered: Mapping[str, str]) -> Iterator[Json]:
    for field in _FIELD.finditer(route.template):
        name, kind = field.groups()
        words = route.operation.choices.get(name)
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": route.operation.parts.get(name)
            or _PARTS.get(name)
            or _meaning_of_id(route, name, field.start(), answered),
            "schema": {**parts.CONVERTED[kind], **({"enum": list(words)} if words else {})},
        }


def _meaning_of_id(route: Route, name: str, start: int, answered: Mapping[str, str]) -> str:
    """Of what it is the id, and which operation answers with it."""
    collection = _FIELD.sub(r"{\1}", route.template[:start].rstrip("/"))
    where = (
        f", from `{answered[collection]} {collection}`"
        if collection in answered
        else ", as other answers give it"
    )
    return f"The `id` of the {name.removesuffix('_id').replace('_', ' ')}{where}."


def _pages(operation: Operation) -> str | None:
    """Which kind of pagination a list answers with."""
    query: dict[str, marshmallow.fields.Field[Any]] = (
        operation.query.fields if operation.query is not None else {}
    )
    if not operation.many:
        return None
    if {"after", "before"} <= query.keys():
        return "CursorBothWays"
    if operation.whole:
        return "Pagination"
    kinds = {"after": "Cursor", "before": "CursorBackwards", "page": "Pagination"}
    return next((kind for name, kind in kinds.items() if name in query), None)


def _add_examples(operation: Json, schemas: Json) -> None:
    for answer in operation["responses"].values():
        content = answer.get("content", {}).get("application/json", {})
        if content and "$ref" in content["schema"]:
            content["example"] = example_of(content["schema"], schemas)
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is not None:
        content["example"] = request_example(content["schema"], schemas)
