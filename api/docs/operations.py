"""One operation: what it takes, who may, what it answers, and how to call it."""

from typing import Any

from api.docs.fields import fields_of, name_of, parameters_of
from api.docs.lists import list_of, list_of_parameters
from api.docs.markup import attribute, breakable, code, escape, inline, json_of, markdown, panel, tabs
from api.docs.outcomes import answer_example, elsewhere, outcomes_of
from api.docs.samples import refusal_of, samples_of
from api.docs.steps import ADDRESS

Json = dict[str, Any]

_ABOUT_HEADERS = {
    "Idempotency-Key": "repeating-safely",
    "X-Approval": "approvals",
    "If-Match": "changing-what-others-change-too",
    "If-None-Match": "changing-what-others-change-too",
    "X-Wait-For-Position": "reading-your-own-writes",
}

# What its script answers to; without one it is not there.
_TRY = (
    '<p class="try-line scripted">'
    '<button type="button" class="try" aria-expanded="false" disabled>Try it</button></p>'
)


def operation_block(document: Json, method: str, path: str, operation: Json) -> str:
    """The article of an operation."""
    name = attribute(operation["operationId"])
    shown = tabs("Request", samples_of(method, path, operation))
    shown += _answer_panel(operation) + _refusal_panel(document, operation)
    return (
        f'<article class="op" id="{name}"><div class="told">'
        f'<h2><a href="#{name}">{escape(operation["summary"])}</a></h2>'
        f'<p class="path"><span class="m {method}">{method}</span><code>{breakable(path)}</code></p>'
        f"{markdown(words_of(operation))}{_permission(operation)}"
        f"{_input(document, operation)}{_answers(document, operation)}</div>"
        f'<div class="shown">{_TRY}{shown}</div></article>'
    )


def words_of(operation: Json) -> str:
    """What is said of an operation beyond its title; the permission at the end has a line of its own."""
    words: str = operation["description"].rpartition("**Permission**")[0]
    return words.removeprefix(f"{operation['summary']}.").strip()


def headers_of(operation: Json) -> list[tuple[str, str]]:
    """The headers that an operation understands, and where the guide tells of them."""
    headers = [
        parameter["$ref"].rpartition("/")[2] for parameter in operation["parameters"] if "$ref" in parameter
    ]
    return [(name, _ABOUT_HEADERS[name]) for name in headers if name in _ABOUT_HEADERS]


def _permission(operation: Json) -> str:
    permission, roles = operation["x-permission"], operation["x-roles"]
    if not roles:
        return '<p class="may">Anyone may call this; no token is needed.</p>'
    shown = code(permission) if "." in permission else "anyone signed in"
    chips = "".join(f"<span>{escape(role)}</span>" for role in roles) if "." in permission else ""
    return f'<p class="may">Permission {shown}{chips}</p>'


def _input(document: Json, operation: Json) -> str:
    schemas = document["components"]["schemas"]
    own = parameters_of(operation)
    parts = [f"<h3>Parameters</h3>{list_of_parameters(own)}"] if own else []
    body = operation.get("requestBody")
    if body is not None:
        media, content = next(iter(body["content"].items()))
        name = name_of(content["schema"])
        fields = fields_of(schemas[name], schemas, deep=True) if name else ()
        shown = list_of(fields) if name else f"<p>A file: {code(media)}</p>"
        parts.append(f"<h3>Body</h3>{shown}")
    links = ", ".join(f'<a href="#{there}">{code(name)}</a>' for name, there in headers_of(operation))
    if links:
        parts.append(f'<p class="headers">Headers it understands: {links}</p>')
    return "".join(parts)


def _answers(document: Json, operation: Json) -> str:
    rows = "".join(
        f'<li><strong class="s{outcome.status[0]}">{outcome.status}</strong> {inline(outcome.words)}</li>'
        for outcome in outcomes_of(document, operation)
    )
    everywhere = ", ".join(elsewhere(document, operation))
    also = f'<p class="headers">And, <a href="#errors">as everywhere</a>, {everywhere}.</p>'
    return f'<h3>Answers</h3><ul class="answers">{rows}</ul>{also if everywhere else ""}'


def _answer_panel(operation: Json) -> str:
    example = answer_example(operation)
    return panel(f"Answer {example[0]}", json_of(example[1])) if example else ""


def _refusal_panel(document: Json, operation: Json) -> str:
    refused = refusal_of(document, operation)
    if refused is None:
        return ""
    shown = panel(f"Refusal {refused.status}", json_of(refused.body))
    return shown.replace(ADDRESS, f"<span data-origin>{ADDRESS}</span>")
