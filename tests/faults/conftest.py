"""Faults on purpose: what dies, breaks off, freezes, floods or lies; often only on request."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import stock_shop


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """How often to try: the first number in the suite, the second under `mipos test-faults`."""
    large = bool(request.config.getoption("--large"))
    return lambda few, many: many if large else few


@pytest.fixture
def stocked(shop: Any) -> Any:
    """A shop that is set up and stocked."""
    return stock_shop(shop)
