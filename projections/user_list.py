"""Users as the back office lists them, and what is answered of one beyond the facts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from projections.base import Database, Row
from projections.pages import PAGE, list_and_count
from projections.search.within import has_all, typed_words

# Of a store that was archived meanwhile the name is still told: this is asked about the past as well.
_STORES: LiteralString = """
    SELECT id, name, fields ->> 'code' AS code FROM settings
     WHERE company_id = %(company_id)s AND kind = 'stores'
       AND (id = ANY(%(ids)b::uuid[])
            OR id = ANY((SELECT store_ids FROM users
                          WHERE company_id = %(company_id)s AND id = %(user_id)s)::uuid[]))
     ORDER BY name_key, id
"""

_LAST_LOGIN: LiteralString = """
    SELECT last_login FROM credentials WHERE company_id = %(company_id)s AND id = %(user_id)s
"""


class Surroundings:
    """When a user signed in last, and what the stores are called, of the user or to come."""

    def __init__(self, db: Database, user_id: UUID, store_ids: Sequence[UUID] = ()) -> None:
        params = {"company_id": db.company_id, "user_id": user_id, "ids": list(store_ids)}
        self._login = db.ask(_LAST_LOGIN, params)
        self._stores = db.ask(_STORES, params)

    @property
    def last_login(self) -> datetime | None:
        """When the user signed in last; None for never."""
        row = self._login.row()
        return row["last_login"] if row else None

    def stores(self, store_ids: Collection[UUID]) -> list[Mapping[str, Any]]:
        """Id, name and code of these of the stores, by name."""
        return [row for row in self._stores.rows() if row["id"] in store_ids]


_FILTER: LiteralString = f"""
       u.company_id = %(company_id)s
       AND (%(archived)s::bool IS NULL OR u.is_archived = %(archived)s::bool)
       AND (%(active)s::bool IS NULL OR u.is_active = %(active)s::bool)
       AND (%(role)s::text IS NULL OR u.role = %(role)s::text)
       AND (%(store_id)s::uuid IS NULL OR %(store_id)s::uuid = ANY(u.store_ids)
            OR %(with_unbound)s::bool AND cardinality(u.store_ids) = 0)
       AND (%(within)b::uuid[] IS NULL
            OR u.store_ids <@ %(within)b::uuid[] AND cardinality(u.store_ids) > 0)
       AND (NOT EXISTS (SELECT 1 FROM unnest(%(words)b::text[]) AS word
                         WHERE position(word IN u.username_key) = 0 AND position(word IN u.email_key) = 0)
            OR {has_all("u.username_words")})
"""
_LIST: LiteralString = f"""
    SELECT u.id, u.username, u.email, u.role, u.store_ids, u.granted, u.denied, u.is_active, u.is_archived,
           c.last_login, u.version, u.created_at, u.updated_at,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name,
                                                         'code', s.fields -> 'code')
                                      ORDER BY s.name_key, s.id), '[]')
              FROM settings AS s
             WHERE s.company_id = %(company_id)s AND s.kind = 'stores' AND s.id = ANY(u.store_ids)) AS stores
      FROM users AS u
      LEFT JOIN credentials AS c ON c.company_id = u.company_id AND c.id = u.id
     WHERE {_FILTER}
     ORDER BY CASE %(sort)s::text WHEN 'username' THEN u.username_key END,
              CASE %(sort)s::text WHEN '-username' THEN u.username_key END DESC,
              CASE %(sort)s::text WHEN 'created_at' THEN u.created_at END,
              CASE %(sort)s::text WHEN '-created_at' THEN u.created_at END DESC,
              u.id
    {PAGE}
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM users AS u WHERE {_FILTER}"


def list_users(
    db: Database,
    *,
    page: int = 1,
    limit: int = 20,
    search: str | None = None,
    sort: str = "username",
    archived: bool | None = False,
    active: bool | None = None,
    role: str | None = None,
    store_id: UUID | None = None,
    with_unbound: bool = False,
    within: Sequence[UUID] = (),
) -> tuple[list[Row], int]:
    """One page of users and how many there are in all.

    `store_id` leaves those who are bound to that store, `with_unbound` also those who are bound to none;
    `within` those who are bound to nothing but these stores. Each word of `search` is part of the user
    name or the e-mail address.
    """
    return list_and_count(
        db,
        _LIST,
        _COUNT,
        page=page,
        limit=limit,
        archived=archived,
        active=active,
        role=role,
        store_id=store_id,
        with_unbound=with_unbound,
        within=list(within) if within else None,
        **typed_words(search),
        sort=sort,
    )
