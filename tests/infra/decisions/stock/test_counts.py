"""The same decisions about counts, over PostgreSQL."""

from tests.commands.stock.test_counts import *  # noqa: F403 each of its tests runs again here
