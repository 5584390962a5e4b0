"""The same decisions about goods without an order, over PostgreSQL."""

from tests.commands.test_unlinked_returns import *  # noqa: F403 each of its tests runs again here
