"""The same decisions about the right to be forgotten, over PostgreSQL."""

from tests.commands.test_customer_erasure import *  # noqa: F403 each of its tests runs again here
