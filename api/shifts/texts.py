"""What reports of shifts say of themselves, in each language; what receipts say too is among their texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTexts:
    """The texts of one language; in braces stands what is put in.

    `counts` are by the name of what is counted, `reasons` by the code of why cash moved.
    """

    x_report: str
    z_report: str
    opened: str
    closed: str
    business_day: str
    first_receipt: str
    last_receipt: str
    receipts: str
    refunds: str
    items: str
    gross_sales: str
    discounts: str
    returns: str
    net_sales: str
    tips: str
    total_collected: str
    amount: str
    tender_counted: str
    opening_float: str
    cash_sales: str
    cash_tips: str
    cash_refunds: str
    paid_in: str
    paid_out: str
    drops: str
    expected: str
    counted: str
    over_short: str
    over_short_reason: str
    dropped_at_close: str
    closing_float: str
    count: str
    total: str
    counts: Mapping[str, str]
    reasons: Mapping[str, str]
    held: str
    late: str
    offline: str
    flagged: str
    missing: str
    waiting: str
    rejected: str
    perpetual: str
    sales: str
    net: str
    z_count: str


ENGLISH = ReportTexts(
    x_report="X report",
    z_report="Z report {number}",
    opened="Opened",
    closed="Closed",
    business_day="Business day",
    first_receipt="First receipt",
    last_receipt="Last receipt",
    receipts="Receipts",
    refunds="Refunds",
    items="Items",
    gross_sales="Gross sales",
    discounts="Discounts",
    returns="Returns",
    net_sales="Net sales",
    tips="Tips",
    total_collected="Total collected",
    amount="Amount",
    tender_counted="counted",
    opening_float="Opening float",
    cash_sales="Cash sales",
    cash_tips="Cash tips",
    cash_refunds="Cash refunds",
    paid_in="Paid in: {reason}",
    paid_out="Paid out: {reason}",
    drops="Drops",
    expected="Expected",
    counted="Counted",
    over_short="Over or short",
    over_short_reason="Reason",
    dropped_at_close="To the safe",
    closing_float="Stays",
    count="Count",
    total="Total",
    counts={
        "voids": "Voids",
        "refunds": "Refunds",
        "unlinked_returns": "Returns without sale",
        "exchanges": "Exchanges",
        "price_overrides": "Price overrides",
        "discounts": "Discounted lines",
        "no_sale": "Drawer openings",
        "reprints": "Reprints",
        "approvals": "Approvals",
    },
    reasons={
        "float_top_up": "float",
        "change_delivery": "change",
        "petty_cash": "petty cash",
        "supplier": "supplier",
        "tip_payout": "tips",
        "wages": "wages",
        "other": "other",
    },
    held="Parked sales",
    late="Late",
    offline="Offline",
    flagged="Offline, to review",
    missing="Offline, missing",
    waiting="Offline, waiting",
    rejected="Offline, rejected",
    perpetual="Since the register began",
    sales="Sales",
    net="Net",
    z_count="Z reports",
)
GERMAN = ReportTexts(
    x_report="X-Bericht",
    z_report="Z-Bericht {number}",
    opened="Geöffnet",
    closed="Geschlossen",
    business_day="Geschäftstag",
    first_receipt="Erster Beleg",
    last_receipt="Letzter Beleg",
    receipts="Belege",
    refunds="Erstattungen",
    items="Artikel",
    gross_sales="Umsatz vor Rabatt",
    discounts="Rabatte",
    returns="Rückgaben",
    net_sales="Nettoumsatz",
    tips="Trinkgeld",
    total_collected="Eingenommen",
    amount="Betrag",
    tender_counted="gezählt",
    opening_float="Anfangsbestand",
    cash_sales="Barverkäufe",
    cash_tips="Trinkgeld bar",
    cash_refunds="Erstattungen bar",
    paid_in="Einlage: {reason}",
    paid_out="Auszahlung: {reason}",
    drops="Abschöpfungen",
    expected="Sollbestand",
    counted="Istbestand",
    over_short="Differenz",
    over_short_reason="Grund",
    dropped_at_close="In den Tresor",
    closing_float="Bleibt in der Kasse",
    count="Anzahl",
    total="Summe",
    counts={
        "voids": "Stornos",
        "refunds": "Erstattungen",
        "unlinked_returns": "Rückgaben ohne Beleg",
        "exchanges": "Umtausche",
        "price_overrides": "Preisänderungen",
        "discounts": "Rabattierte Zeilen",
        "no_sale": "Kassenöffnungen",
        "reprints": "Belegkopien",
        "approvals": "Freigaben",
    },
    reasons={
        "float_top_up": "Bestand",
        "change_delivery": "Wechselgeld",
        "petty_cash": "Kleinbeträge",
        "supplier": "Lieferant",
        "tip_payout": "Trinkgeld",
        "wages": "Lohn",
        "other": "Sonstiges",
    },
    held="Geparkte Verkäufe",
    late="Nachgemeldet",
    offline="Ohne Verbindung",
    flagged="Offline, zu prüfen",
    missing="Offline, fehlend",
    waiting="Offline, wartend",
    rejected="Offline, abgewiesen",
    perpetual="Seit Beginn der Kasse",
    sales="Verkäufe",
    net="Saldo",
    z_count="Z-Berichte",
)
FRENCH = ReportTexts(
    x_report="Rapport X",
    z_report="Rapport Z {number}",
    opened="Ouverture",
    closed="Clôture",
    business_day="Journée",
    first_receipt="Premier ticket",
    last_receipt="Dernier ticket",
    receipts="Tickets",
    refunds="Remboursements",
    items="Articles",
    gross_sales="Ventes avant remises",
    discounts="Remises",
    returns="Retours",
    net_sales="Ventes nettes",
    tips="Pourboires",
    total_collected="Total encaissé",
    amount="Montant",
    tender_counted="compté",
    opening_float="Fond de caisse",
    cash_sales="Ventes en espèces",
    cash_tips="Pourboires en espèces",
    cash_refunds="Remboursé en espèces",
    paid_in="Apport\u00a0: {reason}",
    paid_out="Sortie\u00a0: {reason}",
    drops="Prélèvements",
    expected="Attendu",
    counted="Compté",
    over_short="Écart",
    over_short_reason="Motif",
    dropped_at_close="Au coffre",
    closing_float="Reste en caisse",
    count="Nombre",
    total="Total",
    counts={
        "voids": "Annulations",
        "refunds": "Remboursements",
        "unlinked_returns": "Retours sans ticket",
        "exchanges": "Échanges",
        "price_overrides": "Prix modifiés",
        "discounts": "Lignes remisées",
        "no_sale": "Ouvertures du tiroir",
        "reprints": "Copies de tickets",
        "approvals": "Autorisations",
    },
    reasons={
        "float_top_up": "fond",
        "change_delivery": "monnaie",
        "petty_cash": "menue dépense",
        "supplier": "fournisseur",
        "tip_payout": "pourboires",
        "wages": "salaire",
        "other": "autre",
    },
    held="Ventes en attente",
    late="Tardifs",
    offline="Hors connexion",
    flagged="Hors connexion, à vérifier",
    missing="Hors connexion, manquants",
    waiting="Hors connexion, en attente",
    rejected="Hors connexion, rejetés",
    perpetual="Depuis l'origine de la caisse",
    sales="Ventes",
    net="Solde",
    z_count="Rapports Z",
)
REPORT_TEXTS: Mapping[str, ReportTexts] = MappingProxyType({"en": ENGLISH, "de": GERMAN, "fr": FRENCH})
