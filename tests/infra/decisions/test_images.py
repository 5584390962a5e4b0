"""The same decisions about images, over PostgreSQL."""

from tests.commands.test_images import *  # noqa: F403 each of its tests runs again here
