"""What is made beside the live tables for a while."""

from typing import Any, LiteralString
from uuid import uuid4

from infra.projections.proved_log import ProvedLog
from infra.projections.staging import Staging, staging_session
from infra.runtime.models import EVENT_TYPES
from projections.customers import Customers

UNKNOWN: LiteralString = """
    SELECT attname FROM pg_attribute
     WHERE attrelid = to_regclass(%s) AND attnum > 0 AND attstattarget = 0 ORDER BY attname
"""


def test_the_planner_learns_as_little_of_persons_as_from_the_live_tables(database: Any) -> None:
    model = Customers()
    with staging_session(database.worker) as connection:
        live = connection.execute(UNKNOWN, ["customers"]).fetchall()
        Staging(connection, model, ProvedLog(EVENT_TYPES, [model], uuid4()))
        assert connection.execute(UNKNOWN, ["pg_temp.customers"]).fetchall() == live
    assert {("name",), ("consents",)} <= set(live)
