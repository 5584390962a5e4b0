"""Planning a transfer: what is to go from where to where, until it is shipped."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from commands.ports import DuplicateId, check_version
from commands.stock.lines import quantities_of
from commands.stock.moments import moment_of_movement
from commands.stock.ports import DocumentWork, StockContext, StockWork
from commands.stock.transfers.sides import (
    DESTINATION,
    SOURCE,
    check_either_side,
    check_visible,
    storages_of,
)
from domain.errors import Detail
from domain.stock.goods import twice
from domain.stock.transfers import Transfer, TransferLine

#: The letters that numbers of transfers begin with.
SERIES = "TR"


@dataclass(frozen=True, kw_only=True)
class RequestedLine:
    """What of a variant is to be sent, in the unit it was entered in; None for the product's own."""

    variant_id: UUID
    quantity: Decimal
    unit_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class DraftTransfer:
    """Goods are to go from one storage to another."""

    id: UUID
    from_storage_id: UUID
    to_storage_id: UUID
    lines: tuple[RequestedLine, ...]
    expected_at: datetime | None = None
    reference: str | None = None
    note: str | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AmendTransfer:
    """The plan is another one; `lines` are all of them if they change, and `changes` are other fields."""

    id: UUID
    lines: tuple[RequestedLine, ...] | None
    changes: dict[str, Any]
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class DiscardTransfer:
    """The plan is dropped."""

    id: UUID
    expected_versions: frozenset[int] | None = None


def draft_transfer(command: DraftTransfer, work: DocumentWork) -> Transfer:
    """Plan it, once: the same request again answers with what it made.

    Raises DuplicateId, OtherStore, Invalid, BeforeTheCompany, PeriodClosed.
    """
    storages = {SOURCE: command.from_storage_id, DESTINATION: command.to_storage_id}
    stock = _look_up(storages, command.lines, work)
    earlier = work.find_earlier(Transfer, Transfer.Drafted, command.id)
    check_either_side(stock, work.caller.store_ids)
    if existing := earlier.read():
        if storages_of(existing) != storages:
            raise DuplicateId
        return existing
    lines = _planned(command.lines, stock, work, (), wrong=_same_storage(command))
    moment = moment_of_movement(command.occurred_at, "A transfer", work, stock, field=SOURCE)
    number = work.series.next(SERIES).read()
    transfer = Transfer.begin(
        Transfer.Drafted,
        command.id,
        number=f"{SERIES}-{number:06}",
        series_number=number,
        from_storage_id=command.from_storage_id,
        to_storage_id=command.to_storage_id,
        occurred_at=moment.occurred_at,
        lines=lines,
        expected_at=command.expected_at,
        reference=command.reference,
        note=command.note,
    )
    work.save(transfer)
    return transfer


def amend_transfer(command: AmendTransfer, work: StockWork) -> Transfer:
    """Record another plan. Raises Missing, StaleVersion, InvalidTransition, Invalid."""
    transfer = work.load(Transfer, command.id)
    stock = _look_up(storages_of(transfer), command.lines or (), work)
    check_visible(stock, work)
    check_version(transfer.version, command.expected_versions)
    transfer.check_draft()
    lines = transfer.lines
    if command.lines is not None:
        lines = _planned(command.lines, stock, work, lines)
    plan = {name: getattr(transfer, name) for name in ("expected_at", "reference", "note")}
    transfer.amend(lines, **{**plan, **command.changes})
    work.save(transfer)
    return transfer


def discard_transfer(command: DiscardTransfer, work: StockWork) -> Transfer:
    """Drop the plan. Raises Missing, StaleVersion, InvalidTransition."""
    transfer = work.load(Transfer, command.id)
    stock = _look_up(storages_of(transfer), (), work)
    check_visible(stock, work)
    check_version(transfer.version, command.expected_versions)
    transfer.discard()
    work.save(transfer)
    return transfer


def _look_up(storages: Mapping[str, UUID], lines: Iterable[RequestedLine], work: StockWork) -> StockContext:
    lines = tuple(lines)
    return work.stock.lock(
        storages,
        (line.variant_id for line in lines),
        quantities=(line.quantity for line in lines),
        unit_ids=(line.unit_id for line in lines if line.unit_id),
        is_plan=True,
    )


def _planned(
    lines: tuple[RequestedLine, ...],
    stock: StockContext,
    work: StockWork,
    before: tuple[TransferLine, ...],
    wrong: Iterable[Detail] = (),
) -> tuple[TransferLine, ...]:
    """The lines as the transfer keeps them; a variant that it had `before` keeps its line's id."""
    ids, goods = {line.variant_id: line.id for line in before}, stock.goods()
    return tuple(
        TransferLine(
            id=ids.get(line.variant_id) or work.new_id(),
            variant_id=line.variant_id,
            sku=goods[line.variant_id].sku,
            name=goods[line.variant_id].name,
            variant_name=goods[line.variant_id].variant_name,
            quantity=base.quantity,
            entered_quantity=line.quantity,
            unit_id=line.unit_id,
        )
        for line, base in quantities_of(lines, stock, [*wrong, *twice(lines)])
    )


def _same_storage(command: DraftTransfer) -> Iterable[Detail]:
    if command.from_storage_id == command.to_storage_id:
        yield Detail(DESTINATION, "same_storage", "It must be another storage.")
