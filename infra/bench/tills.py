"""What tills do beside selling: shifts, barcodes, deliveries of what was sold offline, reports, receipts."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import psycopg

from domain.aggregate import Aggregate
from domain.customers import Customer
from domain.devices import Device
from infra.bench import rounds
from infra.bench.bounds import Bounds
from infra.bench.checkout import LOAD_TO_TIME, WARM_UP_SECONDS, shoot
from infra.bench.load import LEAST_SECONDS, Result, Task
from infra.bench.requests import Client, get, times
from infra.bench.rounds import alternate, percentile
from infra.bench.sending import send
from infra.bench.shops import CASHIER, PRODUCTS, STORE, TILLS, Chain, barcode_of, id_of, sale
from infra.bench.site import HOST, MeasurementFailed, serving
from infra.eventstore.codec import Metadata
from infra.postgres.transactions import transaction
from infra.runtime.services import make_event_writer

#: Sales of one delivery for each second a part is to take, and the most; a shift has four such deliveries.
SYNC_PER_SECOND, MOST_SYNC = 50, 500
MOST_Z = 2_000
CUSTOMER, DEVICE = id_of("place", 10), id_of("place", 11)
_CODE = "X1"


def measure(chain: Chain) -> dict[str, Any]:
    """All figures of tills, in one company."""
    site = chain.site
    _record(chain, [_customer(), _device()])
    with serving(site) as (port, _):
        site.say("Selling with and without shifts and customers")
        figures = _shift_checkout(chain, port)
        site.say("Looking barcodes up")
        figures |= _barcodes(chain, port)
        site.say("Delivering sales, closing a shift, printing receipts")
        client = Client(port, chain.token())
        return figures | _deliveries(chain, client) | _receipts(chain, port, client)


def _customer() -> Aggregate:
    return Customer.begin(Customer.Registered, CUSTOMER, name="Ada")


def _device() -> Aggregate:
    register = {"register_id": id_of("register"), "store_id": STORE}
    return Device.begin(Device.Enrolled, DEVICE, code=_CODE, series_number=1, name="Tablet", **register)


def _record(chain: Chain, aggregates: list[Aggregate]) -> None:
    events = [event for aggregate in aggregates for event in aggregate.new_events()]
    with (
        psycopg.connect(chain.site.addresses.app, autocommit=True) as connection,
        transaction(connection, id_of("company")) as db,
    ):
        make_event_writer().record(db, events, Metadata(at=datetime.now(UTC), actor=CASHIER))


def _shift_checkout(chain: Chain, port: int) -> dict[str, Any]:
    """Sales a second with an open shift at each till and a customer in each sale, against neither."""
    turn, client = chain.site.seconds / 2, Client(port, chain.token())

    def plain() -> float:
        return shoot(chain, port, turn).per_second

    def in_shifts() -> float:
        with _open_shifts(client, TILLS):
            return shoot(chain, port, turn, more={"customer_id": str(CUSTOMER)}).per_second

    rates = alternate({"shift": in_shifts, "plain": plain}, bounds := Bounds(chain.site))
    return {
        "shift_checkout_ratio_bound_by": bounds.figures,
        "shift_checkout_ratio": rates["shift"] / rates["plain"],
        "shift_checkout_rps": rates["shift"],
        "plain_checkout_rps": rates["plain"],
    }


@contextmanager
def _open_shifts(client: Client, many: int) -> Iterator[None]:
    """A shift at each of these tills for as long as the block lasts."""
    opened = [_open(client, till) for till in range(many)]
    yield
    for shift_id in opened:
        _close(client, shift_id)


def _open(client: Client, till: int) -> str:
    body = {"register_id": str(id_of("register", till)), "opening_float": 10_000}
    shift, _ = client.send("POST", "/api/pos/shifts/open", body)
    return str(shift["id"])


def _close(client: Client, shift_id: str) -> float:
    """Close the shift; how many seconds that took."""
    return client.send("POST", f"/api/pos/shifts/{shift_id}/close", {"counted_cash": 10_000})[1]


def _barcodes(chain: Chain, port: int) -> dict[str, float]:
    """How long a barcode takes at half of the rate at which eight tills can look them up."""
    most = _look_up(chain, port, None).per_second
    timed = _look_up(chain, port, LOAD_TO_TIME * most)
    return {
        "barcode_p99_ms": 1000 * percentile(timed.latencies, 0.99),
        "barcode_timed_rps": timed.per_second,
    }


def _look_up(chain: Chain, port: int, rate: float | None) -> Result:
    token, store = chain.token(), str(STORE)
    requests = [
        [
            get(token, "/api/pos/products", store_id=store, barcode=barcode_of(number))
            for number in range(till, PRODUCTS, TILLS)
        ]
        for till in range(TILLS)
    ]
    seconds = max(chain.site.seconds / 2, LEAST_SECONDS)
    return send(Task(HOST, port, requests, seconds, warm_up=WARM_UP_SECONDS, rate=rate), "barcodes")


def _deliveries(chain: Chain, client: Client) -> dict[str, Any]:
    """How long a delivery of many sales takes, and the close of a shift that has many."""
    seconds, draw, numbers = chain.site.seconds, random.Random(4), iter(range(1, 10**6))  # noqa: S311
    many = max(1, min(MOST_SYNC, round(SYNC_PER_SECOND * seconds)))
    # As tills do, each sale says which catalog it was made with.
    store, _ = client.send("GET", f"/api/cashier/store?store_id={STORE}", None)
    took, closing = list[float](), list[float]()
    for _ in range(rounds.ROUNDS):
        shift_id = _open(client, 0)
        took += [
            _deliver(
                client,
                [_operation(next(numbers), shift_id, draw, store["position"]) for _ in range(many)],
            )
            for _ in range(MOST_Z // MOST_SYNC)
        ]
        closing.append(_close(client, shift_id))
    return {
        "sync_500_sales_s": median(took),
        "sync_sales": many,
        "z_2000_sales_ms": 1000 * median(closing),
        "z_sales": many * (MOST_Z // MOST_SYNC),
    }


def _deliver(client: Client, operations: list[dict[str, Any]]) -> float:
    body = {"device_id": str(DEVICE), "operations": operations}
    answer, seconds = client.send("POST", "/api/pos/sync", body)
    if any(result["status"] != "applied" for result in answer["results"]):
        raise MeasurementFailed(f"A sale of a delivery was not taken over: {answer['results'][0]}")
    return seconds


def _operation(number: int, shift_id: str, draw: random.Random, position: int) -> dict[str, Any]:
    """A sale that a till made without a connection."""
    return {
        "id": str(uuid4()),
        "seq": number,
        "type": "order.sale",
        "occurred_at": datetime.now(UTC).isoformat(),
        "catalog_position": position,
        "number": f"MAIN-0-{_CODE}-{number:06d}",
        "body": {**sale(0, draw), "shift_id": shift_id},
    }


def _receipts(chain: Chain, port: int, client: Client) -> dict[str, float]:
    """How long the receipt of a sale takes as PDF."""
    draw = random.Random(5)  # noqa: S311 a draw that can be repeated
    orders: list[UUID] = [client.send("POST", "/api/pos/orders", sale(1, draw))[0]["id"] for _ in range(20)]
    token = chain.token()
    requests = [get(token, f"/api/cashier/orders/{one}/receipt", format="pdf") for one in orders]
    return {"receipt_pdf_ms": times(chain.site, port, requests)["p95"]}
