"""Sentences about stores, storages, registers and the devices that sell at them."""

from api.audit.stories.areas.common import Sentences, named, texts

STORES: Sentences = {
    **named("stores.Store", "store", "die Filiale"),
    "stores.Store.Registered": texts(
        "{who} opened the store {name} ({code}).", "{who} hat die Filiale {name} ({code}) eröffnet."
    ),
    "stores.Store.Closed": texts(
        "{who} closed the store {self} for the time being.",
        "{who} hat die Filiale {self} vorübergehend geschlossen.",
    ),
    "stores.Store.Reopened": texts(
        "{who} reopened the store {self}.", "{who} hat die Filiale {self} wieder eröffnet."
    ),
    "stores.Store.Recoded": texts(
        "{who} changed the short code of {self}[ from {was.code}] to {code}.",
        "{who} hat das Kürzel von {self}[ von {was.code}] auf {code} geändert.",
    ),
    "stores.Store.Relocated": texts(
        "{who} changed the address or telephone number of {self}[: {event:fields address phone}].",
        "{who} hat Adresse oder Telefon von {self} geändert[: {event:fields address phone}].",
    ),
    "stores.Store.Rescheduled": texts(
        "{who} had the business day of {self} begin at {day_cut}, {timezone}.",
        "{who} lässt den Geschäftstag von {self} um {day_cut} Uhr beginnen, {timezone}.",
    ),
    "stores.Store.Retaxed": texts(
        "{who} changed the tax of {self}[ from {was.tax_rate_ids:names}] to [{tax_rate_ids}|none].",
        "{who} hat die Steuer von {self}[ von {was.tax_rate_ids:names}] auf [{tax_rate_ids}|keine] geändert.",
    ),
    "stores.Store.ReceiptReworded": texts(
        "{who} changed the texts on receipts of {self}.",
        "{who} hat die Texte auf den Belegen von {self} geändert.",
    ),
    "stores.Store.StorageAssigned": texts(
        "{who} had {self} sell from [{default_storage_id}|no storage][, no longer from "
        "{was.default_storage_id:name}].",
        "{who} lässt {self} [aus {default_storage_id}|aus keinem Lager] verkaufen[, nicht mehr aus "
        "{was.default_storage_id:name}].",
    ),
}

STORAGES: Sentences = {
    **named("storages.Storage", "storage", "das Lager"),
    "storages.Storage.Registered": texts(
        "{who} set up the storage {name} ({code})[ for {store_id}].",
        "{who} hat das Lager {name} ({code})[ für {store_id}] eingerichtet.",
    ),
    "storages.Storage.Policed": texts(
        "{who} {allow_negative:if allowed/no longer allows} stock below zero in {self}.",
        "{who} hat negativen Bestand in {self} {allow_negative:if erlaubt/verboten}.",
    ),
    "storages.Storage.Recoded": texts(
        "{who} changed the short code of {self}[ from {was.code}] to {code}.",
        "{who} hat das Kürzel von {self}[ von {was.code}] auf {code} geändert.",
    ),
    "storages.Storage.Relocated": texts(
        "{who} moved the storage {self}[: {event:fields store_id address}].",
        "{who} hat das Lager {self} verlegt[: {event:fields store_id address}].",
    ),
}

REGISTERS: Sentences = {
    **named("registers.Register", "register", "die Kasse"),
    "registers.Register.Registered": texts(
        "{who} set up the register {name} ({code}) in {store_id}.",
        "{who} hat die Kasse {name} ({code}) in {store_id} eingerichtet.",
    ),
    "registers.Register.Equipped": texts(
        "{who} {has_drawer:if gave a cash drawer to/took the cash drawer from} the register {self}.",
        "{who} hat der Kasse {self} {has_drawer:if eine Schublade gegeben/die Schublade genommen}.",
    ),
    "registers.Register.Recoded": texts(
        "{who} changed the short code of the register {self}[ from {was.code}] to {code}.",
        "{who} hat das Kürzel der Kasse {self}[ von {was.code}] auf {code} geändert.",
    ),
}

DEVICES: Sentences = {
    "tills.Device.Enrolled": texts(
        "{who} enrolled the device {name} ({code}) at {register_id} in {store_id}.",
        "{who} hat das Gerät {name} ({code}) an {register_id} in {store_id} angemeldet.",
    ),
    "tills.Device.Retired": texts(
        "{who} retired the device {self}[ ({reason})].",
        "{who} hat das Gerät {self} außer Betrieb genommen[ ({reason})].",
    ),
}
