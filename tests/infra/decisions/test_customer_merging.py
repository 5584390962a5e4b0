"""The same decisions about customers who turned out to be one, over PostgreSQL."""

from tests.commands.test_customer_merging import *  # noqa: F403 each of its tests runs again here
