"""Stores in the API."""

from typing import Any

from api.fields import Code, Currency, DayCut, Id, Name, Timezone
from api.gateway import Reading
from api.settings import Declaration, optional
from domain.stores import Store
from projections.companies import find_company


def company_defaults(reading: Reading) -> dict[str, Any]:
    """A new store runs by its company's clock and currency unless it says otherwise."""
    company = find_company(reading.db)
    return {"timezone": company["timezone"], "currency": company["currency"]} if company else {}


STORES = Declaration(
    kind=Store,
    path="/api/admin/stores",
    permission="stores",
    bound_to_store=True,
    defaults=company_defaults,
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
