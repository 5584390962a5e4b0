"""Closings added up again from the facts of the log, one by one, apart from every read model."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, LiteralString, TypeVar, cast
from uuid import UUID

import msgspec

from domain.fiscal import (
    ClosedFigures,
    ClosedPart,
    Closing,
    ClosingKind,
    FiscalPeriod,
    LateFigures,
    StorePerpetual,
    closing_id,
)
from domain.fiscal.figures import NOTHING_LATE, sum_of_figures, sum_of_late
from domain.orders import Order
from domain.unlinked_returns import UnlinkedReturn
from projections.base import Database, Fact, Projection, in_whole
from projections.fiscal.sums import figures_of
from projections.reports.sales.additions import OF_SALE, Addition, FactKind, addition_of
from projections.reports.sales.readings import Cancellation, Deposit, Handover, Refund, Return, Sale, Void

T = TypeVar("T")

#: Up to which business day and position each day closing of a store goes, in the order of their numbers.
BOUNDS: LiteralString = """
    SELECT (state::json ->> 'store_id')::uuid AS store_id, (state::json ->> 'last_day')::date AS last_day,
           (state::json ->> 'head_position')::bigint AS head_position
      FROM events
     WHERE company_id = %(company_id)s AND type = 'fiscal.Closing.Made' AND position <= %(upto)s::bigint
       AND state::json ->> 'kind' = 'day'
     ORDER BY position
"""
_SALES: LiteralString = """
    SELECT stream_id, position FROM events
     WHERE company_id = %(company_id)s AND stream_id = ANY(%(orders)b::uuid[]) AND stream_version = 1
"""
HASH: LiteralString = """
    SELECT encode(hash, 'hex') AS hash FROM events
     WHERE company_id = %(company_id)s AND position = %(position)s::bigint
"""
# What a clone has of the log that it was made of: its own hashes are others.
_COPIED: LiteralString = """
    SELECT coalesce(max((state::json ->> 'source_position')::bigint), 0) AS position FROM events
     WHERE company_id = %(company_id)s AND stream_id = %(company_id)s
       AND type = 'companies.Company.Cloned' AND position <= %(upto)s::bigint
"""
_TOTALS = OF_SALE.split()


class ClosedFacts(Projection):
    """What is read of the log to add up closings; it has no tables."""

    name = "closed_facts"
    tables = ()
    schema = ""
    folds = {
        Order.Sold: Sale,
        Order.Voided: Void,
        Order.Refunded: Refund,
        Order.Fulfilled: Handover,
        Order.Paid: Deposit,
        Order.Cancelled: Cancellation,
        UnlinkedReturn.Taken: Return,
        **in_whole(Closing.Made),
    }


@dataclass(frozen=True)
class ClosingFault:
    """A closing that is not what the log adds up to, and what of it is not."""

    closing_id: UUID
    store_id: UUID
    kind: ClosingKind
    number: int
    last_day: date
    figure: str
    said: Any
    counted: Any


#: What bears no tax, as a tax: without a name, a rate and so on.
_UNTAXED = (None, None, None, None)


@dataclass
class _Sums:
    """What facts came to; late ones apart are sums of their own."""

    facts: int = 0
    row: dict[str, Any] = field(default_factory=lambda: dict.fromkeys(_TOTALS, 0))
    unlinked: int = 0
    voided: int = 0
    sold: int = 0
    given_back: int = 0
    reversed_total: int = 0
    reversed_receipts: int = 0
    taxes: dict[Any, list[int]] = field(default_factory=dict)
    tenders: dict[str, list[int]] = field(default_factory=dict)

    def add(self, addition: Addition, *, reverses: bool) -> None:
        self.facts += 1
        totals = dict(zip(_TOTALS, addition.totals, strict=True))
        for name, value in totals.items():
            self.row[name] += value
        total = totals["gross_sales"] - totals["discounts"] + totals["tax"]
        if addition.kind in (FactKind.SALE, FactKind.VOID, FactKind.HANDOVER):
            self.sold += total
        elif addition.kind in (FactKind.REFUND, FactKind.RETURN):
            self.given_back += totals["returns"] - totals["tax"]
        self.unlinked += addition.kind is FactKind.RETURN
        if addition.kind is FactKind.VOID:
            self.voided -= total
        if reverses:
            self.reversed_total -= total
            self.reversed_receipts -= totals["orders"]
        _add(self.taxes, ((key, measures[1:]) for key, measures in addition.taxes.items()))
        _add(self.tenders, ((key, (one[1], one[2], one[4])) for key, one in addition.payments))

    def figures(self) -> ClosedFigures:
        taxes = [(*(key or _UNTAXED), *sums) for key, sums in self.taxes.items()]
        tenders = [(method, *sums) for method, sums in self.tenders.items()]
        row = {
            **self.row,
            "unlinked": self.unlinked,
            "voided": self.voided,
            "taxes": taxes,
            "tenders": tenders,
        }
        return figures_of(row, self.sold, self.given_back)


def _add(sums: dict[Any, list[int]], several: Iterable[tuple[Any, Sequence[int]]]) -> None:
    for key, measures in several:
        known = sums.setdefault(key, [0] * len(measures))
        for at, value in enumerate(measures):
            known[at] += value


@dataclass
class _Chain:
    """The closings of a store of one kind that were met so far."""

    number: int = 0
    last_id: UUID | None = None
    perpetual: StorePerpetual = field(default_factory=StorePerpetual)
    parts: list[ClosedPart] = field(default_factory=list)


class Recount:
    """Adds the log of a company up, fact by fact, and compares each closing that it meets."""

    def __init__(self, db: Database, upto: int) -> None:
        self._db = db
        copied = db.ask(_COPIED, {"company_id": db.company_id, "upto": upto}).row()
        self._copied = copied["position"] if copied else 0
        self._bounds: dict[UUID, tuple[list[date], list[int]]] = {}
        for row in db.ask(BOUNDS, {"company_id": db.company_id, "upto": upto}).rows():
            days, positions = self._bounds.setdefault(row["store_id"], ([], []))
            days.append(row["last_day"])
            positions.append(row["head_position"])
        self._own: dict[tuple[UUID, int], _Sums] = {}
        self._late: dict[tuple[UUID, int], _Sums] = {}
        self._chains: dict[tuple[UUID, str], _Chain] = {}
        self.closings = 0

    def feed(self, db: Database, facts: Sequence[Fact]) -> Iterator[ClosingFault]:
        """Take facts in the order of the log; what differs of the closings among them."""
        sold = self._positions_of_voided(db, facts)
        for fact in facts:
            if fact.event is Closing.Made:
                self.closings += 1
                yield from self._compare(db, fact)
            else:
                self._add(fact, sold)

    def _positions_of_voided(self, db: Database, facts: Sequence[Fact]) -> dict[UUID, int]:
        orders = [fact.stream_id for fact in facts if fact.event is Order.Voided]
        if not orders:
            return {}
        rows = db.ask(_SALES, {"company_id": db.company_id, "orders": orders}).rows()
        return {row["stream_id"]: row["position"] for row in rows}

    def _add(self, fact: Fact, sold: Mapping[UUID, int]) -> None:
        store_id, day = UUID(fact.data.store_id), fact.data.business_date
        number = self._closing_of(store_id, day, fact.position)
        if number is None:
            return
        is_late = day < self._bounds[store_id][0][number]
        reverses = (
            fact.event is Order.Voided and self._closing_of(store_id, day, sold[fact.stream_id]) != number
        )
        sums = self._late if is_late else self._own
        addition = addition_of(fact.event, fact.data)
        sums.setdefault((store_id, number), _Sums()).add(addition, reverses=reverses)

    def _closing_of(self, store_id: UUID, day: date, position: int) -> int | None:
        """The first day closing that goes as far as this day and position; None if none was made yet."""
        if store_id not in self._bounds:
            return None
        days, positions = self._bounds[store_id]
        number = max(bisect_left(days, day), bisect_left(positions, position))
        return number if number < len(days) else None

    def _compare(self, db: Database, fact: Fact) -> Iterator[ClosingFault]:
        made = fact.data
        said, said_late = _as_written(made.figures, ClosedFigures), _as_written(made.late, LateFigures)
        chain = self._chains.setdefault((made.store_id, made.kind), _Chain())
        figures, late, perpetual = self._counted(made, chain)
        period = FiscalPeriod(made.kind, made.first_day, made.last_day)
        pairs = {
            "id": (fact.stream_id, closing_id(made.store_id, period)),
            "number": (made.number, chain.number + 1),
            "previous_id": (made.previous_id, chain.last_id),
            "head_hash": (made.head_hash, self._head_hash(db, fact)),
            **_pairs("", said, figures),
            **_pairs("late.", said_late.figures, late.figures),
            "late.facts": (said_late.facts, late.facts),
            "late.reversed_total": (said_late.reversed_total, late.reversed_total),
            "late.reversed_receipts": (said_late.reversed_receipts, late.reversed_receipts),
            **{
                f"perpetual.{name}": (getattr(made.perpetual, name), getattr(perpetual, name))
                for name in ("sales", "returns", "receipts")
            },
        }
        chain.number, chain.last_id, chain.perpetual = made.number, fact.stream_id, perpetual
        chain.parts.append(ClosedPart(last_day=made.last_day, figures=said, late=said_late))
        for figure, (one, other) in pairs.items():
            if one != other:
                of = (fact.stream_id, made.store_id, made.kind, made.number, made.last_day)
                yield ClosingFault(*of, figure, one, other)

    def _head_hash(self, db: Database, fact: Fact) -> str | None:
        """The hash that a closing has to repeat; one that was copied repeats that of another log."""
        if fact.position <= self._copied:
            return str(fact.data.head_hash)
        head = db.ask(HASH, {"company_id": db.company_id, "position": fact.data.head_position}).row()
        return head["hash"] if head else None

    def _counted(self, made: Any, chain: _Chain) -> tuple[ClosedFigures, LateFigures, StorePerpetual]:
        if made.kind == "day":
            key = (made.store_id, chain.number)
            own = self._own.pop(key, _Sums()).figures()
            sums = self._late.pop(key, _Sums())
            late = LateFigures(
                facts=sums.facts,
                figures=sums.figures(),
                reversed_receipts=sums.reversed_receipts,
                reversed_total=sums.reversed_total,
            )
            return own, late, chain.perpetual.grown_by(own, late)
        shorter = self._chains.setdefault((made.store_id, _SHORTER[made.kind]), _Chain())
        parts = [part for part in shorter.parts if part.last_day <= made.last_day]
        shorter.parts = shorter.parts[len(parts) :]
        days = self._chains.get((made.store_id, "day"), _Chain())
        late = sum_of_late(part.late for part in parts) or NOTHING_LATE
        return sum_of_figures(part.figures for part in parts), late, days.perpetual


_SHORTER: Mapping[str, str] = {"month": "day", "year": "month"}


def _pairs(prefix: str, said: ClosedFigures, counted: ClosedFigures) -> dict[str, tuple[Any, Any]]:
    """Each figure by both ways; what has come to nothing need not be named."""
    plain = [one.name for one in fields(ClosedFigures) if one.name not in ("taxes", "tenders")]
    pairs = {f"{prefix}{name}": (getattr(said, name), getattr(counted, name)) for name in plain}
    pairs[f"{prefix}taxes"] = (_set(said.taxes), _set(counted.taxes))
    pairs[f"{prefix}tenders"] = (_set(said.tenders), _set(counted.tenders))
    return pairs


def _set(several: Iterable[Any]) -> frozenset[Any]:
    return frozenset(
        one for one in map(_plain, several) if any(type(value) is int and value for value in one)
    )


def _plain(one: Any) -> tuple[Any, ...]:
    return tuple(getattr(one, field.name) for field in fields(one))


def _as_written(record: Any, kind: type[T]) -> T:
    """What an event says, as the domain has it; nothing late is late figures of nothing."""
    if record is None:
        return cast("T", NOTHING_LATE)
    return msgspec.convert(record, kind, from_attributes=True)
