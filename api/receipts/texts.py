"""What receipts say of themselves, in each language."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from domain.payments import ACCOUNT, EXCHANGE, STORE_CREDIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The texts of one language; in braces stands what is put in."""

    receipt: str
    gift_receipt: str
    refund: str
    order: str
    handed_over: str
    due: str
    given_back: str
    customer: str
    due_on: str
    settled: str
    copy: str
    voided: str
    cancelled: str
    offline: str
    training: str
    number: str
    of_sale: str
    date: str
    register: str
    cashier: str
    tax_number: str
    discount: str
    list_price: str
    goodwill: str
    subtotal: str
    total: str
    rounding: str
    tip: str
    to_pay: str
    paid_out: str
    change: str
    tax: str
    net: str
    tax_amount: str
    gross: str
    device: str
    signature_number: str
    signing_begun: str
    signing_ended: str
    device_outage: str
    place_in_log: str
    recorded: str
    sealed: str
    unsealed: str
    proof: str
    methods: Mapping[str, str]
    letter: str


ENGLISH = Texts(
    receipt="Receipt",
    gift_receipt="Gift receipt",
    refund="Refund",
    order="Order",
    handed_over="{done} of {quantity} handed over",
    due="Due {currency}",
    given_back="Given back: {method}",
    customer="Customer",
    due_on="Due on",
    settled="Paid on account",
    copy="COPY {number}",
    voided="VOIDED",
    cancelled="CANCELLED",
    offline="Sold without a connection",
    training="TRAINING: NOT A RECEIPT",
    number="Number",
    of_sale="Of sale",
    date="Date",
    register="Register",
    cashier="Cashier",
    tax_number="Tax number {number}",
    discount="Discount",
    list_price="instead of {price}",
    goodwill="Goodwill: {name}",
    subtotal="Subtotal",
    total="Total {currency}",
    rounding="Rounding",
    tip="Tip",
    to_pay="To pay {currency}",
    paid_out="Paid out {currency}",
    change="Change",
    tax="Tax",
    net="Net",
    tax_amount="Tax",
    gross="Gross",
    device="Signing device",
    signature_number="Signature no.",
    signing_begun="Signing begun",
    signing_ended="Signed",
    device_outage="Signing device out of order since {moment}",
    place_in_log="Number in the log",
    recorded="Recorded",
    sealed="It is sealed: nobody can change or remove it unnoticed.",
    unsealed="It is not sealed yet; that is done every hour.",
    proof="Proof for verifiers",
    methods={
        "cash": "Cash",
        "card": "Card",
        "coupon": "Coupon",
        STORE_CREDIT: "Store credit",
        ACCOUNT: "On account",
        EXCHANGE: "Exchange",
    },
    letter="Good day,\n\nenclosed is your receipt {number}.\n\nKind regards\n{company}\n",
)
GERMAN = Texts(
    receipt="Beleg",
    gift_receipt="Geschenkbeleg",
    refund="Erstattung",
    order="Bestellung",
    handed_over="{done} von {quantity} übergeben",
    due="Offen {currency}",
    given_back="Erstattet: {method}",
    customer="Kunde",
    due_on="Zahlbar bis",
    settled="Auf Rechnung bezahlt",
    copy="KOPIE {number}",
    voided="STORNIERT",
    cancelled="STORNIERT",
    offline="Ohne Verbindung verkauft",
    training="TRAINING: KEIN BELEG",
    number="Nummer",
    of_sale="Zu Beleg",
    date="Datum",
    register="Kasse",
    cashier="Bedient von",
    tax_number="Steuernummer {number}",
    discount="Rabatt",
    list_price="statt {price}",
    goodwill="Kulanz: {name}",
    subtotal="Zwischensumme",
    total="Summe {currency}",
    rounding="Rundung",
    tip="Trinkgeld",
    to_pay="Zu zahlen {currency}",
    paid_out="Ausgezahlt {currency}",
    change="Rückgeld",
    tax="Steuer",
    net="Netto",
    tax_amount="Steuer",
    gross="Brutto",
    device="Sicherheitseinrichtung",
    signature_number="Signaturzähler",
    signing_begun="Beginn",
    signing_ended="Ende",
    device_outage="Sicherheitseinrichtung ausgefallen seit {moment}",
    place_in_log="Nummer im Journal",
    recorded="Aufgezeichnet",
    sealed="Versiegelt: Niemand kann ihn unbemerkt ändern oder entfernen.",
    unsealed="Noch nicht versiegelt; das geschieht stündlich.",
    proof="Nachweis für Prüfprogramme",
    methods={
        "cash": "Bar",
        "card": "Karte",
        "coupon": "Gutschein",
        STORE_CREDIT: "Guthaben",
        ACCOUNT: "Auf Rechnung",
        EXCHANGE: "Umtausch",
    },
    letter="Guten Tag,\n\nim Anhang finden Sie Ihren Beleg {number}.\n\nFreundliche Grüße\n{company}\n",
)
FRENCH = Texts(
    receipt="Ticket",
    gift_receipt="Ticket cadeau",
    refund="Remboursement",
    order="Commande",
    handed_over="{done} sur {quantity} remis",
    due="Reste dû {currency}",
    given_back="Remboursé\u00a0: {method}",
    customer="Client",
    due_on="Échéance",
    settled="Payé en compte",
    copy="COPIE {number}",
    voided="ANNULÉ",
    cancelled="ANNULÉE",
    offline="Vendu hors connexion",
    training="FORMATION\u00a0: SANS VALEUR",
    number="Numéro",
    of_sale="Du ticket",
    date="Date",
    register="Caisse",
    cashier="Servi par",
    tax_number="Numéro fiscal {number}",
    discount="Remise",
    list_price="au lieu de {price}",
    goodwill="Geste commercial\u00a0: {name}",
    subtotal="Sous-total",
    total="Total {currency}",
    rounding="Arrondi",
    tip="Pourboire",
    to_pay="À payer {currency}",
    paid_out="Remboursé {currency}",
    change="Monnaie rendue",
    tax="Taxe",
    net="HT",
    tax_amount="Taxe",
    gross="TTC",
    device="Dispositif de signature",
    signature_number="Signature nº",
    signing_begun="Début",
    signing_ended="Fin",
    device_outage="Dispositif de signature hors service depuis {moment}",
    place_in_log="Numéro au journal",
    recorded="Enregistré",
    sealed="Scellé\u00a0: personne ne peut le modifier ni le supprimer sans que cela se voie.",
    unsealed="Pas encore scellé\u00a0; cela se fait toutes les heures.",
    proof="Preuve pour vérificateurs",
    methods={
        "cash": "Espèces",
        "card": "Carte",
        "coupon": "Bon",
        STORE_CREDIT: "Avoir",
        ACCOUNT: "En compte",
        EXCHANGE: "Échange",
    },
    letter="Bonjour,\n\nveuillez trouver ci-joint votre ticket {number}.\n\nCordialement\n{company}\n",
)
TEXTS: Mapping[str, Texts] = MappingProxyType({"en": ENGLISH, "de": GERMAN, "fr": FRENCH})
