"""A transfer as clients see it."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from msgspec.structs import asdict

from api.stock.transfers.answers import (
    CancellationAnswer,
    NamedTransferAnswer,
    TransferAnswer,
    TransferLineAnswer,
    TransferReceiptAnswer,
)
from domain.stock.shipments import Shipment
from domain.stock.transfers import Transfer, TransferLine

_NONE = Decimal(0)


def show_transfer(transfer: Transfer) -> TransferAnswer:
    """The transfer as it stands."""
    shipping, end = transfer.shipping, transfer.cancellation
    return TransferAnswer(
        id=transfer.id,
        number=transfer.number,
        status=transfer.status,
        from_storage_id=transfer.from_storage_id,
        to_storage_id=transfer.to_storage_id,
        expected_at=transfer.expected_at,
        reference=transfer.reference,
        note=transfer.note,
        shipped_at=shipping.occurred_at if shipping else None,
        carrier=shipping.carrier if shipping else None,
        tracking=shipping.tracking if shipping else None,
        created_by=transfer.created_by,
        version=transfer.version,
        occurred_at=transfer.occurred_at,
        recorded_at=transfer.created_on,
        lines=[_show_line(line, transfer.shipments.get(line.id)) for line in transfer.lines],
        receipts=[TransferReceiptAnswer.of(receipt) for receipt in transfer.receipts],
        cancellation=CancellationAnswer.of(end) if end else None,
    )


def show_named(transfer: Transfer, names: Mapping[UUID, str]) -> NamedTransferAnswer:
    """The same with the names of its storages."""
    return NamedTransferAnswer(
        **asdict(show_transfer(transfer)),
        from_storage_name=names.get(transfer.from_storage_id),
        to_storage_name=names.get(transfer.to_storage_id),
    )


def _show_line(line: TransferLine, shipment: Shipment | None) -> TransferLineAnswer:
    return TransferLineAnswer(
        id=line.id,
        variant_id=line.variant_id,
        sku=line.sku,
        name=line.name,
        variant_name=line.variant_name,
        quantity=line.entered_quantity,
        unit_id=line.unit_id,
        base_quantity=line.quantity,
        requested=line.quantity,
        shipped=shipment.quantity if shipment else _NONE,
        received=shipment.received if shipment else _NONE,
        damaged=shipment.damaged if shipment else _NONE,
        lost=shipment.lost if shipment else _NONE,
        returned=shipment.returned if shipment else _NONE,
        in_transit=shipment.in_transit if shipment else _NONE,
        value=shipment.value if shipment else 0,
        in_transit_value=shipment.in_transit_value if shipment else 0,
    )
