"""The same decisions about voids, over PostgreSQL."""

from tests.commands.test_voids import *  # noqa: F403 each of its tests runs again here
