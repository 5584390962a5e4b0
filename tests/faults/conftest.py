"""Faults on purpose: what dies, breaks off, freezes, floods or lies; often only on request."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import stock_shop
from tests.faults.cutter import Cutter


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """How often to try: the first number in the suite, the second under `mipos test-faults`."""
    large = bool(request.config.getoption("--large"))
    return lambda few, many: many if large else few


@pytest.fixture
def stocked(shop: Any) -> Any:
    """A shop that is set up and stocked."""
    return stock_shop(shop)


@pytest.fixture(scope="module")
def cutter(database: Any) -> Iterator[Cutter]:
    """A way to the database that can be cut."""
    with Cutter(database.app, Path(tempfile.mkdtemp(prefix="cut-"))) as running:
        yield running


@pytest.fixture(scope="module")
def far(cutter: Cutter, serve: Any) -> Iterator[Any]:
    """A web server that reaches the database through the cutter."""
    with serve(MIPOS_APP_DATABASE_URL=cutter.conninfo, MIPOS_WORKERS="1") as running:
        yield running
