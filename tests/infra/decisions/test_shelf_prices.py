"""The same questions about prices of the past, over PostgreSQL."""

from tests.commands.test_shelf_prices import *  # noqa: F403 each of its tests runs again here
