"""The same decisions about what is settled in the inbox, over PostgreSQL."""

from tests.commands.test_mending import *  # noqa: F403 each of its tests runs again here
