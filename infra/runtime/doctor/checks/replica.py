"""Whether the replica follows, and how closely."""

import time
from typing import LiteralString

import psycopg

from infra.postgres.connections import CONNECT
from infra.process.troubles import described
from infra.runtime.databases import replica_address
from infra.runtime.doctor.finding import Result, fail, ok, warn
from infra.runtime.doctor.patient import Patient

#: For how many seconds it may not have what the primary had, before it is told.
_PATIENCE = 1.0

_PRIMARY: LiteralString = """
    SELECT pg_current_wal_flush_lsn()::text AS written,
           (SELECT system_identifier::text FROM pg_control_system()) AS system
"""

_COPY: LiteralString = """
    SELECT pg_is_in_recovery(), (SELECT system_identifier::text FROM pg_control_system())
"""

_BEHIND: LiteralString = """
    SELECT greatest(pg_wal_lsn_diff(%(written)s::text::pg_lsn, pg_last_wal_replay_lsn()), 0)::bigint,
           coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 0)::float8
"""

_NAME = "Name a server in DATABASE_REPLICA_URL that follows that of DATABASE_URL."


def replica(patient: Patient) -> Result:
    """The replica has what the primary has, a moment later."""
    address = replica_address(patient.settings)
    if address is None:
        return ok("There is no replica: the primary answers everything.")
    [primary] = patient.ask(_PRIMARY)
    try:
        with psycopg.connect(
            address, autocommit=True, connect_timeout=CONNECT, application_name="mipos doctor"
        ) as copy:
            [(is_copy, system)] = copy.execute(_COPY).fetchall()
            if not is_copy:
                return fail("The server of DATABASE_REPLICA_URL follows none.", _NAME)
            if system != primary["system"]:
                return fail("The server of DATABASE_REPLICA_URL is a copy of another one.", _NAME)
            return _how_close(copy, primary["written"])
    except psycopg.Error as error:
        mend = "Bring it back; until then the primary answers everything."
        return warn(f"The replica cannot be asked: {described(error)}.", mend)


def _how_close(copy: psycopg.Connection[tuple[int, float]], written: str) -> Result:
    ends = time.monotonic() + _PATIENCE
    while True:
        [(size, seconds)] = copy.execute(_BEHIND, {"written": written}).fetchall()
        if not size:
            return ok("The replica has all that the primary had.")
        if time.monotonic() > ends:
            says = f"The replica is behind by {size:,} bytes of the server's log, {seconds:,.0f} s."
            mend = "Look at its own log, its disk, and long questions there (hot_standby_feedback = on)."
            return warn(says, mend)
        time.sleep(0.05)
