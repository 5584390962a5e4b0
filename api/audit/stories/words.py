"""Words that events name by a code, as whoever reads a story says them."""

from collections.abc import Mapping
from types import MappingProxyType

_Vocabulary = Mapping[str, Mapping[str, str]]

_ENGLISH: _Vocabulary = {
    "list": {
        "and": "and",
        "yes": "yes",
        "no": "no",
        "more": "{} more",
        "goods": "goods",
        "nothing": "nothing",
        "service": "The service",
        "platform": "The platform",
        "approved": "approved by {}",
    },
    "channel": {
        "phone": "by telephone",
        "email": "by e-mail",
        "web": "on the web",
        "counter": "at the counter",
    },
    "cash": {"float_top_up": "float top-up", "change_delivery": "delivery of change", "tip_payout": "tips"},
    "paper": {"a4": "A4"},
    "day": {"monday": "Monday", "saturday": "Saturday", "sunday": "Sunday"},
    "subscription": {"trial": "on trial", "past_due": "past due"},
    "rounding": {"half_up": "half up", "half_even": "half to even", "line": "by line", "order": "by order"},
    "operation": {
        "order.sale": "sale",
        "order.refund": "refund",
        "order.exchange": "exchange",
        "order.void": "void",
        "return.unlinked": "return without a receipt",
        "customer.create": "new customer",
        "shift.open": "opening of a shift",
        "shift.end": "end of a shift",
        "shift.close": "count of a drawer",
        "shift.cash_movement": "movement of cash",
    },
    "disabled": {"asked": "on request", "gone": "the address is gone", "failing": "it failed for too long"},
    "document": {"orders.Order": "receipt", "purchase_orders.PurchaseOrder": "order to the supplier"},
    "made": {
        "orders.Order": "sale",
        "orders.UnlinkedReturn": "return",
        "shifts.Shift": "shift",
    },
    "period": {"monthly": "a month", "yearly": "a year", "none": "once"},
    "range": {
        "yesterday": "the day before",
        "last_week": "the week before",
        "last_month": "the month before",
        "mtd": "the month so far",
    },
}

_GERMAN: _Vocabulary = {
    "list": {
        "and": "und",
        "yes": "ja",
        "no": "nein",
        "more": "{} weitere",
        "goods": "Ware",
        "nothing": "nichts",
        "service": "Das System",
        "platform": "Der Betreiber",
        "approved": "genehmigt von {}",
    },
    "erased": {
        "Erased": "gelöscht",
        "Erased customer": "gelöschter Kunde",
        "Erased user": "gelöschter Benutzer",
    },
    "channel": {
        "phone": "am Telefon",
        "email": "per E-Mail",
        "web": "im Internet",
        "counter": "an der Theke",
    },
    "sent": {"email": "per E-Mail"},
    "purpose": {
        "marketing_email": "Werbung per E-Mail",
        "marketing_sms": "Werbung per SMS",
        "profiling": "Auswertung",
    },
    "role": {
        "Super Admin": "Betreiber",
        "Admin": "Administrator",
        "Manager": "Filialleitung",
        "Cashier": "Kasse",
        "Inventory Clerk": "Lager",
    },
    "method": {
        "cash": "Bargeld",
        "card": "Karte",
        "coupon": "Gutschein",
        "store_credit": "Guthaben",
        "account": "Kundenkonto",
        "exchange": "Umtausch",
    },
    "tender": {
        "cash": "Bargeld",
        "card": "Karte",
        "coupon": "Gutschein",
        "voucher": "Gutschein",
        "bank_transfer": "Überweisung",
        "other": "Sonstiges",
    },
    "cash": {
        "float_top_up": "Wechselgeld aufgefüllt",
        "change_delivery": "Wechselgeld geliefert",
        "petty_cash": "Handkasse",
        "supplier": "Lieferant",
        "tip_payout": "Trinkgeld",
        "wages": "Lohn",
        "safe": "Tresor",
        "bank": "Bank",
        "other": "Sonstiges",
    },
    "adjustment": {
        "damaged": "beschädigt",
        "lost": "verloren",
        "expired": "abgelaufen",
        "theft": "Diebstahl",
        "internal_use": "Eigenbedarf",
        "promotion": "Werbung",
        "found": "gefunden",
        "opening": "Anfangsbestand",
        "correction": "Korrektur",
    },
    "paper": {"80mm": "80-mm-Rolle", "58mm": "58-mm-Rolle", "a4": "A4"},
    "day": {"monday": "Montag", "saturday": "Samstag", "sunday": "Sonntag"},
    "subscription": {
        "trial": "auf Probe",
        "active": "aktiv",
        "past_due": "überfällig",
        "expired": "abgelaufen",
    },
    "rounding": {
        "half_up": "kaufmännisch",
        "half_even": "zur geraden Ziffer",
        "line": "je Position",
        "order": "je Bestellung",
    },
    "disabled": {
        "asked": "auf Wunsch",
        "gone": "die Adresse gibt es nicht mehr",
        "failing": "es ging zu lange schief",
    },
    "document": {"orders.Order": "Beleg", "purchase_orders.PurchaseOrder": "Bestellung beim Lieferanten"},
    "made": {
        "orders.Order": "Verkauf",
        "orders.UnlinkedReturn": "Rückgabe",
        "shifts.Shift": "Schicht",
    },
    "operation": {
        "order.sale": "Verkauf",
        "order.refund": "Erstattung",
        "order.exchange": "Umtausch",
        "order.void": "Storno",
        "return.unlinked": "Rückgabe ohne Beleg",
        "customer.create": "neuer Kunde",
        "shift.open": "Schichtbeginn",
        "shift.end": "Schichtende",
        "shift.close": "Kassenabschluss",
        "shift.cash_movement": "Bargeldbewegung",
    },
    "period": {"monthly": "im Monat", "yearly": "im Jahr", "none": "einmalig"},
    "range": {
        "yesterday": "der Vortag",
        "last_week": "die Vorwoche",
        "last_month": "der Vormonat",
        "mtd": "der laufende Monat",
    },
}

VOCABULARIES: Mapping[str, _Vocabulary] = MappingProxyType({"en": _ENGLISH, "de": _GERMAN})


def word(language: str, vocabulary: str, code: str) -> str:
    """What a code is called; what has no name of its own is called as it is written."""
    known = VOCABULARIES[language].get(vocabulary, {})
    return known[code] if code in known else code if vocabulary == "erased" else code.replace("_", " ")
