"""A shop's log of any length: the demo company's two months, with shifts and refunds, again and again."""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from string import digits
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from commands.ports import Caller
from infra.bench.requests import Client
from infra.bench.shops import SESSION, TOKEN_SECONDS
from infra.bench.site import Site, serving
from infra.eventstore.append import APPEND_EVENTS
from infra.identity.tokens import Tokens
from infra.postgres.transactions import transaction
from infra.runtime.services import make_event_writer, open_pool
from infra.showcase.demo import make_demo
from infra.showcase.demo.company import DEMO_ID

#: Sales of each shift that is worked through; of one in so many a line comes back.
SALES, REFUND_EACH = 40, 10
#: How far one time of the two months is from the next: in days, and in numbers of receipts.
_DAYS, _NUMBERS = 61, 1_000_000
_BATCH = 2_500
#: What happens again and again; everything else happened once.
_DOCUMENTS = ("orders.", "stock.", "shifts.")

_LOG: LiteralString = """
    SELECT stream_id::text, stream_version, type, state, metadata FROM events
     WHERE company_id = %s ORDER BY position
"""
_MANAGER: LiteralString = "SELECT id FROM users WHERE company_id = %s AND role = 'Manager' LIMIT 1"
_TILLS: LiteralString = "SELECT id FROM settings WHERE company_id = %s AND kind = 'registers' ORDER BY id"
_GOODS: LiteralString = """
    SELECT own.id, own.price FROM variants AS own
      JOIN stock_balances AS balance ON balance.company_id = own.company_id AND balance.variant_id = own.id
     WHERE own.company_id = %s GROUP BY own.id, own.price ORDER BY min(balance.on_hand) DESC, own.id LIMIT 60
"""

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# An id, a number of a series, a number as it is printed, or a day.
_OTHER = re.compile(
    rf"(?P<id>{_ID.pattern})"
    r'|(?<="series_number":)(?P<number>\d+)|(?<="number":")(?P<printed>[^"]+)'
    r'|(?<=")(?P<day>\d{4}-\d\d-\d\d)(?=["T])'
)

_Row = tuple[UUID, int, str, str, str]
_Other = Callable[[int], str]


def make_years(site: Site, events: int) -> UUID:
    """Make a company with a log of about so many events, of which read models know how it began."""
    site.say(f"Making a shop's log of {events:,} events")
    with open_pool(site.addresses.app, 2) as pool:
        make_demo(pool, make_event_writer(), "correct horse battery", datetime.now(UTC))
    _work_at_tills(site)
    log = site.own(_LOG, DEMO_ID)
    once = [f"{stream} {state}" for stream, _, kind, state, _ in log if not kind.startswith(_DOCUMENTS)]
    months = _Months(frozenset(_ID.findall(" ".join(once))))
    recorded = [months.recorded(*row) for row in log if row[2].startswith(_DOCUMENTS)]
    _append(site, islice(_again(recorded), max(0, events - len(log))))
    site.own("VACUUM ANALYZE events")
    return DEMO_ID


def _work_at_tills(site: Site) -> None:
    """A shift at each till, with sales and refunds, as a manager works there."""
    [(manager,)] = site.own(_MANAGER, DEMO_ID)
    with psycopg.connect(site.addresses.app, autocommit=True) as app, transaction(app, DEMO_ID) as db:
        db.execute(SESSION, {"company_id": DEMO_ID, "id": manager})
    caller = Caller(company_id=DEMO_ID, user_id=manager, session_id=manager, role="Manager")
    draw, goods = random.Random(4), site.own(_GOODS, DEMO_ID)  # noqa: S311 a draw that can be repeated
    with serving(site) as (port, _):
        client = Client(port, Tokens(site.settings.signing_key(), TOKEN_SECONDS).issue(caller))
        for (till,) in site.own(_TILLS, DEMO_ID):
            _work_a_shift(client, str(till), goods, draw)


def _work_a_shift(client: Client, till: str, goods: Sequence[tuple[Any, ...]], draw: random.Random) -> None:
    shift, _ = client.send("POST", "/api/pos/shifts/open", {"register_id": till, "opening_float": 10_000})
    for number in range(SALES):
        bought = draw.sample(goods, draw.randint(1, 8))
        lines = [{"variant_id": str(variant), "quantity": "1"} for variant, _ in bought]
        cash = [{"method": "cash", "amount": sum(price for _, price in bought)}]
        sale = {"register_id": till, "lines": lines, "payments": cash}
        order, _ = client.send("POST", "/api/pos/orders", sale)
        if number % REFUND_EACH == 0:
            client.send("POST", f"/api/pos/orders/{order['id']}/refunds", _refund(order["lines"][0]))
    client.send("POST", f"/api/pos/shifts/{shift['id']}/close", {"counted_cash": 10_000})


def _refund(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "lines": [{"line_id": line["id"], "quantity": "1"}],
        "payments": [{"method": "cash", "amount": line["total"]}],
        "reason": "Broken",
    }


@dataclass(frozen=True)
class _Recorded:
    """An event in pieces, between which stands what is another each time; its stream comes first."""

    version: int
    kind: str
    metadata: str
    pieces: Sequence[str]
    others: Sequence[_Other]

    def again(self, time: int) -> _Row:
        """The same at another time."""
        stream, *others = (other(time) for other in self.others)
        written = [part for pair in zip(self.pieces, others, strict=False) for part in pair]
        return UUID(stream), self.version, self.kind, "".join([*written, self.pieces[-1]]), self.metadata


class _Months:
    """Takes events to pieces. The ids of what happened once stay as they are."""

    def __init__(self, kept: frozenset[str]) -> None:
        self._kept = kept
        self._ids: dict[str, int] = {}

    def recorded(self, stream: str, version: int, kind: str, state: str, metadata: str) -> _Recorded:
        """An event of the log, so that it can be recorded again."""
        found = [one for one in _OTHER.finditer(state) if one[0] not in self._kept]
        ends = [0, *(one.end() for one in found)]
        begins = [*(one.start() for one in found), len(state)]
        pieces = [state[end:begin] for end, begin in zip(ends, begins, strict=True)]
        others = [self._other(one.lastgroup or "", one[0]) for one in found]
        return _Recorded(version, kind, metadata, pieces, [self._other("id", stream), *others])

    def _other(self, what: str, value: str) -> _Other:
        if what == "id":
            # Later ones are greater, as those of a shop's documents are.
            number = self._ids.setdefault(value, len(self._ids))
            return lambda time: str(UUID(int=(0xBE << 120) + (time << 64) + number))
        if what == "day":
            day = date.fromisoformat(value)
            return lambda time: str(day + timedelta(days=_DAYS * time))
        if what == "number":
            return lambda time: str(int(value) + _NUMBERS * time)
        # As it is printed it tells its series by what stands before.
        series = value.rstrip(digits)
        printed = int(value.removeprefix(series))
        return lambda time: f"{series}{printed + _NUMBERS * time:06}"


def _again(recorded: Sequence[_Recorded]) -> Iterator[_Row]:
    """These events time after time, without end."""
    time = 0
    while True:
        time += 1
        yield from (event.again(time) for event in recorded)


def _append(site: Site, rows: Iterator[_Row]) -> None:
    columns = ("stream_ids", "stream_versions", "types", "states", "metadata")
    with psycopg.connect(site.addresses.app, autocommit=True) as connection:
        while batch := list(islice(rows, _BATCH)):
            params = dict(zip(columns, map(list, zip(*batch, strict=True)), strict=True))
            with transaction(connection, DEMO_ID) as db:
                db.execute(APPEND_EVENTS, {"company_id": DEMO_ID, **params})
