"""The same decisions about reservations, over PostgreSQL."""

from tests.commands.stock.test_reservations import *  # noqa: F403 each of its tests runs again here
