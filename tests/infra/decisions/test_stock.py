"""The same decisions about stock, over PostgreSQL."""

from tests.commands.test_stock import *  # noqa: F403 each of its tests runs again here
