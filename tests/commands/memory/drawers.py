"""The drawers of registers, in memory."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time
from typing import Any
from uuid import UUID

from domain.aggregate import Aggregate
from domain.deliveries import Undelivered
from domain.devices import Device
from domain.held_sales import HeldSale
from domain.payment_methods import PaymentMethod
from domain.pending import Pending
from domain.registers import Register
from domain.shifts import CurrentShift, Drawer, LogHead, Perpetual, Shift, ShiftPlace
from domain.shifts.entries import ENTRY_EVENTS, Entry, entry_of
from domain.shifts.facts import ShiftFact
from domain.shifts.figures import ShiftFigures
from domain.shifts.perpetual import TAKING_EVENTS, taken_without_shift
from domain.shifts.report import HeldTotals, Sources
from domain.stores import Store
from domain.till_operations import TillOperation
from domain.users import User
from infra.eventstore.codec import decode_metadata
from infra.runtime.models import EVENT_TYPES
from tests.commands.memory.stock import backdating_of
from tests.commands.memory.world import Row, World


class MemoryDrawers:
    """What the shifts of each register hand on."""

    def __init__(self, world: World, company_id: UUID) -> None:
        self._world = world
        self._company_id = company_id

    def lock(self, register_id: UUID) -> Pending[Drawer]:
        return Pending(lambda: self.of(register_id))

    def find_open(self, register_id: UUID) -> Pending[UUID | None]:
        return Pending(lambda: self.of(register_id).shift_id)

    def of(self, register_id: UUID) -> Drawer:
        shifts = [
            one for one in self._world.all(self._company_id, Shift) if one.opened.register_id == register_id
        ]
        closed = sorted((one.closed for one in shifts if one.closed), key=lambda closed: closed.z_number)
        before = closed[-1].perpetual if closed else Perpetual()
        for event, data in self._since_last_close(register_id, *TAKING_EVENTS):
            before = before.grown_by(taken_without_shift(event, data) or Perpetual())
        last = shifts[-1] if shifts else None
        handed_on = [one.closed.closing_float for one in shifts if one.closed]
        late = [data for _, data in self._since_last_close(register_id, Shift.LateSaleNoted)]
        return Drawer(
            register_id=register_id,
            shift_id=next((one.id for one in shifts if one.status == "open"), None),
            last_shift_id=last.id if last else None,
            closing_float=handed_on[-1] if handed_on else None,
            z_number=closed[-1].z_number if closed else 0,
            late_count=len(late),
            late_total=sum(one.total for one in late),
            perpetual=replace(
                before,
                sales=before.sales + sum(one.sales for one in late),
                returns=before.returns + sum(one.returns for one in late),
                receipts=before.receipts + sum(one.receipts for one in late),
            ),
        )

    def place(self, register_id: UUID) -> Pending[ShiftPlace | None]:
        return Pending(lambda: self._place(register_id))

    def current_shift(self, shift_id: UUID) -> CurrentShift:
        shift = self._world.find(self._company_id, shift_id)
        assert isinstance(shift, Shift)
        opener = shift.opened.cashier_id and self._world.find(self._company_id, shift.opened.cashier_id)
        name = opener.values["username"] if isinstance(opener, User) else None
        return CurrentShift(username=name, opened_at=shift.opened.occurred_at)

    def head(self) -> Pending[LogHead]:
        return Pending(lambda: LogHead(position=0, hash="00" * 32))

    def balance(self, shift_id: UUID, version: int | None = None) -> Pending[int]:
        return Pending(lambda: self._balance(shift_id, version))

    def figures(self, shift_id: UUID) -> Pending[ShiftFigures]:
        return Pending(lambda: self._figures(shift_id))

    def sources(self, shift: Shift, closer_id: UUID | None) -> Pending[Sources]:  # noqa: ARG002 everybody is named
        return Pending(lambda: self._sources(shift))

    def _figures(self, shift_id: UUID) -> ShiftFigures:
        entries = [entry for _, _, entry in self._entries(shift_id) if not entry.is_late]
        tenders: dict[str, int] = {}
        for entry in entries:
            for name, amount in entry.tenders.items():
                tenders[name] = tenders.get(name, 0) + amount
        return ShiftFigures(
            expected_cash=self._balance(shift_id, None),
            business_dates=tuple(sorted({one.business_date for one in entries if one.business_date})),
            tenders=tenders,
        )

    def _sources(self, shift: Shift) -> Sources:
        place = self._place(shift.opened.register_id)
        assert place is not None
        users = self._world.all(self._company_id, User)
        return Sources(
            facts=[fact for _, fact, entry in self._entries(shift.id) if not entry.is_late],
            place=place,
            names={one.id: one.values["username"].partition("@")[0] for one in users},
            methods={
                one.values["code"]: one.values["name"]
                for one in self._world.all(self._company_id, PaymentMethod)
            },
            held=self._held(shift.opened.store_id),
            undelivered=self._undelivered(shift.opened.register_id, shift.opened.occurred_at),
        )

    def _undelivered(self, register_id: UUID, since: datetime) -> Undelivered:
        devices = {
            one.id
            for one in self._world.all(self._company_id, Device)
            if one.register_id == register_id and (one.retired_at is None or one.retired_at >= since)
        }
        arrived = [self._world.delivered.get(one, set()) for one in devices]
        rejected = [
            one
            for one in self._world.all(self._company_id, TillOperation)
            if one.rejected.device_id in devices and one.status == "rejected"
        ]
        return Undelivered(
            missing=sum(max(seqs) - len(seqs) for seqs in arrived if seqs),
            waiting=sum(1 for one, _ in self._world.waiting.values() if one.device_id in devices),
            rejected=len(rejected),
        )

    def _held(self, store_id: UUID) -> HeldTotals:
        values = [
            one.terms.value
            for one in self._world.all(self._company_id, HeldSale)
            if one.is_open and one.terms.store_id == store_id
        ]
        return HeldTotals(count=len(values), value=sum(values))

    def _place(self, register_id: UUID) -> ShiftPlace | None:
        register = self._world.find(self._company_id, register_id)
        if not isinstance(register, Register):
            return None
        store = self._world.find(self._company_id, register.values["store_id"])
        company = self._world.company(self._company_id)
        assert isinstance(store, Store)
        assert company is not None
        return ShiftPlace(
            register_id=register.id,
            store_id=store.id,
            timezone=store.values["timezone"],
            day_cut=time.fromisoformat(store.values["day_cut"]),
            is_open=all(one.is_active and not one.is_archived for one in (register, store)),
            name=register.values["name"],
            store_name=store.values["name"],
            company_name=company.values["name"],
            tax_number=company.values["tax_number"],
            currency=company.values["currency"],
            backdating=backdating_of(self._world, self._company_id),
            over_short_limit=company.values["over_short_limit"],
            blind_close=company.values["blind_close"],
        )

    def _balance(self, shift_id: UUID, version: int | None) -> int:
        entries = [(row, entry) for row, _, entry in self._entries(shift_id)]
        if version is None:
            counted = (entry for _, entry in entries if not entry.is_late)
            return sum(entry.cash for entry in counted if entry.kind != "closing_drop")
        balance, balances = 0, dict[tuple[UUID, int], int]()
        for row, entry in sorted(entries, key=_in_order):
            balance += 0 if entry.is_late else entry.cash
            balances[row["stream_id"], row["stream_version"]] = balance
        return balances[shift_id, version]

    def _entries(self, shift_id: UUID) -> Iterator[tuple[Row, ShiftFact, Entry]]:
        for row in self._world.journal[self._company_id]:
            event, data = EVENT_TYPES.decode(row)
            if event not in ENTRY_EVENTS:
                continue
            entry = entry_of(event, row["stream_id"], data)
            if entry.shift_id == shift_id:
                yield row, ShiftFact(event=event, stream_id=row["stream_id"], data=data), entry

    def _since_last_close(
        self, register_id: UUID, *events: type[Aggregate.Event]
    ) -> list[tuple[type[Aggregate.Event], Any]]:
        """What of these events the register had since its last report."""
        since: list[tuple[type[Aggregate.Event], Any]] = []
        for row in self._world.journal[self._company_id]:
            event, data = EVENT_TYPES.decode(row)
            if event is Shift.Closed and data.register_id == register_id:
                since.clear()
            elif event in events and data.register_id == register_id:
                since.append((event, data))
        return since


def _in_order(pair: tuple[Row, Entry]) -> tuple[datetime, datetime, UUID, int]:
    row, entry = pair
    recorded_at = decode_metadata(row["metadata"]).at
    return entry.occurred_at or recorded_at, recorded_at, row["stream_id"], row["stream_version"]
