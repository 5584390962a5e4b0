"""The same reports of shifts, over PostgreSQL."""

from tests.commands.test_shift_reports import *  # noqa: F403 each of its tests runs again here
