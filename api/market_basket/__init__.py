"""Market basket: what is bought together."""

from falcon import App, Request, Response

from api.market_basket.companions import Companions
from api.market_basket.itemsets import Itemsets
from api.market_basket.itemsets_file import ItemsetsFile
from api.market_basket.matrix import BasketMatrix
from api.market_basket.rule_orders import RuleOrders
from api.market_basket.rules import Rules
from api.market_basket.rules_file import RulesFile
from api.market_basket.summary import BasketSummary
from api.services import Services

__all__ = ["add_routes"]

_BASE = "/api/admin/analytics/market-basket"


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of the analysis of baskets."""
    app.add_route(f"{_BASE}/rules", Rules(services))
    app.add_route(f"{_BASE}/rules/export", RulesFile(services))
    app.add_route(f"{_BASE}/rules/orders", RuleOrders(services))
    app.add_route(f"{_BASE}/products/{{product_id:uuid}}/companions", Companions(services))
    app.add_route(f"{_BASE}/itemsets", Itemsets(services))
    app.add_route(f"{_BASE}/itemsets/export", ItemsetsFile(services))
    app.add_route(f"{_BASE}/matrix", BasketMatrix(services))
    app.add_route(f"{_BASE}/summary", BasketSummary(services))
