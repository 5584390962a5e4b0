"""The same decisions about devices, over PostgreSQL."""

from tests.commands.test_devices import *  # noqa: F403 each of its tests runs again here
