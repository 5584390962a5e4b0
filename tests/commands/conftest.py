"""Decisions in memory."""

import pytest

pytest.register_assert_rewrite("tests.commands.scenario")

from tests.commands.samples import company  # noqa: E402 after the line above
from tests.commands.scenario import Scenario  # noqa: E402


@pytest.fixture
def blank() -> Scenario:
    """No company at all yet."""
    return Scenario()


@pytest.fixture
def scenario(blank: Scenario) -> Scenario:
    """A company that was just founded: euros, Berlin; nothing is set up yet."""
    return blank.given(company())
