"""What a customer takes: a sale to one beside a sale to nobody, and the statement of thousands of sales."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any, LiteralString

import psycopg

from commands.ports import Caller
from domain.aggregate import Aggregate
from domain.customers import Customer
from domain.users import User
from infra.bench.bounds import Bounds
from infra.bench.checkout import shoot
from infra.bench.requests import Client, get, times
from infra.bench.rounds import alternate
from infra.bench.shops import SESSION, TILLS, TOKEN_SECONDS, Chain, id_of, sale
from infra.bench.site import serving
from infra.eventstore.codec import Metadata
from infra.identity.tokens import Tokens
from infra.postgres.transactions import transaction
from infra.runtime.services import make_event_writer

#: Sales on account for each second a part is to take, the most, and over how many days they are spread.
SALES_PER_SECOND, MOST_SALES, DAYS = 500, 5_000, 3 * 365
CUSTOMER, MANAGER = id_of("place", 20), id_of("place", 21)
_PATH = f"/api/admin/customers/{CUSTOMER}"

# Sales cannot be made further back than their company goes.
_SPREAD: tuple[LiteralString, ...] = (
    "UPDATE account_entries SET business_date = business_date - (ordinal %% %s)::int WHERE customer_id = %s",
    """
    UPDATE account_lots AS lot SET business_date = entry.business_date
      FROM account_entries AS entry
     WHERE entry.company_id = lot.company_id AND entry.id = lot.id AND entry.customer_id = %s
    """,
)


def measure(chain: Chain) -> dict[str, Any]:
    """How much slower sales to a customer are, and how long a statement takes, in one company."""
    site = chain.site
    _set_up(chain)
    with serving(site) as (port, _):
        site.say("Selling to a customer and to nobody")
        figures = _checkout(chain, port)
        number = max(1, min(MOST_SALES, round(SALES_PER_SECOND * site.seconds)))
        site.say(f"Selling {number:,} times on account")
        _sell_on_account(chain, port, number)
        site.say("Showing what the customer owes")
        return figures | {"statement_sales": number} | _statements(chain, port)


def _set_up(chain: Chain) -> None:
    aggregates: list[Aggregate] = [
        Customer.begin(Customer.Registered, CUSTOMER, name="Ada", credit_limit=10**12, terms_days=14),
        User.begin(User.Registered, MANAGER, username="manager@measured", role="Manager"),
    ]
    events = [event for aggregate in aggregates for event in aggregate.new_events()]
    with (
        psycopg.connect(chain.site.addresses.app, autocommit=True) as connection,
        transaction(connection, id_of("company")) as db,
    ):
        make_event_writer().record(db, events, Metadata(at=datetime.now(UTC), actor=MANAGER))
        db.execute(SESSION, {"company_id": id_of("company"), "id": MANAGER})


def _token(chain: Chain) -> str:
    caller = Caller(company_id=id_of("company"), user_id=MANAGER, session_id=MANAGER, role="Manager")
    return Tokens(chain.site.settings.signing_key(), TOKEN_SECONDS).issue(caller)


def _checkout(chain: Chain, port: int) -> dict[str, Any]:
    """Sales a second to a customer, against sales to nobody."""
    turn = chain.site.seconds / 2
    rates = alternate(
        {
            "customer": lambda: shoot(chain, port, turn, more={"customer_id": str(CUSTOMER)}).per_second,
            "nobody": lambda: shoot(chain, port, turn).per_second,
        },
        bounds := Bounds(chain.site),
    )
    return {
        "customer_checkout_ratio_bound_by": bounds.figures,
        "customer_checkout_ratio": rates["customer"] / rates["nobody"],
        "customer_checkout_rps": rates["customer"],
        "nobody_checkout_rps": rates["nobody"],
    }


def _sell_on_account(chain: Chain, port: int, number: int) -> None:
    """Sell so many times over three years; half of what is owed is paid."""
    client, draw, owed = Client(port, _token(chain)), random.Random(6), 0  # noqa: S311
    for one in range(number):
        basket = sale(one % TILLS, draw)
        due = sum(payment["amount"] for payment in basket["payments"])
        payments = [{"method": "account", "amount": due}]
        client.send("POST", "/api/pos/orders", {**basket, "customer_id": str(CUSTOMER), "payments": payments})
        owed += due
    client.send("POST", f"{_PATH}/payments", {"amount": owed // 2, "method": "cash"})
    chain.site.own(_SPREAD[0], DAYS, CUSTOMER)
    chain.site.own(_SPREAD[1], CUSTOMER)
    chain.site.own("VACUUM ANALYZE")


def _statements(chain: Chain, port: int) -> dict[str, float]:
    """How long the statement of the last months takes, and that of all the years."""
    token, began = _token(chain), date.today() - timedelta(days=DAYS)  # noqa: DTZ011
    usual = times(chain.site, port, [get(token, f"{_PATH}/statement")])
    whole = times(chain.site, port, [get(token, f"{_PATH}/statement", **{"from": str(began)})])
    return {"statement_p95_ms": usual["p95"], "whole_statement_p95_ms": whole["p95"]}
