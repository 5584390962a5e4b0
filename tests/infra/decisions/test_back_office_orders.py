"""The same decisions about orders of the back office, over PostgreSQL."""

from tests.commands.test_back_office_orders import *  # noqa: F403 each of its tests runs again here
