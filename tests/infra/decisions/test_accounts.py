"""The same decisions about customers' accounts, over PostgreSQL."""

from tests.commands.test_accounts import *  # noqa: F403 each of its tests runs again here
