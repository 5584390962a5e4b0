"""The same decisions about when stock moved, over PostgreSQL."""

from tests.commands.stock.test_moments import *  # noqa: F403 each of its tests runs again here
