"""The two sides of a transfer: its storages, and who may see it."""

from collections.abc import Collection, Mapping
from uuid import UUID

from commands.ports import Missing
from commands.stock.ports import StockContext, StockWork
from domain.settings import OtherStore
from domain.stock.transfers import Transfer

#: Where goods are sent from and to, as requests name them.
SOURCE, DESTINATION = "from_storage_id", "to_storage_id"


def storages_of(transfer: Transfer) -> Mapping[str, UUID]:
    """Its two storages, by their fields."""
    return {SOURCE: transfer.from_storage_id, DESTINATION: transfer.to_storage_id}


def check_either_side(stock: StockContext, store_ids: Collection[UUID]) -> None:
    """Raise OtherStore when neither storage lies in one of these stores; no stores are no bounds."""
    try:
        stock.check_store(SOURCE, store_ids)
    except OtherStore:
        stock.check_store(DESTINATION, store_ids)


def check_visible(stock: StockContext, work: StockWork) -> None:
    """Raise Missing where the caller works on neither side."""
    try:
        check_either_side(stock, work.caller.store_ids)
    except OtherStore as refusal:
        raise Missing from refusal
