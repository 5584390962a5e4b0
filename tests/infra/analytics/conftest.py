"""What tests of exports share: a database in which nobody but they folds anything, and a shop in it."""

from collections.abc import Iterator

import pytest

from infra.postgres.embedded import EmbeddedServer
from tests.conftest import Database, fresh_database
from tests.infra.analytics.assorted import AssortedTrade


@pytest.fixture(scope="package")
def database(server: EmbeddedServer) -> Database:
    return fresh_database(server, "mipos_analytics")


@pytest.fixture(scope="package")
def busy(database: Database) -> Iterator[AssortedTrade]:
    """A shop of which everything is in the tables; no test changes it."""
    opened = AssortedTrade(database).trade()
    yield opened
    opened.close()
