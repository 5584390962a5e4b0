"""Reservations: goods that lie in a storage and are promised to somebody."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from uuid import UUID

from domain.aggregate import Aggregate
from domain.errors import READ_AGAIN, Conflict, Detail
from domain.money import shortest
from domain.private import CUSTOMER, texts

Status = Literal["placed", "fulfilled", "released", "expired"]
_NONE = Decimal(0)


class ReservationEnded(Conflict):
    """Nothing of it is promised any more."""

    code = "invalid_transition"
    remedy = READ_AGAIN


class ReleaseExceedsReserved(Conflict):
    """More would be released than is promised."""

    code = "release_exceeds_reserved"
    remedy = "Release at most what is still promised."


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedLine:
    """So much of a variant, in its product's unit."""

    variant_id: UUID
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedLine(ReservedLine):
    """What was promised of a variant, and how it was entered if that was in another unit."""

    unit_id: UUID | None = None
    entered_quantity: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A line of a reservation and what became of it, in the product's unit; a variant has one."""

    line: PlacedLine
    fulfilled: Decimal = _NONE
    released: Decimal = _NONE

    @property
    def open(self) -> Decimal:
        """What is still promised."""
        return shortest(self.line.quantity - self.fulfilled - self.released)


class Reservation(Aggregate):
    """A promise of goods, until they are handed over, released, or the promise lapses."""

    type_name = "reservations.Reservation"

    class Placed(Aggregate.Created):
        """Goods were promised; each variant is in one line."""

        storage_id: UUID
        lines: tuple[PlacedLine, ...]
        occurred_at: datetime
        order_id: UUID | None = None
        customer_id: UUID | None = None
        expires_at: datetime | None = None
        reference: str | None = None
        note: str | None = None

        subject = CUSTOMER
        private: ClassVar[Mapping[str, Any]] = texts("reference", "note")

        def apply(self, aggregate: "Reservation") -> None:
            """Keep the promise."""
            aggregate.storage_id = self.storage_id
            aggregate.status = "placed"
            aggregate.promises = {line.variant_id: Promise(line=line) for line in self.lines}
            aggregate.occurred_at = self.occurred_at
            aggregate.order_id = self.order_id
            aggregate.customer_id = self.customer_id
            aggregate.expires_at = self.expires_at
            aggregate.reference = self.reference
            aggregate.note = self.note
            aggregate.release_reason = None

    class Fulfilled(Aggregate.Event):
        """Some of the goods were handed over."""

        storage_id: UUID
        lines: tuple[ReservedLine, ...]

        def apply(self, aggregate: "Reservation") -> None:
            """Count what was handed over."""
            for line in self.lines:
                promise = aggregate.promises[line.variant_id]
                aggregate.promises[line.variant_id] = replace(
                    promise, fulfilled=shortest(promise.fulfilled + line.quantity)
                )
            aggregate.end("fulfilled")

    class Released(Aggregate.Event):
        """Some of the goods are promised no more."""

        storage_id: UUID
        lines: tuple[ReservedLine, ...]
        reason: str | None
        customer_id: UUID | None = None

        subject = CUSTOMER
        private: ClassVar[Mapping[str, Any]] = texts("reason")

        def apply(self, aggregate: "Reservation") -> None:
            """Count what was let go."""
            aggregate.let_go(self.lines)
            aggregate.release_reason = self.reason or aggregate.release_reason
            aggregate.end("released")

    class Expired(Aggregate.Event):
        """The promise lapsed; these goods were still promised."""

        storage_id: UUID
        lines: tuple[ReservedLine, ...]

        def apply(self, aggregate: "Reservation") -> None:
            """Count what lapsed as let go."""
            aggregate.let_go(self.lines)
            aggregate.end("expired")

    if TYPE_CHECKING:
        storage_id: UUID
        status: Status
        promises: dict[UUID, Promise]
        occurred_at: datetime
        order_id: UUID | None
        customer_id: UUID | None
        expires_at: datetime | None
        reference: str | None
        note: str | None
        #: Why some of it was released, as somebody said last.
        release_reason: str | None

    @property
    def open(self) -> dict[UUID, Decimal]:
        """What is still promised of each variant of which something is."""
        return {variant_id: promise.open for variant_id, promise in self.promises.items() if promise.open}

    def is_due(self, now: datetime) -> bool:
        """Whether the promise has lapsed, and nobody has said so yet."""
        return self.status == "placed" and self.expires_at is not None and self.expires_at <= now

    def fulfil(self, quantities: Mapping[UUID, Decimal]) -> None:
        """Record what of these goods was promised; whoever hands over more takes the rest of what is free."""
        lines = [
            ReservedLine(variant_id=variant_id, quantity=min(promised, quantities[variant_id]))
            for variant_id, promised in self.open.items()
            if quantities.get(variant_id)
        ]
        if lines:
            self.trigger_event(self.Fulfilled, storage_id=self.storage_id, lines=tuple(lines))

    def release(self, lines: Collection[ReservedLine] | None, reason: str | None) -> None:
        """Let go of these goods, or of all that is still promised.

        Raises ReservationEnded, and ReleaseExceedsReserved naming each line.
        """
        if self.status != "placed":
            raise ReservationEnded
        if lines is None:
            lines = self._open_lines()
        self._check_reserved(lines)
        self.trigger_event(
            self.Released,
            storage_id=self.storage_id,
            lines=tuple(lines),
            reason=reason,
            customer_id=self.customer_id,
        )

    def expire(self) -> None:
        """Let go of all that is still promised. Raises ReservationEnded."""
        if self.status != "placed":
            raise ReservationEnded
        self.trigger_event(self.Expired, storage_id=self.storage_id, lines=self._open_lines())

    def let_go(self, lines: Collection[ReservedLine]) -> None:
        """Count goods as released."""
        for line in lines:
            promise = self.promises[line.variant_id]
            self.promises[line.variant_id] = replace(
                promise, released=shortest(promise.released + line.quantity)
            )

    def end(self, status: Status) -> None:
        """Come to an end so, once nothing is promised any more."""
        if not self.open:
            self.status = status

    def _open_lines(self) -> tuple[ReservedLine, ...]:
        return tuple(ReservedLine(variant_id=one, quantity=quantity) for one, quantity in self.open.items())

    def _check_reserved(self, lines: Collection[ReservedLine]) -> None:
        details = [
            Detail(f"lines.{index}.quantity", ReleaseExceedsReserved.code, f"{promised:f} are reserved.")
            for index, line in enumerate(lines)
            if line.quantity > (promised := self.open.get(line.variant_id, _NONE))
        ]
        if details:
            raise ReleaseExceedsReserved(details=details)
