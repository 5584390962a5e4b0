"""A database as it was while hashes covered the bytes of states and metadata."""

from typing import LiteralString
from uuid import UUID

import psycopg
from psycopg.rows import args_row

from infra.eventstore.chain import EVENTS, ChainedEvent, genesis_hash
from infra.eventstore.rehash import former_hash
from infra.upgrades.migrations import FUNCTIONS, REHASH, functions_in
from tests.conftest import Database

_DIGESTS = "sha256(convert_to(state, 'UTF8')) || sha256(convert_to(metadata, 'UTF8'))"
_BYTES = (
    "int4send(octet_length(convert_to(state, 'UTF8'))) || convert_to(state, 'UTF8')"
    " || convert_to(metadata, 'UTF8')"
)
_FUNCTIONS = "infra.eventstore:functions.sql"

_WRITE: LiteralString = "UPDATE events SET hash = %s WHERE company_id = %s AND position = %s"
_WRITE_END: LiteralString = "UPDATE company_head SET hash = %s WHERE company_id = %s"


def restore_former_hashes(database: Database) -> None:
    """Let every log and the function that appends be as the version of before left them."""
    text = functions_in(FUNCTIONS[_FUNCTIONS], database.installation.schema)
    assert text.count(_DIGESTS) == 1
    with psycopg.connect(database.owner) as owner:
        owner.execute(text.replace(_DIGESTS, _BYTES).encode())
        owner.execute("UPDATE schema_migrations SET digest = 'of before' WHERE name = %s", [_FUNCTIONS])
        owner.execute("DELETE FROM schema_migrations WHERE name = %s", [REHASH])
        for (company_id,) in owner.execute("SELECT company_id FROM company_head").fetchall():
            rechain(owner, company_id)


def rechain(owner: psycopg.Connection[tuple[object, ...]], company_id: UUID) -> None:
    """Give every event of a log its former hash."""
    where = {"company_id": company_id, "first": 1, "last": None}
    events = owner.cursor(row_factory=args_row(ChainedEvent), binary=True).execute(EVENTS, where).fetchall()
    last = genesis_hash(company_id)
    for event in events:
        last = former_hash(last, event)
        owner.execute(_WRITE, [last, company_id, event.position])
    owner.execute(_WRITE_END, [last, company_id])
