"""Webhooks as they are listed: where they go, of which events, and whether they do."""

from typing import Any, LiteralString

from domain.webhooks import Webhook
from projections.base import Answer, Database, Projection, Row
from projections.pages import PAGE, list_and_count


class Webhooks(Projection):
    """One row for each webhook that was ever registered."""

    name = "webhooks"
    mode = "inline"
    tables = ("webhooks",)
    on = {
        Webhook.Registered: """
            INSERT INTO webhooks (company_id, id, url, types, store_ids, description, is_ordered, signature,
                                  in_full, is_archived, version, created_at, updated_at)
            VALUES (%(company_id)s, %(stream_id)s, %(url)s, %(types)b::text[], %(store_ids)b::uuid[],
                    %(description)s, %(ordered)s, %(signature)s, %(in_full)s, false, %(version)s, %(at)s,
                    %(at)s)
        """,
        Webhook.Readdressed: """
            UPDATE webhooks
               SET url = %(url)s, in_full = %(in_full)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Webhook.Subscribed: """
            UPDATE webhooks
               SET types = %(types)b::text[], store_ids = %(store_ids)b::uuid[],
                   description = %(description)s, is_ordered = %(ordered)s, in_full = %(in_full)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Webhook.Rotated: """
            UPDATE webhooks SET version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Webhook.Disabled: """
            UPDATE webhooks SET disabled_for = %(reason)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Webhook.Enabled: """
            UPDATE webhooks SET disabled_for = NULL, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Webhook.Archived: """
            UPDATE webhooks SET is_archived = true, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
    }
    schema = """
        CREATE TABLE webhooks (
            company_id   uuid NOT NULL,
            id           uuid NOT NULL,
            url          text NOT NULL,
            types        text[] NOT NULL,
            store_ids    uuid[] NOT NULL,
            description  text NOT NULL,
            is_ordered   boolean NOT NULL,
            signature    text NOT NULL,
            in_full   boolean NOT NULL,
            disabled_for text,
            is_archived  boolean NOT NULL,
            version      bigint NOT NULL,
            created_at   timestamptz NOT NULL,
            updated_at   timestamptz NOT NULL,
            PRIMARY KEY (company_id, id)
        );
    """


# Whoever is bound to stores sees those that tell of nothing else.
_FILTER: LiteralString = """
       hook.company_id = %(company_id)s
       AND CASE %(status)s::text WHEN 'archived' THEN hook.is_archived
                                 WHEN 'disabled' THEN NOT hook.is_archived AND hook.disabled_for IS NOT NULL
                                 WHEN 'failing' THEN NOT hook.is_archived AND hook.disabled_for IS NULL
                                                 AND reached.failing_since IS NOT NULL
                                 WHEN 'active' THEN NOT hook.is_archived AND hook.disabled_for IS NULL
                                                AND reached.failing_since IS NULL
                                 ELSE NOT hook.is_archived END
       AND (%(store_ids)b::uuid[] IS NULL
            OR (hook.store_ids <> '{}' AND hook.store_ids <@ %(store_ids)b::uuid[]))
"""
_FROM: LiteralString = """
      FROM webhooks AS hook
      LEFT JOIN webhook_cursors AS reached
        ON reached.company_id = hook.company_id AND reached.webhook_id = hook.id
"""
_LIST: LiteralString = f"""
    SELECT hook.id, hook.url, hook.types, hook.store_ids, hook.description, hook.is_ordered AS ordered,
           hook.signature, hook.in_full, hook.disabled_for, hook.is_archived, hook.version,
           hook.created_at, hook.updated_at
    {_FROM}
     WHERE {_FILTER}
     ORDER BY hook.created_at, hook.id
    {PAGE}
"""
_COUNT: LiteralString = f"SELECT count(*) AS total {_FROM} WHERE {_FILTER}"

_IN_USE: LiteralString = """
    SELECT count(*) AS total FROM webhooks WHERE company_id = %(company_id)s AND NOT is_archived
"""


def list_webhooks(db: Database, *, page: int, limit: int, **filters: Any) -> tuple[list[Row], int]:
    """One page of webhooks, the oldest first, and how many there are in all.

    Without a `status` all but the archived. The other filter is
    `store_ids`: those that tell of nothing but these stores.
    """
    return list_and_count(
        db,
        _LIST,
        _COUNT,
        page=page,
        limit=limit,
        status=filters.get("status"),
        store_ids=list(filters.get("store_ids") or ()) or None,
    )


def ask_count(db: Database) -> Answer:
    """Ask how many there are that are not archived, with the next round trip."""
    return db.ask(_IN_USE, {"company_id": db.company_id})
