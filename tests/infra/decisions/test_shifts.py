"""The same decisions about shifts, over PostgreSQL."""

from tests.commands.test_shifts import *  # noqa: F403 each of its tests runs again here
