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
        "name": Name(required=True, meaning="What it is called.", example="Back room"),
        "code": Code(required=True, meaning="A short code of its own.", example="BACK"),
        "store_id": Id(
            allow_none=True, load_default=None, meaning="The store it belongs to; null for a warehouse."
        ),
        "address": optional(meaning="Postal address.", example="12 Harbour Street"),
        "allow_negative": Flag(
            load_default=False, meaning="Whether more may be sold than is there.", example=False
        ),
    },
)

#: The storages of one store, to be looked at; they are set up among all the others.
STORE_STORAGES = replace(STORAGES, path="/api/admin/stores/{store_id:uuid}/storages", owner="store_id")
