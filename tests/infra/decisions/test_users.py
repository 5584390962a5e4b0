"""The same decisions about users, over PostgreSQL."""

from tests.commands.test_users import *  # noqa: F403 each of its tests runs again here
