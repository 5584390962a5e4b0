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
from psycopg.sql import Composable

from api.app import create_app
from infra.bench.shops import LEAST, LINES, PRODUCTS, TILLS, Chain, family, id_of, sale
from infra.bench.site import MeasurementFailed
from infra.runtime.house import build_house, open_pool

_PLACEHOLDER = re.compile(r"%\((\w+)\)[sbt]")
_COMPANY = "SET LOCAL app.company_id"


@dataclass(frozen=True)
class Statement:
    """A statement as it was sent, with its parameters by name."""

    text: str
    params: Mapping[str, Any]


@dataclass(frozen=True)
class RecordedSale:
    """The round trips of one sale, and what in them belongs to this very sale."""

    round_trips: Sequence[Sequence[Statement]]
    order_id: UUID
    number: str
    variants: Sequence[UUID]


def record_sale(chain: Chain) -> RecordedSale:
    """Sell a basket through the application itself, over a connection that writes down what it is told."""
    trips: list[list[Statement]] = [[]]
    with open_pool(chain.site.addresses.app, 1) as pool:
        with pool.connection() as connection:
            connection.cursor_factory = _recorder(trips)
        app = TestClient(create_app(build_house(pool, secret=chain.site.settings.signing_key())))
        draw = random.Random(0)  # noqa: S311 a draw that can be repeated
        for _ in range(3):  # The first sale of a till finds out what the later ones know.
            trips[:] = [[]]
            body = sale(0, draw)
            headers = {"Authorization": f"Bearer {chain.token()}", "Content-Type": "application/json"}
            answer = app.simulate_post("/api/pos/orders", body=json.dumps(body), headers=headers)
    if answer.status_code != 201:  # noqa: PLR2004 the status of a sale
        raise MeasurementFailed(f"The sale to be recorded was refused: {answer.text}")
    order = answer.json["data"]
    return RecordedSale(
        round_trips=[trip for trip in trips if trip],
        order_id=UUID(order["id"]),
        number=order["number"],
        variants=[UUID(line["variant_id"]) for line in body["lines"]],
    )


def _recorder(trips: list[list[Statement]]) -> type[psycopg.Cursor[Any]]:
    class Recorder(psycopg.Cursor[Any]):
        """Writes down each statement; a round trip ends where an answer is read."""

        def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
            text = query.as_string(self) if isinstance(query, Composable) else query
            trips[-1].append(Statement(text, params or {}))
            return super().execute(query, params, **how)

        def fetchone(self) -> Any:
            _end_trip(trips)
            return super().fetchone()

        def fetchall(self) -> Any:
            _end_trip(trips)
            return super().fetchall()

    return Recorder


def _end_trip(trips: list[list[Statement]]) -> None:
    if trips[-1]:
        trips.append([])


def pgbench_script(recorded: RecordedSale, companies: int) -> str:
    """The sale as a pgbench script: the same statements in the same round trips, each time a sale of its own.

    Till, variants and company are drawn, order, movement and number are fresh; the rest stays as recorded.
    pgbench is to be given `start`, a number that no earlier run used.
    """
    names: dict[Any, str] = {
        recorded.order_id: _uuid("order"),
        recorded.number: "('B' || :movement::text)",
        id_of("register"): _uuid("register"),
        **{variant: _uuid("variant", f"variant{place}") for place, variant in enumerate(recorded.variants)},
    }
    names.update((fresh, _uuid("movement")) for fresh in _made(recorded))
    if companies > 1:
        names[id_of("company")] = _uuid("company")
    lines = list(_variables(companies))
    for trip in recorded.round_trips:
        lines.append("\\startpipeline")
        lines += [f"{_written(statement, names)};" for statement in trip]
        lines.append("\\endpipeline")
    return "\n".join(lines) + "\n"


def _made(recorded: RecordedSale) -> set[UUID]:
    """The ids of the streams that the sale appended to, beside the order itself."""
    for trip in recorded.round_trips:
        for statement in trip:
            if "append_events(" in statement.text:
                return set(statement.params["streams"]) - {recorded.order_id}
    raise MeasurementFailed("The recorded sale appended nothing.")


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


def _written(statement: Statement, names: Mapping[Any, str]) -> str:
    """A statement with its parameters in it."""
    company = names.get(id_of("company"))
    if company and statement.text.startswith(_COMPANY):
        return f"SELECT set_config('app.company_id', {company}::text, true)"
    return _PLACEHOLDER.sub(lambda found: _literal(statement.params[found[1]], names), statement.text.strip())


def _literal(value: Any, names: Mapping[Any, str]) -> str:
    """A value as SQL. Colons within texts are escaped, because pgbench would take them for variables."""
    if isinstance(value, (list, tuple)):
        inner = ", ".join(_literal(one, names) for one in value)
        return f"ARRAY[{inner}]" if value else "'{}'"
    if isinstance(value, (UUID, str)) and value in names:
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
