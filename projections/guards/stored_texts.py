"""Removes what is kept about persons beside the log: stored answers, texts of operations that wait."""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from domain.customers import ERASED_NAME
from domain.pending import Pending
from domain.private import ERASED_REASON
from projections.base import Database

_FORGET_ANSWERS: LiteralString = """
    WITH gone AS (
        DELETE FROM idempotency_keys
         WHERE company_id = %(company_id)s AND subject_ids && %(subjects)b::uuid[]
        RETURNING key
    )
    SELECT count(*) AS rows FROM gone
"""

_WAITING: LiteralString = """
    SELECT id, operation FROM waiting_operations
     WHERE company_id = %(company_id)s AND customer_id = ANY(%(subjects)b::uuid[])
     ORDER BY id
       FOR UPDATE
"""

_REWRITE: LiteralString = """
    UPDATE waiting_operations AS waiting SET operation = rewritten.operation
      FROM (SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(operations)b::text[]) AS operation) AS rewritten
     WHERE waiting.company_id = %(company_id)s AND waiting.id = rewritten.id
"""

#: Fields of bodies that are free text or say who somebody is, with what each reads once it is forgotten.
_TEXTS: Mapping[str, str | None] = MappingProxyType(
    {
        **dict.fromkeys(("note", "reference", "external_reference", "label")),
        **dict.fromkeys(("phone", "email", "address", "tax_number", "birthday")),
        "reason": ERASED_REASON,
        "name": ERASED_NAME,
    }
)


class StoredTexts:
    """What is kept about persons beside the log and the read models."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def purge(self, subject_ids: Collection[UUID]) -> Pending[Mapping[str, int]]:
        """Remove what is kept about these persons; the answer is how many rows of each table."""
        params = {"company_id": self._db.company_id, "subjects": sorted(subject_ids)}
        answers, waiting = self._db.ask(_FORGET_ANSWERS, params), self._db.ask(_WAITING, params)

        def purged() -> Mapping[str, int]:
            (forgotten,), operations = answers.rows(), waiting.rows()
            self._rewrite(operations)
            return {"idempotency_keys": forgotten["rows"], "waiting_operations": len(operations)}

        return Pending(purged)

    def _rewrite(self, waiting: Iterable[Mapping[str, Any]]) -> None:
        texts = {row["id"]: without_texts(row["operation"]) for row in waiting}
        if texts:
            params = {"ids": list(texts), "operations": list(texts.values())}
            self._db.execute(_REWRITE, {"company_id": self._db.company_id, **params})


def without_texts(operation: str) -> str:
    """An operation, as JSON has it, of which the body tells of nobody any more; what it counts stays."""
    members = msgspec.json.decode(operation)
    body = _without_texts(msgspec.json.decode(members["body"]))
    return msgspec.json.encode({**members, "body": msgspec.json.encode(body).decode()}).decode()


def _without_texts(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_texts(one) for one in value]
    if isinstance(value, dict):
        return {
            name: _TEXTS[name] if name in _TEXTS and one is not None else _without_texts(one)
            for name, one in value.items()
        }
    return value
