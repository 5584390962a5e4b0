"""The same decisions about what tills gave back without a connection, over PostgreSQL."""

from tests.commands.test_offline_refunds import *  # noqa: F403 each of its tests runs again here
