"""`mipos projections`: how read models are, and what is done about them, on the command line."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from click.testing import Result

from tests.api.conftest import stock_shop
from tests.conftest import KEYS, Database
from tests.infra.backups import mipos as run
from tests.waiting import eventually

PARK = """
    UPDATE projection_checkpoints SET parked_at = now(), error = 'ValueError: it is odd'
     WHERE company_id = %s AND projection = 'report_sales' AND position < (
           SELECT position FROM company_head WHERE company_id = %s)
    RETURNING position
"""
RESTS = "SELECT paused_at IS NOT NULL FROM projection_checkpoints WHERE company_id = %s AND projection = %s"
UNKNOWN = ("--company", str(uuid4()))


@pytest.fixture
def projections(database: Database) -> Callable[..., Result]:
    """Runs `mipos projections` with these arguments over the test database."""
    settings = {**KEYS, "MIPOS_WORKER_DATABASE_URL": database.worker, "MIPOS_APP_DATABASE_URL": database.app}
    return lambda *arguments: run("projections", *arguments, **settings)


def rows(database: Database, query: str, *params: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.worker, autocommit=True) as connection:
        return connection.execute(query.encode(), params).fetchall()


def test_a_company_is_rebuilt_checked_and_shown(projections: Callable[..., Result], shop: Any) -> None:
    own = ("--company", str(stock_shop(shop).shop.company_id))
    rebuilt = projections("rebuild", "stock_movements", *own)
    assert rebuilt.exit_code == 0, rebuilt.stderr
    assert "stock_movements" in rebuilt.stdout
    checked = projections("verify", "stock_movements", *own)
    assert checked.exit_code == 0, checked.stdout
    assert "0 with differences" in checked.stdout
    [line] = [line for line in projections("status", *own).stdout.splitlines() if "stock_movements" in line]
    assert " never " not in line
    assert line.split()[-2:] == ["yes", "0"]


def test_a_read_model_rests_for_a_company_until_it_goes_on(
    projections: Callable[..., Result], database: Database, shop: Any
) -> None:
    own = ("--company", str(shop.company_id))
    assert "At rest: report_sales." in projections("pause", "report_sales", *own).stdout
    assert rows(database, RESTS, shop.company_id, "report_sales") == [(True,)]
    assert rows(database, RESTS, shop.company_id, "stock_movements") == [(False,)]
    assert projections("resume", "--all", *own).exit_code == 0
    assert rows(database, RESTS, shop.company_id, "report_sales") == [(False,)]


def test_a_parked_one_passes_over_the_event_for_a_reason(
    projections: Callable[..., Result], database: Database, shop: Any
) -> None:
    stocked, company_id = stock_shop(shop), shop.company_id
    own = ("--company", str(company_id))
    projections("pause", "report_sales", *own)
    stocked.sell()
    [(position,)] = rows(database, PARK, company_id, company_id)
    projections("resume", "report_sales", *own)
    shown = projections("status", *own).stdout
    assert "ValueError: it is odd" in shown
    assert f"mipos projections retry report_sales --company {company_id}" in shown
    done = projections("skip", "report_sales", *own, "--reason", "A test sale")
    assert done.exit_code == 0, done.stderr
    assert f"goes on after position {position + 1:,}, and is not sound until it is rebuilt" in done.stdout
    status = " ".join(projections("status", *own).stdout.split())
    assert f"report_sales of company {company_id} passed over position {position + 1:,}" in status
    assert "A test sale" in status
    assert projections("rebuild", "report_sales", *own).exit_code == 0
    assert "A test sale" not in projections("status", *own).stdout
    query = "SELECT reason, mended_at IS NOT NULL FROM skipped_events WHERE company_id = %s"
    assert eventually(lambda: rows(database, query, company_id)) == [("A test sale", True)]


def test_a_parked_one_goes_on_when_it_is_tried_again(
    projections: Callable[..., Result], database: Database, shop: Any
) -> None:
    stocked, company_id = stock_shop(shop), shop.company_id
    own = ("--company", str(company_id))
    projections("pause", "--all", *own)
    stocked.sell()
    assert rows(database, PARK, company_id, company_id)
    projections("resume", "--all", *own)
    done = projections("retry", "--all", *own)
    assert done.exit_code == 0, done.stderr
    assert done.stdout == f"report_sales goes on for company {company_id}.\n"
    lag = "SELECT head.position - mark.position FROM projection_checkpoints AS mark JOIN company_head AS head"
    lag += " USING (company_id) WHERE company_id = %s AND projection = 'report_sales'"
    eventually(lambda: rows(database, lag, company_id) == [(0,)])


def test_a_company_is_meant_by_its_name_too(projections: Callable[..., Result], shop: Any) -> None:
    name = shop.client().get("/api/admin/settings/company").data["name"]
    company_id = shop.company_id
    for called in (name, str(company_id)):
        done = projections("status", "--company", called)
        assert done.exit_code == 0, done.stderr
        assert "report_sales" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("rebuild", "weather"), "There is no read model weather"),
        (("pause", "weather"), "There is no read model weather"),
        (("pause",), "Name one read model, or say --all."),
        (("pause", "report_sales", "--all"), "Name one read model, or say --all."),
        (("pause", "products"), "it is written with each event, and cannot rest"),
        (("pause", "report_sales", *UNKNOWN), "There is no company"),
        (("resume", "report_sales", "--company", "Nobody's"), "There is no company Nobody's here"),
        (("skip", "report_sales", *UNKNOWN, "--reason", "x"), "is not parked for company"),
        (("skip", "report_sales", *UNKNOWN, "--reason", "  "), "Say why the event is passed over."),
        (("skip", "report_sales", *UNKNOWN), "Missing option '--reason'"),
        (("retry", "report_sales", *UNKNOWN), "is not parked for company"),
        (("retry",), "Name one read model, or say --all."),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    projections: Callable[..., Result], arguments: Any, says: str
) -> None:
    done = projections(*arguments)
    assert done.exit_code != 0
    assert says in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
