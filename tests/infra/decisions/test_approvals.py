"""The same decisions about approvals, over PostgreSQL."""

from tests.commands.test_approvals import *  # noqa: F403 each of its tests runs again here
