"""Makes clones of companies, each with whoever is to manage it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import LiteralString
from uuid import UUID

import psycopg

from commands.ports import Caller, DuplicateId
from domain.companies import Company, Origin
from domain.permissions import ADMIN
from domain.seals.refusals import LogNotSound
from domain.users import DuplicateUsername, User
from infra.decisions.unit_of_work import EventWriter, PostgresUnitOfWork
from infra.eventstore.chain import LogAltered
from infra.identity.credentials import Credentials
from infra.incoming.cloning import Clone, Progress
from infra.incoming.log import LogThere
from infra.postgres.transactions import Transaction, transaction
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.users import ask_directory

_TYPE = f"{Company.type_name}.Cloned"

_CLONED: LiteralString = """
    SELECT (state::json ->> 'source_id')::uuid AS company_id,
           (state::json ->> 'source_position')::bigint AS position,
           state::json ->> 'head_hash' AS hash, (state::json ->> 'has_persons')::bool AS has_persons
      FROM events
     WHERE company_id = %(company_id)s AND stream_id = %(company_id)s AND type = %(type)s
     ORDER BY stream_version DESC LIMIT 1
"""


@dataclass(frozen=True, kw_only=True)
class CloneAdmin:
    """Who is to manage a clone: nobody of the source can sign in there. The password comes as its hash."""

    id: UUID
    username: str
    password_hash: str
    email: str | None = None


def make_clone(
    conninfo: str, clone: Clone, name: str, admin: CloneAdmin | None, progress: Progress
) -> Origin:
    """Make a clone under this name, as a worker. Raises Refusal; then nothing is left of it."""

    def complete(db: Transaction, origin: Origin) -> None:
        caller = Caller(company_id=db.company_id, user_id=None)
        work = PostgresUnitOfWork(db, EventWriter(EVENT_TYPES, PROJECTIONS), caller, datetime.now(UTC))
        company = work.load(Company, db.company_id)
        company.become_clone(name, origin)
        work.save(company)
        if admin:
            _appoint(db, work, admin)
        work.record().row()

    try:
        return clone.run(conninfo, EVENT_TYPES, PROJECTIONS, complete, progress)
    except LogThere:
        raise DuplicateId from None
    except LogAltered as altered:
        raise LogNotSound(str(altered)) from None


def find_origin(conninfo: str, company_id: UUID) -> Origin | None:
    """Where a clone that is there comes from; None for what is no clone."""
    with (
        psycopg.connect(conninfo, autocommit=True) as connection,
        transaction(connection, company_id, reading=True) as db,
    ):
        row = db.ask(_CLONED, {"company_id": company_id, "type": _TYPE}).row()
    return Origin(**row) if row else None


def _appoint(db: Transaction, work: PostgresUnitOfWork, admin: CloneAdmin) -> None:
    if ask_directory(db, admin.username).row():
        raise DuplicateUsername
    work.save(User.begin(User.Registered, admin.id, username=admin.username, role=ADMIN, email=admin.email))
    changed: Callable[[], None] = work.changed_rows
    Credentials(db, work.now, changed).set_password(admin.id, admin.password_hash)
