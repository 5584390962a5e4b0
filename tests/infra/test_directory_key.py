"""The directory of user names: unreadable for everybody, and the same after the data key has changed."""

from collections.abc import Iterator
from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest

from domain.companies import PLATFORM_ID
from infra.eventstore.data_keys import DataKeys, NoDataKey
from infra.eventstore.rewrapping import rewrap
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.transactions import transaction
from infra.runtime.directory_key import derive_directory_key, keep_directory_key, read_directory_key
from projections.user_directory import DIRECTORY, NoDirectoryKey, UserDirectory
from tests.conftest import DATA_KEY, Shop, fresh_database

OTHER_KEY = "another data key of at least 32 characters"
DIGESTS: LiteralString = "SELECT name_digest FROM user_directory"
NAMES: LiteralString = "SELECT username FROM users WHERE company_id = %(company_id)s"


def keys_of(current: str, *former: str) -> DataKeys:
    keys = DataKeys()
    keys.load(current, former)
    return keys


@pytest.fixture
def empty(server: EmbeddedServer) -> Iterator[str]:
    """A database that keeps no key of the directory yet."""
    yield fresh_database(server, "mipos_directory").app
    derive_directory_key(keys_of(DATA_KEY))


class TestTheDirectory:
    def test_has_no_name_that_any_company_can_read(self, shop: Shop) -> None:
        with (
            psycopg.connect(shop.service.database.app, autocommit=True) as connection,
            transaction(connection, uuid4()) as stranger,
        ):
            digests = {row["name_digest"] for row in stranger.ask(DIGESTS, {}).rows()}
            stranger.enter(shop.company_id)
            names = [row["username"] for row in stranger.ask(NAMES, {"company_id": shop.company_id}).rows()]
        assert names
        assert {DIRECTORY.digest(name) for name in names} <= digests
        assert all(len(digest) == 64 and digest.isalnum() for digest in digests)

    def test_takes_names_for_one_that_differ_by_letter_case_alone(self) -> None:
        assert DIRECTORY.digest("Ada@Example.com") == DIRECTORY.digest("ada@example.com")
        assert DIRECTORY.digest("ada@example.com") != DIRECTORY.digest("ada@example.org")

    def test_answers_nothing_without_its_key(self) -> None:
        with pytest.raises(NoDirectoryKey):
            UserDirectory().digest("ada")


class TestItsKey:
    def test_outlives_the_data_key(self, empty: str) -> None:
        keep_directory_key(empty, keys_of(DATA_KEY))
        digest = DIRECTORY.digest("ada")
        both, today = keys_of(OTHER_KEY, DATA_KEY), keys_of(OTHER_KEY)
        keep_directory_key(empty, both)
        assert DIRECTORY.digest("ada") == digest
        with psycopg.connect(empty, autocommit=True) as connection:
            assert rewrap(connection, both, PLATFORM_ID) == 1
        for take in (keep_directory_key, read_directory_key):
            derive_directory_key(today)
            assert DIRECTORY.digest("ada") != digest
            take(empty, today)
            assert DIRECTORY.digest("ada") == digest

    def test_is_needed_to_start(self, empty: str) -> None:
        keep_directory_key(empty, keys_of(DATA_KEY))
        with pytest.raises(NoDataKey):
            read_directory_key(empty, keys_of(OTHER_KEY))

    def test_follows_from_the_data_key_where_none_is_kept(self, empty: str) -> None:
        derive_directory_key(keys_of(DATA_KEY))
        digest = DIRECTORY.digest("ada")
        derive_directory_key(keys_of(OTHER_KEY))
        read_directory_key(empty, keys_of(DATA_KEY))
        assert DIRECTORY.digest("ada") == digest
