"""Stock against the log: on request, and by a job that never ends; what differs is named once."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from threading import Event, Thread
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest
from click.testing import CliRunner, Result
from structlog.testing import capture_logs

from domain.stock.purchase_deliveries import IncomingLine
from domain.stock.purchase_orders import PurchaseOrder
from domain.stock.reservations import PlacedLine, Reservation
from domain.stock.shipments import ShippedLine
from domain.stock.transfers import Transfer, TransferLine
from infra.cli.stock import stock
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.jobs.stock_verification import PAUSE, StockVerification
from infra.postgres.transactions import transaction
from infra.projections.staging import ignore_progress
from infra.projections.verify_stock import verify_stock
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.golden import golden_event
from tests.waiting import PATIENCE

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
OTHER_STORAGE, TRANSFER, LINE = UUID(int=9), UUID(int=10), UUID(int=11)


@pytest.fixture
def trading(shop: Any) -> Any:
    """A shop with goods, a few sales, and some of it promised, on order and on the way to another storage."""
    shop.open_doors()
    shop.receive(shop.variants, 10, 250)
    for day in range(1, 4):
        shop.sell(shop.variants[day:], day)
    plan(shop, shop.variants[0])
    return shop


def plan(shop: Any, variant_id: UUID) -> None:
    """Promise 2, order 24, and ship 3 to the other storage."""
    events = [
        golden_event(
            EVENT_TYPES.by_event[Reservation.Placed],
            uuid4(),
            storage_id=shop.storage_id,
            lines=(PlacedLine(variant_id=variant_id, quantity=Decimal(2)),),
        ),
        golden_event(
            EVENT_TYPES.by_event[PurchaseOrder.Ordered],
            uuid4(),
            storage_id=shop.storage_id,
            incoming=(IncomingLine(line_id=LINE, variant_id=variant_id, incoming_change=Decimal(24)),),
        ),
        golden_event(
            EVENT_TYPES.by_event[Transfer.Drafted],
            TRANSFER,
            lines=(
                TransferLine(
                    id=LINE,
                    variant_id=variant_id,
                    sku="TEA",
                    name="Tea",
                    quantity=Decimal(3),
                    entered_quantity=Decimal(3),
                ),
            ),
        ),
        golden_event(
            EVENT_TYPES.by_event[Transfer.Shipped],
            TRANSFER,
            2,
            to_storage_id=OTHER_STORAGE,
            lines=(ShippedLine(line_id=LINE, variant_id=variant_id, quantity=Decimal(3), value=750),),
        ),
    ]
    with transaction(shop.connection, shop.company_id) as db:
        WRITER.record(db, events, Metadata(at=NOW))


def spoil(shop: Any, statement: LiteralString, *params: object) -> None:
    """Alter what is kept of the company behind the log's back."""
    with psycopg.connect(shop.database.owner, autocommit=True) as owner:
        assert owner.execute(statement, [*params, shop.company_id]).rowcount > 0


def check(shop: Any, step: int = 10_000) -> Any:
    return verify_stock(shop.database.worker, EVENT_TYPES, shop.company_id, ignore_progress, step=step)


def figures(differences: Any) -> list[tuple[Any, ...]]:
    """What differs, without the ids."""
    return [(one.figure, one.kept, one.sum, one.position, one.is_said_by_event) for one in differences]


class TestOnRequest:
    @pytest.mark.parametrize("step", [1, 3, 100])
    def test_finds_nothing_where_nothing_is_wrong(self, trading: Any, step: int) -> None:
        report = check(trading, step)
        assert (report.differences, report.balances, report.position) == ((), 9, trading.head())

    @pytest.mark.parametrize("step", [1, 3, 100])
    def test_names_a_row_that_was_altered_after_its_last_event(self, trading: Any, step: int) -> None:
        altered = trading.variants[0]
        spoil(
            trading,
            "UPDATE stock_balances SET on_hand = on_hand + 1, value = value - 5, reserved = 0,"
            " incoming_ordered = 25 WHERE variant_id = %s AND storage_id = %s AND company_id = %s",
            altered,
            trading.storage_id,
        )
        differences = check(trading, step).differences
        at = trading.head() - 2
        assert figures(differences) == [
            ("on_hand", 11, 10, at, False),
            ("value", 2495, 2500, at, False),
            ("reserved", 0, 2, at, False),
            ("incoming_ordered", 25, 24, at, False),
        ]
        assert {(one.company_id, one.owner_id, one.item_id) for one in differences} == {
            (trading.company_id, trading.storage_id, altered)
        }

    def test_names_the_first_event_that_was_decided_on_an_altered_row(self, trading: Any) -> None:
        altered = trading.variants[5]
        spoil(
            trading,
            "UPDATE stock_balances SET on_hand = 9 WHERE variant_id = %s AND company_id = %s",
            altered,
        )
        before = trading.head()
        for day in (4, 5):
            trading.sell([altered], day)
        on_hand = next(one for one in check(trading).differences if one.figure == "on_hand")
        assert figures([on_hand]) == [("on_hand", 7, 5, before + 2, True)]

    def test_names_rows_that_are_missing_and_such_that_no_event_is_about(self, trading: Any) -> None:
        invented = UUID(int=999)
        spoil(
            trading,
            "UPDATE stock_balances SET variant_id = %s WHERE variant_id = %s AND company_id = %s",
            invented,
            trading.variants[6],
        )
        missing, _, extra, *_ = check(trading, 2).differences
        assert (missing.item_id, *figures([missing])[0][:3]) == (trading.variants[6], "on_hand", 0, 7)
        assert (extra.item_id, *figures([extra])[0][:4]) == (invented, "on_hand", 7, 0, 0)

    def test_names_a_line_of_a_transfer_of_which_something_else_is_on_the_way(self, trading: Any) -> None:
        spoil(
            trading,
            "UPDATE transfer_lines SET transit_value = 749 WHERE line_id = %s AND company_id = %s",
            LINE,
        )
        [difference] = check(trading, 2).differences
        assert figures([difference]) == [("transit_value", 749, 750, trading.head(), False)]
        assert difference.named_place == {
            "transfer_id": str(TRANSFER),
            "line_id": str(LINE),
            "figure": "transit_value",
        }

    def test_the_shop_sells_on_meanwhile(self, trading: Any, open_shop: Callable[..., Any]) -> None:
        teller, stop = open_shop(trading.company_id), Event()

        def sell() -> None:
            while not stop.is_set():
                teller.sell(teller.variants[:3], 2)

        thread = Thread(target=sell, daemon=True)
        thread.start()
        try:
            assert [check(trading, 1).differences for _ in range(3)] == [(), (), ()]
        finally:
            stop.set()
            thread.join(PATIENCE)
        assert not thread.is_alive()


class TestCommandLine:
    def test_ends_with_1_where_something_differs(self, trading: Any) -> None:
        assert call(trading).exit_code == 0
        spoil(
            trading,
            "UPDATE stock_balances SET value = 7 WHERE variant_id = %s AND company_id = %s",
            UUID(int=103),
        )
        result = call(trading)
        assert result.exit_code == 1
        output = " ".join(result.output.split())
        place = f"company {trading.company_id}, storage {trading.storage_id}, variant {UUID(int=103)}:"
        assert f"{place} value is 7, the events add up to 1,750; they part after position 9," in output

    def test_ends_with_1_where_a_log_was_altered(self, trading: Any) -> None:
        spoil(trading, "UPDATE events SET metadata = '{}' WHERE position = %s AND company_id = %s", 3)
        result = call(trading)
        assert result.exit_code == 1
        output = " ".join(result.output.split())
        assert f"company {trading.company_id} could not be checked:" in output
        assert "at position 3" in output

    def test_a_company_that_is_not_there_is_an_error(self, shop: Any) -> None:
        result = call(shop, UUID(int=404))
        assert (result.exit_code, "There is no company" in result.output) == (1, True)


class TestJob:
    """The tests of a module share a database, so what the job does for other companies is not looked at."""

    def test_says_up_to_where_all_was_clean(self, trading: Any) -> None:
        trading.database.follow().step()
        assert verified(trading) is None
        go_on(trading)
        assert verified(trading) == trading.head()

    def test_knows_sales_that_the_sums_do_not_know_yet(self, trading: Any) -> None:
        trading.database.follow().step()
        trading.sell(trading.variants, 9)
        go_on(trading)
        assert (known(trading), verified(trading)) == ([], trading.head())

    def test_waits_for_sums_that_are_far_behind(self, trading: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("infra.jobs.stock_verification.EVENTS", 3)
        go_on(trading)
        assert verified(trading) is None
        trading.database.follow().step()
        go_on(trading)
        assert verified(trading) == trading.head()

    @pytest.mark.parametrize("is_followed", [True, False])
    def test_an_altered_row_is_found_and_logged_once(self, trading: Any, is_followed: bool) -> None:
        trading.database.follow().step()
        go_on(trading)
        clean, altered = verified(trading), trading.variants[3]
        trading.sell([altered], 4)
        if is_followed:
            trading.database.follow().step()
        spoil(
            trading,
            "UPDATE stock_balances SET on_hand = 2 WHERE variant_id = %s AND company_id = %s",
            altered,
        )
        assert go_on(trading, 1.5) == [(str(altered), "on_hand", "2", "6", trading.head(), False)]
        assert go_on(trading, 3) == []
        assert known(trading) == [(altered, "on_hand", 2, 6)]
        assert verified(trading) == clean

    @pytest.mark.parametrize("is_followed", [True, False])
    def test_what_is_on_the_way_is_compared_too(self, trading: Any, is_followed: bool) -> None:
        if is_followed:
            trading.database.follow().step()
        statement: LiteralString = (
            "UPDATE transfer_lines SET in_transit = %s WHERE line_id = %s AND company_id = %s"
        )
        spoil(trading, statement, 2, LINE)
        assert go_on(trading) == [(str(LINE), "in_transit", "2", "3", trading.head(), False)]
        spoil(trading, statement, 3, LINE)
        go_on(trading, 1.5)
        assert (known(trading), verified(trading)) == ([], trading.head())

    def test_what_was_put_right_is_forgotten(self, trading: Any) -> None:
        trading.database.follow().step()
        altered, statement = trading.variants[3], _SET_ON_HAND
        spoil(trading, statement, 2, altered)
        go_on(trading)
        assert known(trading) == [(altered, "on_hand", 2, 7)]
        spoil(trading, statement, 7, altered)
        go_on(trading, 1.5)
        assert (known(trading), verified(trading)) == ([], trading.head())

    def test_a_round_goes_on_where_it_stopped(self, trading: Any) -> None:
        trading.database.follow().step()
        begun = trading.head()
        go_on(trading, balances=2, steps=1)
        trading.sell(trading.variants, 9)
        assert verified(trading) is None
        for _ in range(3):
            go_on(trading, balances=2, steps=1)
        assert verified(trading) is None
        go_on(trading, balances=2, steps=1)
        assert verified(trading) == begun

    def test_a_round_follows_another_after_a_pause(self, trading: Any) -> None:
        trading.database.follow().step()
        go_on(trading)
        before = verified(trading)
        trading.sell(trading.variants, 9)
        go_on(trading, 0.5)
        assert verified(trading) == before
        go_on(trading, 1.5)
        assert verified(trading) == trading.head()


_SET_ON_HAND: LiteralString = (
    "UPDATE stock_balances SET on_hand = %s WHERE variant_id = %s AND company_id = %s"
)


def go_on(
    shop: Any, pauses: float = 0, *, balances: int = 5, steps: int | None = None
) -> list[tuple[Any, ...]]:
    """Do the job so many pauses later, for this company, and say what it logged about it."""
    company_id = shop.company_id
    with psycopg.connect(shop.database.worker, autocommit=True) as connection, capture_logs() as logs:
        job = StockVerification(connection, WRITER, NOW + PAUSE * pauses, balances)
        job.go_on(PATIENCE) if steps is None else [job.compare_some(company_id) for _ in range(steps)]
    return [
        (
            one.get("variant_id") or one["line_id"],
            *(one[name] for name in ("figure", "kept", "sum", "position", "is_said_by_event")),
        )
        for one in logs
        if one["log_level"] == "error" and one["company_id"] == str(company_id)
    ]


def verified(shop: Any) -> int | None:
    """The position up to which all was clean, if there was ever one."""
    rows = shop.database.rows(
        "SELECT verified_position FROM stock_verifications WHERE company_id = %s AND verified_at IS NOT NULL",
        shop.company_id,
    )
    return rows[0][0] if rows else None


def known(shop: Any) -> list[tuple[Any, ...]]:
    """The differences that are known."""
    return list(
        shop.database.rows(
            "SELECT item_id, figure, kept, sum FROM stock_differences WHERE company_id = %s ORDER BY 1, 2",
            shop.company_id,
        )
    )


def call(shop: Any, company_id: UUID | None = None) -> Result:
    arguments = ["verify", "--company", str(company_id or shop.company_id)]
    return CliRunner().invoke(stock, arguments, obj={"worker_conninfo": lambda: shop.database.worker})
