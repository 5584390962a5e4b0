"""What tests of read models share: a database in which nobody but they records or folds anything."""

import pytest

from infra.postgres.embedded import EmbeddedServer
from tests.conftest import Database, fresh_database


@pytest.fixture(scope="session")
def database(server: EmbeddedServer) -> Database:
    """In the one that is served, orders lapse, messages are sent and facts are folded all the while."""
    return fresh_database(server, "mipos_read_models")
