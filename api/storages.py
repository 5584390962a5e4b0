"""Storages in the API."""

from api.fields import Code, Flag, Id, Name
from api.settings import Declaration, optional
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
