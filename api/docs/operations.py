"""One operation: what it takes, who may, what it answers, and how to call it."""

from typing import Any

from api.docs.markup import attribute, code, escape, json_of, markdown, panel
from api.docs.tables import name_of, table_of, table_of_parameters
from api.media import CSV, JSON

Json = dict[str, Any]

_ABOUT_HEADERS = {
    "Idempotency-Key": "repeating-safely",
    "X-Approval": "who-may",
    "If-Match": "changing-what-others-change-too",
    "If-None-Match": "changing-what-others-change-too",
    "X-Wait-For-Position": "reading-your-own-writes",
}
# What follows from the kind of operation; the table of error codes says it once for all. Every other code is
# told with the operation.
_EVERYWHERE = {
    "400": {"invalid_parameter", "malformed_json", "malformed_request"},
    "401": {"unauthenticated", "token_expired", "token_revoked"},
    "403": {"forbidden", "company_suspended", "subscription_expired"},
    "404": {"not_found"},
    "408": {"request_timeout"},
    "413": {"body_too_large"},
    "414": {"uri_too_long"},
    "415": {"unsupported_media_type"},
    "417": {"expectation_failed"},
    "429": {"too_many_requests"},
    "431": {"headers_too_large"},
    "500": {"internal_error"},
    "501": {"coding_unsupported"},
    "503": {
        "busy",
        "company_closed",
        "database_full",
        "database_unavailable",
        "newer_event",
        "outcome_unknown",
        "overloaded",
        "projection_behind",
        "server_outdated",
        "timed_out",
    },
}


def operation_block(document: Json, method: str, path: str, operation: Json) -> str:
    """The article of an operation."""
    name = attribute(operation["operationId"])
    shown = panel("Request", curl(method, path, operation)) + _answer_panel(operation)
    # The permission ends every description; here it has a line of its own.
    words = operation["description"].rpartition("**Permission**")[0].removeprefix(f"{operation['summary']}.")
    return (
        f'<article class="op" id="{name}"><div class="told">'
        f'<h3><a href="#{name}">{escape(operation["summary"])}</a></h3>'
        f'<p class="path"><span class="m {method}">{method}</span><code>{escape(path)}</code></p>'
        f"{markdown(words)}{_permission(operation)}"
        f"{_input(document, operation)}{_answers(document, operation)}</div>"
        f'<div class="shown">{shown}</div></article>'
    )


def curl(method: str, path: str, operation: Json, body: Json | None = None) -> str:
    """The operation as a command line, with its example or another body."""
    query = "&".join(
        f"{parameter['name']}={_sample(parameter['schema'])}"
        for parameter in operation["parameters"]
        if parameter.get("in") == "query" and parameter["required"]
    )
    address = f"$MIPOS{path}" + (f"?{query}" if query else "")
    verb = "" if method == "get" else f"-X {method.upper()} "
    lines = [f'curl {verb}"{address}"']
    if operation.get("security") != []:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if "requestBody" in operation:
        lines += _sent({JSON: {"example": body}} if body else operation["requestBody"]["content"])
    return " \\\n  ".join(lines)


def _sent(content: Json) -> list[str]:
    if JSON in content:
        body = json_of(content[JSON]["example"]).replace("'", "'\\''")
        return [f'-H "Content-Type: {JSON}"', f"-d '{body}'"]
    if CSV in content:
        return [f'-H "Content-Type: {CSV}"', "--data-binary @products.csv"]
    return [f'-F "{name}=@picture.jpg"' for form in content.values() for name in form.get("encoding", ())]


def _sample(schema: Json) -> str:
    return "2026-03-14" if schema.get("format") == "date" else str(schema.get("default", "…"))


def _permission(operation: Json) -> str:
    permission, roles = operation["x-permission"], operation["x-roles"]
    if not roles:
        return '<p class="may">Anyone may call this; no token is needed.</p>'
    shown = code(permission) if "." in permission else "anyone signed in"
    chips = "".join(f"<span>{escape(role)}</span>" for role in roles) if "." in permission else ""
    return f'<p class="may">Permission {shown}{chips}</p>'


def _input(document: Json, operation: Json) -> str:
    schemas = document["components"]["schemas"]
    own = [parameter for parameter in operation["parameters"] if "$ref" not in parameter]
    parts = [f"<h4>Parameters</h4>{table_of_parameters(own)}"] if own else []
    body = operation.get("requestBody")
    if body is not None:
        media, content = next(iter(body["content"].items()))
        name = name_of(content["schema"])
        shown = table_of(schemas[name], schemas, deep=True) if name else f"<p>A file: {code(media)}</p>"
        parts.append(f"<h4>Body</h4>{shown}")
    headers = [
        parameter["$ref"].rpartition("/")[2] for parameter in operation["parameters"] if "$ref" in parameter
    ]
    linked = [name for name in headers if name in _ABOUT_HEADERS]
    links = ", ".join(f'<a href="#{_ABOUT_HEADERS[name]}">{code(name)}</a>' for name in linked)
    if links:
        parts.append(f'<p class="headers">Headers it understands: {links}</p>')
    return "".join(parts)


def _answers(document: Json, operation: Json) -> str:
    rows, everywhere = [], []
    for status, answer in sorted(operation["responses"].items()):
        common = _EVERYWHERE.get(status, set()) if "$ref" in answer else set()
        if common:
            everywhere.append(status)
        if shown := _outcome(document, answer, common):
            rows.append(f'<li><strong class="s{status[0]}">{status}</strong> {shown}</li>')
    also = f'<p class="headers">And, <a href="#errors">as everywhere</a>, {", ".join(everywhere)}.</p>'
    return f'<h4>Answers</h4><ul class="answers">{"".join(rows)}</ul>{also if everywhere else ""}'


def _outcome(document: Json, answer: Json, common: set[str]) -> str:
    """What is answered; of refusals the codes but for the common ones, and nothing without any."""
    if "$ref" in answer:
        response = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        error = response["content"][JSON]["schema"]["allOf"][1]["properties"]["error"]
        return " ".join(code(name) for name in error["properties"]["code"]["enum"] if name not in common)
    schema = answer.get("content", {}).get(JSON, {}).get("schema", {})
    data = schema.get("properties", {}).get("data", {})
    name = name_of(data)
    if name is None:
        return escape(answer["description"].rstrip("."))
    link = f'<a href="#object-{attribute(name)}">{escape(name)}</a>'
    return f"a list of {link}" if data.get("type") == "array" else link


def _answer_panel(operation: Json) -> str:
    for status, answer in operation["responses"].items():
        content = answer.get("content", {}).get(JSON, {})
        if status.startswith("2") and content.get("example"):
            return panel(f"Answer {status}", json_of(content["example"]))
    return ""
