"""The same decisions about reorder points, over PostgreSQL."""

from tests.commands.stock.test_reorder_points import *  # noqa: F403 each of its tests runs again here
