"""Look-ups and lists of a company that has much of everything."""

import random
from typing import Any

from commands.ports import Caller
from infra.bench.reports.history import READER
from infra.bench.requests import get, times
from infra.bench.scale.selling import caller_of
from infra.bench.scale.shop import Shop
from infra.bench.shops import TOKEN_SECONDS
from infra.bench.site import Site
from infra.identity.tokens import Tokens

_MANY = 50


def look_up(site: Site, port: int, shop: Shop) -> dict[str, Any]:
    """Milliseconds of answers by what is asked for."""
    site.say("Looking things up")
    tokens = Tokens(site.settings.signing_key(), TOKEN_SECONDS)
    manager = Caller(company_id=shop.company_id, user_id=READER, session_id=READER, role="Manager")
    token, till = tokens.issue(manager), tokens.issue(caller_of(shop))
    draw = random.Random(9)  # noqa: S311 a draw that can be repeated
    wares = [draw.choice(shop.wares) for _ in range(_MANY)]
    numbers = [f"{draw.choice(shop.tills).code}-{draw.randrange(1, 20):06d}" for _ in range(_MANY)]
    asked = {
        "SKU at a till": [get(till, "/api/lookups/variants", search=ware.sku) for ware in wares],
        "name at a till": [get(till, "/api/lookups/variants", search=ware.name[:8]) for ware in wares],
        "number of a sale": [get(token, "/api/admin/orders", search=number) for number in numbers],
        "sales of a store": [
            get(token, "/api/admin/orders", store_id=str(store_id)) for store_id in shop.storages
        ],
        "ledger of a variant": [
            get(token, "/api/admin/inventory/movements", variant_id=str(ware.variant_id)) for ware in wares
        ],
        "newest of the ledger": [get(token, "/api/admin/inventory/movements")],
    }
    return {"scale_look_up_ms": {kind: times(site, port, requests) for kind, requests in asked.items()}}
