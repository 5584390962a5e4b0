"""The same decisions about receipts over PostgreSQL."""

from tests.commands.test_printing import *  # noqa: F403 each of its tests runs again here
