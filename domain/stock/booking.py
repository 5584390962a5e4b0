"""Booking a document onto the balances of a storage: line after line, and never below zero."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.costing import Balance
from domain.errors import Detail
from domain.stock.goods import BaseQuantity
from domain.stock.levels import NOTHING, Level
from domain.stock.movements import InsufficientStock


class Booking:
    """The balances of a storage while the lines of a document are booked.

    What is reserved does not count: goods that broke or go back are gone, whoever they were promised to.
    """

    def __init__(self, levels: Mapping[UUID, Level]) -> None:
        self._balances = {variant_id: level.balance for variant_id, level in levels.items()}
        self._short: list[Detail] = []

    def before(self, position: int, variant_id: UUID, quantity: Decimal) -> Balance:
        """What is there before a line is booked that brings so much, or takes it (below zero)."""
        balance = self._balances.get(variant_id, NOTHING.balance)
        if quantity < 0 and balance.quantity + quantity < 0:
            there = max(balance.quantity, Decimal(0))
            message = f"{-quantity.normalize():f} wanted, {there.normalize():f} on hand."
            self._short.append(Detail(f"lines.{position}.quantity", InsufficientStock.code, message))
        return balance

    def after(self, variant_id: UUID, balance: Balance) -> None:
        """Keep what a line left."""
        self._balances[variant_id] = balance

    def check(self) -> Mapping[UUID, Balance]:
        """What all lines left. Raises InsufficientStock naming each line that found too little."""
        if self._short:
            raise InsufficientStock(details=self._short)
        return self._balances


@dataclass(frozen=True, kw_only=True)
class LineEntry:
    """A line of a document as it was entered, and what that comes to in the product's unit (`base`).

    A quantity below zero is taken away.
    """

    id: UUID
    variant_id: UUID
    quantity: Decimal
    base: BaseQuantity
    unit_id: UUID | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """What the line of the movement says of it (see `DocumentLine`)."""
        return {
            "id": self.id,
            "unit_id": self.unit_id,
            "factor": self.base.written_factor,
            "entered_quantity": self.quantity,
        }
