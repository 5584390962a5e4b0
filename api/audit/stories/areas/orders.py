"""Sentences about orders, parked sales, and returns without a sale."""

from api.audit.stories.areas.common import Sentences, texts

_ORDER, _HELD, _RETURN = "orders.Order", "orders.HeldSale", "orders.UnlinkedReturn"

_MADE: Sentences = {
    f"{_ORDER}.Sold": texts(
        "{who} sold {lines:count line/lines}, {totals.total:money}[, paid by {payments:methods}].",
        "{who} hat {lines:count Position/Positionen} für {totals.total:money} verkauft[, bezahlt mit "
        "{payments:methods}].",
    ),
    f"{_ORDER}.Placed": texts(
        "{who} placed the order {channel:word channel}: {lines:count line/lines}, "
        "{totals.total:money}[{reserved:given}, reserved[ until {reserve_until:day}]].",
        "{who} hat die Bestellung {channel:word channel} aufgenommen: "
        "{lines:count Position/Positionen}, {totals.total:money}[{reserved:given}, reserviert[ bis "
        "{reserve_until:day}]].",
    ),
    f"{_ORDER}.Amended": texts(
        "{who} changed the order[ ({reason})]; it is {lines:count line/lines}, {totals.total:money}.",
        "{who} hat die Bestellung geändert[ ({reason})]; sie hat {lines:count Position/Positionen}, "
        "{totals.total:money}.",
    ),
    f"{_ORDER}.Paid": texts(
        "{who} took {paid_total:money}[ by {payments:methods}]; [{due:given}{due:money}|nothing] is due.",
        "{who} hat {paid_total:money}[ mit {payments:methods}] erhalten; offen [{due:given}sind "
        "{due:money}|ist nichts].",
    ),
    f"{_ORDER}.ReservationLapsed": texts(
        "The reservation lapsed: the goods are free again, and the order stays open.",
        "Die Reservierung ist abgelaufen: Die Ware ist wieder frei, die Bestellung bleibt offen.",
    ),
    f"{_ORDER}.Fulfilled": texts(
        "{who} handed over {lines:handed of}[, tracking {tracking}][{charged:given}; {charged:money} "
        "was charged to the account].",
        "{who} hat {lines:handed von} ausgegeben[, Sendung {tracking}][{charged:given}; "
        "{charged:money} gingen auf Rechnung].",
    ),
    f"{_ORDER}.Completed": texts("The order is completed.", "Die Bestellung ist abgeschlossen."),
}

_UNDONE: Sentences = {
    f"{_ORDER}.Cancelled": texts(
        "{who} cancelled {lines:goods}[ ({reason})][{payments:given}; {payments:paid} went back by "
        "{payments:methods}].",
        "{who} hat {lines:goods} storniert[ ({reason})][{payments:given}; {payments:paid} gingen mit "
        "{payments:methods} zurück].",
    ),
    f"{_ORDER}.Refunded": texts(
        "{who} refunded {event:refunded}[ by {payments:methods}] for [{lines:goods}|no goods][ ({reason})].",
        "{who} hat {event:refunded}[ mit {payments:methods}] für [{lines:goods}|keine Ware] erstattet[ "
        "({reason})].",
    ),
    f"{_ORDER}.Voided": texts(
        "{who} voided the sale[ ({reason})].", "{who} hat den Verkauf storniert[ ({reason})]."
    ),
    f"{_RETURN}.Taken": texts(
        "{who} took back {lines:goods} without a receipt and gave {event:refunded}[ by "
        "{payments:methods}][ ({reason})].",
        "{who} hat {lines:goods} ohne Beleg zurückgenommen und {event:refunded}[ mit "
        "{payments:methods}] gegeben[ ({reason})].",
    ),
}

_RECEIPTS: Sentences = {
    f"{_ORDER}.ReceiptPrinted": texts(
        "The receipt[{refund_id:given} of a refund] was printed[{copy:given}, copy {copy}].",
        "Der Beleg[{refund_id:given} der Erstattung] wurde gedruckt[{copy:given}, Kopie {copy}].",
    ),
    f"{_ORDER}.ReceiptSent": texts(
        "{who} sent the receipt by {channel:word sent}.", "{who} hat den Beleg {channel:word sent} gesendet."
    ),
}

HELD_SALES: Sentences = {
    f"{_HELD}.Parked": texts(
        "{who} parked a sale of {lines:count line/lines}[ as {label}] until {expires_at:moment}.",
        "{who} hat einen Verkauf mit {lines:count Position/Positionen}[ als {label}] bis "
        "{expires_at:moment} geparkt.",
    ),
    f"{_HELD}.Resumed": texts(
        "{who} took up the parked sale[ at {register_id}].",
        "{who} hat den geparkten Verkauf[ an {register_id}] wieder aufgenommen.",
    ),
    f"{_HELD}.Sold": texts(
        "The parked sale was sold[ as {order_id}].", "Der geparkte Verkauf wurde[ als {order_id}] verkauft."
    ),
    f"{_HELD}.Discarded": texts(
        "{who} dropped the parked sale[{parked_again_id:given} and parked it anew].",
        "{who} hat den geparkten Verkauf verworfen[{parked_again_id:given} und neu geparkt].",
    ),
    f"{_HELD}.Expired": texts("The parked sale expired.", "Der geparkte Verkauf ist verfallen."),
}

ORDERS: Sentences = {**_MADE, **_UNDONE, **_RECEIPTS}
