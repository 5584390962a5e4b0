"""Sentences about goods that come, go, are counted, promised and reordered."""

from api.audit.stories.areas.common import Sentences, texts

_MOVEMENT, _COUNT = "stock.StockMovement", "counts.StockCount"
_RESERVATION, _POINT = "reservations.Reservation", "reorder_points.ReorderPoint"

MOVEMENTS: Sentences = {
    f"{_MOVEMENT}.Received": texts(
        "{who} received {lines:goods} into {storage_id}[ from {supplier_id}][, {reference}].",
        "{who} hat {lines:goods}[ von {supplier_id}] in {storage_id} angenommen[, {reference}].",
    ),
    f"{_MOVEMENT}.Issued": texts(
        "{lines:goods} left {storage_id} with a sale[, {order_id}].",
        "Abgang aus {storage_id}: {lines:goods}, Verkauf[ {order_id}].",
    ),
    f"{_MOVEMENT}.Returned": texts(
        "{lines:goods} came back to {storage_id} from a customer[, sold as {order_id}].",
        "Zugang in {storage_id}: {lines:goods}, zurück von einem Kunden[, verkauft als {order_id}].",
    ),
    f"{_MOVEMENT}.Voided": texts(
        "{lines:goods} came back to {storage_id} as a sale was voided[, {order_id}].",
        "Zugang in {storage_id}: {lines:goods}, Storno[ von {order_id}].",
    ),
    f"{_MOVEMENT}.Adjusted": texts(
        "{who} adjusted the stock in {storage_id}: [{lines:moves}|nothing] "
        "({reason:word adjustment})[: {note}].",
        "{who} hat den Bestand in {storage_id} berichtigt: [{lines:moves}|nichts] "
        "({reason:word adjustment})[: {note}].",
    ),
    f"{_MOVEMENT}.Counted": texts(
        "{who} counted stock in {storage_id}: [{lines:moves}|no difference].",
        "{who} hat den Bestand in {storage_id} gezählt: [{lines:moves}|keine Differenz].",
    ),
    f"{_MOVEMENT}.CountCorrected": texts(
        "A sale became known that happened before a count in {storage_id}: [{lines:moves}|no difference].",
        "Ein Verkauf von vor einer Zählung in {storage_id} wurde bekannt: [{lines:moves}|keine Differenz].",
    ),
    f"{_MOVEMENT}.Reversed": texts(
        "{who} undid a movement in {storage_id}: [{lines:moves}|nothing][ ({reason})].",
        "{who} hat eine Bewegung in {storage_id} rückgängig gemacht: [{lines:moves}|nichts][ ({reason})].",
    ),
    f"{_MOVEMENT}.SupplierReturned": texts(
        "{who} sent {lines:goods} back to [{supplier_id}|the supplier] from {storage_id}[, {reference}].",
        "{who} hat {lines:goods} aus {storage_id} an [{supplier_id}|den Lieferanten] zurückgeschickt[, "
        "{reference}].",
    ),
    f"{_MOVEMENT}.TransferredOut": texts(
        "{lines:goods} left {storage_id}[ with transfer {transfer_id}].",
        "Abgang aus {storage_id}: {lines:goods}, Umlagerung[ {transfer_id}].",
    ),
    f"{_MOVEMENT}.TransferredIn": texts(
        "{lines:goods} {came_back:if came back to/arrived in} {storage_id}[ with transfer {transfer_id}].",
        "{came_back:if Rückkehr nach/Zugang in} {storage_id}: {lines:goods}, Umlagerung[ {transfer_id}].",
    ),
}

COUNTS: Sentences = {
    f"{_COUNT}.Begun": texts(
        "{who} began the {is_blind:if blind /}stock count {number} in {storage_id}[: {name}].",
        "{who} hat die {is_blind:if verdeckte /}Inventur {number} in {storage_id} begonnen[: {name}].",
    ),
    f"{_COUNT}.Tallied": texts("{who} counted {lines:goods}.", "{who} hat {lines:goods} gezählt."),
    f"{_COUNT}.CompletionBegun": texts(
        "{who} ended counting; the differences are being posted.",
        "{who} hat das Zählen beendet; die Differenzen werden gebucht.",
    ),
    f"{_COUNT}.Completed": texts(
        "The stock count {self} is complete: [{differences:moves}|no difference][{uncounted:given}; "
        "{uncounted:count variant was/variants were} not counted].",
        "Die Inventur {self} ist abgeschlossen: [{differences:moves}|keine "
        "Differenz][{uncounted:given}; {uncounted:count Variante/Varianten} nicht gezählt].",
    ),
    f"{_COUNT}.Cancelled": texts(
        "{who} cancelled the stock count {self}[ ({reason})].",
        "{who} hat die Inventur {self} abgebrochen[ ({reason})].",
    ),
}

RESERVATIONS: Sentences = {
    f"{_RESERVATION}.Placed": texts(
        "{who} reserved {lines:goods} in {storage_id}[ for {customer_id}][ until {expires_at:moment}].",
        "{who} hat {lines:goods} in {storage_id}[ für {customer_id}][ bis {expires_at:moment}] reserviert.",
    ),
    f"{_RESERVATION}.Released": texts(
        "{who} released {lines:goods} in {storage_id}[ ({reason})].",
        "{who} hat {lines:goods} in {storage_id} freigegeben[ ({reason})].",
    ),
    f"{_RESERVATION}.Fulfilled": texts(
        "{who} handed over {lines:goods} that were reserved in {storage_id}.",
        "{who} hat {lines:goods}, reserviert in {storage_id}, ausgegeben.",
    ),
    f"{_RESERVATION}.Expired": texts(
        "The reservation of {lines:goods} in {storage_id} lapsed.",
        "Die Reservierung von {lines:goods} in {storage_id} ist abgelaufen.",
    ),
}

_SET = texts(
    "{who} has {variant_id} reordered in {storage_id} at {reorder_level:number}[, "
    "{reorder_quantity:number} at a time][, up to {max_level:number}].",
    "{who} lässt {variant_id} in {storage_id} ab {reorder_level:number} nachbestellen[, je "
    "{reorder_quantity:number}][, bis {max_level:number}].",
)
REORDER_POINTS: Sentences = {
    f"{_POINT}.Set": _SET,
    f"{_POINT}.Adjusted": _SET,
    f"{_POINT}.Lifted": texts(
        "{who} had {variant_id} reordered in {storage_id} at its own level again.",
        "{who} lässt {variant_id} in {storage_id} wieder nach der eigenen Meldemenge nachbestellen.",
    ),
}
