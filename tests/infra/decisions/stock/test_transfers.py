"""The same decisions about transfers, over PostgreSQL."""

from tests.commands.stock.test_transfers import *  # noqa: F403 each of its tests runs again here
