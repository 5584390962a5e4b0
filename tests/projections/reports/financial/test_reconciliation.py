"""Reports of a random trade agree with each other; what is altered behind their back is named."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import date
from typing import LiteralString, NamedTuple

import pytest

from infra.postgres.transactions import Transaction
from infra.projections.reading import FactReader
from infra.runtime.models import EVENT_TYPES
from projections.reports.reconciliation.days import last_day, next_day, spans_ending
from projections.reports.reconciliation.differences import ReportDifference, find_differences
from projections.reports.reconciliation.rules import CHECKS
from projections.reports.sales.rollups import ROLLUPS
from projections.stock.movements import StockMovements
from tests.conftest import Database
from tests.projections.reports.financial.books import Books
from tests.projections.reports.inventory.stockroom import Stockroom


class Undone(Exception):
    """What was altered for a test is as it was."""


@pytest.fixture(scope="module")
def stockroom(database: Database) -> Iterator[Stockroom]:
    """Storages between which goods are transferred, with their ledger."""
    opened = Stockroom(database, seed=5)
    opened.live(120)
    opened.fold()
    ledger = StockMovements()
    with opened.open() as db:
        ledger.apply(FactReader(EVENT_TYPES, [ledger]).read(db, 0, opened.position), db)
    yield opened
    opened.close()


def differences_in(db: Transaction, position: int) -> list[ReportDifference]:
    """What differs on all business dates, up to a position."""
    found: list[ReportDifference] = []
    day = next_day(db, date.min)
    while day is not None:
        following = next_day(db, day)
        found += find_differences(db, CHECKS, spans_ending(day, following), position)
        day = following
    return found


class Fault(NamedTuple):
    """A row that is altered, the rule that says so, the figure, and from which position on.

    The statement answers with the position at which the row begins to count.
    """

    rule: str
    figure: str
    statement: LiteralString


@contextmanager
def planted(
    opened: AbstractContextManager[Transaction], statement: LiteralString
) -> Iterator[tuple[Transaction, int]]:
    """Alter rows for a while; gives the position that the statement answers with."""
    with suppress(Undone), opened as db:
        row = db.ask(statement, {"company_id": db.company_id}).row()
        assert row is not None
        yield db, row["position"]
        raise Undone


def named(differences: Sequence[ReportDifference]) -> set[tuple[str, str, int]]:
    """The rules, figures and positions of differences."""
    return {(one.check.rule, one.figure, one.position) for one in differences}


def first(
    table: LiteralString, condition: LiteralString = "", order: LiteralString = "position"
) -> LiteralString:
    """The first row of the company in a table, of those that a condition holds for."""
    return f"""ctid = (SELECT ctid FROM {table} WHERE company_id = %(company_id)s {condition}
                        ORDER BY {order} LIMIT 1)"""


def flipped(table: LiteralString, figure: LiteralString) -> Fault:
    """A sum that is one too much."""
    statement: LiteralString = f"""UPDATE {table} SET {figure} = {figure} + 100000
        WHERE {first(table, order="last_position")} RETURNING last_position AS position"""
    return Fault("R2", figure, statement)


def removed(rule: str, figure: str, table: LiteralString, condition: LiteralString) -> Fault:
    """A fact that is gone."""
    statement: LiteralString = f"DELETE FROM {table} WHERE {first(table, condition)} RETURNING position"
    return Fault(rule, figure, statement)


FAULTS = [
    *(
        flipped(table, "gross_sales")
        for table in (
            "sales_company_day",
            "sales_company_hour",
            "sales_store_day",
            "sales_store_month",
            "sales_store_hour",
            "sales_register_day",
            "sales_cashier_day",
            "sales_customer_month",
            "sales_item_month",
            "sales_item_year",
        )
    ),
    flipped("sales_company_tax_day", "tax"),
    flipped("sales_tax_day", "tax"),
    flipped("sales_payment_day", "amount"),
    # A sum that says to end before it does answers too early.
    Fault(
        "R2",
        "last_position",
        f"""UPDATE sales_store_day SET last_position = last_position - 1
             WHERE {first("sales_store_day", "AND first_position < last_position", "last_position")}
            RETURNING last_position AS position""",
    ),
    removed("R1", "gross_sales", "sales_line_facts", "AND gross_sales > 0"),
    removed("R1", "returns", "sales_line_facts", "AND returns > 0"),
    removed("R1", "cost_of_goods", "sales_facts", "AND kind = 4"),
    removed("R2", "amount", "sales_payment_facts", "AND amount > 0"),
    removed("R3", "collected", "sales_payment_facts", "AND refunds > 0"),
    removed("R3", "collected", "sales_facts", "AND deposits > 0"),
    removed("R3", "dues_created", "sales_facts", "AND dues_created > 0"),
    removed("R5", "tax", "sales_tax_facts", "AND tax > 0"),
    removed("R8", "closing", "account_facts", "AND amount > 0"),
    Fault(
        "R7",
        "value",
        f"""UPDATE stock_facts SET value = value + 1
             WHERE {first("stock_facts", "AND kind = 'received'")} RETURNING position""",
    ),
    Fault(
        "R3",
        "collected",
        f"""UPDATE sales_payment_facts SET amount = amount + 1
             WHERE {first("sales_payment_facts", "AND amount > 0")} RETURNING position""",
    ),
    Fault(
        "R4",
        "cash",
        f"""UPDATE drawer_facts SET cash_sales = cash_sales - 1
             WHERE {first("drawer_facts", "AND kind = 'close'")} RETURNING position""",
    ),
    Fault(
        "R4",
        "expected",
        f"""UPDATE drawer_facts SET expected = expected + 1
             WHERE {first("drawer_facts", "AND kind = 'close'")} RETURNING position""",
    ),
    Fault(
        "R8",
        "balance",
        f"""UPDATE account_balances SET balance = balance + 1
             WHERE {first("account_balances", order="customer_id")}
            RETURNING (SELECT max(e.position) FROM account_entries AS entry
                         JOIN events AS e ON e.company_id = entry.company_id AND e.stream_id = entry.id
                        WHERE entry.company_id = account_balances.company_id
                          AND entry.customer_id = account_balances.customer_id
                          AND entry.account = account_balances.account) AS position""",
    ),
    *(
        Fault(
            "R10",
            figure,
            f"""UPDATE stock_balances SET {column} = {column} + 1
                 WHERE {first("stock_balances", "AND has_moved", "storage_id, variant_id")}
                RETURNING (SELECT max(position) FROM stock_facts
                            WHERE stock_facts.company_id = stock_balances.company_id
                              AND stock_facts.storage_id = stock_balances.storage_id
                              AND stock_facts.variant_id = stock_balances.variant_id) AS position""",
        )
        for figure, column in (("on_hand", "on_hand"), ("value", "value"), ("reserved", "reserved"))
    ),
    Fault(
        "R2",
        "value",
        f"""UPDATE stock_totals SET value = value + 1
             WHERE {first("stock_totals", "AND value > 0", "storage_id, variant_id")}
            RETURNING (SELECT max(position) FROM stock_facts
                        WHERE stock_facts.company_id = stock_totals.company_id
                          AND stock_facts.storage_id = stock_totals.storage_id
                          AND stock_facts.variant_id = stock_totals.variant_id) AS position""",
    ),
    # What is recorded together agrees only at its end.
    Fault(
        "R6",
        "cost_of_goods",
        f"""UPDATE stock_facts SET value = value + 1 WHERE {first("stock_facts", "AND kind = 'sold'")}
            RETURNING (SELECT max(e.position) FROM events AS e
                         JOIN events AS own
                           ON own.company_id = e.company_id AND own.recorded_at = e.recorded_at
                        WHERE e.company_id = stock_facts.company_id
                          AND own.position = stock_facts.position) AS position""",
    ),
]


class TestReportsOfATrade:
    def test_agree(self, books: Books) -> None:
        with books.work() as db:
            assert differences_in(db, len(books.trade.recorded)) == []
            assert last_day(db) == max(
                one.event.business_date
                for one in books.trade.recorded
                if hasattr(one.event, "business_date") and one.event.business_date
            )

    def test_agree_at_every_position_at_which_a_decision_ends(self, books: Books) -> None:
        with books.work() as db:
            for position in books.trade.positions(6):
                assert differences_in(db, position) == [], position

    def test_agree_in_the_midst_of_a_decision(self, books: Books) -> None:
        with books.work() as db:
            for position in books.trade.positions(3):
                assert differences_in(db, position - 1) == [], position

    def test_of_stock_agree_with_what_is_in_transit(self, stockroom: Stockroom) -> None:
        with stockroom.open() as db:
            found = differences_in(db, stockroom.position)
            # Its goods are sold without a till, so no sale says what they cost.
            assert [one for one in found if one.check.rule != "R6"] == []


class TestWhatIsAltered:
    @pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.rule} {fault.figure}")
    def test_is_named_with_the_first_position(self, books: Books, fault: Fault) -> None:
        with planted(books.work(), fault.statement) as (db, position):
            found = differences_in(db, len(books.trade.recorded))
            assert (fault.rule, fault.figure, position) in named(found)
            altered = next(one for one in found if one.check.rule == fault.rule)
            assert (altered.company_id, altered.a != altered.b) == (books.company_id, True)

    def test_by_a_transfer_is_named(self, stockroom: Stockroom) -> None:
        fault = removed("R7", "quantity", "stock_facts", "AND kind = 'transferred_in'")
        with planted(stockroom.open(), fault.statement) as (db, position):
            found = [one for one in differences_in(db, stockroom.position) if one.check.rule == "R7"]
            assert ("R7", "quantity", position) in named(found)

    def test_is_named_by_day_store_and_both_figures(self, books: Books) -> None:
        statement: LiteralString = f"""UPDATE sales_store_day SET orders = orders + 3
            WHERE {first("sales_store_day", order="last_position")}
            RETURNING last_position AS position"""
        with planted(books.work(), statement) as (db, position):
            found = differences_in(db, len(books.trade.recorded))
        # The months that are made of the days part from them as well.
        [one] = [difference for difference in found if difference.subject == "sales_store_day"]
        sales = [one for one in books.trade.recorded if one.position == position]
        assert (one.store_id, one.business_date) == (sales[0].event.store_id, sales[0].event.business_date)
        assert (one.subject, one.figure, int(one.b) - int(one.a)) == ("sales_store_day", "orders", 3)

    def test_in_any_table_of_sums_would_be_found(self) -> None:
        schema = ROLLUPS.split("CREATE TABLE ")[1:]
        tables = {one.split()[0] for one in schema if "last_position" in one}
        assert {table for check in CHECKS for table in tables if table in check.statement} == tables

    def test_by_every_rule_was_tried(self) -> None:
        assert {fault.rule for fault in FAULTS} == {check.rule for check in CHECKS}
