"""Devices as they are listed: at which register, in which store, and whether in use."""

from collections.abc import Collection
from typing import Any, LiteralString
from uuid import UUID

from domain.devices import Device, LastDelivery
from domain.pending import Pending
from projections.base import Database, Projection, Row
from projections.pages import PAGE, list_and_count

ACTIVE, RETIRED = STATUSES = ("active", "retired")


class Devices(Projection):
    """One row for each device that was ever enrolled."""

    name = "devices"
    mode = "inline"
    tables = ("devices",)
    on = {
        Device.Enrolled: """
            INSERT INTO devices (company_id, id, register_id, store_id, code, name, status, enrolled_at,
                                 version)
            VALUES (%(company_id)s, %(stream_id)s, %(register_id)s, %(store_id)s, %(code)s, %(name)s,
                    'active', %(at)s, %(version)s)
        """,
        Device.Retired: """
            UPDATE devices
               SET status = 'retired', retired_at = %(at)s, retire_reason = %(reason)s, version = %(version)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
    }
    schema = """
        CREATE TABLE devices (
            company_id    uuid NOT NULL,
            id            uuid NOT NULL,
            register_id   uuid NOT NULL,
            store_id      uuid NOT NULL,
            code          text NOT NULL,
            name          text NOT NULL,
            status        text NOT NULL,
            enrolled_at   timestamptz NOT NULL,
            retired_at    timestamptz,
            retire_reason text,
            version       bigint NOT NULL,
            PRIMARY KEY (company_id, id)
        );
        CREATE INDEX devices_by_time ON devices (company_id, enrolled_at, id);
        CREATE INDEX devices_by_status ON devices (company_id, status, enrolled_at, id);
        CREATE INDEX devices_by_store ON devices (company_id, store_id, enrolled_at, id);
        CREATE INDEX devices_by_register ON devices (company_id, register_id, enrolled_at, id);
    """


_FILTER: LiteralString = """
       d.company_id = %(company_id)s
       AND (%(register_id)s::uuid IS NULL OR d.register_id = %(register_id)s::uuid)
       AND (%(store_ids)b::uuid[] IS NULL OR d.store_id = ANY(%(store_ids)b::uuid[]))
       AND (%(status)s::text IS NULL OR d.status = %(status)s::text)
"""
# What a device delivers is counted beside the log, as it is no fact of its own.
_LIST: LiteralString = f"""
    SELECT d.id, d.register_id, d.store_id, d.code, d.name, d.status, d.enrolled_at, d.retired_at,
           d.retire_reason, d.version, coalesce(delivery.last_seq, 0) AS last_seq, delivery.last_seen_at
      FROM devices AS d
      LEFT JOIN device_deliveries AS delivery
        ON delivery.company_id = d.company_id AND delivery.device_id = d.id
     WHERE {_FILTER}
     ORDER BY d.enrolled_at DESC, d.id DESC
    {PAGE}
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM devices AS d WHERE {_FILTER}"

_LAST_DELIVERY: LiteralString = """
    SELECT last_seq, last_seen_at FROM device_deliveries
     WHERE company_id = %(company_id)s AND device_id = %(device_id)s
"""


def list_devices(
    db: Database, *, page: int, limit: int, store_ids: Collection[UUID] = (), **filters: Any
) -> tuple[list[Row], int]:
    """One page of devices, the newest first, and how many there are in all; of these stores, or of all.

    The other filters are `register_id` and `status`.
    """
    return list_and_count(
        db,
        _LIST,
        _COUNT,
        page=page,
        limit=limit,
        store_ids=list(store_ids) or None,
        register_id=filters.get("register_id"),
        status=filters.get("status"),
    )


def ask_last_delivery(db: Database, device_id: UUID) -> Pending[LastDelivery]:
    """Ask what a device delivered last; there is no row of one that was never heard of."""
    answer = db.ask(_LAST_DELIVERY, {"company_id": db.company_id, "device_id": device_id})

    def last_delivery() -> LastDelivery:
        row = answer.row()
        return LastDelivery(seq=row["last_seq"], at=row["last_seen_at"]) if row else LastDelivery()

    return Pending(last_delivery)
