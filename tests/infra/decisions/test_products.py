"""The same decisions about products, over PostgreSQL."""

from tests.commands.test_products import *  # noqa: F403 each of its tests runs again here
