"""Stores in the API."""

from api.fields import Code, Currency, DayCut, Id, Name, Timezone
from api.settings import Declaration, optional
from domain.stores import Store

STORES = Declaration(
    kind=Store,
    path="/api/admin/stores",
    permission="stores",
    fixed=("currency",),
    fields={
        "name": Name(required=True),
        "code": Code(required=True),
        "timezone": Timezone(),
        "day_cut": DayCut(load_default="00:00"),
        "currency": Currency(),
        "address": optional(),
        "phone": optional(50),
        "receipt_header": optional(2000),
        "receipt_footer": optional(2000),
        "default_storage_id": Id(allow_none=True, load_default=None),
    },
)
