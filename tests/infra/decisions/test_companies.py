"""The same decisions about companies, over PostgreSQL."""

from tests.commands.test_companies import *  # noqa: F403 each of its tests runs again here
