"""The same decisions about orders, over PostgreSQL."""

from tests.commands.test_orders import *  # noqa: F403 each of its tests runs again here
