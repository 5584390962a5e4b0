"""The same decisions about customers, over PostgreSQL."""

from tests.commands.test_customers import *  # noqa: F403 each of its tests runs again here
