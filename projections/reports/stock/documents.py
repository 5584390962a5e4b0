"""What the reports of stock remember of documents: of what is reversed, of transfers, of what they carry."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from domain.money import scaled
from domain.stock.movements import StockMovement
from domain.stock.transfers import Transfer
from projections.base import Database, Fact
from projections.reports.stock import statements as sql
from projections.reports.stock.kinds import GAINS, column_of
from projections.reports.stock.layers import Layer, lying, part
from projections.reports.stock.ledger_rows import LedgerRow
from projections.rows import add_rows
from projections.stock.movements.rows import IN_TRANSIT

_REVERSIBLE = frozenset({StockMovement.Received, StockMovement.Adjusted, StockMovement.SupplierReturned})


class Original(NamedTuple):
    """A movement that may be reversed: its column, its supplier, its day."""

    kind: str
    supplier_id: str | None
    business_date: date


class GoodsLayer(NamedTuple):
    """So much that was received on a day, where it came to lie, or no longer lies (below zero)."""

    storage_id: str
    variant_id: str
    received_on: date
    business_date: date
    quantity: int


class Documents:
    """What earlier events say of the documents that a batch is about, and what the batch adds to it."""

    def __init__(self, db: Database, facts: Iterable[Fact]) -> None:
        self._db = db
        moved = [fact for fact in facts if fact.event in _ABOUT_DOCUMENTS]
        reversed_ids = {fact.data.original_id for fact in moved if fact.event is StockMovement.Reversed}
        transfers = {_transfer_of(fact) for fact in moved if fact.event is not StockMovement.Reversed}
        self._originals = self._ask_originals(sorted(reversed_ids)) if reversed_ids else {}
        self._routes, self._shipments = self._ask_transfers(sorted(transfers)) if transfers else ({}, {})
        self._new_originals: list[tuple[Any, ...]] = []
        self._new_routes: list[tuple[Any, ...]] = []
        self._new_shipments: list[tuple[Any, ...]] = []

    def write(self) -> None:
        """Keep what the batch adds."""
        add_rows(self._db, sql.ADD_ORIGINALS, sql.ORIGINAL, self._new_originals)
        add_rows(self._db, sql.ADD_ROUTES, sql.ROUTE, self._new_routes)
        add_rows(self._db, sql.ADD_SHIPMENTS, sql.SHIPMENT, self._new_shipments)

    def keep_route(self, fact: Fact) -> None:
        """Keep where a transfer goes."""
        self._routes[str(fact.stream_id)] = fact.data.to_storage_id
        self._new_routes.append((fact.stream_id, fact.data.to_storage_id))

    def keep_original(self, fact: Fact) -> None:
        """Keep what a reversal will ask for, if it can be reversed."""
        if fact.event in _REVERSIBLE:
            data = fact.data
            kind = column_of(fact.event.kind, getattr(data, "reason", None), is_in_transit=False)
            day = data.business_date or data.occurred_at.date()
            original = Original(kind, getattr(data, "supplier_id", None), day)
            self._originals[str(fact.stream_id)] = original
            self._new_originals.append((fact.stream_id, *original))

    def keep_shipments(self, fact: Fact) -> None:
        """Keep when what leaves with a transfer was received: the first that lies there goes first."""
        data = fact.data
        there = self._ask_layers(data.storage_id, [line.variant_id for line in data.lines])
        day = data.business_date or data.occurred_at.date()
        for line in data.lines:
            before = scaled(line.balance_quantity - line.quantity)
            layers = part(lying(there.get(line.variant_id, ()), before, day), 0, -scaled(line.quantity))
            key = (data.transfer_id, line.variant_id)
            self._shipments[key] = layers
            self._new_shipments += [(*key, number, *layer) for number, layer in enumerate(layers)]

    def origin_of(self, row: LedgerRow) -> tuple[str, str | None]:
        """The column that a row belongs to, and its supplier; those of what it takes back, if it does."""
        if row.type == "reversal":
            original = self._original_of(row)
            return original.kind, original.supplier_id
        return column_of(row.type, row.reason, is_in_transit=row.storage_id == IN_TRANSIT), row.supplier_id

    def _original_of(self, row: LedgerRow) -> Original:
        """What a row takes back; of what a damaged log does not have, it is a correction of its own day."""
        unknown = Original("correction", None, row.business_date)
        return self._originals.get(row.reversal_of or "", unknown)

    def destination_of(self, row: LedgerRow) -> str | None:
        """Where what is in transit goes."""
        return self._routes.get(row.transfer_id or "")

    def layers_of(self, fact: Fact, rows: Sequence[LedgerRow]) -> list[GoodsLayer]:
        """The layers that an event brings, or takes away again."""
        if fact.event in _CARRYING:
            return list(self._layers_of_transfer(fact, rows))
        # What is sold, as most rows are, brings none.
        return [layer for row in rows if row.type != "sale" for layer in self._layers_of_row(row)]

    def _layers_of_row(self, row: LedgerRow) -> Iterator[GoodsLayer]:
        """What is received, found or counted more is of its day; what a reversal takes away, of its own."""
        kind, _ = self.origin_of(row)
        if kind not in _RECEIVED or not row.quantity or row.type == "count_correction":
            return
        if row.type == "reversal" and row.quantity < 0:
            day = self._original_of(row).business_date
            yield GoodsLayer(row.storage_id, row.variant_id, day, row.business_date, row.quantity)
        elif row.type != "reversal" and row.quantity > 0:
            day = row.business_date
            yield GoodsLayer(row.storage_id, row.variant_id, day, day, row.quantity)

    def _layers_of_transfer(self, fact: Fact, rows: Iterable[LedgerRow]) -> Iterator[GoodsLayer]:
        """What leaves comes to lie in transit; what arrives, in its storage; what is lost, nowhere."""
        starts = _starts(fact)
        for row in rows:
            shipped = self._shipments.get((row.transfer_id or "", row.variant_id), [])
            is_leaving = fact.event is StockMovement.TransferredOut
            if not row.quantity or (is_leaving and row.storage_id != IN_TRANSIT):
                continue
            whole = sum(layer.quantity for layer in shipped)
            start = 0 if is_leaving else whole - starts[row.variant_id, row.type]
            for layer in part(shipped, start, abs(row.quantity)):
                quantity = layer.quantity if row.quantity > 0 else -layer.quantity
                yield GoodsLayer(
                    row.storage_id, row.variant_id, layer.received_on, row.business_date, quantity
                )

    def _ask_originals(self, ids: Sequence[str]) -> dict[str, Original]:
        rows = self._db.ask(sql.ORIGINALS, {"company_id": self._db.company_id, "ids": ids}).rows()
        return {
            str(row["movement_id"]): Original(row["kind"], _text(row["supplier_id"]), row["business_date"])
            for row in rows
        }

    def _ask_transfers(self, ids: Sequence[str]) -> tuple[dict[str, str], dict[tuple[str, str], list[Layer]]]:
        params = {"company_id": self._db.company_id, "ids": ids}
        routes, rows = self._db.ask(sql.ROUTES, params), self._db.ask(sql.SHIPMENTS, params)
        shipments: dict[tuple[str, str], list[Layer]] = {}
        for row in rows.rows():
            key = (str(row["transfer_id"]), str(row["variant_id"]))
            shipments.setdefault(key, []).append(Layer(row["received_on"], row["quantity"]))
        return {str(row["transfer_id"]): str(row["to_storage_id"]) for row in routes.rows()}, shipments

    def _ask_layers(self, storage_id: str, variants: Sequence[str]) -> dict[str, list[Layer]]:
        params = {"company_id": self._db.company_id, "storage_id": storage_id, "variants": variants}
        layers: dict[str, list[Layer]] = {}
        for row in self._db.ask(sql.LAYERS, params).rows():
            layer = Layer(row["received_on"], int(row["quantity"]))
            layers.setdefault(str(row["variant_id"]), []).append(layer)
        return layers


#: Columns whose goods are received on the day that they come.
_RECEIVED = GAINS | {"received"}
_CARRYING = frozenset({StockMovement.TransferredOut, StockMovement.TransferredIn, Transfer.Received})
_ABOUT_DOCUMENTS = _CARRYING | {StockMovement.Reversed}


def _transfer_of(fact: Fact) -> str:
    return str(fact.stream_id) if fact.event is Transfer.Received else fact.data.transfer_id


def _starts(fact: Fact) -> dict[tuple[str, str], int]:
    """How much of a line was still on the way before each of the rows that its arrival comes to."""
    starts: dict[tuple[str, str], int] = {}
    for line in fact.data.lines:
        if fact.event is Transfer.Received:
            left = scaled(line.transit_quantity + line.returned)
            starts[line.variant_id, "transfer_lost"] = left + scaled(line.lost)
            starts[line.variant_id, "transfer_damaged"] = left + scaled(line.lost + line.damaged)
        else:
            starts[line.variant_id, "transfer_in"] = scaled(line.transit_quantity + line.quantity)
    return starts


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
