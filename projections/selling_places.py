"""Where a till sells and what it sells from: one rule for sales, quotes and what tills are shown."""

from typing import LiteralString

#: The store of a sale for which none is named: the only one there is.
ONLY_STORE: LiteralString = """(
            SELECT min(only_store.id::text)::uuid FROM settings AS only_store
             WHERE only_store.company_id = %(company_id)s
               AND only_store.kind = 'stores' AND NOT only_store.is_archived
            HAVING count(*) = 1)"""

#: The storage that a `store`, a row of settings, sells from: the one it names, else the first it was given.
#: Nothing is sold from it once it is archived.
SELLS_FROM: LiteralString = """coalesce(
            (store.fields ->> 'default_storage_id')::uuid,
            (SELECT own.id FROM settings AS own
              WHERE own.company_id = %(company_id)s AND own.kind = 'storages'
                AND own.parent_id = store.id AND NOT own.is_archived
              ORDER BY own.created_at, own.id LIMIT 1))"""
