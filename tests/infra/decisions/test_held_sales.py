"""The same decisions about parked sales, over PostgreSQL."""

from tests.commands.test_held_sales import *  # noqa: F403 each of its tests runs again here
