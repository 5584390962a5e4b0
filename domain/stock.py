"""Stock: every change is one journal entry with its lines, and balances are what the entries leave."""

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Self
from uuid import UUID

from domain.aggregate import Aggregate
from domain.costing import Balance, issue, receive
from domain.entities import fields_of
from domain.errors import Conflict, Detail

EMPTY = Balance(quantity=Decimal(0), value=0, last_unit_cost=0)


class InsufficientStock(Conflict):
    """There is not enough stock."""

    code = "insufficient_stock"


@dataclass(frozen=True, kw_only=True)
class MovementLine:
    """One variant's part of a movement: what came (positive) or went, and what that left behind.

    `value_change` and `balance_value` are minor currency units; `settlement` is the correction of earlier
    issues below zero, and is not part of `value_change`.
    """

    variant_id: UUID
    quantity: Decimal
    value_change: int
    balance_quantity: Decimal
    balance_value: int
    last_unit_cost: Decimal
    unit_cost: int | None = None
    settlement: int = 0


@dataclass(frozen=True, kw_only=True)
class ReceivedLine:
    """What a delivery brings: a quantity at a purchase price in minor currency units per unit."""

    variant_id: UUID
    quantity: Decimal
    unit_cost: int


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What a sale takes from a storage; `position` is the line of the basket it comes from.

    `strict` demands must be covered by stock even where the storage may go below zero. `assumed_cost` is
    what the catalog takes one to cost, in minor currency units.
    """

    position: int
    variant_id: UUID
    quantity: Decimal
    strict: bool = False
    assumed_cost: int = 0


class StockMovement(Aggregate):
    """A journal entry of one storage: a single event, which is never changed."""

    type_name = "stock.StockMovement"

    class Moved(Aggregate.Created):
        """Goods came or went; what all movements have in common.

        `business_date` is the day it counts for by the clock of the storage's store, or of the company in a
        warehouse; earlier movements do not know it.
        """

        shared: ClassVar[bool] = True
        #: What the ledger calls it.
        kind: ClassVar[str]

        storage_id: UUID
        occurred_at: datetime
        lines: tuple[MovementLine, ...]
        _: KW_ONLY
        business_date: date | None = None

        def apply(self, aggregate: "StockMovement") -> None:
            """Keep the entry."""
            for name in fields_of(type(self)):
                setattr(aggregate, name, getattr(self, name))

    class Received(Moved):
        """Goods came in from outside."""

        kind = "receipt"

        supplier_id: UUID | None = None
        purchase_order_id: UUID | None = None
        reference: str | None = None

    class Issued(Moved):
        """Goods went out with a sale."""

        kind = "sale"

        order_id: UUID

    if TYPE_CHECKING:
        storage_id: UUID
        occurred_at: datetime
        business_date: date | None
        lines: tuple[MovementLine, ...]
        supplier_id: UUID | None
        reference: str | None

    @classmethod
    def receive(
        cls,
        movement_id: UUID,
        *,
        storage_id: UUID,
        occurred_at: datetime,
        business_date: date,
        delivered: Iterable[ReceivedLine],
        balances: Mapping[UUID, Balance],
        supplier_id: UUID | None = None,
        purchase_order_id: UUID | None = None,
        reference: str | None = None,
    ) -> Self:
        """Book a delivery onto the balances it meets, line by line."""
        return cls.begin(
            cls.Received,
            movement_id,
            storage_id=storage_id,
            occurred_at=occurred_at,
            business_date=business_date,
            lines=tuple(_receive_lines(delivered, dict(balances))),
            supplier_id=supplier_id,
            purchase_order_id=purchase_order_id,
            reference=reference,
        )

    @classmethod
    def issue(
        cls,
        movement_id: UUID,
        *,
        storage_id: UUID,
        occurred_at: datetime,
        business_date: date,
        order_id: UUID,
        lines: tuple[MovementLine, ...],
    ) -> Self:
        """Book out what a sale took; `lines` come from `take`."""
        return cls.begin(
            cls.Issued,
            movement_id,
            storage_id=storage_id,
            occurred_at=occurred_at,
            business_date=business_date,
            order_id=order_id,
            lines=lines,
        )


def take(
    demands: Iterable[Demand], balances: Mapping[UUID, Balance], *, allow_negative: bool
) -> tuple[MovementLine, ...]:
    """Decide a sale's stock on the sum per variant, and cost each line at the moving average.

    Raises InsufficientStock naming every line of each variant that falls short (`MONEY.md` 11 and 12).
    """
    demands = tuple(demands)
    _check_enough(demands, balances, allow_negative=allow_negative)
    remaining = dict(balances)
    lines = []
    for demand in demands:
        cost, after = issue(remaining.get(demand.variant_id, EMPTY), demand.quantity, demand.assumed_cost)
        remaining[demand.variant_id] = after
        lines.append(_line(demand.variant_id, -demand.quantity, -cost, after))
    return tuple(lines)


def _check_enough(
    demands: tuple[Demand, ...], balances: Mapping[UUID, Balance], *, allow_negative: bool
) -> None:
    demanded: dict[UUID, Decimal] = {}
    for demand in demands:
        if demand.strict or not allow_negative:
            demanded[demand.variant_id] = demanded.get(demand.variant_id, Decimal(0)) + demand.quantity
    short = {
        variant_id: available
        for variant_id, quantity in demanded.items()
        if quantity > (available := balances.get(variant_id, EMPTY).quantity)
    }
    if short:
        raise InsufficientStock(
            details=[
                Detail(
                    f"lines.{demand.position}.quantity",
                    "insufficient_stock",
                    f"{demanded[demand.variant_id].normalize():f} wanted, "
                    f"{max(short[demand.variant_id], Decimal(0)).normalize():f} available.",
                )
                for demand in demands
                if demand.variant_id in short
            ]
        )


def _receive_lines(
    delivered: Iterable[ReceivedLine], balances: dict[UUID, Balance]
) -> Iterable[MovementLine]:
    for line in delivered:
        receipt = receive(balances.get(line.variant_id, EMPTY), line.quantity, line.unit_cost)
        balances[line.variant_id] = receipt.balance
        yield _line(
            line.variant_id,
            line.quantity,
            receipt.value_change,
            receipt.balance,
            unit_cost=line.unit_cost,
            settlement=receipt.settlement,
        )


def _line(
    variant_id: UUID,
    quantity: Decimal,
    value_change: int,
    after: Balance,
    *,
    unit_cost: int | None = None,
    settlement: int = 0,
) -> MovementLine:
    return MovementLine(
        variant_id=variant_id,
        quantity=quantity,
        value_change=value_change,
        balance_quantity=after.quantity,
        balance_value=after.value,
        last_unit_cost=Decimal(after.last_unit_cost),
        unit_cost=unit_cost,
        settlement=settlement,
    )
