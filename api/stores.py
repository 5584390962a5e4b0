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
        "name": Name(required=True, meaning="What it is called.", example="Harbour"),
        "code": Code(required=True, meaning="A short code of its own.", example="MAIN"),
        "timezone": Timezone(meaning="A time zone of the IANA database.", example="Europe/Berlin"),
        "day_cut": DayCut(
            load_default="00:00",
            meaning="When the business day begins, HH:MM by the store's clock.",
            example="04:00",
        ),
        "currency": Currency(meaning="The company's currency; a store has no other.", example="EUR"),
        "address": optional(meaning="Postal address.", example="12 Harbour Street"),
        "phone": optional(50, meaning="Telephone number.", example="+1 555 0100"),
        "receipt_header": optional(2000, meaning="Printed above each receipt.", example="Welcome!"),
        "receipt_footer": optional(2000, meaning="Printed below each receipt.", example="Thank you."),
        "default_storage_id": Id(
            allow_none=True, load_default=None, meaning="The storage its sales are taken from."
        ),
        "tax_rate_ids": TaxRates(
            load_default=tuple,
            meaning="The taxes on products that have none of their own; what is not taxed then has one of "
            "0 percent.",
        ),
    },
)
