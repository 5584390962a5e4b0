"""The inbox: what tills did and could not be recorded, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from domain.till_operations import TillOperation
from projections.base import Answer, Database, Projection
from projections.pages import PAGE, list_and_count


class TillOperations(Projection):
    """One row for each rejected operation; all that it says is read from the log, by its `stream_id`.

    The cashier is who did it, as the till said, else who delivered it. `awaits` is what it names and awaits,
    `awaited_version` the version of that on which it was decided last; 0 where it was not there.
    """

    name = "till_operations"
    version = 3
    mode = "inline"
    tables = ("till_operations",)
    on = {
        TillOperation.Rejected: """
            INSERT INTO till_operations (company_id, id, stream_id, operation_id, device_id, register_id,
                                         store_id, cashier_id, content, awaits, awaited_version, status,
                                         rejected_at)
            VALUES (%(company_id)s, %(entry_id)s, %(stream_id)s, %(operation_id)s, %(device_id)s,
                    %(register_id)s, %(store_id)s, coalesce(%(cashier_id)s::uuid, %(actor_id)s::uuid),
                    %(content)s, %(awaits)s, 0, 'rejected', %(at)s)
        """,
        TillOperation.RejectedAgain: """
            UPDATE till_operations SET awaits = %(awaits)s, awaited_version = %(awaited_version)s
             WHERE company_id = %(company_id)s AND stream_id = %(stream_id)s
        """,
        TillOperation.Resolved: """
            UPDATE till_operations SET status = 'resolved'
             WHERE company_id = %(company_id)s AND stream_id = %(stream_id)s
        """,
        TillOperation.Discarded: """
            UPDATE till_operations SET status = 'discarded'
             WHERE company_id = %(company_id)s AND stream_id = %(stream_id)s
        """,
    }
    schema = """
        CREATE TABLE till_operations (
            company_id   uuid NOT NULL,
            id           uuid NOT NULL,
            stream_id    uuid NOT NULL,
            operation_id uuid NOT NULL,
            device_id    uuid NOT NULL,
            register_id  uuid NOT NULL,
            store_id     uuid NOT NULL,
            cashier_id   uuid,
            content      text NOT NULL,
            awaits       uuid,
            awaited_version bigint NOT NULL,
            status       text NOT NULL,
            rejected_at  timestamptz NOT NULL,
            PRIMARY KEY (company_id, stream_id)
        );
        CREATE INDEX till_operations_by_operation ON till_operations (company_id, operation_id);
        CREATE INDEX till_operations_by_time ON till_operations (company_id, rejected_at, id);
        CREATE INDEX till_operations_by_device ON till_operations (company_id, device_id, rejected_at, id);
        CREATE INDEX till_operations_by_register
            ON till_operations (company_id, register_id, rejected_at, id);
        CREATE INDEX till_operations_by_store ON till_operations (company_id, store_id, rejected_at, id);
        CREATE INDEX till_operations_by_status ON till_operations (company_id, status, rejected_at, id);
        CREATE INDEX till_operations_open ON till_operations (company_id, device_id, rejected_at, id)
            WHERE status = 'rejected';
        CREATE INDEX till_operations_awaiting ON till_operations (company_id, awaits)
            WHERE status = 'rejected' AND awaits IS NOT NULL;
        CREATE INDEX till_operations_of_cashier ON till_operations (company_id, cashier_id)
            WHERE status = 'rejected';
    """


_FILTER: LiteralString = """
       company_id = %(company_id)s
       AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
       AND (%(status)s::text IS NULL OR status = %(status)s::text)
       AND (%(device_id)s::uuid IS NULL OR device_id = %(device_id)s::uuid)
       AND (%(register_id)s::uuid IS NULL OR register_id = %(register_id)s::uuid)
       AND (%(from_time)s::timestamptz IS NULL OR rejected_at >= %(from_time)s::timestamptz)
       AND (%(to_time)s::timestamptz IS NULL OR rejected_at < %(to_time)s::timestamptz)
"""
_LIST: LiteralString = f"""
    SELECT stream_id FROM till_operations
     WHERE {_FILTER}
     ORDER BY rejected_at DESC, id DESC
    {PAGE}
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM till_operations WHERE {_FILTER}"


def list_till_operations(
    db: Database,
    *,
    page: int,
    limit: int,
    store_ids: Sequence[UUID],
    status: str | None = None,
    device_id: UUID | None = None,
    register_id: UUID | None = None,
    from_time: datetime | None = None,
    to_time: datetime | None = None,
) -> tuple[list[UUID], int]:
    """The streams of one page of the inbox, newest first, and how many there are."""
    rows, total = list_and_count(
        db,
        _LIST,
        _COUNT,
        page=page,
        limit=limit,
        store_ids=list(store_ids) or None,
        status=status,
        device_id=device_id,
        register_id=register_id,
        from_time=from_time,
        to_time=to_time,
    )
    return [row["stream_id"] for row in rows], total


_REJECTED: LiteralString = """
    SELECT count(*) AS total FROM till_operations
     WHERE company_id = %(company_id)s AND cashier_id = %(cashier_id)s AND status = 'rejected'
"""


def ask_rejected(db: Database, cashier_id: UUID | None) -> Answer:
    """Ask how many operations of a cashier wait in the inbox, as `total`."""
    return db.ask(_REJECTED, {"company_id": db.company_id, "cashier_id": cashier_id})
