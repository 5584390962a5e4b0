"""The same decisions about refunds, over PostgreSQL."""

from tests.commands.test_refunds import *  # noqa: F403 each of its tests runs again here
