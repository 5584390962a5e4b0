"""Passwords are hashed at full cost, one at a time in each web process."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from argon2 import PasswordHasher

from infra.identity.authentication import SignIn
from infra.runtime.services import build_services, open_pool
from infra.runtime.settings import load_settings
from tests.conftest import KEYS
from tests.waiting import PATIENCE


@pytest.fixture
def door(database: Any) -> Iterator[SignIn]:
    """Where one signs in."""
    environ = {**KEYS, "MIPOS_APP_DATABASE_URL": "postgresql:///unused"}
    with open_pool(database.app, 1) as pool:
        authentication = build_services(pool, load_settings(environ)).authentication
        assert isinstance(authentication, SignIn)
        yield authentication


def test_a_new_password_waits_for_its_turn_to_be_hashed(door: SignIn) -> None:
    with ThreadPoolExecutor(1) as somebody:
        with door._hashes.turn:
            hashing = somebody.submit(door.hash_password, "correct horse battery staple")
            with pytest.raises(TimeoutError):
                hashing.result(timeout=0.3)
        assert hashing.result(PATIENCE).startswith("$argon2id$")


def test_what_is_kept_costs_a_guesser_as_much_as_it_should(door: SignIn) -> None:
    stored = door._hashes.make("correct horse battery staple")
    assert not PasswordHasher().check_needs_rehash(stored)
    cheaper = PasswordHasher(memory_cost=1024).hash("correct horse battery staple")
    renewed = door._hashes.renewed(cheaper, "correct horse battery staple")
    assert renewed is not None
    assert not PasswordHasher().check_needs_rehash(renewed)
