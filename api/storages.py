"""Storages in the API."""

from dataclasses import replace

from api.fields import Code, Flag, Id, Name, optional
from api.settings import Declaration
from domain.storages import Storage

STORAGES = Declaration(
    kind=Storage,
    path="/api/admin/storages",
    permission="storages",
    fields={
        "name": Name(required=True),
        "code": Code(required=True),
        "store_id": Id(allow_none=True, load_default=None),
        "address": optional(),
        "allow_negative": Flag(load_default=False),
    },
)

#: The storages of one store, to be looked at; they are set up among all the others.
STORE_STORAGES = replace(STORAGES, path="/api/admin/stores/{store_id:uuid}/storages", owner="store_id")
