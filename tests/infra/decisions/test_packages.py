"""The same decisions about packages, over PostgreSQL."""

from tests.commands.test_packages import *  # noqa: F403 each of its tests runs again here
