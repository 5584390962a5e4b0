"""The statements of one real sale, as the application sends them, turned into a script of pgbench."""

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from falcon.testing import TestClient

from api.app import create_app
from infra.bench.shops import LEAST, LINES, PRODUCTS, TILLS, Chain, family, id_of, sale
from infra.bench.site import MeasurementFailed
from infra.postgres.pipeline import Answer, Pipeline
from infra.postgres.statements import Statement
from infra.runtime.services import build_services, open_pool

_PARAMETER = re.compile(r"\$(\d+)")
_COMPANY = "SET LOCAL app.company_id"

_STREAMS = "SELECT stream_id FROM events WHERE company_id = %s AND position > %s"
# A number that stands for nothing else in the sale, so that it is known wherever it appears.
_RAISE = "UPDATE order_series SET last_number = greatest(last_number, 777000000) WHERE company_id = %s"
_HEAD = "SELECT position FROM company_head WHERE company_id = %s"


@dataclass(frozen=True)
class Sent:
    """A statement as it was sent, and what stands for its numbered parameters."""

    text: str
    params: Sequence[Any] = ()


@dataclass(frozen=True)
class RecordedSale:
    """The round trips of one sale, and what in them belongs to this very sale."""

    round_trips: Sequence[Sequence[Sent]]
    order_id: UUID
    number: str
    variants: Sequence[UUID]
    movements: Sequence[UUID]


def record_sale(chain: Chain) -> RecordedSale:
    """Sell a basket through the application itself, over a connection that writes down what it is told."""
    trips: list[list[Sent]] = [[]]
    site, company_id = chain.site, id_of("company")
    with open_pool(site.addresses.app, 1) as pool:
        with pool.connection() as connection:
            connection.requests = Recorder(connection, trips)
        app = TestClient(create_app(build_services(pool, site.settings)))
        headers = {"Authorization": f"Bearer {chain.token()}", "Content-Type": "application/json"}
        draw = random.Random(0)  # noqa: S311 a draw that can be repeated
        for _ in range(3):  # The first sale of a till finds out what the later ones know.
            trips[:] = [[]]
            body = sale(0, draw)
            site.own(_RAISE, company_id)
            before = site.own(_HEAD, company_id)[0][0]
            answer = app.simulate_post("/api/pos/orders", body=json.dumps(body), headers=headers)
    if answer.status_code != 201:  # noqa: PLR2004 the status of a sale
        raise MeasurementFailed(f"The sale to be recorded was refused: {answer.text}")
    order = answer.json["data"]
    streams = {stream_id for (stream_id,) in site.own(_STREAMS, company_id, before)}
    return RecordedSale(
        round_trips=[trip for trip in trips if trip],
        order_id=UUID(order["id"]),
        number=order["number"],
        variants=[UUID(line["variant_id"]) for line in body["lines"]],
        movements=list(streams - {UUID(order["id"])}),
    )


class Recorder(Pipeline):
    """The way to the database, writing down what goes along it; a round trip ends where an answer is read."""

    def __init__(self, connection: psycopg.Connection[Any], trips: list[list[Sent]]) -> None:
        super().__init__(connection)
        self._trips = trips

    def queue(self, statement: Statement, params: Mapping[str, Any]) -> Answer:
        """Queue a statement."""
        values = [params[name] for name in statement.names]
        self._trips[-1].append(Sent(statement.text.decode(), values))
        return super().queue(statement, params)

    def query(self, text: bytes) -> None:
        """Queue a statement without parameters."""
        self._trips[-1].append(Sent(text.decode()))
        super().query(text)

    def fetch(self, answer: Answer) -> None:
        """Wait for an answer."""
        self._trips.append([])
        super().fetch(answer)


def pgbench_script(recorded: RecordedSale, companies: int) -> str:
    """The sale as a pgbench script: the same statements in the same round trips, each time a sale of its own.

    Till, variants and company are drawn, order, movement and number are fresh; the rest stays as recorded.
    pgbench is to be given `start`, a number that no earlier run used.
    """
    names: dict[Any, str] = {
        recorded.order_id: _uuid("order"),
        recorded.number: "('B' || :movement::text)",
        int(recorded.number.rpartition("-")[2]): ":movement::bigint",
        id_of("register"): _uuid("register"),
        **{variant: _uuid("variant", f"variant{number}") for number, variant in enumerate(recorded.variants)},
    }
    names.update((movement, _uuid("movement")) for movement in recorded.movements)
    if companies > 1:
        names[id_of("company")] = _uuid("company")
    lines = list(_variables(companies))
    for trip in recorded.round_trips:
        lines.append("\\startpipeline")
        lines += [f"{_written(sent, names)};" for sent in trip]
        lines.append("\\endpipeline")
    return "\n".join(lines) + "\n"


def _variables(companies: int) -> Iterator[str]:
    # One number serves as a time would: later ones are greater, whichever client they are of.
    yield "\\set count :count + 1"
    yield f"\\set movement :start + :count * {TILLS} + :client_id"
    yield f"\\set order random({LEAST}, {2 * LEAST})"
    yield f"\\set register {LEAST} + :client_id % {TILLS}"
    for line in range(LINES):
        first = LEAST + line * PRODUCTS // LINES
        yield f"\\set variant{line} random({first}, {first + PRODUCTS // LINES - 1})"
    if companies > 1:
        yield f"\\set company random({LEAST}, {LEAST + companies - 1})"


def _uuid(of: str, variable: str | None = None) -> str:
    return f"('{family(of)}' || to_hex(:{variable or of}::bigint))::uuid"


def _written(sent: Sent, names: Mapping[Any, str]) -> str:
    """A statement with its parameters in it."""
    company = names.get(id_of("company"))
    if company and sent.text.startswith(_COMPANY):
        return f"SELECT set_config('app.company_id', {company}::text, true)"
    return _PARAMETER.sub(lambda match: _literal(sent.params[int(match[1]) - 1], names), sent.text.strip())


def _literal(value: Any, names: Mapping[Any, str]) -> str:
    """A value as SQL. Colons within texts are escaped, because pgbench would take them for variables."""
    if isinstance(value, (list, tuple)):
        inner = ", ".join(_literal(one, names) for one in value)
        return f"ARRAY[{inner}]" if value else "'{}'"
    if isinstance(value, (UUID, str, int)) and value in names:
        return names[value]
    if value is None:
        return "NULL"
    if isinstance(value, bool | int):
        return str(value).lower()
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'::bytea"
    text = str(value).replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a")
    return f"E'{text}'{_CASTS.get(type(value), '')}"


_CASTS: Mapping[type, str] = {
    UUID: "::uuid",
    datetime: "::timestamptz",
    date: "::date",
    Decimal: "::numeric",
}
