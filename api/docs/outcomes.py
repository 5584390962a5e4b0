"""What an operation answers: the objects of its successes and the codes of its refusals."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from api.docs.fields import name_of
from api.media import JSON

Json = dict[str, Any]

# What follows from the kind of operation; the page of errors says it once for all. Every other code is
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


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One status, and in Markdown what is answered with it."""

    status: str
    words: str


def outcomes_of(document: Json, operation: Json) -> Iterator[Outcome]:
    """Each status of the operation that says more than what holds everywhere."""
    for status, answer in sorted(operation["responses"].items()):
        if words := _words(document, status, answer):
            yield Outcome(status=status, words=words)


def elsewhere(document: Json, operation: Json) -> list[str]:
    """The statuses of the operation that have codes which hold everywhere."""
    return [
        status
        for status, answer in sorted(operation["responses"].items())
        if not _EVERYWHERE.get(status, set()).isdisjoint(codes_of(document, answer))
    ]


def codes_of(document: Json, answer: Json) -> list[str]:
    """The codes of a refusal; none of a success."""
    if "$ref" not in answer:
        return []
    response = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    return list(response["x-error-codes"])


def _words(document: Json, status: str, answer: Json) -> str:
    if "$ref" in answer:
        common = _EVERYWHERE.get(status, set())
        own = (name for name in codes_of(document, answer) if name not in common)
        return " ".join(f"[`{name}`](#{name})" for name in own)
    content = answer.get("content", {})
    if content and JSON not in content:
        return f"A file: {', '.join(f'`{media}`' for media in content)}"
    envelope = name_of(content.get(JSON, {}).get("schema", {}))
    schema = document["components"]["schemas"][envelope] if envelope else {}
    data = schema.get("properties", {}).get("data", {})
    name = name_of(data)
    if name is None:
        return str(answer["description"]).rstrip(".")
    link = f"[{name}](#object-{name})"
    return f"a list of {link}" if data.get("type") == "array" else link


def answer_example(operation: Json) -> tuple[str, Any] | None:
    """The status and the example of a success, if it has one."""
    for status, answer in operation["responses"].items():
        content = answer.get("content", {}).get(JSON, {})
        if status.startswith("2") and content.get("example"):
            return status, content["example"]
    return None
