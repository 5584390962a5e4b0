"""Thousands of checkouts of one last piece: one till gets it, and all others are told that it is gone."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from infra.projections.staging import ignore_progress
from infra.projections.verify_stock import verify_stock
from infra.runtime.models import EVENT_TYPES
from tests.waiting import PATIENCE

#: Over how many connections they come at once: a process keeps 256 of a company waiting, and sends more away.
TILLS = 250


class TillConnection:
    """A connection that is kept open from one checkout to the next."""

    def __init__(self, service: Any, token: str) -> None:
        self._service = service
        self._head = (
            f"POST /api/pos/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        )

    async def open(self) -> None:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection(self._service.host, self._service.port)

    def close(self) -> None:
        """End the connection."""
        self._writer.close()

    async def check_out(self, body: bytes) -> tuple[int, str]:
        """One checkout: the status and the code of its answer."""
        self._writer.write(f"{self._head}{len(body)}\r\n\r\n".encode() + body)
        head = await self._reader.readuntil(b"\r\n\r\n")
        lines = head.decode().lower().split("\r\n")
        length = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length:"))
        answer = json.loads(await self._reader.readexactly(length))
        return int(lines[0].split()[1]), answer.get("error", {}).get("code", "")


async def check_out_at_once(service: Any, token: str, bodies: Sequence[bytes]) -> Counter[tuple[int, str]]:
    """Send all of these over all connections at once, each its next when it was answered.

    How often each answer came.
    """
    answers: Counter[tuple[int, str]] = Counter()
    waiting = list(bodies)
    tills = [TillConnection(service, token) for _ in range(TILLS)]
    await asyncio.gather(*(till.open() for till in tills))

    async def sell(till: TillConnection) -> None:
        while waiting:
            answers[await till.check_out(waiting.pop())] += 1

    async with asyncio.timeout(PATIENCE * 5):
        await asyncio.gather(*map(sell, tills))
    for till in tills:
        till.close()
    return answers


def deadlocks(database: Any) -> int:
    """How many the database server has ended so far."""
    with psycopg.connect(database.owner) as connection:
        row = connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_one_till_gets_it_and_all_others_hear_that_it_is_gone(
    stocked: Any, rounds: Callable[[int, int], int]
) -> None:
    shop, checkouts = stocked.shop, rounds(1_000, 10_000)
    assert stocked.sell(9).status == 201
    before, ended = len(shop.events()), deadlocks(shop.service.database)
    body = json.dumps(stocked.sale(1)).encode()
    answers = asyncio.run(check_out_at_once(shop.service, shop.token("Cashier"), [body] * checkouts))

    assert answers == {(201, ""): 1, (409, "insufficient_stock"): checkouts - 1}
    assert deadlocks(shop.service.database) == ended
    left = [event["type"] for event in shop.events()[before:]]
    assert sorted(left) == ["orders.Order.Sold", "stock.StockMovement.Issued"]
    level = stocked.level()
    assert (level["on_hand"], level["value"]) == ("0", 0)
    report = verify_stock(shop.service.database.worker, EVENT_TYPES, shop.company_id, ignore_progress)
    assert report.differences == ()
