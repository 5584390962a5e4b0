"""Companies to measure in: one store with eight tills each, a thousand products, and stock without end."""

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

from commands.ports import Caller
from domain.aggregate import Aggregate
from domain.catalog.products import Product, Variant
from domain.companies import Company
from domain.registers import Register
from domain.stock.movements import StockMovement
from domain.stock.receipts import Delivered, receive_lines
from domain.storages import Storage
from domain.stores import Store
from domain.tax_rates import TaxRate
from domain.users import User
from infra.bench.site import HOST, Site
from infra.eventstore.codec import Metadata
from infra.identity.tokens import Tokens
from infra.postgres.transactions import transaction
from infra.runtime.models import PROJECTIONS
from infra.runtime.services import make_event_writer

TILLS, PRODUCTS, LINES = 8, 1_000, 5
#: How many companies a chain of measurements knows beside the first.
MANY = 50
TOKEN_SECONDS = 86_400
_PLENTY = Decimal(1_000_000_000)
_NOTHING: Mapping[str, Any] = MappingProxyType({})

# Ids are a family (the first half) and a number in it, so that the scripts of pgbench, which can count but
# knows no UUIDs, can name any till, variant and company. Each half begins with a digit other than zero,
# which keeps the number of digits the same.
FAMILIES = ("company", "place", "register", "variant", "product", "order", "movement", "delivered")
LEAST = 1 << 60


def family(name: str) -> str:
    """The first sixteen digits of the ids of a family."""
    return f"be{FAMILIES.index(name):014x}"


def id_of(name: str, number: int = 0) -> UUID:
    """The id of one member of a family."""
    return UUID(f"{family(name)}{LEAST + number:016x}")


STORE, STORAGE, TAX, CASHIER, DELIVERY = (id_of("place", number) for number in range(5))


@dataclass(frozen=True)
class Chain:
    """The companies on a site: company 0 was set up by its facts, the others copy what it sells from."""

    site: Site
    companies: int = 1

    def requests(self, till: int, many: int, seed: int, more: Mapping[str, Any] = _NOTHING) -> list[bytes]:
        """Prepared sales of a till: of company 0, or of a company drawn anew for each; `more` is in each."""
        draw = random.Random(seed * TILLS + till)  # noqa: S311 a draw that can be repeated
        tokens = [self.token(company) for company in range(self.companies)]
        return [
            post(tokens[draw.randrange(self.companies)], {**sale(till, draw), **more}) for _ in range(many)
        ]

    def token(self, company: int = 0) -> str:
        """A cashier's access token."""
        caller = Caller(
            company_id=id_of("company", company), user_id=CASHIER, session_id=CASHIER, role="Cashier"
        )
        return Tokens(self.site.settings.signing_key(), TOKEN_SECONDS).issue(caller)


def sale(till: int, draw: random.Random) -> dict[str, Any]:
    """The body of a sale: five different variants, paid in cash to the cent."""
    numbers = [line * PRODUCTS // LINES + draw.randrange(PRODUCTS // LINES) for line in range(LINES)]
    lines = [{"variant_id": str(id_of("variant", number)), "quantity": "1"} for number in numbers]
    due = sum(price_of(number) for number in numbers)
    register = str(id_of("register", till))
    return {"register_id": register, "lines": lines, "payments": [{"method": "cash", "amount": due}]}


def price_of(number: int) -> int:
    """The price of a variant in cents."""
    return 99 + 10 * (number % 250)


def barcode_of(number: int) -> str:
    """The barcode of a variant."""
    return f"{2_000_000_000_000 + 10 * number}"


def post(token: str, body: dict[str, Any]) -> bytes:
    """A whole HTTP request that sells a basket."""
    content = json.dumps(body, separators=(",", ":")).encode()
    head = (
        f"POST /api/pos/orders HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


# The cashier is signed in, in a session of the same id.
SESSION: LiteralString = """
    INSERT INTO sessions (company_id, id, user_id, refresh_hash, created_at, expires_at)
    VALUES (%(company_id)s, %(id)s, %(id)s, 'none', now(), now() + interval '1 day')
"""


def open_chain(site: Site, *, is_known: bool = True) -> Chain:
    """Set up the first company, by its facts; unless it `is_known`, nobody tells the planner of it."""
    site.say("Setting up a company with 1,000 products")
    company_id = id_of("company")
    with (
        psycopg.connect(site.addresses.app, autocommit=True) as connection,
        transaction(connection, company_id) as db,
    ):
        db.execute("SELECT found_company(%(company_id)s)", {"company_id": company_id})
        make_event_writer().record(db, list(_facts()), Metadata(at=datetime.now(UTC), actor=CASHIER))
        db.execute(SESSION, {"company_id": company_id, "id": CASHIER})
    if is_known:
        site.own("VACUUM ANALYZE")
    return Chain(site)


def multiply(chain: Chain, companies: int = MANY) -> Chain:
    """Copy what the first company sells from to others; ids are a company's own, so they stay the same."""
    site = chain.site
    site.say(f"Setting up {companies - 1} more companies")
    tables = [
        table
        for model in PROJECTIONS
        if model.mode == "inline" and model.name not in ("users", "orders")
        for table in model.tables
    ]
    tables += ["users", "sessions"]
    others = [id_of("company", number) for number in range(chain.companies, companies)]
    for other in others:
        site.own(_FOUND_COMPANY, str(other), other)
    for table in tables:
        _copy(site, table, others)
    site.own("VACUUM ANALYZE")
    return Chain(site, companies)


# A company's log is begun in a transaction that entered the company.
_FOUND_COMPANY: LiteralString = "SELECT set_config('app.company_id', %s, true), found_company(%s)"

_COLUMNS: LiteralString = """
    SELECT attname FROM pg_attribute
     WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'company_id'
"""


def _copy(site: Site, table: str, others: Sequence[UUID]) -> None:
    columns = [sql.Identifier(name) for (name,) in site.own(_COLUMNS, table)]
    statement = sql.SQL(
        "INSERT INTO {table} (company_id, {columns}) SELECT other, {columns}"
        "  FROM {table} CROSS JOIN unnest(%s::uuid[]) AS other WHERE company_id = %s"
    ).format(table=sql.Identifier(table), columns=sql.SQL(", ").join(columns))
    site.own(statement.as_string(), others, id_of("company"))


def _facts() -> Iterator[Aggregate.Event]:
    for aggregate in _aggregates():
        yield from (event for event in aggregate.new_events())


def _aggregates() -> Iterable[Aggregate]:
    zone, currency = "Europe/Berlin", "EUR"
    yield Company.begin(
        Company.Registered, id_of("company"), name="Measured", currency=currency, timezone=zone
    )
    yield User.begin(User.Registered, CASHIER, username="cashier@measured", role="Cashier")
    settings = {"code": "MAIN", "timezone": zone, "day_cut": "00:00", "currency": currency}
    yield Store.begin(Store.Registered, STORE, name="Main Street", **settings)
    yield Storage.begin(Storage.Registered, STORAGE, name="Back room", code="B", store_id=STORE)
    for till in range(TILLS):
        fields = {"name": f"Till {till}", "code": f"{till}", "store_id": STORE}
        yield Register.begin(Register.Registered, id_of("register", till), **fields)
    yield TaxRate.begin(TaxRate.Registered, TAX, name="VAT", rate=Decimal(19), inclusive=True)
    for number in range(PRODUCTS):
        yield _product(number)
    yield _delivery()


def _product(number: int) -> Product:
    price = price_of(number)
    variant = Variant(
        id=id_of("variant", number),
        sku=f"SKU-{number:04d}",
        barcodes=(barcode_of(number),),
        price=price,
        cost=price // 2,
    )
    product = Product.begin(
        Product.Registered,
        id_of("product", number),
        name=f"Oat drink of the mill, number {number}",
        tax_rate_ids=(TAX,),
        variants=(variant,),
    )
    product.change_status("active")
    return product


def _delivery() -> StockMovement:
    delivered = [
        Delivered.entered(
            id_of("delivered", number), id_of("variant", number), _PLENTY, price_of(number) // 2
        )
        for number in range(PRODUCTS)
    ]
    now = datetime.now(UTC)
    return StockMovement.begin(
        StockMovement.Received,
        DELIVERY,
        storage_id=STORAGE,
        occurred_at=now,
        business_date=now.date(),
        lines=receive_lines(delivered, {}),
    )
