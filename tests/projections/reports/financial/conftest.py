"""One trade for all sections: what happened in it is long enough that all of it happened in it."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.runtime.models import PROJECTIONS
from tests.projections.reports.financial.books import Books
from tests.projections.reports.financial.trade import Trade


@pytest.fixture(scope="package")
def trade() -> Trade:
    """Some weeks of trade, at whose end two customers turned out to be one."""
    made = Trade(seed=3)
    made.trade(240)
    made.settle()
    made.merge()
    return made


@pytest.fixture(scope="package")
def books(database: Any, trade: Trade) -> Iterator[Books]:
    """The same in the database, with all that reports read of it."""
    kept = Books(database, trade)
    kept.fold(*(model for model in PROJECTIONS if model.mode == "async"))
    yield kept
    kept.close()
