"""The same decisions about reversals, over PostgreSQL."""

from tests.commands.stock.test_reversals import *  # noqa: F403 each of its tests runs again here
