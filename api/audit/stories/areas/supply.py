"""Sentences about suppliers, what is ordered from them, and transfers between storages."""

from api.audit.stories.areas.common import Sentences, named, texts

_SUPPLIER, _PURCHASE, _TRANSFER = "suppliers.Supplier", "purchase_orders.PurchaseOrder", "transfers.Transfer"

SUPPLIERS: Sentences = {
    **named(_SUPPLIER, "supplier", "den Lieferanten"),
    f"{_SUPPLIER}.Annotated": texts(
        "{who} rewrote the note about {self}.", "{who} hat die Notiz zu {self} neu geschrieben."
    ),
    f"{_SUPPLIER}.Recoded": texts(
        "{who} changed the short code of {self}[ from {was.code}] to [{code}|none].",
        "{who} hat das Kürzel von {self}[ von {was.code}] auf [{code}|keines] geändert.",
    ),
    f"{_SUPPLIER}.Relocated": texts(
        "{who} changed how {self} is reached[: {event:fields contact_name phone email}].",
        "{who} hat die Kontaktdaten von {self} geändert[: {event:fields contact_name phone email}].",
    ),
    f"{_SUPPLIER}.TaxNumberNoted": texts(
        "{who} changed the tax number of {self} to [{tax_number}|none].",
        "{who} hat die Steuernummer von {self} auf [{tax_number}|keine] geändert.",
    ),
    f"{_SUPPLIER}.TermsAgreed": texts(
        "{who} agreed on [{payment_terms_days:count day/days}|no fixed time] to pay {self}.",
        "{who} hat mit {self} [ein Zahlungsziel von {payment_terms_days:count Tag/Tagen}|kein "
        "Zahlungsziel] vereinbart.",
    ),
    f"{_SUPPLIER}.LeadTimeAgreed": texts(
        "{who} expects {self} to deliver after [{lead_time_days:count day/days}|the usual time][, "
        "orders of {minimum_order:money} at least].",
        "{who} erwartet Lieferungen von {self} nach [{lead_time_days:count Tag/Tagen}|der üblichen "
        "Zeit][, mindestens {minimum_order:money} je Bestellung].",
    ),
}

PURCHASE_ORDERS: Sentences = {
    f"{_PURCHASE}.Drafted": texts(
        "{who} planned the purchase {number} from {supplier_id}: {lines:goods}.",
        "{who} hat den Einkauf {number} bei {supplier_id} geplant: {lines:goods}.",
    ),
    f"{_PURCHASE}.Amended": texts(
        "{who} changed the purchase {self}: {lines:goods}.",
        "{who} hat den Einkauf {self} geändert: {lines:goods}.",
    ),
    f"{_PURCHASE}.Ordered": texts(
        "{who} ordered {lines:goods}[ from {supplier_id}] for {storage_id}[, sent to {sent_to}].",
        "{who} hat {lines:goods}[ bei {supplier_id}] für {storage_id} bestellt[, gesendet an {sent_to}].",
    ),
    f"{_PURCHASE}.Rescheduled": texts(
        "{who} expects the purchase {self} [on {expected_at:day}|at no fixed time][ ({note})].",
        "{who} erwartet den Einkauf {self} [am {expected_at:day}|zu keiner festen Zeit][ ({note})].",
    ),
    f"{_PURCHASE}.DeliveryTaken": texts(
        "{who} took a delivery into {storage_id}: [{lines:goods received}|nothing][, refused "
        "{lines:goods rejected}].",
        "{who} hat eine Lieferung in {storage_id} angenommen: [{lines:goods received}|nichts][, "
        "abgelehnt {lines:goods rejected}].",
    ),
    f"{_PURCHASE}.DeliveryReversed": texts(
        "{who} undid a delivery into {storage_id} that was booked by mistake: {lines:goods received}.",
        "{who} hat eine irrtümlich gebuchte Lieferung in {storage_id} zurückgenommen: "
        "{lines:goods received}.",
    ),
    f"{_PURCHASE}.Cancelled": texts(
        "{who} cancelled the purchase {self}[ ({reason})].",
        "{who} hat den Einkauf {self} storniert[ ({reason})].",
    ),
    f"{_PURCHASE}.Closed": texts(
        "{who} closed the purchase {self}: the rest will not come[ ({reason})].",
        "{who} hat den Einkauf {self} geschlossen: Der Rest kommt nicht mehr[ ({reason})].",
    ),
    f"{_PURCHASE}.Discarded": texts(
        "{who} dropped the plan of the purchase {self}.", "{who} hat den geplanten Einkauf {self} verworfen."
    ),
}

TRANSFERS: Sentences = {
    f"{_TRANSFER}.Drafted": texts(
        "{who} planned the transfer {number} from {from_storage_id} to {to_storage_id}: {lines:goods}.",
        "{who} hat die Umlagerung {number} von {from_storage_id} nach {to_storage_id} geplant: "
        "{lines:goods}.",
    ),
    f"{_TRANSFER}.Amended": texts(
        "{who} changed the transfer {self}: {lines:goods}.",
        "{who} hat die Umlagerung {self} geändert: {lines:goods}.",
    ),
    f"{_TRANSFER}.Shipped": texts(
        "{who} shipped {lines:goods} from {from_storage_id} to {to_storage_id}[, {carrier}][, tracking "
        "{tracking}].",
        "{who} hat {lines:goods} von {from_storage_id} nach {to_storage_id} versandt[, {carrier}][, "
        "Sendung {tracking}].",
    ),
    f"{_TRANSFER}.Received": texts(
        "{who} received [{lines:goods received}|nothing] in {to_storage_id}[, damaged "
        "{lines:goods damaged}][, lost {lines:goods lost}][{is_final:given}; nothing more is on the "
        "way].",
        "{who} hat in {to_storage_id} [{lines:goods received}|nichts] angenommen[, beschädigt "
        "{lines:goods damaged}][, verloren {lines:goods lost}][{is_final:given}; nichts ist mehr "
        "unterwegs].",
    ),
    f"{_TRANSFER}.Cancelled": texts(
        "{who} cancelled the transfer {self}[ ({reason})][; {lines:goods returned} went back to "
        "{from_storage_id}].",
        "{who} hat die Umlagerung {self} abgebrochen[ ({reason})][; zurück nach {from_storage_id}: "
        "{lines:goods returned}].",
    ),
    f"{_TRANSFER}.Discarded": texts(
        "{who} dropped the plan of the transfer {self}.",
        "{who} hat die geplante Umlagerung {self} verworfen.",
    ),
}
