"""The same decisions about returns to suppliers, over PostgreSQL."""

from tests.commands.stock.test_supplier_returns import *  # noqa: F403 each of its tests runs again here
