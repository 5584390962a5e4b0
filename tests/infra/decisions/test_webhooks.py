"""The same decisions about webhooks, over PostgreSQL."""

from tests.commands.test_webhooks import *  # noqa: F403 each of its tests runs again here
