"""The same decisions about adjustments, over PostgreSQL."""

from tests.commands.stock.test_adjustments import *  # noqa: F403 each of its tests runs again here
