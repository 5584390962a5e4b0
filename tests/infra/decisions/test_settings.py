"""The same decisions about settings, over PostgreSQL."""

from tests.commands.test_settings import *  # noqa: F403 each of its tests runs again here
