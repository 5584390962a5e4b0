"""A year of sales of a shop, of five lines each, with what they take from the shelves."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from domain.tills import sale_number
from infra.bench.copies import ISSUE, SALE, Original, last_event
from infra.bench.scale.shop import OPENED, PLENTY, YEAR, Shop, Till, Ware
from infra.bench.shops import LINES, id_of
from infra.bench.site import Site
from infra.eventstore.chain import ChainedEvent
from infra.process.ids import uuid7
from infra.runtime.models import EVENT_TYPES

DAYS = 365
_OPEN_SECONDS = 12 * 3600
_RATE = 119
_encode = msgspec.json.encode


@dataclass(frozen=True)
class Originals:
    """A sale and its movement as the application recorded them."""

    sale: dict[str, Any]
    issue: dict[str, Any]
    metadata: dict[str, Any]

    @classmethod
    def of(cls, site: Site) -> "Originals":
        """Those that the first measured company recorded last."""
        sale, issue = (last_event(site, id_of("company"), kind) for kind in (SALE, ISSUE))
        return cls(_read(sale), _read(issue), json.loads(sale.metadata))


def _read(original: Original) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(original.state)
    return state


class SalesYear:
    """The log of a shop: its first facts, then its sales, day by day."""

    def __init__(self, shop: Shop, originals: Originals) -> None:
        self._shop, self._originals = shop, originals
        self._draw = random.Random(-shop.number - 1)  # noqa: S311 a draw that can be repeated
        self._left: dict[tuple[UUID, UUID], int] = {}
        self._numbers = Counter[str]()

    def events(self, sales: int) -> Iterator[ChainedEvent]:
        """First facts at the first opening, and so many sales from January to December."""
        first = datetime.combine(date(YEAR, 1, 1), OPENED, UTC)
        for aggregate in self._shop.aggregates():
            for event in aggregate.new_events():
                kind, state = EVENT_TYPES.encode(event)
                version = event.originator_version
                yield self._recorded(event.originator_id, version, kind, state, first)
        for number in range(sales):
            at = first + timedelta(
                days=DAYS * number // sales, seconds=_OPEN_SECONDS * (number * DAYS % sales) // sales
            )
            yield from self._sale(at)

    def _recorded(self, stream_id: UUID, version: int, kind: str, state: str, at: datetime) -> ChainedEvent:
        """An event to be added to a log, which finds out position and hash itself."""
        metadata = {**self._originals.metadata, "at": _written(at), "actor": str(self._shop.cashier_id)}
        metadata["content"] = metadata["request"] = self._draw.randbytes(16).hex()
        microseconds = round(at.timestamp()) * 1_000_000
        return ChainedEvent(0, stream_id, version, kind, state, _text(metadata), microseconds, b"")

    def _sale(self, at: datetime) -> Iterator[ChainedEvent]:
        till = self._draw.choice(self._shop.tills)
        wares = self._draw.sample(self._shop.wares, LINES)
        order_id = uuid7()
        yield self._recorded(order_id, 1, SALE, _text(self._sold(till, wares, at)), at)
        yield self._recorded(uuid7(), 1, ISSUE, _text(self._issued(till, wares, order_id, at)), at)

    def _sold(self, till: Till, wares: list[Ware], at: datetime) -> dict[str, Any]:
        original, shop = self._originals.sale, self._shop
        self._numbers[till.code] += 1
        lines = [self._line(line, ware) for line, ware in zip(original["lines"], wares, strict=True)]
        total, tax = (sum(line[name] for line in lines) for name in ("total", "tax_total"))
        cost = sum(ware.cost for ware in wares)
        sums = {"subtotal": total, "total": total, "paid_total": total, "tax_total": tax, "cost_total": cost}
        net = {"gross_sales": total - tax, "net_sales": total - tax}
        return {
            **original,
            "number": sale_number(till.code, self._numbers[till.code]),
            "series_id": till.series_id,
            "series_number": self._numbers[till.code],
            "store_id": till.store_id,
            "register_id": till.register_id,
            "storage_id": till.storage_id,
            "cashier_id": shop.cashier_id,
            "occurred_at": _written(at),
            "business_date": at.date(),
            "hour": at.hour + 1,
            "lines": lines,
            "taxes": [self._tax(original["taxes"][0], total, tax)],
            "totals": {**original["totals"], **sums, **net},
            "payments": [{**original["payments"][0], "amount": total, "tendered": total}],
            "salt": uuid7(),
        }

    def _line(self, line: dict[str, Any], ware: Ware) -> dict[str, Any]:
        tax = ware.price - round(ware.price * 100 / _RATE)
        money = dict.fromkeys(("unit_price", "list_price", "gross_total", "total"), ware.price)
        net = dict.fromkeys(("gross_sales", "net_sales"), ware.price - tax)
        return {
            **line,
            **money,
            **net,
            "id": uuid7(),
            "product_id": ware.product_id,
            "variant_id": ware.variant_id,
            "sku": ware.sku,
            "name": ware.name,
            "taxes": [self._tax(line["taxes"][0], ware.price, tax)],
            "tax_total": tax,
            "cost_total": ware.cost,
        }

    def _tax(self, tax: dict[str, Any], total: int, amount: int) -> dict[str, Any]:
        return {**tax, "tax_rate_id": self._shop.tax_id, "taxable": total - amount, "amount": amount}

    def _issued(self, till: Till, wares: list[Ware], order_id: UUID, at: datetime) -> dict[str, Any]:
        original = self._originals.issue
        return {
            **original,
            "storage_id": till.storage_id,
            "occurred_at": _written(at),
            "business_date": at.date(),
            "order_id": order_id,
            "lines": [
                self._taken(line, till.storage_id, ware)
                for line, ware in zip(original["lines"], wares, strict=True)
            ],
        }

    def _taken(self, line: dict[str, Any], storage_id: UUID, ware: Ware) -> dict[str, Any]:
        """What one line takes, and the balance it leaves: all was bought at one cost."""
        left = self._left.get((storage_id, ware.variant_id), PLENTY) - 1
        self._left[storage_id, ware.variant_id] = left
        return {
            **line,
            "variant_id": ware.variant_id,
            "value_change": -ware.cost,
            "balance_quantity": str(left),
            "balance_value": left * ware.cost,
            "last_unit_cost": str(ware.cost),
        }


def _text(state: dict[str, Any]) -> str:
    return _encode(state).decode()


def _written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
