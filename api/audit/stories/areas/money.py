"""Sentences about taxes and how customers pay."""

from api.audit.stories.areas.common import Sentences, named, texts

_TAX, _METHOD = "tax_rates.TaxRate", "payment_methods.PaymentMethod"

TAX_RATES: Sentences = {
    **named(_TAX, "tax rate", "den Steuersatz"),
    f"{_TAX}.Registered": texts(
        "{who} set up the tax rate {name}, {rate:percent} {inclusive:if within prices/on top of prices}.",
        "{who} hat den Steuersatz {name} mit {rate:percent} "
        "{inclusive:if im Preis/zusätzlich zum Preis} angelegt.",
    ),
    f"{_TAX}.Reassessed": texts(
        "{who} changed the tax rate {self}[ from {was.rate:percent}] to {rate:percent} "
        "{inclusive:if within prices/on top of prices}.",
        "{who} hat den Steuersatz {self}[ von {was.rate:percent}] auf {rate:percent} "
        "{inclusive:if im Preis/zusätzlich zum Preis} geändert.",
    ),
    f"{_TAX}.Reassigned": texts(
        "{who} had the tax rate {self} belong to [{jurisdiction}|no jurisdiction].",
        "{who} hat den Steuersatz {self} [{jurisdiction}|keinem Steuergebiet] zugeordnet.",
    ),
}

PAYMENT_METHODS: Sentences = {
    **named(_METHOD, "payment method", "die Zahlungsart"),
    f"{_METHOD}.Recoded": texts(
        "{who} changed the code of {self}[ from {was.code}] to {code}.",
        "{who} hat den Code von {self}[ von {was.code}] auf {code} geändert.",
    ),
    f"{_METHOD}.Reclassified": texts(
        "{who} had {self} count as {kind:word tender}[, no longer as {was.kind:word tender}].",
        "{who} hat die Art von {self}[ von {was.kind:word tender}] auf {kind:word tender} geändert.",
    ),
    f"{_METHOD}.HandlingAgreed": texts(
        "{who} had tills {opens_drawer:if open the drawer/keep the drawer shut} for {self} and ask for "
        "{requires_reference:if a reference/no reference}.",
        "{who} lässt Kassen bei {self} die Schublade {opens_drawer:if öffnen/nicht öffnen} und "
        "{requires_reference:if eine Referenz/keine Referenz} verlangen.",
    ),
}
