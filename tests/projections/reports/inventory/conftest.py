"""A stockroom with a past."""

from collections.abc import Iterator

import pytest

from tests.conftest import Database
from tests.projections.reports.inventory.stockroom import Stockroom


@pytest.fixture(scope="module")
def stockroom(database: Database) -> Iterator[Stockroom]:
    """One in which much has happened; nothing more does."""
    opened = Stockroom(database)
    opened.live(300)
    opened.fold()
    yield opened
    opened.close()
