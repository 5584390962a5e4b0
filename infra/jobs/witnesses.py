"""Has witnesses cosign seals: what they signed, another past would have to be signed by them, too.

A witness that is down, or does not know a log yet, stops nothing and is asked again.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import structlog

from domain.seals.tree import consistency, hash_of
from infra.decisions.unit_of_work import EventWriter
from infra.jobs.job import Job
from infra.postgres.transactions import Transaction, transaction
from infra.seals.published import add_note
from infra.seals.sealing import Seal, find_last
from infra.seals.witnessing import Address, PastDiffers, WitnessDown, WitnessKnows, WitnessSilent
from projections.seals import ask_hashes, find_seal

EVERY = timedelta(minutes=1)

log = structlog.get_logger("jobs")

# Found without a lock and across companies.
_DUE: LiteralString = """
    SELECT head.company_id
      FROM company_head AS head
     WHERE EXISTS (SELECT FROM audit_seals AS seal
                    WHERE seal.company_id = head.company_id
                      AND (seal.epoch, seal.size) > (coalesce((
                          SELECT cosigned.epoch FROM seal_witnesses AS cosigned
                           WHERE cosigned.company_id = head.company_id AND cosigned.vkey = %(vkey)s
                           ORDER BY cosigned.epoch DESC, cosigned.size DESC LIMIT 1), 0), coalesce((
                          SELECT cosigned.size FROM seal_witnesses AS cosigned
                           WHERE cosigned.company_id = head.company_id AND cosigned.vkey = %(vkey)s
                           ORDER BY cosigned.epoch DESC, cosigned.size DESC LIMIT 1), 0)))
     ORDER BY head.company_id
"""

_FORMER: LiteralString = """
    SELECT coalesce(max(size), 0) AS size FROM seal_witnesses
     WHERE company_id = %(company_id)s AND epoch = %(epoch)s AND vkey = %(vkey)s
"""

_KEEP: LiteralString = """
    INSERT INTO seal_witnesses (company_id, epoch, size, vkey, line, cosigned_at)
    VALUES (%(company_id)s, %(epoch)s, %(size)s, %(vkey)s, %(line)s, %(cosigned_at)s)
        ON CONFLICT DO NOTHING
"""


class Witnessing:
    """Asks witnesses, one after another."""

    def __init__(self, addresses: Sequence[Address], folder: Path) -> None:
        self._addresses = addresses
        self._folder = folder

    def ask(self, connection: psycopg.Connection[Any], _writer: EventWriter, _now: datetime) -> int:
        """Have the last seal of each log cosigned by whoever has not. Returns how many lines that made."""
        return sum(self._ask_one(connection, address) for address in self._addresses)

    def _ask_one(self, connection: psycopg.Connection[Any], address: Address) -> int:
        cosigned = 0
        for (company_id,) in connection.execute(_DUE, {"vkey": address.witness.vkey}).fetchall():
            names = {"company_id": str(company_id), "witness": address.witness.name}
            try:
                cosigned += self._cosign(connection, company_id, address)
            except WitnessKnows as knows:
                reason = f"it has cosigned {knows.size} events of this log: it was cut off, or has two pasts"
                log.critical("a seal is not cosigned", **names, reason=reason)
            except PastDiffers:
                log.critical("a seal is not cosigned", **names, reason="it cosigned another past of this log")
            except WitnessSilent as silent:
                log.warning("a seal is not cosigned", **names, reason=str(silent))
                if isinstance(silent, WitnessDown):
                    # Each log more would wait for it in vain.
                    break
            except OSError as error:
                log.exception("a cosignature is not published", **names, reason=error.strerror)
        return cosigned

    def _cosign(self, connection: psycopg.Connection[Any], company_id: UUID, address: Address) -> bool:
        """No transaction is open while the witness is waited for. Raises what `Address.cosign` does."""
        vkey = address.witness.vkey
        with transaction(connection, company_id, reading=True) as db:
            seal = find_last(db)
            if seal is None:
                return False
            where = {"company_id": company_id, "epoch": seal.epoch, "vkey": vkey}
            row = db.ask(_FORMER, where).row()
            former = row["size"] if row else 0
        try:
            seconds, line = self._ask(connection, company_id, address, seal, former)
        except WitnessKnows as knows:
            if knows.size > seal.size or knows.size == former:
                raise
            seconds, line = self._ask(connection, company_id, address, seal, knows.size)
        cosigned = {"size": seal.size, "line": line, "cosigned_at": datetime.fromtimestamp(seconds, UTC)}
        with transaction(connection, company_id) as db:
            db.execute(_KEEP, {**where, **cosigned})
            shown = find_seal(db, seal.size)
        if shown:
            add_note(self._folder, company_id, shown["checkpoint"])
        return True

    def _ask(
        self, connection: psycopg.Connection[Any], company_id: UUID, address: Address, seal: Seal, former: int
    ) -> tuple[int, str]:
        with transaction(connection, company_id, reading=True) as db:
            proof = _proof(db, former, seal.size)
        return address.cosign(seal.checkpoint, former, proof)


def _proof(db: Transaction, former: int, size: int) -> list[bytes]:
    """What leads from the first so many events to more of them; nothing leads from none."""
    if not former:
        return []
    parts = consistency(former, size)
    known = ask_hashes(db, (one for part in parts for one in part)).read()
    return [hash_of(part, known) for part in parts]


def witnessing(addresses: Sequence[Address], folder: Path) -> Job:
    """The job."""
    return Job(name="witnesses", every=EVERY, do=Witnessing(addresses, folder).ask)
