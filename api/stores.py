"""Stores in the API."""

from typing import Any

from api.fields import Code, Currency, DayCut, Id, Many, Name, Timezone, optional
from api.settings import Declaration
from domain.stores import Store


class TaxRates(Many):
    """At most ten tax rates, each of them once: a tax named twice is not due twice."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Id(), longest=10, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return tuple(dict.fromkeys(super()._deserialize(value, attr, data, **kwargs)))


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
        "tax_rate_ids": TaxRates(load_default=tuple),
    },
)
