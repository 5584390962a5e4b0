"""What of the stock somebody who is bound to stores may look at: those stores' own, and warehouses."""

from uuid import UUID

from api.services import Reading
from commands.ports import Caller, Missing
from domain.storages import Storage
from projections.settings import ask_setting


def check_reach(reading: Reading, caller: Caller, *storage_ids: UUID) -> None:
    """Raise Missing when all of these storages lie in stores that the caller does not work in."""
    if not caller.store_ids:
        return
    asked = [ask_setting(reading.db, Storage.kind, storage_id) for storage_id in storage_ids]
    stores = [storage["parent_id"] for one in asked if (storage := one.row())]
    if not any(store is None or store in caller.store_ids for store in stores):
        raise Missing
