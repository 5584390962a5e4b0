"""The same decisions about deliveries, over PostgreSQL."""

from tests.commands.stock.test_receipts import *  # noqa: F403 each of its tests runs again here
