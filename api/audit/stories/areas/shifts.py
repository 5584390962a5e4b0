"""Sentences about shifts: one drawer from its opening float to its count."""

from api.audit.stories.areas.common import Sentences, texts

_SHIFT = "shifts.Shift"

SHIFTS: Sentences = {
    f"{_SHIFT}.Opened": texts(
        "{who} opened the shift at {register_id} with {opening_float:money} in the drawer[; "
        "{expected_float:money} was expected].",
        "{who} hat die Schicht an {register_id} mit {opening_float:money} in der Kasse eröffnet[; "
        "erwartet waren {expected_float:money}].",
    ),
    f"{_SHIFT}.CashPaidIn": texts(
        "{who} put {amount:money} into the drawer[ ({reason:word cash})][: {note}].",
        "{who} hat {amount:money} in die Kasse eingelegt[ ({reason:word cash})][: {note}].",
    ),
    f"{_SHIFT}.CashPaidOut": texts(
        "{who} paid {amount:money} out of the drawer[ ({reason:word cash})][: {note}].",
        "{who} hat {amount:money} aus der Kasse ausgezahlt[ ({reason:word cash})][: {note}].",
    ),
    f"{_SHIFT}.CashDropped": texts(
        "{who} brought {amount:money} from the drawer to safety[ ({reason:word cash})][: {note}].",
        "{who} hat {amount:money} aus der Kasse abgeschöpft[ ({reason:word cash})][: {note}].",
    ),
    f"{_SHIFT}.DrawerOpened": texts(
        "{who} opened the drawer without a sale[: {note}].",
        "{who} hat die Schublade ohne Verkauf geöffnet[: {note}].",
    ),
    f"{_SHIFT}.Ended": texts(
        "{who} ended the shift to count the drawer.",
        "{who} hat die Schicht zum Zählen der Kasse beendet.",
    ),
    f"{_SHIFT}.Closed": texts(
        "{who} closed the shift (Z {z_number}): {counted_cash:money} counted, {expected_cash:money} "
        "expected, [{over_short:given}{over_short:size} {over_short:sign short/over}|no difference][ "
        "({over_short_reason})].",
        "{who} hat die Schicht abgeschlossen (Z {z_number}): {counted_cash:money} gezählt, "
        "{expected_cash:money} erwartet, [{over_short:given}{over_short:size} "
        "{over_short:sign zu wenig/zu viel}|keine Differenz][ ({over_short_reason})].",
    ),
    f"{_SHIFT}.Recounted": texts(
        "{who} counted the drawer again: {counted_cash:money}[ ({reason})].",
        "{who} hat die Kasse nachgezählt: {counted_cash:money}[ ({reason})].",
    ),
    f"{_SHIFT}.LateSaleNoted": texts(
        "What happened in the shift became known after its close[ ({order_id})]: {total:money}, of it "
        "{cash:money} in cash.",
        "Ein Vorgang der Schicht wurde nach dem Abschluss bekannt[ ({order_id})]: {total:money}, davon "
        "{cash:money} bar.",
    ),
    f"{_SHIFT}.ReportPrinted": texts(
        "The Z report was printed[{copy:given}, copy {copy}].",
        "Der Z-Bericht wurde gedruckt[{copy:given}, Kopie {copy}].",
    ),
}
