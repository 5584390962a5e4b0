"""Which versions an aggregate has, and what differs between two of them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from projections.audit.within_stores import WITHIN_STORES
from projections.base import KNOWN_AT, Answer, Database


def ask_version(
    db: Database,
    stream_id: UUID,
    *,
    version: int | None = None,
    as_of: datetime | None = None,
    store_ids: Collection[UUID] = (),
) -> Answer:
    """Ask for the `version` of an aggregate, its last one or its last one known by `as_of`.

    Answers its number and the type of its event, or nothing if there is none, in these stores if some are
    given.
    """
    params = {
        "company_id": db.company_id,
        "stream_id": stream_id,
        "version": version,
        "as_of": as_of,
        "store_ids": list(store_ids) if store_ids else None,
    }
    return db.ask(_VERSION, params)


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that differ, with the values before and after; null where there was none.

    Within objects only what differs is kept; a list is one value.
    """
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if isinstance(was, dict) and isinstance(now, dict):
            was, now = difference(was, now)
        if was != now:
            old[name], new[name] = was, now
    return old, new


_VERSION: LiteralString = f"""
    SELECT stream_version AS version, type FROM events
     WHERE company_id = %(company_id)s AND stream_id = %(stream_id)s
       AND (%(version)s::bigint IS NULL OR stream_version = %(version)s)
       AND (%(as_of)s::timestamptz IS NULL OR {KNOWN_AT} <= %(as_of)s)
       AND {WITHIN_STORES}
     ORDER BY stream_version DESC
     LIMIT 1
"""
