"""Seals that webhooks are told of: each once, behind a cursor of its own beside that of events."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from domain.seals.checkpoints import NotACheckpoint, read_note
from infra.postgres.transactions import Transaction
from infra.process.ids import uuid7
from projections.base import Row

# In the order in which they were made: those of a life before come first.
_NEXT: LiteralString = """
    SELECT epoch, size FROM audit_seals
     WHERE company_id = %(company_id)s AND (epoch, size) > (%(seal_epoch)s, %(seal_size)s)
     ORDER BY epoch, size
     LIMIT %(limit)s
"""

_LAST: LiteralString = """
    SELECT epoch, size FROM audit_seals
     WHERE company_id = %(company_id)s AND (epoch, size) > (%(seal_epoch)s, %(seal_size)s)
     ORDER BY epoch DESC, size DESC
     LIMIT 1
"""

_ADD: LiteralString = """
    INSERT INTO webhook_deliveries (company_id, id, webhook_id, number, message_id, type, status, attempts,
                                    next_attempt_at, created_at, seal_epoch, seal_size)
    SELECT %(company_id)s::uuid, new.id, %(webhook_id)s, %(last_number)s + new.number,
           %(company_id)s::uuid || '-seal-' || new.epoch || '-' || new.size, %(type)s, 'pending', 0, %(now)s,
           %(now)s, new.epoch, new.size
      FROM (SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(epochs)b::int[]) AS epoch,
                   unnest(%(sizes)b::bigint[]) AS size,
                   generate_subscripts(%(ids)b::uuid[], 1) AS number) AS new
    RETURNING company_id
"""

_MOVE: LiteralString = """
    UPDATE webhook_cursors SET seal_epoch = %(epoch)s, seal_size = %(size)s
     WHERE company_id = %(company_id)s AND webhook_id = %(webhook_id)s
"""

_SEALS: LiteralString = """
    SELECT seal.epoch, seal.size, seal.root, seal.head_hash, seal.checkpoint, seal.sealed_at
      FROM (SELECT unnest(%(epochs)b::int[]) AS epoch, unnest(%(sizes)b::bigint[]) AS size) AS asked
      JOIN audit_seals AS seal ON seal.company_id = %(company_id)s AND seal.epoch = asked.epoch
                              AND seal.size = asked.size
"""


def queue_seals(
    db: Transaction, own: Mapping[str, Any], *, is_told: bool, last_number: int, room: int
) -> int:
    """Add what was sealed behind the cursor of a webhook, as far as there is room. Returns how many.

    `own` has the webhook, its cursor, the type of such deliveries and the time. One that `is_told` nothing
    of seals passes over them, and begins with the next when it asks for them.
    """
    if is_told and room <= 0:
        return 0
    seals = db.ask(_NEXT, {**own, "limit": room}).rows() if is_told else db.ask(_LAST, own).rows()
    if not seals:
        return 0
    db.execute(_MOVE, {**own, "epoch": seals[-1]["epoch"], "size": seals[-1]["size"]})
    if not is_told:
        return 0
    added = {
        "ids": [uuid7() for _ in seals],
        "epochs": [one["epoch"] for one in seals],
        "sizes": [one["size"] for one in seals],
    }
    db.execute(_ADD, {**own, **added, "last_number": last_number})
    return len(seals)


def seals_of(db: Transaction, deliveries: Sequence[Row]) -> dict[UUID, tuple[datetime, dict[str, Any]]]:
    """What those deliveries say that are of seals, by their ids, each with when that was sealed."""
    of_seals = [row for row in deliveries if row["seal_size"] is not None]
    if not of_seals:
        return {}
    found = {(one["epoch"], one["size"]): one for one in _found(db, of_seals)}
    seals = {row["id"]: found[row["seal_epoch"], row["seal_size"]] for row in of_seals}
    return {delivery_id: (one["sealed_at"], _content(one)) for delivery_id, one in seals.items()}


def _found(db: Transaction, of_seals: Sequence[Row]) -> Iterable[Row]:
    epochs, sizes = ([row[name] for row in of_seals] for name in ("seal_epoch", "seal_size"))
    return db.ask(_SEALS, {"company_id": db.company_id, "epochs": epochs, "sizes": sizes}).rows()


def _content(seal: Row) -> dict[str, Any]:
    try:
        origin = read_note(seal["checkpoint"]).checkpoint.origin
    except NotACheckpoint:
        origin = ""
    return {
        "size": seal["size"],
        "root": seal["root"].hex(),
        "head_hash": seal["head_hash"].hex(),
        "epoch": seal["epoch"],
        "origin": origin,
        "sealed_at": seal["sealed_at"],
        "checkpoint": seal["checkpoint"],
    }
