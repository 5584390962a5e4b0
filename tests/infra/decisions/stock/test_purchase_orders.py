"""The same decisions about purchase orders, over PostgreSQL."""

from tests.commands.stock.test_purchase_orders import *  # noqa: F403 each of its tests runs again here
