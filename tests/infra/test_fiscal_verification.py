"""Closings against the log: one that says anything else is named, with what it should say."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from domain.companies import Company
from infra.cli.fiscal import fiscal
from infra.eventstore.codec import Metadata
from infra.postgres.embedded import EmbeddedServer
from infra.runtime.models import EVENT_TYPES
from tests.conftest import Database, fresh_database
from tests.golden import golden_event
from tests.infra.closed_shop import BEGIN, WRITER, ClosedShop
from tests.infra.test_fiscal_closing_job import day


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of its own, whose logs are altered."""
    return fresh_database(server, "mipos_fiscal_verification")


@pytest.fixture
def shop(database: Database) -> Iterator[ClosedShop]:
    """A shop that sold for weeks, some of it known late, in a month and a year that have ended."""
    shop = ClosedShop(database, 3)
    for number in range(0, 28, 3):
        for store in shop.stores:
            shop.trade(day(number), store)
        if number % 2:
            shop.close_until(day(number + 1))
    shop.close_until(day(60))
    yield shop
    shop.close()


def verify(shop: ClosedShop) -> Result:
    address = {"worker_conninfo": lambda: shop.database.worker}
    return CliRunner().invoke(fiscal, ["verify", "--company", str(shop.company_id)], obj=address)


def note_origin(shop: ClosedShop) -> None:
    """Have the log say that all of it so far is that of another company."""
    kind = EVENT_TYPES.by_event[Company.Cloned]
    with psycopg.connect(shop.database.owner) as connection:
        query = "SELECT position FROM company_head WHERE company_id = %s"
        [(position,)] = connection.execute(query, [shop.company_id]).fetchall()
    event = golden_event(kind, shop.company_id, source_position=position)
    with shop.open() as opened:
        WRITER.record(opened, [event], Metadata(at=datetime.now(UTC)))


def test_closings_are_what_the_log_adds_up_to(shop: ClosedShop) -> None:
    result = verify(shop)
    assert (result.exit_code, "differing: 0." in result.output) == (0, True), result.output
    assert f"closings: {len(shop.closings()):,}" in result.output


def test_closings_that_a_clone_was_given_repeat_hashes_of_the_log_that_it_is_of(shop: ClosedShop) -> None:
    for closing in shop.closings():
        alter(shop, closing.originator_id, ("head_hash",))
    assert verify(shop).exit_code == 1
    note_origin(shop)
    result = verify(shop)
    assert (result.exit_code, "differing: 0." in result.output) == (0, True), result.output
    shop.trade(day(62), shop.stores[0])
    shop.close_until(day(70))
    made = shop.closings("day")[-1]
    alter(shop, made.originator_id, ("head_hash",))
    result = verify(shop)
    assert f"({made.originator_id}, up to {made.last_day}) says head_hash " in result.output, result.output
    assert "differing: 1." in result.output, result.output


@pytest.mark.parametrize(
    ("figure", "path"),
    [
        ("gross_sales", ("figures", "gross_sales")),
        ("late.facts", ("late", "facts")),
        ("perpetual.sales", ("perpetual", "sales")),
        ("number", ("number",)),
        ("head_hash", ("head_hash",)),
        ("taxes", ("figures", "taxes", 0, "sales_amount")),
        ("tenders", ("figures", "tenders", 0, "net")),
    ],
)
def test_a_closing_that_says_anything_else_is_named(
    shop: ClosedShop, figure: str, path: tuple[Any, ...]
) -> None:
    [made, *_] = [one for one in shop.closings("day") if one.late and one.figures.taxes]
    alter(shop, made.originator_id, path)
    result = verify(shop)
    assert result.exit_code == 1
    named = f"day closing {made.number + (figure == 'number')} ({made.originator_id}, up to {made.last_day})"
    assert f"{named} says {figure} " in result.output, result.output


def test_a_sale_that_was_altered_shows_in_its_day_and_in_all_totals_after_it(shop: ClosedShop) -> None:
    sale = next(event for event in shop.events if event.business_date == BEGIN and hasattr(event, "totals"))
    alter(shop, sale.originator_id, ("totals", "gross_sales"))
    result = verify(shop)
    assert result.exit_code == 1
    assert f"up to {BEGIN}) says gross_sales " in result.output


def alter(shop: ClosedShop, stream_id: Any, path: tuple[Any, ...]) -> None:
    """Have the first event of a stream say something else there, as whoever owns the database can."""
    *way, name = path
    with psycopg.connect(shop.database.owner) as connection:
        row = connection.execute(
            "SELECT state FROM events WHERE stream_id = %s AND stream_version = 1", [stream_id]
        ).fetchone()
        assert row
        state = within = json.loads(row[0])
        for step in way:
            within = within[step]
        within[name] = within[name] + 1 if isinstance(within[name], int) else "00" * 32
        connection.execute("ALTER TABLE events DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE events SET state = %s WHERE stream_id = %s AND stream_version = 1",
            [json.dumps(state, separators=(",", ":")), stream_id],
        )
        connection.execute("ALTER TABLE events ENABLE TRIGGER USER")
