"""Whoever copies the examples of the documentation: they do what they show, once their ids are real ones."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

from api.app import create_app
from api.openapi.document import document_of
from api.services import Services

Json = dict[str, Any]
UNUSED = cast("Any", None)


def written_document() -> Json:
    """The document, which needs nothing of the services."""
    now = datetime.now(UTC)
    services = Services(
        application=UNUSED, authentication=UNUSED, health=UNUSED, pictures=UNUSED, now=lambda: now
    )
    return document_of(create_app(services))


@dataclass
class Newcomer:
    """Copies examples, and puts in the ids of the shop and of the answers so far, and days of today."""

    client: Any
    document: Json
    ids: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str) -> Json:
        operation = self.document["paths"][path][method.lower()]
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        body = self.with_real_ids(content["example"]) if content else None
        answer = self.client.call(method, path.format(**self.ids), body)
        assert answer.status < 300, (method, path, body, answer.body)
        is_json = answer.headers["content-type"].startswith("application/json")
        return cast("Json", answer.data) if is_json else {}

    def with_real_ids(self, example: Any, name: str = "") -> Any:
        if isinstance(example, dict):
            return {inner: self.with_real_ids(value, inner) for inner, value in example.items()}
        if isinstance(example, list):
            return [self.with_real_ids(value, name.removesuffix("s")) for value in example]
        if name == "expires_at":
            return "2999-01-01T00:00:00Z"
        if name == "occurred_at":
            return datetime.now(UTC).isoformat()
        if name == "id":
            return str(uuid4())
        return self.ids[name] if name in self.ids or name.endswith("_id") else example

    def remember(self, single: str, answered: Json) -> None:
        self.ids[single] = answered["id"]
        lines = answered.get("lines") or [{}]
        self.ids["line_id"] = lines[0].get("id", "")
