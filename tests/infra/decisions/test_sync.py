"""The same decisions about operations of tills, over PostgreSQL."""

from tests.commands.test_sync import *  # noqa: F403 each of its tests runs again here
