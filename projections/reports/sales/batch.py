"""A batch of facts of sales on its way into the tables: rows by column, with numbers in place of ids."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from projections.base import Database, Fact
from projections.reports.sales.additions import (
    OF_LINE,
    OF_PAYMENT,
    OF_SALE,
    OF_TAX,
    Addition,
    FactKind,
    Item,
    TaxKey,
    addition_of,
)
from projections.reports.sales.facts import (
    ADD_CHANNELS,
    ADD_DISCOUNTS,
    ADD_LINES,
    ADD_PAYMENTS,
    ADD_SALES,
    ADD_TAXES,
    ORIGINS,
    TAKE_DISCOUNTS_BACK,
)
from projections.reports.sales.numbers import CASHIER, ITEM, METHOD, REGISTER, STORE, TAX, ask_numbers

#: How goods come back whose order nobody knows.
_AT_TILL = "pos"

_KEY = "business_date store_no position"
_SALE = (
    f"{_KEY} recorded_at kind order_id hour register_no cashier_no customer_id shift_id channel sold_on "
    f"{OF_SALE}"
)
_LINE = f"{_KEY} line item_no {OF_LINE}"
_TAX = f"{_KEY} tax_no {OF_TAX}"
_PAYMENT = f"{_KEY} line method_no {OF_PAYMENT}"
_DISCOUNT = f"{_KEY} cashier_no kind uses lines amount gross_before cost_of_goods"

Row = tuple[Any, ...]
#: Columns whose ids become numbers, each with the numbers to be used.
Numbers = Mapping[str, Mapping[Any, Any]]


class Origin(NamedTuple):
    """How an order came, and where and when something of it was sold first."""

    channel: str | None = None
    position: int | None = None
    sold_on: date | None = None


class Batch:
    """Facts in the order of the log, what they add, and which ids and names are met in them first where."""

    def __init__(self) -> None:
        self._sales: list[Row] = []
        self._lines: list[Row] = []
        self._taxes: list[Row] = []
        self._discounts: list[Row] = []
        self._payments: list[Row] = []
        self._voids: list[tuple[int, UUID, date, str]] = []
        self._placed: dict[UUID, str] = {}
        self._origins: dict[UUID, Origin] = {}
        self._followed: set[UUID] = set()
        self._stores: dict[str, int] = {}
        self._registers: dict[str, int] = {}
        self._cashiers: dict[str, int] = {}
        self._items: dict[Item, int] = {}
        self._tax_keys: dict[TaxKey, int] = {}
        self._methods: dict[str, int] = {}

    def place(self, fact: Fact) -> None:
        """Note how an order came."""
        self._placed[fact.stream_id] = fact.data.channel

    def add(self, fact: Fact) -> None:
        """Add what a fact adds."""
        addition, data = addition_of(fact.event, fact.data), fact.data
        register_id, shift_id = getattr(data, "register_id", None), getattr(data, "shift_id", None)
        self._meet(fact, addition, register_id)
        key = (data.business_date, data.store_id, fact.position)
        channel, sold_on = self._origin(fact, addition.kind), None
        self._sales.append(
            (
                *key,
                fact.recorded_at,
                addition.kind.value,
                fact.stream_id,
                data.hour,
                register_id,
                data.cashier_id,
                data.customer_id,
                shift_id,
                channel,
                sold_on,
                *addition.totals,
            )
        )
        for number, (item, measures) in enumerate(addition.lines):
            self._lines.append((*key, number, item, *measures))
        for tax, measures in addition.taxes.items():
            self._taxes.append((*key, tax, *measures))
        for row in addition.discounts:
            self._discounts.append((*key, data.cashier_id, *row))
        for number, (method, measures) in enumerate(addition.payments):
            self._payments.append((*key, number, method, *measures))

    def _meet(self, fact: Fact, addition: Addition, register_id: str | None) -> None:
        """Keep where each id and name is met first."""
        position, data = fact.position, fact.data
        self._stores.setdefault(data.store_id, position)
        if register_id is not None:
            self._registers.setdefault(register_id, position)
        if data.cashier_id is not None:
            self._cashiers.setdefault(data.cashier_id, position)
        for item, _ in addition.lines:
            self._items.setdefault(item, position)
        for tax in addition.taxes:
            if tax is not None:
                self._tax_keys.setdefault(tax, position)
        for method, _ in addition.payments:
            self._methods.setdefault(method, position)

    def _origin(self, fact: Fact, kind: FactKind) -> str | None:
        """The channel, if the fact says it; of the others the order is looked up."""
        order_id, data = fact.stream_id, fact.data
        if kind is FactKind.SALE:
            self._origins[order_id] = Origin(data.channel, fact.position, data.business_date)
            return str(data.channel)
        if kind is FactKind.RETURN:
            return _AT_TILL
        self._followed.add(order_id)
        if kind is FactKind.HANDOVER:
            self._origins.setdefault(order_id, Origin(None, fact.position, data.business_date))
        if kind is FactKind.VOID:
            self._voids.append((fact.position, order_id, data.business_date, data.store_id))
        return None

    def write(self, db: Database) -> None:
        """Number what has no number yet, then add the rows and their sums, one statement a table."""
        stores, registers, cashiers = (
            ask_numbers(db, STORE, self._stores),
            ask_numbers(db, REGISTER, self._registers),
            ask_numbers(db, CASHIER, self._cashiers),
        )
        items, taxes = ask_numbers(db, ITEM, self._items), ask_numbers(db, TAX, self._tax_keys)
        methods = ask_numbers(db, METHOD, self._methods)
        origins = self._ask_origins(db)
        numbers = {
            "store_no": stores.read(),
            "register_no": registers.read(),
            "cashier_no": cashiers.read(),
            "item_no": items.read(),
            "tax_no": taxes.read(),
            "method_no": methods.read(),
        }
        _add_placed(db, self._placed)
        _add(db, ADD_SALES, _SALE, self._with_origins(origins), numbers)
        _add(db, ADD_LINES, _LINE, self._lines, numbers)
        _add(db, ADD_TAXES, _TAX, self._taxes, numbers)
        _add(db, ADD_PAYMENTS, _PAYMENT, self._payments, numbers)
        _add(db, ADD_DISCOUNTS, _DISCOUNT, self._discounts, numbers)
        self._take_back(db, origins, numbers["store_no"])

    def _ask_origins(self, db: Database) -> dict[UUID, Origin]:
        """The origins of the orders that facts follow: what is in the tables is earlier than the batch."""
        if not self._followed:
            return {}
        params = {"company_id": db.company_id, "order_ids": list(self._followed)}
        origins = {}
        for row in db.ask(ORIGINS, params).rows():
            own = self._origins.get(row["order_id"], Origin())
            channel = row["channel"] or own.channel or self._placed.get(row["order_id"])
            if row["position"] is None:
                origins[row["order_id"]] = own._replace(channel=channel)
            else:
                origins[row["order_id"]] = Origin(channel, row["position"], row["business_date"])
        return origins

    def _with_origins(self, origins: Mapping[UUID, Origin]) -> list[Row]:
        if not origins:
            return self._sales
        return [_with_origin(row, origins) if row[_CHANNEL] is None else row for row in self._sales]

    def _take_back(self, db: Database, origins: Mapping[UUID, Origin], stores: Mapping[Any, int]) -> None:
        rows = [
            (position, origins[order_id].position, day, stores[store])
            for position, order_id, day, store in self._voids
        ]
        if rows:
            names = "position sale_position business_date store_no"
            _execute(db, TAKE_DISCOUNTS_BACK, names, list(map(list, zip(*rows, strict=True))))


_CHANNEL = _SALE.split().index("channel")
_KINDS_SOLD_BEFORE = {FactKind.REFUND.value, FactKind.VOID.value}


def _with_origin(row: Row, origins: Mapping[UUID, Origin]) -> Row:
    """A row of a fact that follows on an order: how the order came, and when what came back was sold."""
    origin = origins[row[5]]
    sold_on = origin.sold_on if row[4] in _KINDS_SOLD_BEFORE else None
    return (*row[:_CHANNEL], origin.channel or _AT_TILL, sold_on, *row[_CHANNEL + 2 :])


_NUMBERED = frozenset({"store_no", "register_no", "cashier_no", "item_no", "tax_no", "method_no"})
_MEASURES = frozenset(f"{OF_SALE} {OF_LINE} {OF_TAX} {OF_PAYMENT}".split())


def _add(db: Database, statement: LiteralString, names: str, rows: Sequence[Row], numbers: Numbers) -> None:
    """Queue a statement with its rows by column; where a row has nothing of a measure it is NULL.

    A measure of which no row has anything, as most have not, is an empty column: the database fills it up.
    """
    if not rows:
        return
    columns = []
    for name, values in zip(names.split(), zip(*rows, strict=True), strict=True):
        if name in numbers:
            given = numbers[name]
            columns.append([given[value] for value in values])
        elif name in _MEASURES and statement is not ADD_DISCOUNTS:
            columns.append([value or None for value in values] if any(values) else [])
        else:
            columns.append(list(values))
    _execute(db, statement, names, columns)


def _execute(db: Database, statement: LiteralString, names: str, columns: Sequence[list[Any]]) -> None:
    db.execute(statement, {"company_id": db.company_id, **dict(zip(names.split(), columns, strict=True))})


def _add_placed(db: Database, placed: Mapping[UUID, str]) -> None:
    if placed:
        _execute(db, ADD_CHANNELS, "order_id channel", [list(placed), list(placed.values())])
