"""The same decisions about sales without a connection, over PostgreSQL."""

from tests.commands.test_offline_sales import *  # noqa: F403 each of its tests runs again here
