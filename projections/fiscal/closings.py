"""Closings: one row each, by which the next is made and lists are read."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, LiteralString

import msgspec

from domain.fiscal import Closing
from projections.base import Database, Fact, Projection, in_whole


class FiscalClosings(Projection):
    """One row for each closed day, month and year of a store; amounts are minor currency units.

    Only the job that closes adds rows, so no sale waits for them.
    """

    name = "fiscal_closings"
    mode = "inline"
    tables = ("fiscal_closings",)
    folds = in_whole(Closing.Made)
    schema = """
        CREATE TABLE fiscal_closings (
            company_id         uuid NOT NULL,
            id                 uuid NOT NULL,
            store_id           uuid NOT NULL,
            previous_id        uuid,
            number             bigint NOT NULL,
            head_position      bigint NOT NULL,
            made_at            timestamptz NOT NULL,
            perpetual_receipts bigint NOT NULL,
            first_day          date NOT NULL,
            last_day           date NOT NULL,
            perpetual_sales    numeric NOT NULL,
            perpetual_returns  numeric NOT NULL,
            kind               text NOT NULL,
            currency           text NOT NULL,
            head_hash          text NOT NULL,
            figures            jsonb NOT NULL,
            late               jsonb,
            PRIMARY KEY (company_id, id)
        );
        CREATE INDEX fiscal_closings_of_store ON fiscal_closings (company_id, store_id, kind, number);
        CREATE INDEX fiscal_closings_by_day ON fiscal_closings (company_id, last_day, kind, store_id);
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """A batch is one statement."""
        columns = {name: [take(fact) for fact in facts] for name, take in _COLUMNS.items()}
        db.execute(_INSERT, {"company_id": db.company_id, **columns})


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


_COLUMNS: Mapping[str, Callable[[Fact], Any]] = {
    "ids": lambda fact: fact.stream_id,
    "stores": lambda fact: fact.data.store_id,
    "previous": lambda fact: fact.data.previous_id,
    "numbers": lambda fact: fact.data.number,
    "positions": lambda fact: fact.data.head_position,
    "times": lambda fact: fact.at,
    "receipts": lambda fact: fact.data.perpetual.receipts,
    "first_days": lambda fact: fact.data.first_day,
    "last_days": lambda fact: fact.data.last_day,
    "sales": lambda fact: Decimal(fact.data.perpetual.sales),
    "returns": lambda fact: Decimal(fact.data.perpetual.returns),
    "kinds": lambda fact: fact.data.kind,
    "currencies": lambda fact: fact.data.currency,
    "hashes": lambda fact: fact.data.head_hash,
    "figures": lambda fact: _json(fact.data.figures),
    "late": lambda fact: _json(fact.data.late) if fact.data.late else None,
}

_INSERT: LiteralString = """
    INSERT INTO fiscal_closings (company_id, id, store_id, previous_id, number, head_position, made_at,
                                 perpetual_receipts, first_day, last_day, perpetual_sales,
                                 perpetual_returns, kind, currency, head_hash, figures, late)
    SELECT %(company_id)s, unnest(%(ids)b::uuid[]), unnest(%(stores)b::uuid[]), unnest(%(previous)b::uuid[]),
           unnest(%(numbers)b::bigint[]), unnest(%(positions)b::bigint[]), unnest(%(times)b::timestamptz[]),
           unnest(%(receipts)b::bigint[]), unnest(%(first_days)b::date[]), unnest(%(last_days)b::date[]),
           unnest(%(sales)b::numeric[]), unnest(%(returns)b::numeric[]), unnest(%(kinds)b::text[]),
           unnest(%(currencies)b::text[]), unnest(%(hashes)b::text[]), unnest(%(figures)b::text[])::jsonb,
           unnest(%(late)b::text[])::jsonb
    RETURNING company_id
"""
