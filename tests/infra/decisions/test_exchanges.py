"""The same decisions about exchanges, over PostgreSQL."""

from tests.commands.test_exchanges import *  # noqa: F403 each of its tests runs again here
