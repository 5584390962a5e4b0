"""Epochs: each company's log has one from its beginning, which nobody but a restore changes."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
import pytest

from infra.postgres.transactions import transaction
from projections.log_epochs import find_epoch

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import LogDatabase


def epoch_of(connection: psycopg.Connection[Any], company_id: UUID) -> str:
    with transaction(connection, company_id, reading=True) as current:
        return find_epoch(current)


def test_a_log_has_an_epoch_from_its_beginning(log_database: LogDatabase, company: UUID) -> None:
    with log_database.connect() as connection:
        epoch = epoch_of(connection, company)
    assert len(epoch) == 8
    assert epoch.isalnum()


def test_a_log_that_is_opened_again_keeps_it(log_database: LogDatabase, company: UUID) -> None:
    with log_database.connect() as connection:
        before = epoch_of(connection, company)
        with transaction(connection, company) as current:
            current.execute("SELECT open_company(%(company_id)s)", {"company_id": company})
        assert epoch_of(connection, company) == before


def test_no_two_companies_share_one_or_see_each_others(
    log_database: LogDatabase, open_company: Callable[[], UUID]
) -> None:
    ours, theirs = open_company(), open_company()
    with log_database.connect() as connection:
        assert epoch_of(connection, ours) != epoch_of(connection, theirs)
        with transaction(connection, ours, reading=True) as current:
            seen = current.ask("SELECT company_id FROM log_epochs", {}).rows()
    assert seen == [{"company_id": ours}]


@pytest.mark.parametrize("user", ["app", "worker"])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE log_epochs SET epoch = 'mine' WHERE company_id = %(company_id)s",
        "DELETE FROM log_epochs WHERE company_id = %(company_id)s",
        "INSERT INTO log_epochs (company_id, number, from_position) VALUES (%(company_id)s, 9, 0)",
    ],
)
def test_nobody_who_sells_or_follows_may_change_it(
    log_database: LogDatabase, company: UUID, user: str, change: Any
) -> None:
    with (
        log_database.connect(user) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        transaction(connection, company) as current,
    ):
        current.execute(change, {"company_id": company})


def test_the_newest_counts(log_database: LogDatabase, company: UUID) -> None:
    with log_database.connect("postgres") as owner, log_database.connect() as connection:
        owner.execute(
            "INSERT INTO log_epochs (company_id, number, epoch, began_at, from_position)"
            " VALUES (%s, 2, 'restored', '2000-01-01Z', 0)",
            [company],
        )
        assert epoch_of(connection, company) == "restored"


def test_a_database_of_before_gets_one_for_each_log_there_is(
    log_database: LogDatabase, company: UUID
) -> None:
    text = files("infra.eventstore").joinpath("log_epochs.sql").read_text()
    with log_database.connect("postgres") as owner, owner.transaction(force_rollback=True):
        owner.execute("DROP TABLE log_epochs")
        owner.execute(text.encode())
        found = owner.execute(
            "SELECT number, from_position, length(epoch) FROM log_epochs WHERE company_id = %s", [company]
        ).fetchall()
        lacking = owner.execute(
            "SELECT company_id FROM company_head EXCEPT SELECT company_id FROM log_epochs"
        ).fetchall()
    assert found == [(1, 0, 8)]
    assert lacking == []


def test_a_log_that_was_begun_while_its_database_was_migrated_has_one_too(
    log_database: LogDatabase, company: UUID
) -> None:
    with log_database.connect("postgres") as owner, log_database.connect() as connection:
        owner.execute("DELETE FROM log_epochs WHERE company_id = %s", [company])
        assert epoch_of(connection, company) == "0"
