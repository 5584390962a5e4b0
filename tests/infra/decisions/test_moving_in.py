"""The same decisions about moving in, over PostgreSQL."""

from tests.commands.test_moving_in import *  # noqa: F403 each of its tests runs again here
