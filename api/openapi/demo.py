"""What ids in examples stand for: things of the demo company, where an example can so be sent as it is.

They follow from names alone, so they are the same on every server that has made the demo.
"""

from collections.abc import Mapping
from uuid import UUID, uuid5

from domain.companies import PLATFORM_ID

_DEMO = UUID("253c88bd-92f1-5cbd-aed2-5d06d2b72323")
#: Its things by the fields that name such, and what each is called there.
_KEYS: Mapping[str, str] = {
    "store_id": "store/MI",
    "register_id": "register/MI/1",
    "storage_id": "storage/MI",
    "from_storage_id": "storage/WH",
    "to_storage_id": "storage/MI",
    "product_id": "product/DM-0035",
    "antecedent_id": "product/DM-0138",
    "consequent_id": "product/DM-0100",
    "variant_id": "variant/DM-0035",
    "brand_id": "brand/Alpenweide",
    "category_id": "category/Food/Dairy/Milk and cream",
    "unit_id": "unit/pc",
    "stream_id": "product/DM-0035",
    "tax_rate_id": "tax/7",
    "customer_id": "customer/Anna Berger",
    "customer_group_id": "customer-group/Regulars",
    "user_id": "user/cashier@demo.local",
    "recipient": "user/admin@demo.local",
    "cashier_id": "user/cashier@demo.local",
}

#: The id of each.
DEMO_IDS: Mapping[str, str] = {
    "company_id": str(_DEMO),
    "package_id": str(uuid5(PLATFORM_ID, "package/Business")),
    **{name: str(uuid5(_DEMO, key)) for name, key in _KEYS.items()},
}
