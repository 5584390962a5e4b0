"""The same decisions about read models, over PostgreSQL."""

from tests.commands.test_read_models import *  # noqa: F403 each of its tests runs again here
